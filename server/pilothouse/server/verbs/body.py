"""What a write request carries: bytes in one of the encodings, and how they become a message."""

from dataclasses import dataclass
from enum import Enum

from google.protobuf.message import DecodeError, Message

from ..errors import BadRequest
from ..meta.context import RequestContext
from ..meta.strict import parse_object
from .decoding import WrongVersion, read_object, type_meta
from .plane import Kind, Plane

# How much of a body that cannot be read is shown.
_SHOWN_BYTES = 30


class Encoding(Enum):
    """PROTOBUF: the message of the kind; JSON: with apiVersion and kind."""

    PROTOBUF = "protobuf"
    JSON = "json"


class FieldValidation(Enum):
    """What happens to JSON members that no field stands for, and to those given twice."""

    IGNORE = "Ignore"
    WARN = "Warn"
    STRICT = "Strict"


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
        return self._from_json(plane, kind, context)

    def _from_json(self, plane: Plane, kind: Kind, context: RequestContext) -> Message:
        strict = self.field_validation is not FieldValidation.IGNORE
        problems: list[str] | None = [] if strict else None
        try:
            value = parse_object(self.data, strict)
            api_version, name = type_meta(kind.type, value)
        except BadRequest as error:
            raise BadRequest(
                f"the object provided is unrecognized (must be of type {kind.type.kind}): {error.message} "
                f"({_beginning(self.data)})"
            ) from None
        try:
            message = read_object(plane, kind, value, problems)
            if problems and self.field_validation is FieldValidation.STRICT:
                raise BadRequest("strict decoding error: " + ", ".join(problems))
        except WrongVersion:
            raise
        except BadRequest as error:
            version = api_version.rpartition("/")[2]
            raise BadRequest(
                f'{name} in version "{version}" cannot be handled as a {kind.type.kind}: {error.message}'
            ) from None
        context.warnings.extend(problems or ())
        return message


def _from_protobuf(kind: Kind, data: bytes) -> Message:
    try:
        return kind.type.message.FromString(data)
    except DecodeError:
        raise BadRequest(f"the object's bytes are no {kind.type.message.DESCRIPTOR.full_name}") from None


def _beginning(data: bytes) -> str:
    """What an object that cannot be read begins with, as text where that may help."""
    if not data:
        return "<empty>"
    head, more = data[:_SHOWN_BYTES], " ..." if len(data) > _SHOWN_BYTES else ""
    return (head.decode(errors="replace") if data.lstrip()[:1] == b"{" else head.hex()) + more
