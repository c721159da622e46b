"""JSON scalars in and out of protobuf fields, and the error that says what stands where it should not.

The words are those of Go's encoding/json, which clients of a kube-apiserver know.
"""

import math
import re
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable
from typing import Any, TypeAlias

from google.protobuf.descriptor import FieldDescriptor

JsonValue: TypeAlias = bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"] | None

# Any: a protobuf field holds a scalar, a message or a container, which only its descriptor knows. A writer makes JSON
# of one; a reader makes of JSON what a message's constructor takes, and adds names that it does not know to the list.
Writer: TypeAlias = Callable[[Any], JsonValue]
Reader: TypeAlias = Callable[[JsonValue, list[str]], Any]

_BASE64 = re.compile(r"[A-Za-z0-9+/]*")
# Up to here a float holds every integer, and is written as one.
_EXACT = 1 << 53


class Mismatch(Exception):
    """JSON of one type where another is expected. `path` and `struct`, the member's names from the outermost and the
    message that declares it, are filled in on the way out."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__()
        self.found = found
        self.expected = expected
        self.struct = ""
        self.path: list[str] = []

    def enter(self, struct: str, name: str) -> None:
        self.struct = self.struct or struct
        self.path.insert(0, name)

    def __str__(self) -> str:
        place = f"struct field {self.struct}.{'.'.join(self.path)} of" if self.path else "value of"
        return f"json: cannot unmarshal {self.found} into Go {place} type {self.expected}"


def found(value: JsonValue) -> str:
    """What JSON calls the type of the value."""
    if value is None:
        return "null"
    return {dict: "object", list: "array", str: "string", bool: "bool", int: "number", float: "number"}.get(
        type(value), "object" if isinstance(value, dict) else type(value).__name__
    )


def read_string(value: JsonValue, _: list[str]) -> str:
    if type(value) is str:
        return value
    raise Mismatch(found(value), "string")


def read_bool(value: JsonValue, _: list[str]) -> bool:
    if value is True or value is False:
        return value
    raise Mismatch(found(value), "bool")


def int_reader(bits: int) -> Reader:
    lowest, highest = -(1 << bits - 1), (1 << bits - 1) - 1

    def read_int(value: JsonValue, _: list[str]) -> int:
        if type(value) is int and lowest <= value <= highest:
            return value
        kind = found(value)
        raise Mismatch(f"number {value}" if kind == "number" else kind, f"int{bits}")

    return read_int


def read_double(value: JsonValue, _: list[str]) -> float:
    kind = found(value)
    if type(value) in (int, float):
        try:
            number = float(value)  # type: ignore[arg-type]  # an int or a float, as the line above says
        except OverflowError:
            number = math.inf
        if math.isfinite(number):
            return number
        kind = f"number {value}"
    raise Mismatch(kind, "float64")


def write_double(value: float) -> JsonValue:
    """Raises ValueError for what JSON cannot say."""
    if not math.isfinite(value):
        raise ValueError(f"json: unsupported value: {value}")
    return int(value) if value.is_integer() and abs(value) < _EXACT else value


def read_bytes(value: JsonValue, _: list[str]) -> bytes:
    if type(value) is not str:
        raise Mismatch(found(value), "[]uint8")
    text = value.replace("\n", "").replace("\r", "")
    try:
        return a2b_base64(text, strict_mode=True)
    except ValueError:
        valid = _BASE64.match(text)
        at = valid.end() if valid else 0
        if at == len(text):
            # The last group of four is not whole: Go names its beginning.
            at -= at % 4
        raise ValueError(f"illegal base64 data at input byte {at}") from None


def write_bytes(value: bytes) -> JsonValue:
    return b2a_base64(value, newline=False).decode("ascii")


def _scalar_types() -> dict[int, tuple[str, Reader, Writer | None, JsonValue]]:
    number32, number64 = int_reader(32), int_reader(64)
    return {
        FieldDescriptor.TYPE_STRING: ("string", read_string, None, ""),
        FieldDescriptor.TYPE_BOOL: ("bool", read_bool, None, False),
        FieldDescriptor.TYPE_INT32: ("int32", number32, None, 0),
        FieldDescriptor.TYPE_INT64: ("int64", number64, None, 0),
        FieldDescriptor.TYPE_DOUBLE: ("float64", read_double, write_double, 0),
        FieldDescriptor.TYPE_BYTES: ("[]uint8", read_bytes, write_bytes, None),
    }


SCALARS = _scalar_types()
"""By protobuf type: Go's name of it, reader, writer (None: the value itself), and its zero in JSON."""
