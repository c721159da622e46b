"""What is wrong with requests and certificates in PEM. The library that reads them is loaded when one is read."""

import binascii
import re
from base64 import b64decode

_BLOCK = re.compile(rb"-----BEGIN ([^\r\n-]+)-----[ \t]*\r?\n(.*?)-----END \1-----", re.DOTALL)
_HEADER = re.compile(rb"[^\r\n:]+:[^\r\n]*\r?\n")
_REQUEST = b"CERTIFICATE REQUEST"
_CERTIFICATE = b"CERTIFICATE"


def request_fault(data: bytes) -> str:
    """What is wrong with the first block, which is to be a PKCS 10 request; "" where nothing is."""
    block = _BLOCK.search(data)
    if block is None or block.group(1) != _REQUEST:
        return "PEM block type must be CERTIFICATE REQUEST"
    der = _decoded(block.group(2))
    if der is None:
        return "PEM block type must be CERTIFICATE REQUEST"
    from cryptography.x509 import load_der_x509_csr

    try:
        load_der_x509_csr(der)
    except ValueError as error:
        return f"the certificate request cannot be read: {error}"
    return ""


def certificate_fault(data: bytes) -> str:
    """What is wrong with a chain of certificates; "" where nothing is. No certificates at all are none to refuse."""
    if not data:
        return ""
    blocks = list(_BLOCK.finditer(data))
    if not blocks:
        return "must contain at least one CERTIFICATE PEM block"
    for block in blocks:
        kind = block.group(1)
        if kind != _CERTIFICATE:
            return f'only CERTIFICATE PEM blocks are allowed, found "{kind.decode(errors="replace")}"'
        if _HEADER.match(block.group(2)):
            return "no PEM block headers are permitted"
        fault = _certificate_fault(_decoded(block.group(2)) or b"")
        if fault:
            return fault
    return ""


def _certificate_fault(der: bytes) -> str:
    if not der:
        return "found CERTIFICATE PEM block containing 0 certificates"
    from cryptography.x509 import load_der_x509_certificate

    try:
        load_der_x509_certificate(der)
    except ValueError as error:
        return f"the certificate cannot be read: {error}"
    return ""


def _decoded(text: bytes) -> bytes | None:
    # Headers end with an empty line.
    while header := _HEADER.match(text):
        text = text[header.end() :]
    try:
        return b64decode(b"".join(text.split()), validate=True)
    except (ValueError, binascii.Error):
        return None
