"""One stored identity served as several versions: pure functions between messages, and between the JSON that is stored
and the JSON that is served.

    convert = to_stored(resource)
    if convert is not None:
        stored = convert(message)

Which type is stored as what is said by the .proto files; nothing here reads or writes a store, and custom resources are
converted elsewhere.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from google.protobuf.message import Message

from ..meta.resource import ResourceType
from ..meta.scalars import JsonValue
from . import autoscaling, events
from .definitions import definition_from_stored, definition_to_stored

Converter = Callable[[Any], Message]
JsonConverter = Callable[[dict[str, JsonValue]], dict[str, JsonValue]]

_TO_STORED: Mapping[str, Converter] = MappingProxyType(
    {
        "pilothouse.api.autoscaling.v1.HorizontalPodAutoscaler": autoscaling.from_v1,
        "pilothouse.api.events.v1.Event": events.to_core,
    }
)
_TO_SERVED: Mapping[str, Converter] = MappingProxyType(
    {
        "pilothouse.api.autoscaling.v1.HorizontalPodAutoscaler": autoscaling.to_v1,
        "pilothouse.api.events.v1.Event": events.from_core,
    }
)


def to_stored(type: ResourceType) -> Converter | None:
    """The function from a served message to a new one of the storage's class; None where they are one class."""
    return _between(type, _TO_STORED)


def to_served(type: ResourceType) -> Converter | None:
    """The function from a stored message to a new one of the served class; None where they are one class."""
    return _between(type, _TO_SERVED)


def decode_stored_json(type: ResourceType) -> JsonConverter | None:
    """The function from stored JSON to the JSON of the storage's message; None where they are alike."""
    return definition_from_stored if _is_definition(type) else None


def encode_stored_json(type: ResourceType) -> JsonConverter | None:
    """The function from the JSON of the storage's message to the JSON that is stored; None where they are alike."""
    return definition_to_stored if _is_definition(type) else None


def _between(type: ResourceType, converters: Mapping[str, Converter]) -> Converter | None:
    if type.message is type.storage.message:
        return None
    return converters[type.message.DESCRIPTOR.full_name]


def _is_definition(type: ResourceType) -> bool:
    return type.storage.json and type.storage.api_version == "apiextensions.k8s.io/v1beta1"
