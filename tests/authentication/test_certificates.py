from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from pilothouse.server.authentication.certificates import CertificateAuthenticator
from pilothouse.server.authentication.pki import Authority, Validity
from pilothouse.server.authentication.revocation import RevocationError, Revocations
from pilothouse.server.authentication.user import CREDENTIAL_ID
from pilothouse.server.errors import Unauthorized

from tests.support.clock import Clock

START = datetime(2030, 1, 1, tzinfo=UTC)
YEAR = Validity(START, START + timedelta(days=365))
AUTHORITY = Authority.create(validity=YEAR)
ADA = AUTHORITY.issue_client("ada", ["sailors", "cooks"], YEAR).certificate


def der(pem: bytes) -> bytes:
    return x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)


def serial(pem: bytes) -> int:
    return x509.load_pem_x509_certificate(pem).serial_number


def crl(authority: Authority, *serials: int) -> bytes:
    builder = x509.CertificateRevocationListBuilder(authority.certificate.subject, START, START + timedelta(days=1))
    for number in serials:
        revoked = x509.RevokedCertificateBuilder(number, START).build()
        builder = builder.add_revoked_certificate(revoked)
    return builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.PEM)


@pytest.fixture
def clock() -> Clock:
    return Clock(START.timestamp() + 60)


@pytest.mark.parametrize("data", [ADA, der(ADA)])
def test_the_subject_names_the_user_and_the_groups(clock: Clock, data: bytes) -> None:
    user = CertificateAuthenticator(clock=clock).authenticate(data)
    assert user.name == "ada"
    assert user.groups == ("sailors", "cooks", "system:authenticated")
    assert user.expires_at == YEAR.not_after.timestamp()
    fingerprint = x509.load_pem_x509_certificate(ADA).fingerprint(hashes.SHA256()).hex()
    assert user.extra == {CREDENTIAL_ID: (f"X509SHA256={fingerprint}",)}


def test_the_user_of_one_certificate_is_made_once(clock: Clock) -> None:
    authenticator = CertificateAuthenticator(clock=clock)
    assert authenticator.authenticate(ADA) is authenticator.authenticate(bytes(bytearray(ADA)))


def test_the_memory_is_bounded(clock: Clock) -> None:
    authenticator = CertificateAuthenticator(clock=clock, capacity=2)
    users = [AUTHORITY.issue_client(name, (), YEAR).certificate for name in "abc"]
    first = authenticator.authenticate(users[0])
    assert [authenticator.authenticate(data).name for data in users] == ["a", "b", "c"]
    assert authenticator.authenticate(users[0]) is not first


def test_validity_is_asked_for_each_call(clock: Clock) -> None:
    authenticator = CertificateAuthenticator(clock=clock)
    authenticator.authenticate(ADA)
    clock.now = YEAR.not_after.timestamp() + 1
    with pytest.raises(Unauthorized) as error:
        authenticator.authenticate(ADA)
    assert error.value.message == 'the client certificate of "ada" expired at 2031-01-01T00:00:00Z: present a new one'
    clock.now = START.timestamp() - 1
    with pytest.raises(Unauthorized, match='"ada" is not valid before 2030-01-01T00:00:00Z: check the clocks'):
        authenticator.authenticate(ADA)


def test_what_is_no_clients_certificate_is_refused(clock: Clock) -> None:
    authenticator = CertificateAuthenticator(clock=clock)
    with pytest.raises(Unauthorized, match="cannot be read"):
        authenticator.authenticate(b"nonsense")
    with pytest.raises(Unauthorized, match='"pilothouse" is not for clients: its extended key usage lacks clientAuth'):
        authenticator.authenticate(AUTHORITY.issue_server(validity=YEAR).certificate)


def test_a_certificate_without_a_name_is_refused(clock: Clock) -> None:
    subject = x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "sailors")])
    builder = x509.CertificateBuilder(
        AUTHORITY.certificate.subject, subject, AUTHORITY.key.public_key(), 1, YEAR.not_before, YEAR.not_after
    )
    nameless = builder.sign(AUTHORITY.key, hashes.SHA256()).public_bytes(Encoding.DER)
    with pytest.raises(Unauthorized, match="names no user"):
        CertificateAuthenticator(clock=clock).authenticate(nameless)


def test_a_crl_revokes_and_is_followed(clock: Clock, tmp_path: Path) -> None:
    path = tmp_path / "crl.pem"
    path.write_bytes(crl(AUTHORITY))
    look = Clock()
    authenticator = CertificateAuthenticator(Revocations(crl=path, clock=look), clock)
    assert authenticator.authenticate(ADA).name == "ada"
    path.write_bytes(crl(AUTHORITY, serial(ADA)))
    assert authenticator.authenticate(ADA).name == "ada", "the file is looked at once a second"
    look.advance(2)
    with pytest.raises(Unauthorized, match=rf'"ada" with serial {serial(ADA):x} is revoked'):
        authenticator.authenticate(ADA)


def test_a_crl_is_about_the_certificates_of_its_issuer(clock: Clock, tmp_path: Path) -> None:
    path = tmp_path / "crl.pem"
    path.write_bytes(crl(Authority.create("another", YEAR), serial(ADA)))
    authenticator = CertificateAuthenticator(Revocations(crl=path), clock)
    assert authenticator.authenticate(ADA).name == "ada"


def test_serials_in_a_file_are_revoked(clock: Clock, tmp_path: Path) -> None:
    path = tmp_path / "serials"
    number = f"{serial(ADA):040x}"
    pairs = ":".join(number[index : index + 2] for index in range(0, 40, 2))
    path.write_text(f"# lost\n\n{pairs.upper()}  # ada's laptop\n")
    with pytest.raises(Unauthorized, match="is revoked"):
        CertificateAuthenticator(Revocations(serials=path), clock).authenticate(ADA)


def test_a_list_that_breaks_stays_in_force(clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "serials"
    path.write_text(f"{serial(ADA):x}\n")
    look = Clock()
    authenticator = CertificateAuthenticator(Revocations(serials=path, clock=look), clock)
    path.write_text("what?\n")
    look.advance(2)
    with pytest.raises(Unauthorized, match="is revoked"):
        authenticator.authenticate(ADA)
    assert [record.message for record in caplog.records] == [
        "the last good list of revoked certificates stays in force"
    ]


def test_a_list_of_no_use_is_named_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / "list"
    with pytest.raises(RevocationError, match=r"^--crl-file: cannot read .*list: No such file or directory$"):
        Revocations(crl=path)
    path.write_text("12\nxyz\n")
    with pytest.raises(RevocationError, match=r"^--crl-file: .* holds no certificate revocation list"):
        Revocations(crl=path)
    with pytest.raises(RevocationError, match=r"^--client-revoked-serials-file: .*list, line 2: not a hexadecimal"):
        Revocations(serials=path)
