"""Causes in the words of Kubernetes' field errors. Values are shown as JSON, fields as JSON paths."""

import json
from collections.abc import Iterable

from google.protobuf.message import Message

from ..errors import Cause
from ..meta.codec import codec_for


def shown(value: object) -> str:
    """A value as an error quotes it: JSON; objects as they are served."""
    if isinstance(value, Message):
        value = codec_for(type(value)).to_value(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def invalid(field: str, value: object, detail: str) -> Cause:
    return Cause("FieldValueInvalid", f"Invalid value: {shown(value)}: {detail}", field)


def faulty(field: str, value: object, faults: Iterable[str]) -> list[Cause]:
    """A cause for each fault that a rule found in a value."""
    return [invalid(field, value, fault) for fault in faults]


def required(field: str, detail: str = "") -> Cause:
    return Cause("FieldValueRequired", f"Required value: {detail}" if detail else "Required value", field)


def forbidden(field: str, detail: str) -> Cause:
    return Cause("FieldValueForbidden", f"Forbidden: {detail}", field)


def duplicate(field: str, value: object) -> Cause:
    return Cause("FieldValueDuplicate", f"Duplicate value: {shown(value)}", field)


def not_found(field: str, value: object, detail: str = "") -> Cause:
    text = f"Not found: {shown(value)}"
    return Cause("FieldValueNotFound", f"{text}: {detail}" if detail else text, field)


def not_supported(field: str, value: object, supported: Iterable[str]) -> Cause:
    values = ", ".join(shown(s) for s in supported)
    return Cause("FieldValueNotSupported", f"Unsupported value: {shown(value)}: supported values: {values}", field)


def too_long(field: str, limit: int) -> Cause:
    return Cause("FieldValueTooLong", f"Too long: may not be more than {limit} bytes", field)


def too_many(field: str, count: int, limit: int) -> Cause:
    return Cause("FieldValueTooMany", f"Too many: {count}: must have at most {limit} items", field)


def immutable(field: str, value: object) -> Cause:
    return invalid(field, value, "field is immutable")
