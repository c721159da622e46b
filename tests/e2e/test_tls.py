"""Who comes in: certificates of all kinds, and what happens when the files behind them change."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from grpc import StatusCode
from pilothouse.api.meta.v1 import requests_pb2 as requests
from pilothouse.server.authentication.pki import Authority, Issued, Validity

from tests.e2e.requests import MAPS
from tests.support.caller import Caller, Identity, Refusal, refusal
from tests.support.metrics import eventually
from tests.support.server import ServerProcess

LIST = requests.ListRequest()
DAY = timedelta(days=1)
ADMINS = ("system:masters",)


@dataclass(frozen=True, slots=True)
class Setting:
    """A server that was given certificates of an authority of the test's own. files: where they are."""

    server: ServerProcess
    authority: Authority
    files: Path

    def identity(self, issued: Issued) -> Identity:
        return Identity(self.authority.pem, issued.certificate, issued.key)

    def admin(self) -> Identity:
        return self.identity(self.authority.issue_client("root", ADMINS))

    def caller(self, identity: Identity) -> Caller:
        return Caller(self.server.grpc_port, identity)


def write(files: Path, authority: Authority, clients: Authority) -> None:
    """A server's certificate of one authority, and another authority for its clients."""
    issued = authority.issue_server()
    for name, data in (
        ("tls.crt", issued.certificate),
        ("tls.key", issued.key),
        ("client-ca.crt", clients.pem),
    ):
        (files / name).write_bytes(data)


def write_crl(files: Path, authority: Authority, revoked: list[int]) -> None:
    now = datetime.now(UTC)
    builder = x509.CertificateRevocationListBuilder(authority.certificate.subject, now - DAY, now + DAY)
    for serial in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now - DAY).build()
        builder = builder.add_revoked_certificate(entry)
    (files / "crl.pem").write_bytes(builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.PEM))


@pytest.fixture(scope="module")
def make_setting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Setting]]:
    started: list[ServerProcess] = []

    def make() -> Setting:
        files = tmp_path_factory.mktemp("tls")
        authority = Authority.create("test")
        write(files, authority, authority)
        write_crl(files, authority, [])
        flags = (
            *("--tls-cert-file", str(files / "tls.crt"), "--tls-private-key-file", str(files / "tls.key")),
            *("--client-ca-file", str(files / "client-ca.crt"), "--crl-file", str(files / "crl.pem")),
            *("--bind-address", "127.0.0.1"),
        )
        server = ServerProcess(files, flags, "serve")
        server.start()
        started.append(server)
        return Setting(server, authority, files)

    yield make
    for server in started:
        server.stop()


@pytest.fixture(scope="module")
def setting(make_setting: Callable[[], Setting]) -> Setting:
    """One for all tests that leave the files alone."""
    return make_setting()


async def outcome(setting: Setting, identity: Identity) -> Refusal | None:
    """What a List is refused with, None where it is answered. Each over a connection of its own."""
    async with setting.caller(identity) as caller:
        try:
            await caller.call(MAPS + "List", LIST, 5)
        except grpc.aio.AioRpcError as error:
            return refusal(error)
    return None


async def code_of(setting: Setting, identity: Identity) -> StatusCode:
    found = await outcome(setting, identity)
    return found.code if found else StatusCode.OK


async def test_a_good_certificate_comes_in(setting: Setting) -> None:
    assert await outcome(setting, setting.admin()) is None


async def test_plain_text_stays_outside(setting: Setting) -> None:
    channel: Any = grpc.aio.insecure_channel(f"127.0.0.1:{setting.server.grpc_port}")
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await channel.unary_unary(f"/{MAPS}List")(b"", timeout=30)
    await channel.close()
    assert caught.value.code() is StatusCode.UNAVAILABLE


async def test_who_has_no_certificate_of_the_authority_stays_outside(setting: Setting) -> None:
    ca = setting.authority.pem
    stranger = Authority.create("test").issue_client("root", ADMINS)
    now = datetime.now(UTC)
    past = setting.authority.issue_client("root", ADMINS, Validity(now - 2 * DAY, now - DAY))
    future = setting.authority.issue_client("root", ADMINS, Validity(now + DAY, now + 2 * DAY))
    codes = await asyncio.gather(
        code_of(setting, Identity(ca)),
        *(code_of(setting, setting.identity(issued)) for issued in (stranger, past, future)),
    )
    assert codes == [StatusCode.UNAVAILABLE] * 4


async def test_a_certificate_for_servers_is_none_for_clients(setting: Setting) -> None:
    issued = setting.authority.issue_server()
    assert await code_of(setting, setting.identity(issued)) in (StatusCode.UNAVAILABLE, StatusCode.UNAUTHENTICATED)


async def test_a_certificate_that_names_nobody(setting: Setting) -> None:
    # An empty common name is one that a certificate cannot have: a name of groups alone is what is left.
    found = await outcome(setting, setting.identity(nameless(setting.authority)))
    assert found is not None
    assert (found.code, found.reason) == (StatusCode.UNAUTHENTICATED, "Unauthorized")
    assert "common name (CN)" in found.message


