"""The keys that tokens of service accounts are signed with: reading them, naming them, and publishing the public ones.

A key's id is the base64url of the SHA-256 of its public half in DER, as in Kubernetes, so that every server that knows
a key gives it the same name.
"""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

import orjson
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

SIGNING_KEY_FLAG = "--service-account-signing-key-file"
KEY_FLAG = "--service-account-key-file"
RSA_BITS = 2048
_CURVES = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}
_END = b"-----END "

Public: TypeAlias = RSAPublicKey | EllipticCurvePublicKey
Private: TypeAlias = RSAPrivateKey | EllipticCurvePrivateKey


class AccountKeyError(ValueError):
    """A file that cannot be used; the text names the flag, the file and the fault, never what is in it."""


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """algorithm: the one that this key may be used with, as JWS names it."""

    id: str
    algorithm: str
    key: Public


@dataclass(frozen=True, slots=True)
class SigningKey:
    """public: the half that verifies what this one signs."""

    public: VerifyingKey
    key: Private


def read_signing_key(path: Path) -> SigningKey:
    """The private key in a PEM file. Raises AccountKeyError."""
    for key in _keys(SIGNING_KEY_FLAG, path):
        if isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
            return SigningKey(_verifying(SIGNING_KEY_FLAG, path, key.public_key()), key)
    raise AccountKeyError(f"{SIGNING_KEY_FLAG}: {path} holds no private key of RSA or ECDSA in PEM")


def read_verifying_keys(paths: Sequence[Path]) -> list[VerifyingKey]:
    """The keys in PEM files, public ones and the public halves of private ones, each once. Raises AccountKeyError."""
    found: dict[str, VerifyingKey] = {}
    for path in paths:
        keys = _keys(KEY_FLAG, path)
        if not keys:
            raise AccountKeyError(f"{KEY_FLAG}: {path} holds no key of RSA or ECDSA in PEM")
        for key in keys:
            public = key.public_key() if isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey) else key
            verifying = _verifying(KEY_FLAG, path, public)
            found.setdefault(verifying.id, verifying)
    return list(found.values())


def key_set(keys: Sequence[VerifyingKey]) -> bytes:
    """The keys as a JSON Web Key Set (RFC 7517)."""
    return orjson.dumps({"keys": [_jwk(key) for key in keys]})


def _keys(flag: str, path: Path) -> list[Public | Private]:
    """Every key of a kind that is known; certificates stand for their keys."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise AccountKeyError(f"{flag}: cannot read {path}: {error.strerror}") from None
    found: list[Public | Private] = []
    rest = data
    while (begin := rest.find(b"-----BEGIN ")) >= 0 and (end := rest.find(_END, begin)) >= 0:
        stop = rest.find(b"-----", end + len(_END))
        stop = len(rest) if stop < 0 else stop + 5
        key = _key(flag, path, rest[begin:stop] + b"\n")
        if isinstance(key, RSAPublicKey | EllipticCurvePublicKey | RSAPrivateKey | EllipticCurvePrivateKey):
            found.append(key)
        rest = rest[stop:]
    return found


def _key(flag: str, path: Path, block: bytes) -> object:
    label = block[: block.find(b"\n")]
    try:
        if b"PRIVATE KEY" in label:
            return load_pem_private_key(block, password=None)
        if b"PUBLIC KEY" in label:
            return load_pem_public_key(block)
        if b"CERTIFICATE" in label:
            return x509.load_pem_x509_certificate(block).public_key()
    except TypeError:
        raise AccountKeyError(f"{flag}: the key in {path} is encrypted: give one without a password") from None
    except (ValueError, UnsupportedAlgorithm):
        raise AccountKeyError(f"{flag}: {path} holds a key that cannot be read") from None
    # The parameters of a curve stand before its key in what openssl writes.
    return None


def _verifying(flag: str, path: Path, key: Public) -> VerifyingKey:
    if isinstance(key, RSAPublicKey):
        algorithm = "RS256"
        if key.key_size < RSA_BITS:
            raise AccountKeyError(f"{flag}: the RSA key in {path} has {key.key_size} bits: use {RSA_BITS} or more")
    else:
        algorithm = _CURVES.get(key.curve.name, "")
        if not algorithm:
            raise AccountKeyError(f"{flag}: the key in {path} is of the curve {key.curve.name}: use P-256, 384 or 521")
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return VerifyingKey(_base64(sha256(der).digest()), algorithm, key)


def _jwk(key: VerifyingKey) -> dict[str, str]:
    common = {"use": "sig", "kid": key.id, "alg": key.algorithm}
    if isinstance(key.key, RSAPublicKey):
        rsa = key.key.public_numbers()
        return {"kty": "RSA", **common, "n": _number(rsa.n), "e": _number(rsa.e)}
    point, size = key.key.public_numbers(), (key.key.curve.key_size + 7) // 8
    x, y = _number(point.x, size), _number(point.y, size)
    return {"kty": "EC", **common, "crv": f"P-{key.key.curve.key_size}", "x": x, "y": y}


def _number(value: int, size: int = 0) -> str:
    return _base64(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
