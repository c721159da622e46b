"""Kinds: for each resource type what the line needs of schema, strategies and conversion, compiled when first used."""

from collections.abc import Callable, Mapping

from .completion import checker, completer, normalizer
from .conversion.stored import StoredObjects
from .meta.codec import codec_for
from .meta.field_selectors import METADATA_FIELDS
from .meta.resource import Registry, ResourceType
from .schema.fields import field_getter
from .strategies import strategy_for
from .verbs.plane import Kind
from .watchcache.item import Item


class Kinds(dict[ResourceType, Kind]):
    """A Kind for every type of the registry; compiling one takes some milliseconds, and few servers need all."""

    def __init__(self, registry: Registry) -> None:
        super().__init__()
        self._registry = registry
        self.forms = {resource: StoredObjects(resource) for resource in registry}

    def __missing__(self, resource: ResourceType) -> Kind:
        kind = self[resource] = self._compile(resource)
        return kind

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
        )


def _fields_of(resource: ResourceType, fields: frozenset[str]) -> Callable[[Item], Mapping[str, str]]:
    getters = [(path, field_getter(resource.message, path)) for path in sorted(fields)]

    def compute(item: Item) -> Mapping[str, str]:
        message = resource.message.FromString(item.body)
        return {path: get(message) for path, get in getters}

    return compute
