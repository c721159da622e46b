"""JSON patch (RFC 6902) as a kube-apiserver applies it.

Where it is laxer than the RFC it is followed, because patches in use rely on it: `replace` of a member that is not
there adds it, a `test` for null holds where there is nothing, an index may be negative and counts from the end.
"""

import re
from copy import deepcopy

import orjson
from pilothouse.server.errors import Invalid
from pilothouse.server.patch.documents import Json, JsonObject

_REJECTED = "the server rejected our request due to an error in our request"
_INDEX = re.compile(r"[+-]?[0-9]{1,18}")
MAX_COPIED = 3 * 1024 * 1024
"""How many bytes `copy` operations may add: each can double the document."""


class JsonPatchError(ValueError):
    """An operation does not apply; the text says which and why."""


def apply_json_patch(document: JsonObject, operations: list[JsonObject]) -> Json:
    """The patched document; the given one is left as it is.

    Raises Invalid when an operation does not apply. Its message is the bare one that clients of Kubernetes know; the
    JsonPatchError in its __cause__ names the operation.
    """
    try:
        patch = _Patch(deepcopy(document))
        for index, operation in enumerate(operations):
            try:
                patch.apply(operation)
            except JsonPatchError as error:
                raise JsonPatchError(f"operation {index} ({operation.get('op', '')}): {error}") from None
        return patch.document
    except JsonPatchError as error:
        raise Invalid(_REJECTED) from error


class _Patch:
    def __init__(self, document: Json) -> None:
        self.document = document
        self._copied = 0

    def apply(self, operation: JsonObject) -> None:
        path = operation.get("path")
        if not isinstance(path, str):
            raise JsonPatchError("missing path")
        match operation.get("op"):
            case "add":
                self._add(path, _value(operation))
            case "remove":
                self._remove(path)
            case "replace":
                self._replace(path, _value(operation))
            case "move":
                source = _source(operation)
                value = self._get(source)
                self._remove(source)
                self._add(path, value)
            case "copy":
                self._add(path, self._copy(_source(operation)))
            case "test":
                self._test(path, operation.get("value"))
            case other:
                raise JsonPatchError(f"unknown operation {other!r}: use add, remove, replace, move, copy or test")

    def _copy(self, source: str) -> Json:
        value = self._get(source)
        self._copied += len(orjson.dumps(value))
        if self._copied > MAX_COPIED:
            raise JsonPatchError(f"the copies of one patch may come to {MAX_COPIED} bytes")
        return deepcopy(value)

    def _add(self, path: str, value: Json) -> None:
        container, key = self._find(path)
        if isinstance(container, dict):
            container[key] = value
        elif key == "-":
            container.append(value)
        else:
            container.insert(_index(key, len(container) + 1, path), value)

    def _remove(self, path: str) -> None:
        container, key = self._find(path)
        if isinstance(container, list):
            del container[_index(key, len(container), path)]
        elif key in container:
            del container[key]
        else:
            raise JsonPatchError(f'there is nothing at "{path}" to remove')

    def _replace(self, path: str, value: Json) -> None:
        if path == "":
            if not isinstance(value, dict | list):
                raise JsonPatchError("the whole document can be replaced by an object or a list only")
            self.document = value
            return
        container, key = self._find(path)
        if isinstance(container, dict):
            container[key] = value
        else:
            container[_index(key, len(container), path)] = value

    def _test(self, path: str, expected: Json) -> None:
        actual = self.document if path == "" else self._get(path)
        if not _equal(actual, expected):
            raise JsonPatchError(f'the value at "{path}" is not the expected one')

    def _get(self, path: str) -> Json:
        container, key = self._find(path)
        if isinstance(container, dict):
            return container.get(key)
        return container[_index(key, len(container), path)]

    def _find(self, path: str) -> tuple[dict[str, Json] | list[Json], str]:
        """The object or list that holds what the path names, and the last token of the path."""
        if not path.startswith("/"):
            raise JsonPatchError(f'the path "{path}" must start with "/"')
        *parents, key = (token.replace("~1", "/").replace("~0", "~") for token in path[1:].split("/"))
        value = self.document
        for token in parents:
            if isinstance(value, dict):
                value = value.get(token)
            elif isinstance(value, list):
                value = value[_index(token, len(value), path)]
        if not isinstance(value, dict | list):
            raise JsonPatchError(f'the document is missing what should hold "{path}"')
        return value, key


def _value(operation: JsonObject) -> Json:
    if "value" not in operation:
        raise JsonPatchError("missing value")
    return deepcopy(operation["value"])


def _source(operation: JsonObject) -> str:
    source = operation.get("from")
    if not isinstance(source, str):
        raise JsonPatchError("missing from")
    return source


def _index(token: str, size: int, path: str) -> int:
    if not _INDEX.fullmatch(token):
        raise JsonPatchError(f'"{token}" in "{path}" is no index of a list')
    index = int(token)
    if not -size <= index < size:
        raise JsonPatchError(f'index {index} in "{path}" is out of range')
    return index + size if index < 0 else index


def _equal(left: Json, right: Json) -> bool:
    """Equality of JSON values: numbers by value, and true is not 1."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_equal(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_equal, left, right))
    return isinstance(left, bool) == isinstance(right, bool) and left == right
