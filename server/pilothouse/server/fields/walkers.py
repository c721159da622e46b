"""MessageWalker: a kind whose objects are messages, as apply sees them."""

from collections.abc import Callable, Mapping

from google.protobuf.message import Message

from ..meta.codec import codec_for
from ..meta.resource import ResourceType
from .comparing import MessageComparer
from .messages import shape_of
from .ownership import reset_paths
from .shapes import MapShape
from .values import Comparison
from .walking import Conversion, Object, Resets

Versions = Mapping[str, Callable[[], Conversion]]


class MessageWalker:
    """Implements ownership.Walker. versions: how the kind's objects become those of its other apiVersions."""

    def __init__(self, resource: ResourceType, versions: Versions | None = None) -> None:
        self.api_version = resource.api_version
        self._type = resource
        self._versions = versions or {}
        self._comparers: dict[Resets, MessageComparer] = {}
        self._conversions: dict[str, Conversion] = {}

    @property
    def shape(self) -> MapShape:
        return shape_of(self._type.message)

    def value(self, obj: Message | None) -> Object:
        """Ownership itself is left out: nobody owns it."""
        message = self._type.message() if obj is None else obj
        value = codec_for(self._type.message).to_value(message, self._type.api_version, self._type.kind)
        metadata = value.get("metadata")
        if isinstance(metadata, dict):
            metadata.pop("managedFields", None)
        return value

    def compare(self, old: Message | None, new: Message, resets: Resets) -> Comparison:
        comparer = self._comparers.get(resets)
        if comparer is None:
            comparer = self._comparers[resets] = MessageComparer(self._type.message, reset_paths(resets))
        return comparer.compare(old, new)

    def in_version(self, api_version: str) -> Conversion | None:
        found = self._conversions.get(api_version)
        if found is None and api_version in self._versions:
            found = self._conversions[api_version] = self._versions[api_version]()
        return found
