"""Kinds: for each resource type what the line needs of schema, strategies and conversion, compiled when first used."""

from collections.abc import Callable, Mapping
from functools import partial

from google.protobuf.message import Message
from pilothouse.api.dynamic.v1.dynamic_pb2 import CustomObject

from .apiextensions.codec import content_of
from .apiextensions.columns import CustomPrinter
from .apiextensions.definition import CustomVersion, Definition
from .apiextensions.ownership import CustomWalker
from .apiextensions.paths import selectable_text
from .apiextensions.scale import CustomScaling
from .apiextensions.stored import Completer, CustomForm, codec_of
from .apiextensions.strategy import CustomObjects
from .completion import checker, completer, normalizer
from .conversion.between import conversion_between
from .conversion.stored import StoredObjects
from .fields.messages import shape_of
from .fields.shapes import MapShape
from .fields.walkers import MessageWalker
from .fields.walking import Conversion
from .meta.codec import codec_for
from .meta.field_selectors import METADATA_FIELDS
from .meta.resource import Registry, ResourceType
from .meta.scalars import JsonValue
from .schema.fields import field_getter
from .schema.presence import normalizer_for
from .strategies import strategy_for
from .verbs.plane import Kind
from .watchcache.item import Item


class Kinds(dict[ResourceType, Kind]):
    """A Kind for every type of the registry; compiling one takes some milliseconds, and few servers need all."""

    def __init__(self, registry: Registry) -> None:
        super().__init__()
        self._registry = registry
        self.forms = {resource: StoredObjects(resource) for resource in registry}

    def serve(self, resource: ResourceType, definition: Definition, version: CustomVersion, form: CustomForm) -> None:
        """Takes in a custom type, in place of what it was."""
        self[resource] = _custom_kind(resource, definition, version, form)

    def forget(self, resource: ResourceType) -> None:
        """Lets go of a custom type."""
        self.pop(resource, None)

    def __missing__(self, resource: ResourceType) -> Kind:
        if resource.definition:
            raise KeyError(resource)
        kind = self[resource] = self._compile(resource)
        return kind

    def to_json(self, resource: ResourceType, message: Message) -> dict[str, JsonValue]:
        """An object as the API shows it."""
        return self[resource].codec().to_value(message, resource.api_version, resource.kind)

    def from_json(self, resource: ResourceType, value: dict[str, JsonValue]) -> Message:
        """The object that JSON means, defaulted. Raises BadRequest."""
        kind = self[resource]
        message = kind.codec().from_value(value)
        kind.complete(message)
        return message

    def shape(self, resource: ResourceType) -> MapShape:
        """How the parts of an object stand to each other."""
        return self[resource].walker.shape

    def _compile(self, resource: ResourceType) -> Kind:
        fields = frozenset(resource.selectable_fields) or METADATA_FIELDS
        strategy = strategy_for(resource)
        return Kind(
            type=resource,
            strategy=strategy,
            form=self.forms.get(resource) or StoredObjects(resource),
            normalize=normalizer(resource),
            complete=completer(resource, strategy),
            check=checker(resource),
            selectable=fields,
            fields_of=_fields_of(resource, fields),
            codec=lambda: codec_for(resource.message),
            walker=MessageWalker(resource, self._versions(resource)),
        )

    def _versions(self, resource: ResourceType) -> dict[str, Callable[[], Conversion]]:
        """How objects become those of the other versions of their identity, by apiVersion."""
        return {
            other.api_version: partial(_conversion, resource, other)
            for other in self._registry
            if other.storage is resource.storage and other is not resource
        }


def _conversion(resource: ResourceType, other: ResourceType) -> Conversion:
    return Conversion(shape_of(other.message), conversion_between(resource, other), conversion_between(other, resource))


def _custom_kind(resource: ResourceType, definition: Definition, version: CustomVersion, form: CustomForm) -> Kind:
    normalize = normalizer_for(CustomObject)
    fill = Completer(definition, version, resource.kind)
    codec = codec_of(version, resource.kind)

    def complete(message: Message) -> None:
        assert isinstance(message, CustomObject)
        normalize(message)
        fill(message)

    def fields_of(item: Item) -> Mapping[str, str]:
        content = content_of(CustomObject.FromString(item.body))
        found = {path: selectable_text(content, path) for path in resource.selectable_fields}
        return {**found, "metadata.name": item.name, "metadata.namespace": item.namespace}

    return Kind(
        type=resource,
        strategy=CustomObjects(resource, definition, version),  # type: ignore[arg-type]  # a strategy of its own message
        form=form,
        normalize=normalize,
        complete=complete,
        check=lambda message: [],
        selectable=frozenset(resource.selectable_fields),
        fields_of=fields_of,
        printer=CustomPrinter(version.columns),
        walker=CustomWalker(resource, definition, version),
        scaling=CustomScaling(version.scale) if version.scale is not None else None,
        codec=lambda: codec,  # type: ignore[arg-type,return-value]
    )


def _fields_of(resource: ResourceType, fields: frozenset[str]) -> Callable[[Item], Mapping[str, str]]:
    getters = [(path, field_getter(resource.message, path)) for path in sorted(fields)]

    def compute(item: Item) -> Mapping[str, str]:
        message = resource.message.FromString(item.body)
        return {path: get(message) for path, get in getters}

    return compute
