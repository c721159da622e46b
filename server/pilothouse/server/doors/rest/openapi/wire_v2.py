"""The tables of version 2."""

from typing import Any

from .wire import Encode, Table, anything, delimited, double, each, message, named, text, texts, whole


def _schema(value: Any) -> bytes:
    return SCHEMA(value)


def _additional(value: Any) -> bytes:
    return delimited(21, whole(2)(value) if isinstance(value, bool) else delimited(1, SCHEMA(value)))


def _type(value: Any) -> bytes:
    return delimited(22, texts(1)(value if isinstance(value, list) else [value]))


SCHEMA = Table(
    {
        "$ref": text(1),
        "format": text(2),
        "title": text(3),
        "description": text(4),
        "default": anything(5),
        "multipleOf": double(6),
        "maximum": double(7),
        "exclusiveMaximum": whole(8),
        "minimum": double(9),
        "exclusiveMinimum": whole(10),
        "maxLength": whole(11),
        "minLength": whole(12),
        "pattern": text(13),
        "maxItems": whole(14),
        "minItems": whole(15),
        "uniqueItems": whole(16),
        "maxProperties": whole(17),
        "minProperties": whole(18),
        "required": texts(19),
        "enum": each(anything(20)),
        "additionalProperties": _additional,
        "type": _type,
        "items": message(23, message(1, _schema)),
        "properties": message(25, named(1, _schema)),
        "example": anything(30),
    },
    extensions=31,
)


def _primitive(first: dict[str, Encode], kind: int, last: int) -> Table:
    """Of a parameter that is no body: what it has of a schema, `type` and `uniqueItems` in this place."""
    return Table({**first, "type": text(kind), "uniqueItems": whole(last - 3)}, extensions=last)


_BODY = Table(
    {"description": text(1), "name": text(2), "in": text(3), "required": whole(4), "schema": message(5, SCHEMA)}, 6
)
_HEAD: dict[str, Encode] = {"required": whole(1), "in": text(2), "description": text(3), "name": text(4)}
_QUERY, _PATH = _primitive(_HEAD, 6, 23), _primitive(_HEAD, 5, 22)
_REFERENCE = Table({"$ref": text(1)})


def _parameter(value: Any) -> bytes:
    """The content of a Parameter."""
    if value["in"] == "body":
        return delimited(1, _BODY(value))
    return delimited(2, delimited(3, _QUERY(value)) if value["in"] == "query" else delimited(4, _PATH(value)))


def _parameter_or_reference(value: Any) -> bytes:
    return delimited(2, _REFERENCE(value)) if "$ref" in value else delimited(1, _parameter(value))


_RESPONSE = Table({"description": text(1), "schema": message(2, message(1, SCHEMA))}, 5)
_OPERATION = Table(
    {
        "tags": texts(1),
        "summary": text(2),
        "description": text(3),
        "operationId": text(5),
        "produces": texts(6),
        "consumes": texts(7),
        "parameters": each(message(8, _parameter_or_reference)),
        "responses": message(9, named(1, message(1, _RESPONSE))),
        "schemes": texts(10),
        "deprecated": whole(11),
    },
    extensions=13,
)
PATH_ITEM = Table(
    {
        "get": message(2, _OPERATION),
        "put": message(3, _OPERATION),
        "post": message(4, _OPERATION),
        "delete": message(5, _OPERATION),
        "options": message(6, _OPERATION),
        "head": message(7, _OPERATION),
        "patch": message(8, _OPERATION),
        "parameters": each(message(9, _parameter_or_reference)),
    },
    extensions=10,
)
_INFO = Table({"title": text(1), "version": text(2), "description": text(3)}, 7)
_SECURITY = Table({"type": text(1), "name": text(2), "in": text(3), "description": text(4)}, 5)
DOCUMENT = Table(
    {
        "swagger": text(1),
        "info": message(2, _INFO),
        "paths": message(8, named(2, PATH_ITEM)),
        "definitions": message(9, named(1, SCHEMA)),
        "parameters": message(10, named(1, _parameter)),
        "security": each(message(12, named(1, texts(1)))),
        "securityDefinitions": message(13, named(1, message(2, _SECURITY))),
    },
    extensions=16,
)
