"""Certificates that are refused before they expire: a CRL, a list of serial numbers, or both, each from a file."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from pilothouse.server.authentication.changes import ChangeDetector

_log = logging.getLogger(__name__)


class RevocationError(ValueError):
    """A file that cannot be used; the text names the flag, the file and the fault."""


class Revocations:
    """The revoked certificates; follows its files. A file that becomes unreadable keeps its last good content in force
    and is reported in the log."""

    def __init__(
        self,
        crl: Path | None = None,
        serials: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """crl: one CRL, PEM or DER (`--crl-file`); serials: one hexadecimal serial number per line, of whatever
        issuer (`--client-revoked-serials-file`). Raises RevocationError."""
        self._crl = crl
        self._serials = serials
        self._changes = ChangeDetector([path for path in (crl, serials) if path], clock=clock)
        self._load()

    def revoked(self, issuer: bytes, serial: int) -> bool:
        """Whether the certificate of this issuer (the name in DER) and serial number is revoked."""
        if self._changes.changed():
            try:
                self._load()
            except RevocationError as error:
                _log.warning("the last good list of revoked certificates stays in force", extra={"error": str(error)})
        return serial in self._everywhere or (issuer, serial) in self._of_issuer

    def _load(self) -> None:
        everywhere = _read_serials(self._serials) if self._serials else frozenset[int]()
        of_issuer = _read_crl(self._crl) if self._crl else frozenset[tuple[bytes, int]]()
        self._everywhere, self._of_issuer = everywhere, of_issuer


def _read_crl(path: Path) -> frozenset[tuple[bytes, int]]:
    flag = "--crl-file"
    try:
        data = path.read_bytes()
        pem = b"-----BEGIN" in data
        crl = x509.load_pem_x509_crl(data) if pem else x509.load_der_x509_crl(data)
    except OSError as error:
        raise RevocationError(f"{flag}: cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise RevocationError(f"{flag}: {path} holds no certificate revocation list in PEM or DER") from error
    issuer = crl.issuer.public_bytes()
    return frozenset((issuer, entry.serial_number) for entry in crl)


def _read_serials(path: Path) -> frozenset[int]:
    flag = "--client-revoked-serials-file"
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RevocationError(f"{flag}: cannot read {path}: {error}") from error
    serials = set()
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip().replace(":", "")
        if not text:
            continue
        try:
            serials.add(int(text, 16))
        except ValueError:
            raise RevocationError(f"{flag}: {path}, line {number}: not a hexadecimal serial number") from None
    return frozenset(serials)
