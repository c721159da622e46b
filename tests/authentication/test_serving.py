"""Real TLS: a gRPC server and an HTTPS one in this process, and clients of every kind."""

import asyncio
import shutil
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import grpc.aio
import pytest
from cryptography import x509
from pilothouse.server.authentication.certificates import CertificateAuthenticator
from pilothouse.server.authentication.pki import Authority, Issued, Pki, Validity
from pilothouse.server.authentication.serving import ServingCertificates, TlsError, TlsFiles, load
from pilothouse.server.errors import Unauthorized

from tests.support.clock import Clock

OPTIONS = [("grpc.use_local_subchannel_pool", 1), ("grpc.enable_retries", 0)]


@dataclass
class House:
    """A server's files, the authority behind them, and the clocks that it looks at."""

    pki: Pki
    files: TlsFiles
    look: Clock
    wall: Clock

    def replace(self, pki: Pki) -> None:
        """Another PKI's files in place of the server's, noticed at the next look."""
        server = pki.server()
        assert self.files.client_ca
        for source, target in (
            (server.key, self.files.key),
            (server.certificate, self.files.certificate),
            (pki.ca, self.files.client_ca),
        ):
            shutil.copy(source, target)
        self.look.advance(2)


@pytest.fixture
def house(tmp_path: Path) -> House:
    pki = Pki(tmp_path / "pki")
    server = pki.server()
    (tmp_path / "serving").mkdir()
    files = TlsFiles(tmp_path / "serving/crt", tmp_path / "serving/key", tmp_path / "serving/ca")
    built = House(pki, files, Clock(), Clock(datetime.now(UTC).timestamp()))
    shutil.copy(server.key, files.key)
    shutil.copy(server.certificate, files.certificate)
    shutil.copy(pki.ca, tmp_path / "serving/ca")
    return built


@asynccontextmanager
async def grpc_server(house: House, require_client_certificate: bool = True) -> AsyncIterator[str]:
    authenticator = CertificateAuthenticator(clock=house.wall)

    async def who(request: bytes, context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        certificates = list(context.auth_context().get("x509_pem_cert", []))
        try:
            return authenticator.authenticate(certificates[0]).name.encode() if certificates else b"nobody"
        except Unauthorized as error:
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, error.message)

    server = grpc.aio.server()
    handler = grpc.unary_unary_rpc_method_handler(who)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Users", {"Who": handler}),))
    credentials = ServingCertificates(house.files, house.look).grpc_credentials(require_client_certificate)
    port = server.add_secure_port("127.0.0.1:0", credentials)
    await server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(None)


def channel(address: str, ca: bytes, client: Issued | None) -> grpc.aio.Channel:
    key, chain = (client.key, client.certificate) if client else (None, None)
    return grpc.aio.secure_channel(address, grpc.ssl_channel_credentials(ca, key, chain), options=OPTIONS)


async def ask(connection: grpc.aio.Channel) -> str:
    call = connection.unary_unary("/test.Users/Who", lambda request: request, lambda response: response)
    answer: bytes = await asyncio.wait_for(call(b""), 20)
    return answer.decode()


async def who(address: str, ca: bytes, client: Issued | None) -> str:
    async with channel(address, ca, client) as connection:
        return await ask(connection)


def ada(pki: Pki, validity: Validity | None = None) -> Issued:
    return pki.authority().issue_client("ada", ["sailors"], validity)


async def test_a_client_with_a_certificate_is_its_user(house: House) -> None:
    async with grpc_server(house) as address:
        assert await who(address, house.pki.ca.read_bytes(), ada(house.pki)) == "ada"


async def test_a_port_that_asks_for_no_certificate_takes_anyone(house: House) -> None:
    async with grpc_server(house, require_client_certificate=False) as address:
        assert await who(address, house.pki.ca.read_bytes(), None) == "nobody"


NOW = datetime.now(UTC)
PAST = Validity(NOW - timedelta(days=2), NOW - timedelta(days=1))
FUTURE = Validity(NOW + timedelta(days=1), NOW + timedelta(days=2))


@pytest.mark.parametrize(
    "client",
    [
        pytest.param(lambda pki: None, id="no-certificate"),
        pytest.param(lambda pki: Authority.create("stranger").issue_client("ada"), id="unknown-authority"),
        pytest.param(lambda pki: ada(pki, PAST), id="expired"),
        pytest.param(lambda pki: ada(pki, FUTURE), id="not-yet-valid"),
        pytest.param(lambda pki: pki.authority().issue_server(), id="not-for-clients"),
    ],
)
async def test_other_clients_are_refused(house: House, client: Callable[[Pki], Issued | None]) -> None:
    async with grpc_server(house) as address:
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await who(address, house.pki.ca.read_bytes(), client(house.pki))
        assert error.value.code() is grpc.StatusCode.UNAVAILABLE
        assert await who(address, house.pki.ca.read_bytes(), ada(house.pki)) == "ada"


async def test_plain_text_is_refused(house: House) -> None:
    async with grpc_server(house) as address:
        async with grpc.aio.insecure_channel(address, options=OPTIONS) as connection:
            with pytest.raises(grpc.aio.AioRpcError) as error:
                await ask(connection)
        assert error.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_a_certificate_that_expires_during_a_connection_is_noticed(house: House) -> None:
    async with grpc_server(house) as address, channel(address, house.pki.ca.read_bytes(), ada(house.pki)) as connection:
        assert await ask(connection) == "ada"
        house.wall.advance(366 * 86400)
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await ask(connection)
        assert error.value.code() is grpc.StatusCode.UNAUTHENTICATED
        assert "expired at" in (error.value.details() or "")


