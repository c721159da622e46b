"""What a write request carries: bytes in one of the encodings, and how they become a message."""

from dataclasses import dataclass
from enum import Enum

from google.protobuf.message import DecodeError, Message

from ..errors import BadRequest
from ..meta.context import RequestContext
from ..meta.strict import parse_object
from .plane import Kind


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

    def message(self, kind: Kind, context: RequestContext) -> Message:
        """Raises BadRequest where it is no object of the kind."""
        return _from_protobuf(kind, self.data) if self.encoding is Encoding.PROTOBUF else self._from_json(kind, context)

    def _from_json(self, kind: Kind, context: RequestContext) -> Message:
        strict = self.field_validation is not FieldValidation.IGNORE
        value = parse_object(self.data, strict)
        resource = kind.type
        given = (value.get("apiVersion"), value.get("kind"))
        if given != (resource.api_version, resource.kind):
            raise BadRequest(
                f"the object is of apiVersion {given[0]!r} and kind {given[1]!r}, but {resource.qualified} takes "
                f"apiVersion {resource.api_version!r} and kind {resource.kind!r}"
            )
        problems: list[str] | None = [] if strict else None
        message = kind.codec().from_value(value, problems)
        if problems and self.field_validation is FieldValidation.STRICT:
            raise BadRequest("strict decoding error: " + ", ".join(problems))
        context.warnings.extend(problems or ())
        return message


def _from_protobuf(kind: Kind, data: bytes) -> Message:
    try:
        return kind.type.message.FromString(data)
    except DecodeError:
        raise BadRequest(f"the object's bytes are no {kind.type.message.DESCRIPTOR.full_name}") from None