def nameless(authority: Authority) -> Issued:
    template = authority.issue_client("x", ADMINS)
    given = x509.load_pem_x509_certificate(template.certificate)
    groups = given.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(groups))
        .issuer_name(given.issuer)
        .public_key(given.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(given.not_valid_before_utc)
        .not_valid_after(given.not_valid_after_utc)
    )
    for extension in given.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    return Issued(builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.PEM), template.key)


async def test_a_user_without_a_role_is_told_so(setting: Setting) -> None:
    found = await outcome(setting, setting.identity(setting.authority.issue_client("new", ["some-team"])))
    assert found is not None
    assert (found.code, found.reason) == (StatusCode.PERMISSION_DENIED, "Forbidden")
    assert found.message.startswith('configmaps is forbidden: User "new" cannot list resource "configmaps"')


async def test_old_protocols_are_refused(setting: Setting) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    address = ("127.0.0.1", setting.server.grpc_port)
    with socket.create_connection(address) as plain, pytest.raises((ssl.SSLError, OSError)):
        context.wrap_socket(plain)


async def test_a_revoked_certificate_is_refused_also_on_an_open_connection(
    make_setting: Callable[[], Setting],
) -> None:
    setting = make_setting()
    issued = setting.authority.issue_client("thief", ADMINS)
    async with setting.caller(setting.identity(issued)) as thief:
        await thief.call(MAPS + "List", LIST)
        serial = x509.load_pem_x509_certificate(issued.certificate).serial_number
        write_crl(setting.files, setting.authority, [serial])
        found = await becomes_refused(thief)
        assert (found.code, found.reason) == (StatusCode.UNAUTHENTICATED, "Unauthorized")
        assert "is revoked" in found.message
        # Nothing is told to it but that; what is served neither.
        reflection = "grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
        assert (await thief.refused(reflection, b"\x3a\x01*")).code is StatusCode.UNAUTHENTICATED
    assert await outcome(setting, setting.admin()) is None
    # A file that broke leaves the last good one in force.
    (setting.files / "crl.pem").write_text("not a list")
    await eventually(lambda: "stays in force" in setting.server.log or asyncio.run(poke(setting)), 10)
    assert await code_of(setting, setting.identity(issued)) is StatusCode.UNAUTHENTICATED


async def poke(setting: Setting) -> bool:
    """Files are looked at when somebody calls."""
    await outcome(setting, setting.admin())
    return False


async def becomes_refused(caller: Caller) -> Refusal:
    async with asyncio.timeout(10):
        while True:
            try:
                await caller.call(MAPS + "List", LIST)
            except grpc.aio.AioRpcError as error:
                return refusal(error)
            await asyncio.sleep(0.05)


async def test_certificates_are_replaced_without_a_restart(make_setting: Callable[[], Setting]) -> None:
    setting = make_setting()
    old = setting.admin()
    async with setting.caller(old) as connected:
        await connected.call(MAPS + "List", LIST)
        after = Authority.create("after")
        write(setting.files, after, after)
        issued = after.issue_client("root", ADMINS)
        new = Identity(after.pem, issued.certificate, issued.key)
        async with asyncio.timeout(10):
            while await outcome(setting, new) is not None:
                continue
        assert await code_of(setting, old) is StatusCode.UNAVAILABLE
        # An open connection is not disturbed.
        await connected.call(MAPS + "List", LIST)
    # Files that do not fit together change nothing.
    (setting.files / "tls.key").write_bytes(Authority.create("x").issue_server().key)
    async with asyncio.timeout(10):
        while "the last good TLS files stay in force" not in setting.server.log:
            assert await outcome(setting, new) is None
            await asyncio.sleep(0.1)
    assert await outcome(setting, new) is None


async def test_a_watch_ends_with_its_certificate(setting: Setting) -> None:
    now = datetime.now(UTC)
    issued = setting.authority.issue_client("root", ADMINS, Validity(now - DAY, now + timedelta(seconds=3)))
    async with setting.caller(setting.identity(issued)) as caller:
        stream = caller.stream(MAPS + "Watch", requests.WatchRequest(heartbeat_seconds=0), 20)
        assert await stream.read()
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stream.read()
        found = refusal(caught.value)
        assert (found.code, found.reason) == (StatusCode.UNAUTHENTICATED, "Unauthorized")
        assert datetime.now(UTC) - now < timedelta(seconds=6)
        assert (await caller.refused(MAPS + "List", LIST)).code is StatusCode.UNAUTHENTICATED


async def test_a_watch_ends_when_its_certificate_is_revoked(make_setting: Callable[[], Setting]) -> None:
    setting = make_setting()
    issued = setting.authority.issue_client("root", ADMINS)
    async with setting.caller(setting.identity(issued)) as caller:
        stream = caller.stream(MAPS + "Watch", requests.WatchRequest(heartbeat_seconds=1), 30)
        assert await stream.read()
        serial = x509.load_pem_x509_certificate(issued.certificate).serial_number
        write_crl(setting.files, setting.authority, [serial])
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await to_the_end(stream)
        found = refusal(caught.value)
        assert (found.code, "is revoked" in found.message) == (StatusCode.UNAUTHENTICATED, True)


async def to_the_end(stream: Any) -> None:
    """Raises what the stream ends with."""
    async with asyncio.timeout(20):
        while True:
            await stream.read()
