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


def first_field(data: bytes) -> bytes | None:
    """What field 1, a message, holds where it stands at the start of `data`; None where it does not."""
    if data[:1] != b"\n":
        return None
    size = shift = 0
    for at in range(1, min(6, len(data))):
        byte = data[at]
        size |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            found = data[at + 1 : at + 1 + size]
            return found if len(found) == size else None
    return None
