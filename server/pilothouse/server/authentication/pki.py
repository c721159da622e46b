"""The development PKI: one authority that signs certificates for a server and for its users.

For trying things out, for tests and for `up`; a production server is given certificates by whoever issues them there.
ECDSA P-256 throughout. A Pki is a folder: `ca.crt`, `ca.key`, `server.crt`, `server.key`, `service-accounts.key` (it
signs their tokens) and `clients/<user>.crt`, `.key`. Keys can be read by their owner only, files appear whole or not at
all, the authority and the key of the tokens are never overwritten, and the others are made anew when they are about to
expire or no longer say what is asked for.
"""

import fcntl
import ipaddress
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
AUTHORITY_LIFETIME = timedelta(days=3650)
LEAF_LIFETIME = timedelta(days=365)
RENEW_BEFORE = timedelta(days=30)
# Clocks differ: what is made now must not be "not valid yet" on the next machine.
_BACKDATED = timedelta(minutes=5)


class PkiError(ValueError):
    """The folder holds something that cannot be used; the text says what and what to do."""


@dataclass(frozen=True, slots=True)
class Validity:
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate and its key, PEM."""

    certificate: bytes
    key: bytes


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """Where a certificate, its key and the authority that signed it are."""

    certificate: Path
    key: Path
    ca: Path


@dataclass(frozen=True, slots=True)
class Authority:
    """What signs."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def create(cls, name: str = "pilothouse development", validity: Validity | None = None) -> "Authority":
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
        builder = (
            _builder(subject, subject, key.public_key(), validity or _from_now(AUTHORITY_LIFETIME))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
        )
        return cls(builder.sign(key, hashes.SHA256()), key)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def issue_server(self, hosts: Iterable[str] = (), validity: Validity | None = None) -> Issued:
        """A certificate for a server at these host names and addresses and at the local ones."""
        names = x509.SubjectAlternativeName([_general_name(host) for host in _all_hosts(hosts)])
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pilothouse")])
        return self._issue(subject, ExtendedKeyUsageOID.SERVER_AUTH, validity, names)

    def issue_client(self, user: str, groups: Iterable[str] = (), validity: Validity | None = None) -> Issued:
        """A certificate for a user in groups. Raises PkiError for a name that no certificate can carry."""
        try:
            names = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups]
            subject = x509.Name([*names, x509.NameAttribute(NameOID.COMMON_NAME, user)])
        except ValueError as error:
            raise PkiError(f"a certificate cannot name the user {user!r} or one of its groups: {error}") from error
        return self._issue(subject, ExtendedKeyUsageOID.CLIENT_AUTH, validity, None)

    def _issue(
        self,
        subject: x509.Name,
        usage: x509.ObjectIdentifier,
        validity: Validity | None,
        names: x509.SubjectAlternativeName | None,
    ) -> Issued:
        key = ec.generate_private_key(ec.SECP256R1())
        authority = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        builder = (
            _builder(subject, self.certificate.subject, key.public_key(), validity or _from_now(LEAF_LIFETIME))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(True, False, False, False, False, False, False, False, False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(authority), critical=False)
        )
        if names is not None:
            builder = builder.add_extension(names, critical=False)
        signed = builder.sign(self.key, hashes.SHA256())
        return Issued(signed.public_bytes(Encoding.PEM), _key_pem(key))


