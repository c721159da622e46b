"""Which message stands for which kind."""

from collections.abc import Mapping, Sequence
from functools import cache

from google.protobuf.descriptor import Descriptor

from ....meta.declared import RESOURCE_TYPE, api_messages
from ....meta.resource import ResourceType
from .names import descriptor_of
from .schemas import Json, says_its_kind


def body_of(kind: str) -> Descriptor | None:
    """The message of "apiVersion Kind"."""
    return _by_kind().get(kind)


def list_of(resource: ResourceType) -> Descriptor | None:
    """The message of a list of its objects; None where there is none."""
    return _by_kind().get(f"{resource.api_version} {resource.kind}List")


def own_kinds(descriptor: Descriptor) -> list[Json]:
    """The kind of the objects of a message, none where they do not say it."""
    if not says_its_kind(descriptor):
        return []
    group, version = _group_version(descriptor)
    return [{"group": group, "kind": descriptor.name, "version": version}]


@cache
def group_versions() -> Sequence[tuple[str, str]]:
    """Every group and version that has resources described by messages."""
    return sorted({(group, package.rpartition(".")[2]) for package, group in _groups().items()})


def _group_version(descriptor: Descriptor) -> tuple[str, str]:
    package: str = descriptor.file.package
    return _groups().get(package, ""), package.rpartition(".")[2]


@cache
def _groups() -> Mapping[str, str]:
    """package -> group, as the resources of the package have it."""
    found: dict[str, str] = {}
    for message in api_messages():
        descriptor = descriptor_of(message)
        if descriptor.GetOptions().HasExtension(RESOURCE_TYPE):
            found[descriptor.file.package] = descriptor.GetOptions().Extensions[RESOURCE_TYPE].group
    return found


@cache
def _by_kind() -> Mapping[str, Descriptor]:
    found: dict[str, Descriptor] = {}
    for message in api_messages():
        descriptor = descriptor_of(message)
        group, version = _group_version(descriptor)
        found[f"{group}/{version} {descriptor.name}" if group else f"{version} {descriptor.name}"] = descriptor
    return found