async def test_grpc_takes_up_new_files_without_a_restart(house: House, tmp_path: Path) -> None:
    other = Pki(tmp_path / "other")
    async with grpc_server(house) as address, channel(address, house.pki.ca.read_bytes(), ada(house.pki)) as old:
        assert await ask(old) == "ada"
        house.replace(other)
        assert await who(address, other.ca.read_bytes(), ada(other)) == "ada"
        with pytest.raises(grpc.aio.AioRpcError):
            await who(address, other.ca.read_bytes(), ada(house.pki))
        assert await ask(old) == "ada", "connections that are open stay so"


async def test_broken_files_keep_the_last_good_ones(house: House, caplog: pytest.LogCaptureFixture) -> None:
    async with grpc_server(house) as address:
        house.files.key.write_bytes(b"nonsense")
        house.look.advance(2)
        assert await who(address, house.pki.ca.read_bytes(), ada(house.pki)) == "ada"
    records = [record for record in caplog.records if record.levelname == "WARNING"]
    assert [record.message for record in records] == ["the last good TLS files stay in force"]
    assert "holds no private key in PEM" in str(vars(records[0])["error"])


@asynccontextmanager
async def https_server(house: House) -> AsyncIterator[int]:
    """Answers each connection with the user's name, "nobody" without a certificate."""
    authenticator = CertificateAuthenticator(clock=house.wall)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        certificate = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        writer.write(authenticator.authenticate(certificate).name.encode() if certificate else b"nobody")
        writer.close()

    context = ServingCertificates(house.files, house.look).ssl_context()
    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    async with server:
        port: int = server.sockets[0].getsockname()[1]
        yield port


async def visit(port: int, ca: bytes, client: Path | None = None) -> str:
    """The server's answer; client is a file that holds a certificate and its key."""
    context = ssl.create_default_context(cadata=ca.decode())
    if client:
        context.load_cert_chain(client)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    try:
        # In TLS 1.3 the client is done before the server has looked at its certificate: a refusal may be just the end.
        answer = await asyncio.wait_for(reader.read(), 20)
        if not answer:
            raise ConnectionError("closed without an answer")
        return answer.decode()
    finally:
        writer.close()


def bundle(path: Path, issued: Issued) -> Path:
    path.write_bytes(issued.certificate + issued.key)
    return path


async def test_https_takes_a_certificate_where_one_is_offered(house: House, tmp_path: Path) -> None:
    ca = house.pki.ca.read_bytes()
    async with https_server(house) as port:
        assert await visit(port, ca) == "nobody"
        assert await visit(port, ca, bundle(tmp_path / "ada", ada(house.pki))) == "ada"
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await visit(port, ca, bundle(tmp_path / "eve", Authority.create("stranger").issue_client("eve")))


async def test_https_takes_up_new_files_without_a_restart(house: House, tmp_path: Path) -> None:
    other = Pki(tmp_path / "other")
    async with https_server(house) as port:
        assert await visit(port, house.pki.ca.read_bytes()) == "nobody"
        house.replace(other)
        assert await visit(port, other.ca.read_bytes(), bundle(tmp_path / "new", ada(other))) == "ada"
        with pytest.raises(ssl.SSLCertVerificationError):
            await visit(port, house.pki.ca.read_bytes())
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await visit(port, other.ca.read_bytes(), bundle(tmp_path / "old", ada(house.pki)))


def test_files_that_cannot_be_used_are_named_by_their_flag(house: House, tmp_path: Path) -> None:
    files = house.files
    stranger = tmp_path / "stranger"
    stranger.write_bytes(Authority.create().issue_server().key)
    nonsense = tmp_path / "nonsense"
    nonsense.write_text("nonsense")
    missing = tmp_path / "missing"
    for broken, message in (
        (TlsFiles(missing, files.key), f"--tls-cert-file: cannot read {missing}: No such file or directory"),
        (TlsFiles(nonsense, files.key), f"--tls-cert-file: {nonsense} holds no certificate in PEM"),
        (TlsFiles(files.certificate, nonsense), f"--tls-private-key-file: {nonsense} holds no private key in PEM"),
        (
            TlsFiles(files.certificate, stranger),
            f"--tls-private-key-file: the key in {stranger} does not belong to the certificate in {files.certificate} "
            "(--tls-cert-file)",
        ),
        (TlsFiles(files.certificate, files.key, nonsense), f"--client-ca-file: {nonsense} holds no certificate in PEM"),
    ):
        with pytest.raises(TlsError) as error:
            load(broken)
        assert str(error.value) == message
    with pytest.raises(TlsError, match=r"^--client-ca-file: needed by a port that requires client certificates$"):
        ServingCertificates(TlsFiles(files.certificate, files.key)).grpc_credentials(True)


def test_the_same_material_until_the_files_change(house: House, tmp_path: Path) -> None:
    serving = ServingCertificates(house.files, house.look)
    first = serving.current()
    house.look.advance(2)
    assert serving.current() is first
    house.replace(Pki(tmp_path / "other"))
    second = serving.current()
    assert second is not first
    assert x509.load_pem_x509_certificate(second.certificate) != x509.load_pem_x509_certificate(first.certificate)