class Pki:
    """The folder. Several processes may use it at once."""

    def __init__(self, folder: Path) -> None:
        """Makes the folder, for its owner only, where there is none."""
        self._folder = folder
        self._clients = folder / "clients"
        for path in (folder, self._clients):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def ca(self) -> Path:
        return self._folder / "ca.crt"

    def authority(self) -> Authority:
        """The authority, made where there is none. Raises PkiError when it is there but of no use."""
        with self._locked():
            return self._authority()

    def server(self, hosts: Iterable[str] = ()) -> CertificateFiles:
        """The server's certificate, made where there is none that is good for these hosts. Raises PkiError."""
        wanted = {str(_general_name(host).value) for host in _all_hosts(hosts)}
        files = CertificateFiles(self._folder / "server.crt", self._folder / "server.key", self.ca)
        with self._locked():
            authority = self._authority()
            present = _good(files, authority)
            if present is None or not wanted <= _names(present):
                _write_pair(files, authority.issue_server(hosts))
        return files

    def client(self, user: str, groups: Iterable[str] = ()) -> CertificateFiles:
        """A user's certificate, made where there is none that is good for these groups. Raises PkiError."""
        groups = tuple(groups)
        stem = quote(user, safe=":@+ ")
        files = CertificateFiles(self._clients / f"{stem}.crt", self._clients / f"{stem}.key", self.ca)
        with self._locked():
            authority = self._authority()
            present = _good(files, authority)
            if present is None or _groups(present) != set(groups):
                _write_pair(files, authority.issue_client(user, groups))
        return files

    def account_key(self) -> Path:
        """The private key that tokens of service accounts are signed with, made where there is none."""
        file = self._folder / "service-accounts.key"
        with self._locked():
            if not file.exists():
                _write(file, _key_pem(ec.generate_private_key(ec.SECP256R1())), 0o600)
        return file

    def _authority(self) -> Authority:
        files = CertificateFiles(self.ca, self._folder / "ca.key", self.ca)
        if not files.certificate.exists() and not files.key.exists():
            made = Authority.create()
            _write_pair(files, Issued(made.pem, _key_pem(made.key)))
            return made
        certificate, key = _load(files)
        if certificate.not_valid_after_utc <= datetime.now(UTC):
            raise PkiError(f"the authority in {self.ca} has expired: move {self._folder} away to have all made anew")
        return Authority(certificate, key)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with open(self._folder / ".lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _from_now(lifetime: timedelta) -> Validity:
    now = datetime.now(UTC)
    return Validity(now - _BACKDATED, now + lifetime)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, validity: Validity
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(validity.not_before)
        .not_valid_after(validity.not_after)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _all_hosts(hosts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*LOCAL_HOSTS, *hosts)))


def _general_name(host: str) -> x509.DNSName | x509.IPAddress:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return x509.DNSName(host)
    except ValueError as error:
        raise PkiError(f"a certificate cannot name the host {host!r}: {error}") from error


def _names(certificate: x509.Certificate) -> set[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return set()
    return {str(name.value) for name in names}


def _groups(certificate: x509.Certificate) -> set[str]:
    return {str(name.value) for name in certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)}


def _good(files: CertificateFiles, authority: Authority) -> x509.Certificate | None:
    """The certificate that is there, if this authority signed it, its key is there too, and it lasts for a while."""
    if not files.certificate.exists() or not files.key.exists():
        return None
    try:
        certificate, _ = _load(files)
        certificate.verify_directly_issued_by(authority.certificate)
    except (ValueError, TypeError, InvalidSignature):  # of no use: made anew
        return None
    return certificate if certificate.not_valid_after_utc - datetime.now(UTC) > RENEW_BEFORE else None


def _load(files: CertificateFiles) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    for path, other in ((files.certificate, files.key), (files.key, files.certificate)):
        if not path.exists():
            raise PkiError(f"{other} is there but {path} is missing: put it back, or move {other} away")
    try:
        certificate = x509.load_pem_x509_certificate(files.certificate.read_bytes())
        key = load_pem_private_key(files.key.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise PkiError(f"cannot use {files.certificate} and {files.key}: {error}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise PkiError(f"the key in {files.key} does not belong to the certificate in {files.certificate}")
    return certificate, key


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write_pair(files: CertificateFiles, issued: Issued) -> None:
    _write(files.key, issued.key, 0o600)
    _write(files.certificate, issued.certificate, 0o644)


def _write(path: Path, data: bytes, mode: int) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
