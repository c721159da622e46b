"""The envelope of Kubernetes' protobuf, at rest and on the wire: `k8s\\0` and a runtime.Unknown.

Unknown is {typeMeta{apiVersion, kind} = 1, raw = 2, contentEncoding = 3, contentType = 4}.
"""

from google.protobuf.message import DecodeError
from pilothouse.api.runtime.v1.runtime_pb2 import TypeMeta, Unknown

from .wire import varint

MAGIC = b"k8s\0"
# contentEncoding and contentType, empty but present, as Go writes them.
TAIL = b"\x1a\x00\x22\x00"


def envelope_head(api_version: str, kind: str) -> bytes:
    """What comes before the length of `raw`; the same for all objects of a kind."""
    meta = TypeMeta(api_version=api_version, kind=kind).SerializeToString()
    return MAGIC + b"\n" + varint(len(meta)) + meta + b"\x12"


def enveloped(head: bytes, raw: bytes) -> bytes:
    """`raw`, an object's protobuf, in the envelope that begins with `head`."""
    return b"".join((head, varint(len(raw)), raw, TAIL))


def opened(data: bytes) -> Unknown:
    """The envelope of `data`. Raises ValueError for what is none, or says that what is in it is encoded once more."""
    if not data.startswith(MAGIC):
        raise ValueError("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]")
    try:
        envelope = Unknown.FromString(data[len(MAGIC) :])
    except DecodeError:
        raise ValueError("the envelope cannot be read: it is no runtime.Unknown") from None
    if envelope.content_encoding:
        raise ValueError(f"its content encoding {envelope.content_encoding!r} is not known")
    return envelope
