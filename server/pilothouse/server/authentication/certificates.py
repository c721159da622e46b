"""A client certificate to the user that it names: CN is the user, each O a group.

The TLS handshake has proven that a trusted authority signed it and that the caller has its key, but only at the time of
the handshake: how long it is valid and whether it is revoked is asked again for each call.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pilothouse.server.authentication.revocation import Revocations
from pilothouse.server.authentication.user import CREDENTIAL_ID, authenticated
from pilothouse.server.errors import Unauthorized
from pilothouse.server.meta.user import User


@dataclass(frozen=True, slots=True)
class _Known:
    user: User
    not_before: float
    issuer: bytes
    serial: int


class CertificateAuthenticator:
    """Certificates are parsed once and remembered by their bytes, the last `capacity` of them."""

    def __init__(
        self,
        revocations: Revocations | None = None,
        clock: Callable[[], float] = time.time,
        capacity: int = 4096,
    ) -> None:
        """clock: seconds since the epoch."""
        self._revocations = revocations
        self._clock = clock
        self._capacity = capacity
        self._known: dict[bytes, _Known] = {}

    def authenticate(self, certificate: bytes) -> User:
        """The user of a certificate in DER or PEM; its `expires_at` is the certificate's.

        Raises Unauthorized when the certificate cannot be read, names no user, is not for clients, is not valid now or
        is revoked.
        """
        known = self._known.get(certificate)
        if known is None:
            known = _read(certificate)
            if self._revocations is not None:
                known = replace(known, user=replace(known.user, recheck=partial(self._check, known)))
            if len(self._known) >= self._capacity:
                del self._known[next(iter(self._known))]
            self._known[certificate] = known
        self._check(known)
        return known.user

    def _check(self, known: _Known) -> None:
        now = self._clock()
        user = known.user
        if now < known.not_before:
            since = _text(known.not_before)
            raise Unauthorized(f'the client certificate of "{user.name}" is not valid before {since}: check the clocks')
        if now > user.expires_at:
            raise Unauthorized(
                f'the client certificate of "{user.name}" expired at {_text(user.expires_at)}: present a new one'
            )
        if self._revocations and self._revocations.revoked(known.issuer, known.serial):
            raise Unauthorized(f'the client certificate of "{user.name}" with serial {known.serial:x} is revoked')


def _read(data: bytes) -> _Known:
    try:
        pem = data.lstrip().startswith(b"-----BEGIN")
        certificate = x509.load_pem_x509_certificate(data) if pem else x509.load_der_x509_certificate(data)
        names = _values(certificate.subject, NameOID.COMMON_NAME)
        groups = _values(certificate.subject, NameOID.ORGANIZATION_NAME)
        for_clients = _is_for_clients(certificate)
    except ValueError as error:
        raise Unauthorized("the client certificate cannot be read") from error
    if not names or not names[0]:
        raise Unauthorized("the client certificate names no user: its subject needs a common name (CN)")
    if not for_clients:
        raise Unauthorized(
            f'the certificate of "{names[0]}" is not for clients: its extended key usage lacks clientAuth'
        )
    identity = f"X509SHA256={sha256(certificate.public_bytes(Encoding.DER)).hexdigest()}"
    user = authenticated(
        names[0],
        groups,
        extra={CREDENTIAL_ID: (identity,)},
        expires_at=certificate.not_valid_after_utc.timestamp(),
    )
    return _Known(
        user,
        certificate.not_valid_before_utc.timestamp(),
        certificate.issuer.public_bytes(),
        certificate.serial_number,
    )


def _values(subject: x509.Name, kind: x509.ObjectIdentifier) -> list[str]:
    values = (attribute.value for attribute in subject.get_attributes_for_oid(kind))
    return [value if isinstance(value, str) else value.decode() for value in values]


def _is_for_clients(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return ExtendedKeyUsageOID.CLIENT_AUTH in usage or ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in usage


def _text(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
