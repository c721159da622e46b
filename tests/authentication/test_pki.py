import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from pilothouse.server.authentication.pki import (
    LEAF_LIFETIME,
    RENEW_BEFORE,
    Authority,
    CertificateFiles,
    Pki,
    PkiError,
    Validity,
)

MAKE = Path(__file__).parents[2] / "certs" / "make.py"


def certificate(files: CertificateFiles) -> x509.Certificate:
    return x509.load_pem_x509_certificate(files.certificate.read_bytes())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_authority_signs_what_it_makes(tmp_path: Path) -> None:
    pki = Pki(tmp_path / "pki")
    authority = pki.authority()
    for files in (pki.server(["example.test", "192.0.2.7"]), pki.client("ada", ["sailors", "cooks"])):
        certificate(files).verify_directly_issued_by(authority.certificate)
    names = certificate(pki.server()).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {str(name.value) for name in names} == {"localhost", "127.0.0.1", "::1", "example.test", "192.0.2.7"}
    assert certificate(pki.client("ada", ["sailors", "cooks"])).subject.rfc4514_string() == "CN=ada,O=cooks,O=sailors"


def test_only_the_owner_can_read_keys(tmp_path: Path) -> None:
    pki = Pki(tmp_path / "pki")
    files = pki.client("system:admin")
    assert mode(tmp_path / "pki") == 0o700
    assert mode(files.key.parent) == 0o700
    assert mode(files.key) == mode(pki.server().key) == mode(tmp_path / "pki" / "ca.key") == 0o600


def test_what_is_good_stays(tmp_path: Path) -> None:
    before = Pki(tmp_path).server(["a.test"]), Pki(tmp_path).client("ada", ["x"])
    content = [(files.certificate.read_bytes(), files.key.read_bytes(), files.ca.read_bytes()) for files in before]
    after = Pki(tmp_path).server(), Pki(tmp_path).client("ada", ["x"])
    assert [
        (files.certificate.read_bytes(), files.key.read_bytes(), files.ca.read_bytes()) for files in after
    ] == content


def test_what_lacks_a_host_or_a_group_is_made_anew(tmp_path: Path) -> None:
    pki = Pki(tmp_path)
    server, client = certificate(pki.server()), certificate(pki.client("ada", ["x"]))
    assert certificate(pki.server(["b.test"])).serial_number != server.serial_number
    assert certificate(pki.client("ada", ["y"])).serial_number != client.serial_number


def test_what_is_about_to_expire_is_made_anew(tmp_path: Path) -> None:
    pki = Pki(tmp_path)
    files = pki.client("ada")
    now = datetime.now(UTC)
    old = pki.authority().issue_client(
        "ada", (), Validity(now - LEAF_LIFETIME, now + RENEW_BEFORE - timedelta(hours=1))
    )
    files.certificate.write_bytes(old.certificate)
    files.key.write_bytes(old.key)
    assert certificate(pki.client("ada")).not_valid_after_utc > now + RENEW_BEFORE


def test_a_leaf_of_another_authority_is_made_anew(tmp_path: Path) -> None:
    pki = Pki(tmp_path)
    files = pki.client("ada")
    stranger = Authority.create("stranger").issue_client("ada")
    files.certificate.write_bytes(stranger.certificate)
    files.key.write_bytes(stranger.key)
    certificate(pki.client("ada")).verify_directly_issued_by(pki.authority().certificate)


def test_an_authority_is_never_overwritten(tmp_path: Path) -> None:
    pki = Pki(tmp_path)
    pki.authority()
    content = pki.ca.read_bytes()
    (tmp_path / "ca.key").unlink()
    with pytest.raises(
        PkiError, match=r"ca\.crt is there but .*ca\.key is missing: put it back, or move .*ca\.crt away"
    ):
        pki.server()
    assert pki.ca.read_bytes() == content
    (tmp_path / "ca.key").write_bytes(b"nonsense")
    with pytest.raises(PkiError, match="cannot use"):
        pki.server()
    assert pki.ca.read_bytes() == content


def test_many_at_once_make_one_authority(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: Pki(tmp_path).authority().pem, range(8)))
    assert len(set(made)) == 1


@pytest.mark.parametrize("user", ["", "x" * 65])
def test_a_user_that_no_certificate_can_name_is_refused(tmp_path: Path, user: str) -> None:
    with pytest.raises(PkiError, match="cannot name the user"):
        Pki(tmp_path).client(user)


def test_a_user_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    files = Pki(tmp_path / "pki").client("../../evil/..")
    assert files.certificate.parent == tmp_path / "pki" / "clients"
    assert files.certificate.exists()


def test_the_command_makes_all(tmp_path: Path) -> None:
    command = [sys.executable, str(MAKE), str(tmp_path / "pki"), "--user", "ada", "--group", "sailors"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert all(Path(line).exists() for line in done.stdout.splitlines())
    assert len(done.stdout.splitlines()) == 6
    refused = subprocess.run([*command[:3], "--group", "x"], capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "give --user too" in refused.stderr


def test_the_key_of_tokens_is_made_once(tmp_path: Path) -> None:
    file = Pki(tmp_path / "pki").account_key()
    made = file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert Pki(tmp_path / "pki").account_key().read_bytes() == made
    file.write_text("spoilt")
    assert Pki(tmp_path / "pki").account_key().read_text() == "spoilt"
