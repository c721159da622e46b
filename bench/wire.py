"""Just enough of the protobuf wire to make requests and to count what comes back, at the cost of a few bytes' look."""

from collections.abc import Iterator


def varint(number: int) -> bytes:
    """`number` (>= 0) as a base-128 varint."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number: int, payload: bytes) -> bytes:
    """One length-delimited field."""
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def integer(number: int, value: int) -> bytes:
    """One varint field, written also when it is 0."""
    return varint(number << 3) + varint(value)


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """The varint at `at`, and the position behind it."""
    byte = data[at]
    at += 1
    if byte < 0x80:
        return byte, at
    value, shift = byte & 0x7F, 7
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def fields(data: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Each top-level field: its number, its value where it is a varint (else -1), where its payload starts and ends.
    Raises ValueError for a wire type other than varint and length-delimited."""
    at, size = 0, len(data)
    while at < size:
        tag, at = read_varint(data, at)
        if tag & 7 == 0:
            start = at
            value, at = read_varint(data, at)
            yield tag >> 3, value, start, at
        elif tag & 7 == 2:
            length, start = read_varint(data, at)
            at = start + length
            yield tag >> 3, -1, start, at
        else:
            raise ValueError(f"wire type {tag & 7} at byte {at}")


def count(data: bytes, number: int) -> int:
    """How many top-level fields bear `number`."""
    return sum(1 for found, _, _, _ in fields(data) if found == number)


def first(data: bytes, number: int) -> bytes:
    """The payload of the first length-delimited field with `number`; b"" where there is none."""
    return next((data[start:end] for found, _, start, end in fields(data) if found == number), b"")


def first_integer(data: bytes, number: int) -> int:
    """The value of the first varint field with `number`; 0 where there is none."""
    return next((value for found, value, _, _ in fields(data) if found == number), 0)
