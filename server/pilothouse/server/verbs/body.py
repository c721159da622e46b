"""What a write request carries: bytes in one of the encodings, and how they become a message."""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from google.protobuf.message import DecodeError, Message

from ..errors import BadRequest
from ..meta.bounds import UNSUSPICIOUS_BYTES, check_message, check_value
from ..meta.context import RequestContext
from ..meta.envelope import opened
from ..meta.scalars import JsonValue
from ..meta.strict import as_object, parse_object
from ..meta.yaml_syntax import parse_yaml
from .decoding import WrongVersion, read_object, refusal, type_meta
from .faults import CAUSES_AT_MOST
from .plane import Kind, Plane

# How much of a body that cannot be read is shown.
_SHOWN_BYTES = 30


class Encoding(Enum):
    """PROTOBUF: the message of the kind; JSON, YAML: with apiVersion and kind; ENVELOPE: Kubernetes' protobuf, which
    says apiVersion and kind around the message."""

    PROTOBUF = "protobuf"
    JSON = "json"
    YAML = "yaml"
    ENVELOPE = "envelope"


class FieldValidation(Enum):
    """What happens to JSON members that no field stands for, and to those given twice."""

    IGNORE = "Ignore"
    WARN = "Warn"
    STRICT = "Strict"


class Source(Protocol):
    """Where a new object comes from."""

    def message(self, plane: Plane, kind: Kind, context: RequestContext) -> Message:
        """A new one at each call. Raises BadRequest where it is no object of the kind."""
        ...


@dataclass(frozen=True, slots=True)
class Body:
    """An object as it came."""

    data: bytes
    encoding: Encoding = Encoding.PROTOBUF
    field_validation: FieldValidation = FieldValidation.STRICT

    def message(self, plane: Plane, kind: Kind, context: RequestContext) -> Message:
        """Raises BadRequest where it is no object of the kind."""
        if self.encoding is Encoding.PROTOBUF:
            return _from_protobuf(kind, self.data)
        if self.encoding is Encoding.ENVELOPE:
            return _from_envelope(plane, kind, self.data)
        return self._from_text(plane, kind, context)

    def _from_text(self, plane: Plane, kind: Kind, context: RequestContext) -> Message:
        strict = self.field_validation is not FieldValidation.IGNORE
        problems: list[str] | None = [] if strict else None
        try:
            value, repeated = self._value(strict)
            api_version, name = type_meta(kind.type, value)
        except BadRequest as error:
            raise _unrecognized(kind, self.data, error) from None
        try:
            message = read_object(plane, kind, value, problems)
            if problems is not None:
                problems[:0] = repeated
            if problems and self.field_validation is FieldValidation.STRICT:
                raise BadRequest("strict decoding error: " + ", ".join(problems[:CAUSES_AT_MOST]))
        except WrongVersion:
            raise
        except BadRequest as error:
            raise _unusable(kind, api_version, name, error) from None
        context.warnings.extend(problems[:CAUSES_AT_MOST] if problems else ())
        return message

    def _value(self, strict: bool) -> tuple[dict[str, JsonValue], list[str]]:
        """The members, and what YAML says twice. Raises BadRequest."""
        if self.encoding is Encoding.JSON:
            found, repeated = parse_object(self.data, strict), list[str]()
        else:
            value, repeated = parse_yaml(self.data)
            found = as_object(value)
        if len(self.data) > UNSUSPICIOUS_BYTES:
            check_value(found)
        return found, repeated


def _unrecognized(kind: Kind, data: bytes, error: BadRequest) -> BadRequest:
    return BadRequest(
        f"the object provided is unrecognized (must be of type {kind.type.kind}): {error.message} ({_beginning(data)})"
    )


def _unusable(kind: Kind, api_version: str, name: str, error: BadRequest) -> BadRequest:
    version = api_version.rpartition("/")[2]
    return BadRequest(f'{name} in version "{version}" cannot be handled as a {kind.type.kind}: {error.message}')


def _from_envelope(plane: Plane, kind: Kind, data: bytes) -> Message:
    try:
        envelope = opened(data)
    except ValueError as error:
        raise _unrecognized(kind, data, BadRequest(str(error))) from None
    given = (envelope.type_meta.api_version or kind.type.api_version, envelope.type_meta.kind or kind.type.kind)
    try:
        if given != (kind.type.api_version, kind.type.kind):
            raise refusal(kind.type, given, plane.registry.by_kind(*given))
        return _from_protobuf(kind, envelope.raw)
    except WrongVersion:
        raise
    except BadRequest as error:
        raise _unusable(kind, *given, error) from None


def _from_protobuf(kind: Kind, data: bytes) -> Message:
    try:
        message = kind.type.message.FromString(data)
    except DecodeError:
        raise BadRequest(f"the object's bytes are no {kind.type.message.DESCRIPTOR.full_name}") from None
    if len(data) > UNSUSPICIOUS_BYTES:
        check_message(message)
    return message


def _beginning(data: bytes) -> str:
    """What an object that cannot be read begins with, as text where that may help."""
    if not data:
        return "<empty>"
    head, more = data[:_SHOWN_BYTES], " ..." if len(data) > _SHOWN_BYTES else ""
    return (head.decode(errors="replace") if data.lstrip()[:1] == b"{" else head.hex()) + more
