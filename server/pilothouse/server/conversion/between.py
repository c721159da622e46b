"""Objects of one version as those of another, as JSON: by way of what is stored."""

from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message

from ..meta.codec import codec_for
from ..meta.resource import ResourceType
from ..meta.scalars import JsonValue
from . import to_served, to_stored


def conversion_between(
    resource: ResourceType, other: ResourceType
) -> Callable[[dict[str, JsonValue]], dict[str, JsonValue]]:
    """The function from the JSON of one served version to that of another with the same identity."""
    store, serve = to_stored(resource), to_served(other)

    def convert(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
        message: Any = codec_for(resource.message).from_value(value)
        stored: Message = message if store is None else store(message)
        served: Any = stored if serve is None else serve(stored)
        return codec_for(other.message).to_value(served, other.api_version, other.kind)

    return convert
