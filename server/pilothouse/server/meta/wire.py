"""The pieces of protobuf's wire format that the server writes by hand, so that an object's bytes are made once."""


class Undecodable(Exception):
    """A stored value that is no object of its type. The message names the key and what is wrong."""


def varint(number: int) -> bytes:
    """A protobuf varint; `number` is not negative."""
    if number < 0x80:
        return bytes((number,))
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def with_revision(raw: bytes, revision: int) -> bytes:
    """The object with metadata.resourceVersion set: protobuf merges what is appended (metadata is field 1 of every
    kind, resourceVersion field 6 of ObjectMeta)."""
    text = b"%d" % revision
    size = len(text)
    return b"%b\n%c2%c%b" % (raw, size + 2, size, text)


def framed(body: bytes) -> bytes:
    """`body` as field 2 of a message: an item of a list, the object of a watch event."""
    return b"\x12" + varint(len(body)) + body
