"""Forms: objects as JSON and back, for what policies show to expressions and make of what those say."""

from typing import Any, Protocol

from google.protobuf.message import Message

from ...fields.merging import merge
from ...fields.messages import shape_of
from ...fields.shapes import MapShape
from ...meta.codec import codec_for
from ...meta.resource import ResourceType

Json = dict[str, Any]


class Forms(Protocol):
    """The objects of every type that is served."""

    def to_json(self, resource: ResourceType, message: Message) -> Json:
        """An object as the API shows it, with apiVersion and kind."""
        ...

    def from_json(self, resource: ResourceType, value: Json) -> Message:
        """The object that JSON means, defaulted. Raises BadRequest."""
        ...

    def shape(self, resource: ResourceType) -> MapShape:
        """How the parts of an object stand to each other."""
        ...


class PlainForms:
    """Forms of the types that come with the server, without their defaults."""

    def to_json(self, resource: ResourceType, message: Message) -> Json:
        return codec_for(type(message)).to_value(message, resource.api_version, resource.kind)

    def from_json(self, resource: ResourceType, value: Json) -> Message:
        return codec_for(resource.message).from_value(value)

    def shape(self, resource: ResourceType) -> MapShape:
        return shape_of(resource.message)


def applied(shape: MapShape, live: Json, configuration: Json) -> Json:
    """An object with a configuration merged into it. Raises Misshapen."""
    merged = merge(shape, live, configuration)
    return merged if isinstance(merged, dict) else {}
