"""The tables of version 3."""

from typing import Any

from .wire import Table, anything, delimited, double, each, message, named, text, texts, whole


def _schema_or_reference(value: Any) -> bytes:
    return delimited(2, _REFERENCE(value)) if "$ref" in value else delimited(1, SCHEMA(value))


def _additional(value: Any) -> bytes:
    return delimited(32, whole(2)(value) if isinstance(value, bool) else delimited(1, _schema_or_reference(value)))


def _default(value: Any) -> bytes:
    """There are fields for scalars alone."""
    match value:
        case bool():
            return delimited(33, whole(2)(value))
        case int() | float():
            return delimited(33, double(1)(value))
        case str():
            return delimited(33, text(3)(value))
    return b""


def _not(value: Any) -> bytes:
    return delimited(29, SCHEMA(value))


_REFERENCE = Table({"$ref": text(1), "description": text(3)})
SCHEMA = Table(
    {
        "nullable": whole(1),
        "readOnly": whole(3),
        "writeOnly": whole(4),
        "example": anything(7),
        "deprecated": whole(8),
        "title": text(9),
        "multipleOf": double(10),
        "maximum": double(11),
        "exclusiveMaximum": whole(12),
        "minimum": double(13),
        "exclusiveMinimum": whole(14),
        "maxLength": whole(15),
        "minLength": whole(16),
        "pattern": text(17),
        "maxItems": whole(18),
        "minItems": whole(19),
        "uniqueItems": whole(20),
        "maxProperties": whole(21),
        "minProperties": whole(22),
        "required": texts(23),
        "enum": each(anything(24)),
        "type": text(25),
        "allOf": each(message(26, _schema_or_reference)),
        "oneOf": each(message(27, _schema_or_reference)),
        "anyOf": each(message(28, _schema_or_reference)),
        "not": _not,
        "items": message(30, message(1, _schema_or_reference)),
        "properties": message(31, named(1, _schema_or_reference)),
        "additionalProperties": _additional,
        "default": _default,
        "description": text(34),
        "format": text(35),
    },
    extensions=36,
)
_PARAMETER = Table(
    {
        "name": text(1),
        "in": text(2),
        "description": text(3),
        "required": whole(4),
        "schema": message(10, _schema_or_reference),
    },
    extensions=14,
)
_CONTENT = named(1, Table({"schema": message(1, _schema_or_reference)}))
_RESPONSE = Table({"description": text(1), "content": message(3, _CONTENT)})
_BODY = Table({"description": text(1), "content": message(2, _CONTENT), "required": whole(3)})
_OPERATION = Table(
    {
        "tags": texts(1),
        "summary": text(2),
        "description": text(3),
        "operationId": text(5),
        "parameters": each(message(6, message(1, _PARAMETER))),
        "requestBody": message(7, message(1, _BODY)),
        "responses": message(8, named(2, message(1, _RESPONSE))),
        "deprecated": whole(10),
    },
    extensions=13,
)
_PATH_ITEM = Table(
    {
        "get": message(4, _OPERATION),
        "put": message(5, _OPERATION),
        "post": message(6, _OPERATION),
        "delete": message(7, _OPERATION),
        "options": message(8, _OPERATION),
        "head": message(9, _OPERATION),
        "patch": message(10, _OPERATION),
        "parameters": each(message(13, message(1, _PARAMETER))),
    },
    extensions=14,
)
_INFO = Table({"title": text(1), "description": text(2), "version": text(6)}, 7)
_SECURITY = Table({"type": text(1), "description": text(2), "name": text(3), "in": text(4)}, 9)
_COMPONENTS = Table(
    {
        "schemas": message(1, named(1, _schema_or_reference)),
        "securitySchemes": message(7, named(1, message(1, _SECURITY))),
    }
)
DOCUMENT = Table(
    {
        "openapi": text(1),
        "info": message(2, _INFO),
        "paths": message(4, named(1, _PATH_ITEM)),
        "components": message(5, _COMPONENTS),
        "security": each(message(6, named(1, texts(1)))),
    },
    extensions=9,
)
