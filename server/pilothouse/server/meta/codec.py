"""Kubernetes' JSON for protobuf messages: one codec per message class, compiled from its descriptor when first needed.

    codec = codec_for(Pod)
    pod, problems = codec.decode(body, strict=True)
    body = codec.encode(pod, "v1", "Pod")

No object's kind is looked at here; whoever decodes a request compares apiVersion and kind.
"""

from threading import Lock
from typing import Any, Generic, Protocol, TypeVar

import orjson
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

from ..errors import BadRequest
from .codec_plan import TYPE_META, Plan, compile_plan
from .scalars import JsonValue, Mismatch
from .scalars import found as type_name
from .strict import Repeating, parse_object, problems

M = TypeVar("M", bound=Message)

# Protobuf parsers stop at 100 levels of messages; the same room is left above an object.
_MAX_MESSAGE_DEPTH = 92
_TOO_DEEP = "the object is nested too deeply: at most 250 levels of JSON, and 46 of schemas, are taken"

_codecs: dict[type[Message], "JsonCodec[Any]"] = {}
_plans: dict[Descriptor, Plan] = {}
_compiling = Lock()


class Codec(Protocol[M]):
    """JSON <-> one kind's messages, whatever these are: see JsonCodec."""

    def to_value(self, message: M, api_version: str = "", kind: str = "") -> dict[str, JsonValue]: ...

    def from_value(self, value: dict[str, JsonValue], found: list[str] | None = None) -> M: ...

    def encode(self, message: M, api_version: str = "", kind: str = "") -> bytes: ...

    def decode(self, data: bytes, strict: bool = False) -> tuple[M, list[str]]: ...


class JsonCodec(Generic[M]):
    """JSON <-> one message class. Made by `codec_for`; safe to share between threads."""

    def __init__(self, message: type[M], plan: Plan) -> None:
        self.message = message
        self._plan = plan
        self._recursive = _has_cycle(plan.descriptor, set(), set())
        self._type_meta = not any(name in plan.members for name in TYPE_META)

    def to_value(self, message: M, api_version: str = "", kind: str = "") -> dict[str, JsonValue]:
        """The message as plain JSON values, its members in the order of field numbers, after `kind` and `apiVersion`
        where these are given. Raises BadRequest for what JSON cannot say: NaN, raw bytes that are no JSON."""
        try:
            value = self._plan.write(message)
        except ValueError as error:
            raise BadRequest(f"the object cannot be written as JSON: {error}") from error
        assert isinstance(value, dict)
        return {"kind": kind, "apiVersion": api_version, **value} if kind else value

    def from_value(self, value: dict[str, JsonValue], found: list[str] | None = None) -> M:
        """The message that plain JSON values mean; null means absent, apiVersion and kind are left out.

        Unknown members are skipped; where `found` is given they are added to it by path, as are members that occurred
        twice (`parse_object(strict=True)`): 'unknown field "spec.foo"', 'duplicate field "data.a"'.
        Raises BadRequest, in the words of Go's decoder, for a value of the wrong type or out of range.
        """
        unknown: list[str] = []
        try:
            # orjson writes 254 levels: four are left to what an object is put into, a list, a watch event, a review.
            orjson.dumps([[[[value]]]])
            fields = self._plan.read(self._without_type_meta(value), unknown)
            if self._recursive and _depth(fields) > _MAX_MESSAGE_DEPTH:
                raise BadRequest(_TOO_DEEP)
            message = self.message(**fields)
        except (Mismatch, UnicodeEncodeError) as error:
            raise BadRequest(str(error)) from None
        except orjson.JSONEncodeError as error:
            raise BadRequest(_TOO_DEEP if "ecursion" in str(error) else f"the object is no JSON: {error}") from None
        except RecursionError:
            raise BadRequest(_TOO_DEEP) from None
        except ValueError as error:
            raise BadRequest(str(error)) from None
        if found is not None and (unknown or isinstance(value, Repeating)):
            found.extend(problems(self._plan, value))
        return message

    def encode(self, message: M, api_version: str = "", kind: str = "") -> bytes:
        """`to_value` as compact JSON."""
        return orjson.dumps(self.to_value(message, api_version, kind))

    def decode(self, data: bytes, strict: bool = False) -> tuple[M, list[str]]:
        """The message, and what a strict reader refuses of it (always empty without `strict`).
        Raises BadRequest as `parse_object` and `from_value` do."""
        found: list[str] | None = [] if strict else None
        message = self.from_value(parse_object(data, strict), found)
        return message, found or []

    def _without_type_meta(self, value: dict[str, JsonValue]) -> dict[str, JsonValue]:
        if not self._type_meta or not isinstance(value, dict):
            return value
        for name in TYPE_META:
            if name in value and not isinstance(value[name], str | None):
                raise Mismatch(type_name(value[name]), "string")
        return {key: item for key, item in value.items() if key not in TYPE_META}


def codec_for(message: type[M]) -> JsonCodec[M]:
    """The codec of a message class, compiled at the first call."""
    codec = _codecs.get(message)
    if codec is None:
        with _compiling:
            plan = compile_plan(message.DESCRIPTOR, _plans)  # type: ignore[arg-type]  # the stub adds upb's own class
        codec = _codecs.setdefault(message, JsonCodec(message, plan))
    return codec


def _has_cycle(descriptor: Descriptor, above: set[Descriptor], done: set[Descriptor]) -> bool:
    """Whether messages below can be nested without end."""
    if descriptor in above or descriptor in done:
        return descriptor in above
    above.add(descriptor)
    cycle = any(_has_cycle(f.message_type, above, done) for f in descriptor.fields if f.message_type is not None)
    above.remove(descriptor)
    done.add(descriptor)
    return cycle


def _depth(fields: dict[str, Any]) -> int:
    """How many messages stand inside of each other, a map's entries among them, in what a constructor takes."""
    depth, level = 0, [fields]
    while level:
        depth += 1
        values = [value for fields in level for value in fields.values()]
        level = [v for value in values for v in (value if type(value) is list else (value,)) if type(v) is dict]
    return depth
