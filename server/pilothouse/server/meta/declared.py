"""What the .proto files declare: their messages, and the resources that these are by their options."""

import importlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pilothouse.api
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from pilothouse.api import annotations_pb2 as options

from .resource import REGISTRY_PREFIX, Registry, ResourceType, Storage, Subresource

# The generated stubs type extensions as plain descriptors.
RESOURCE_TYPE: Any = options.resource_type


def api_messages() -> Iterator[type[Message]]:
    """The class of every top-level message in `pilothouse.api`, in the order of modules. The modules of typed services
    (rpc_pb2) are left alone: the server moves their messages as bytes."""
    root = Path(next(iter(pilothouse.api.__path__)))
    for file in sorted(root.rglob("*_pb2.py")):
        if file.stem != "rpc_pb2":
            module = importlib.import_module(
                ".".join(("pilothouse.api", *file.relative_to(root).with_suffix("").parts))
            )
            for descriptor in module.DESCRIPTOR.message_types_by_name.values():
                yield GetMessageClass(descriptor)


def registry_from_protos() -> Registry:
    """A registry of every resource that a .proto declares with a typed service."""
    declared: list[tuple[type[Message], options.ResourceOptions]] = []
    messages = list(api_messages())
    for message in messages:
        message_options = message.DESCRIPTOR.GetOptions()
        if message_options.HasExtension(RESOURCE_TYPE):
            found = message_options.Extensions[RESOURCE_TYPE]
            if found.service:
                declared.append((message, found))
    identities = {
        f"{_api_version(message.DESCRIPTOR, found)} {found.plural}": _storage(message, found)
        for message, found in declared
        if not found.storage.HasField("as")
    }
    registry = Registry()
    for message, found in declared:
        own = f"{_api_version(message.DESCRIPTOR, found)} {found.plural}"
        registry.add(_resource_type(message, found, identities[getattr(found.storage, "as") or own]))
    for body in _bodies(messages, declared):
        registry.add_body(body)
    return registry


def _bodies(
    messages: Sequence[type[Message]], declared: Sequence[tuple[type[Message], options.ResourceOptions]]
) -> Iterator[ResourceType]:
    """The kinds that subresources have as bodies, and that are no resources."""
    wanted = {part.body for _, found in declared for part in found.subresources if part.body}
    groups = {message.DESCRIPTOR.file.package: found.group for message, found in declared}
    resources = {message for message, _ in declared}
    for message in messages:
        descriptor = message.DESCRIPTOR
        of_group = options.ResourceOptions(group=groups.get(descriptor.file.package, ""))
        if message not in resources and f"{_api_version(descriptor, of_group)} {descriptor.name}" in wanted:
            yield _resource_type(message, of_group, _storage(message, of_group))


def _version(descriptor: Any) -> str:
    return str(descriptor.file.package).rpartition(".")[2]


def _api_version(descriptor: Any, found: options.ResourceOptions) -> str:
    return f"{found.group}/{_version(descriptor)}" if found.group else _version(descriptor)


def _storage(message: type[Message], found: options.ResourceOptions) -> Storage:
    return Storage(
        prefix=f"{REGISTRY_PREFIX}{found.storage.key}/" if found.HasField("storage") else "",
        api_version=found.storage.api_version or _api_version(message.DESCRIPTOR, found),
        kind=message.DESCRIPTOR.name,
        json=found.storage.json,
        expires=found.storage.expires,
        message=message,
    )


def _resource_type(message: type[Message], found: options.ResourceOptions, storage: Storage) -> ResourceType:
    return ResourceType(
        group=found.group,
        version=_version(message.DESCRIPTOR),
        kind=message.DESCRIPTOR.name,
        plural=found.plural,
        singular=found.singular,
        namespaced=found.scope == options.NAMESPACED,
        message=message,
        service=f"{message.DESCRIPTOR.file.package}.{found.service}",
        storage=storage,
        verbs=frozenset(found.verbs),
        subresources=tuple(
            Subresource(s.name, s.body, frozenset(s.verbs), s.method or s.name.capitalize()) for s in found.subresources
        ),
        short_names=tuple(found.short_names),
        categories=tuple(found.categories),
        selectable_fields=tuple(found.selectable_fields),
        conditional_update=found.conditional_update,
        create_on_update=found.create_on_update,
        delete_returns_object=found.delete_returns_object,
        orphans_by_default=found.orphans_by_default,
        initial_generation=found.generation.initial,
        generation_raised_by=tuple(found.generation.raised_by),
        name_rule=found.name_rule or "path-segment",
        max_name_length=found.max_name_length,
        deprecation=found.deprecation,
        list_kind=f"{message.DESCRIPTOR.name}List",
    )
