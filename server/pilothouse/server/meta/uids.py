"""Unique identifiers: random UUIDs (RFC 9562, version 4)."""

import os

_POOL = 16 * 256

_random = b""
_used = 0


def new_uid() -> str:
    """A new one. The system is asked for randomness 256 identifiers at a time: asking costs more than all the rest."""
    global _random, _used
    if _used == len(_random):
        _random, _used = os.urandom(_POOL), 0
    data = bytearray(_random[_used : _used + 16])
    _used += 16
    data[6] = data[6] & 0x0F | 0x40
    data[8] = data[8] & 0x3F | 0x80
    digits = data.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
