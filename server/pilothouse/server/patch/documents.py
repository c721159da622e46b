"""Patch bodies from bytes to JSON values, with the limits that keep a small body from costing much.

Errors: BadRequest for what cannot be read, TooLarge for a JSON patch of too many operations; the words are those of a
kube-apiserver where it has some.
"""

import orjson
from pilothouse.server.errors import BadRequest, TooLarge
from pilothouse.server.meta.bounds import UNSUSPICIOUS_BYTES, check_value
from pilothouse.server.meta.json_syntax import syntax_fault

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
JsonObject = dict[str, Json]

MAX_OPERATIONS = 10_000
MAX_DEPTH = 200
"""How deep a patch may be nested: merging descends with it."""


def decode_operations(body: bytes) -> list[JsonObject]:
    """The operations of a JSON patch."""
    value = _decode(body, "error decoding patch: ")
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadRequest(f"error decoding patch: {_cannot(value, '[]handlers.jsonPatchOp')}")
    for operation in value:
        if not isinstance(operation, dict):
            raise BadRequest(f"error decoding patch: {_cannot(operation, 'handlers.jsonPatchOp')}")
        for member in ("op", "path", "from"):
            if not isinstance(operation.get(member) or "", str):
                field = f"Go struct field jsonPatchOp.{member} of type string"
                raise BadRequest(
                    f"error decoding patch: json: cannot unmarshal {_type(operation[member])} into {field}"
                )
    if len(value) > MAX_OPERATIONS:
        raise TooLarge(f"The allowed maximum operations in a JSON patch is {MAX_OPERATIONS}, got {len(value)}")
    return value  # type: ignore[return-value]  # each item was proven an object above


def decode_merge_patch(body: bytes) -> JsonObject:
    """The object of a JSON merge patch."""
    return _object(body, "error decoding patch: ")


def decode_strategic_merge_patch(body: bytes) -> JsonObject:
    """The object of a strategic merge patch."""
    return _object(body, "")


def _object(body: bytes, prefix: str) -> JsonObject:
    value = _decode(body, prefix)
    if not isinstance(value, dict):
        raise BadRequest(prefix + _cannot(value, "map[string]interface {}"))
    return value


def _decode(body: bytes, prefix: str) -> Json:
    try:
        value: Json = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadRequest(prefix + (syntax_fault(body, error))) from error
    if len(body) > UNSUSPICIOUS_BYTES:
        check_value(value)
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        raise BadRequest(f"{prefix}the patch is nested more than {MAX_DEPTH} levels deep")
    return value


def _depth(value: Json) -> int:
    depth, level = 0, [value]
    while level:
        depth += 1
        below: list[Json] = []
        for item in level:
            if isinstance(item, dict):
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
        level = below
    return depth


def _type(value: Json) -> str:
    if value is None:
        return "null"
    return {dict: "object", list: "array", str: "string", bool: "bool"}.get(type(value), "number")


def _cannot(value: Json, target: str) -> str:
    return f"json: cannot unmarshal {_type(value)} into Go value of type {target}"
