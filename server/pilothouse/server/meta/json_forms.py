"""Messages that look like something else in JSON (the option `json_form`): times, quantities, raw values, choices.

Each form is a reader, a writer and what an absent plain value of it looks like. Readers raise Mismatch, or ValueError
with Go's words; writers raise ValueError for bytes that are no JSON.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from pilothouse.api import annotations_pb2 as annotations

from . import quantities, times
from .scalars import JsonValue, Mismatch, Reader, Writer, found, int_reader, read_bool, read_string

_read_int32 = int_reader(32)
_format_time = lru_cache(maxsize=4096)(times.format_time)
_canonical = lru_cache(maxsize=4096)(quantities.canonical)


@dataclass(frozen=True, slots=True)
class Form:
    """absent: what JSON says of a plain value that is not set."""

    read: Reader
    write: Writer
    absent: JsonValue


def _text(value: JsonValue) -> str:
    if type(value) is str:
        return value
    raise Mismatch(found(value), "string")


def _read_time(value: JsonValue, _: list[str]) -> dict[str, int]:
    seconds, _nanos = times.parse_time(_text(value))
    # Both fields are set even when 0: a message without them is no time at all. Nanoseconds never reach the wire.
    return {} if seconds == times.ZERO_SECONDS else {"seconds": seconds, "nanos": 0}


def _write_time(message: Any) -> JsonValue:
    if not message.HasField("seconds") and not message.HasField("nanos"):
        return None
    return _format_time(message.seconds)


def _read_micro_time(value: JsonValue, _: list[str]) -> dict[str, int]:
    seconds, nanos = times.parse_micro_time(_text(value))
    return {} if seconds == times.ZERO_SECONDS and not nanos else {"seconds": seconds, "nanos": nanos}


def _write_micro_time(message: Any) -> JsonValue:
    if not message.HasField("seconds") and not message.HasField("nanos"):
        return None
    return times.format_micro_time(message.seconds, message.nanos)


def _read_duration(value: JsonValue, _: list[str]) -> dict[str, int]:
    return {"duration": times.parse_duration(_text(value))}


def _write_duration(message: Any) -> JsonValue:
    return times.format_duration(message.duration)


def _read_quantity(value: JsonValue, _: list[str]) -> dict[str, str]:
    if type(value) is int or type(value) is float:
        value = orjson.dumps(value).decode()
    return {"string": _canonical(value if type(value) is str else "")}


def _write_quantity(message: Any) -> JsonValue:
    return message.string or "0"


def _read_int_or_string(value: JsonValue, unknown: list[str]) -> dict[str, int | str]:
    if type(value) is str:
        return {"type": 1, "str_val": value}
    return {"int_val": _read_int32(value, unknown)}


def _write_int_or_string(message: Any) -> JsonValue:
    value: int | str = message.str_val if message.type else message.int_val
    return value


def _read_raw(value: JsonValue, _: list[str]) -> dict[str, bytes]:
    return {"raw": orjson.dumps(value)}


def _write_raw(message: Any) -> JsonValue:
    raw: bytes = message.raw
    value: JsonValue = orjson.loads(raw) if raw else None
    return value


def _read_strings(value: JsonValue, unknown: list[str]) -> dict[str, list[str]]:
    if type(value) is not list:
        raise Mismatch(found(value), "[]string")
    return {"items": ["" if item is None else read_string(item, unknown) for item in value]}


def _write_strings(message: Any) -> JsonValue:
    return list(message.items)


FORMS = {
    annotations.TIME: Form(_read_time, _write_time, None),
    annotations.MICRO_TIME: Form(_read_micro_time, _write_micro_time, None),
    annotations.DURATION: Form(_read_duration, _write_duration, "0s"),
    annotations.QUANTITY: Form(_read_quantity, _write_quantity, "0"),
    annotations.INT_OR_STRING: Form(_read_int_or_string, _write_int_or_string, 0),
    annotations.RAW: Form(_read_raw, _write_raw, None),
    annotations.FIELDS: Form(_read_raw, _write_raw, None),
    annotations.STRINGS: Form(_read_strings, _write_strings, None),
}
"""The forms that need no other codec, by JsonForm."""


def schema_form(form: annotations.JsonForm, read_schema: Reader, write_schema: Writer) -> Form:
    """A JSON schema or something else: a list of them, a boolean, a list of strings."""

    # What is unknown inside of these is not reported, as a kube-apiserver does not.
    def read_list(value: JsonValue, _: list[str]) -> dict[str, Any]:
        if type(value) is list:
            return {"j_son_schemas": [{} if item is None else read_schema(item, []) for item in value]}
        return {"schema": read_schema(value, [])}

    def write_list(message: Any) -> JsonValue:
        if message.j_son_schemas:
            return [write_schema(item) for item in message.j_son_schemas]
        return write_schema(message.schema) if message.HasField("schema") else None

    def read_boolean(value: JsonValue, unknown: list[str]) -> dict[str, Any]:
        if isinstance(value, dict):
            return {"allows": True, "schema": read_schema(value, [])}
        return {"allows": read_bool(value, unknown)}

    def write_boolean(message: Any) -> JsonValue:
        return write_schema(message.schema) if message.HasField("schema") else bool(message.allows)

    def read_names(value: JsonValue, unknown: list[str]) -> dict[str, Any]:
        if type(value) is list:
            return {"property": ["" if item is None else read_string(item, unknown) for item in value]}
        return {"schema": read_schema(value, [])}

    def write_names(message: Any) -> JsonValue:
        if message.property:
            return list(message.property)
        return write_schema(message.schema) if message.HasField("schema") else None

    return {
        annotations.SCHEMA_OR_LIST: Form(read_list, write_list, None),
        annotations.SCHEMA_OR_BOOL: Form(read_boolean, write_boolean, None),
        annotations.SCHEMA_OR_STRINGS: Form(read_names, write_names, None),
    }[form]
