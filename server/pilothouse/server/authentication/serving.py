"""The TLS material of the ports: certificate, key and the authorities of client certificates, from files that may be
replaced while the server runs.

New connections use what the files hold; looked at once a second at most. Files that do not fit together keep the last
good ones in force and are reported in the log, because they may be half written.
"""

import logging
import ssl
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import grpc
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from pilothouse.server.authentication.changes import ChangeDetector

_log = logging.getLogger(__name__)

CERTIFICATE_FLAG = "--tls-cert-file"
KEY_FLAG = "--tls-private-key-file"
CLIENT_CA_FLAG = "--client-ca-file"


class TlsError(ValueError):
    """A file that cannot be used; the text names the flag, the file and the fault."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """certificate: the server's and what leads to its authority, PEM; key: unencrypted, PEM; client_ca: who may sign
    client certificates, PEM, None where none are asked for."""

    certificate: Path
    key: Path
    client_ca: Path | None = None


@dataclass(frozen=True, slots=True)
class TlsMaterial:
    """The content of TlsFiles, PEM; proven to fit together."""

    certificate: bytes
    key: bytes
    client_ca: bytes | None


def load(files: TlsFiles) -> TlsMaterial:
    """Reads the files. Raises TlsError."""
    certificate = _read(CERTIFICATE_FLAG, files.certificate)
    key = _read(KEY_FLAG, files.key)
    client_ca = _read(CLIENT_CA_FLAG, files.client_ca) if files.client_ca else None
    chain = _certificates(CERTIFICATE_FLAG, files.certificate, certificate)
    try:
        public = load_pem_private_key(key, password=None).public_key()
    except TypeError as error:
        raise TlsError(f"{KEY_FLAG}: the key in {files.key} is encrypted: give one without a password") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise TlsError(f"{KEY_FLAG}: {files.key} holds no private key in PEM") from error
    form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    if public.public_bytes(*form) != chain[0].public_key().public_bytes(*form):
        raise TlsError(
            f"{KEY_FLAG}: the key in {files.key} does not belong to the certificate in {files.certificate} "
            f"({CERTIFICATE_FLAG})"
        )
    if files.client_ca and client_ca:
        _certificates(CLIENT_CA_FLAG, files.client_ca, client_ca)
    material = TlsMaterial(certificate, key, client_ca)
    try:
        _context(material)
    except ssl.SSLError as error:
        raise TlsError(f"{CERTIFICATE_FLAG}: TLS cannot use {files.certificate}: {error.reason}") from error
    return material


class ServingCertificates:
    """The current material of one set of files. Used by several ports and threads."""

    def __init__(self, files: TlsFiles, clock: Callable[[], float] = time.monotonic) -> None:
        """Raises TlsError when the files cannot be used."""
        self._files = files
        paths = [path for path in (files.certificate, files.key, files.client_ca) if path]
        self._changes = ChangeDetector(paths, clock=clock)
        self._lock = threading.Lock()
        self._material = load(files)

    def current(self) -> TlsMaterial:
        """What a new connection uses: the same object until the files change."""
        with self._lock:
            if self._changes.changed():
                try:
                    material = load(self._files)
                except TlsError as error:
                    _log.warning("the last good TLS files stay in force", extra={"error": str(error)})
                else:
                    if material != self._material:
                        self._material = material
                        _log.info("TLS files reloaded", extra={"file": str(self._files.certificate)})
            return self._material

    def grpc_credentials(self, require_client_certificate: bool) -> grpc.ServerCredentials:
        """Credentials of a gRPC port that either requires a client certificate or never asks for one."""
        used = self.current()
        if require_client_certificate and used.client_ca is None:
            raise TlsError(f"{CLIENT_CA_FLAG}: needed by a port that requires client certificates")

        def configuration(material: TlsMaterial) -> grpc.ServerCertificateConfiguration:
            authorities = material.client_ca if require_client_certificate else None
            return grpc.ssl_server_certificate_configuration([(material.key, material.certificate)], authorities)

        def fetch() -> grpc.ServerCertificateConfiguration | None:
            nonlocal used
            material = self.current()
            if material is used:
                return None
            used = material
            return configuration(material)

        # None means no change; the stubs do not say so.
        return grpc.dynamic_ssl_server_credentials(
            configuration(used),
            fetch,  # type: ignore[arg-type]
            require_client_certificate,
        )

    def ssl_context(self) -> ssl.SSLContext:
        """The context of an HTTP port that takes a client certificate where one is offered."""
        used = self.current()
        context = _context(used)
        replacement = context

        def follow(connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, first: ssl.SSLContext) -> None:
            nonlocal used, replacement
            material = self.current()
            if material is not used:
                used, replacement = material, _context(material)
            # OpenSSL asks this at the start of each handshake, with or without a server name.
            if replacement is not first:
                connection.context = replacement

        context.sni_callback = follow
        return context


def _context(material: TlsMaterial) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    # A resumed session would skip the look at the client's certificate.
    context.num_tickets = 0
    context.options |= ssl.OP_NO_TICKET
    # The module reads certificates from files only: they go through a folder that nobody else can enter.
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = Path(folder, "certificate"), Path(folder, "key")
        certificate.write_bytes(material.certificate)
        key.touch(0o600)
        key.write_bytes(material.key)
        context.load_cert_chain(certificate, key)
    if material.client_ca is not None:
        authorities = x509.load_pem_x509_certificates(material.client_ca)
        context.load_verify_locations(cadata=b"".join(each.public_bytes(Encoding.DER) for each in authorities))
        context.verify_mode = ssl.CERT_OPTIONAL
    return context


def _read(flag: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TlsError(f"{flag}: cannot read {path}: {error.strerror}") from error


def _certificates(flag: str, path: Path, data: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(data)
    except ValueError as error:
        raise TlsError(f"{flag}: {path} holds no certificate in PEM") from error
