"""From what people type to resources: plurals, singulars, short names, kinds, categories; and arguments to targets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pilothouse.api.dynamic.v1.dynamic_pb2 import ResourceInfo


class CliError(Exception):
    """What was typed or read cannot be used; the message says why and what to do."""


def api_version(info: ResourceInfo) -> str:
    return f"{info.name.group}/{info.name.version}" if info.name.group else info.name.version


def printed(info: ResourceInfo, name: str) -> str:
    """As kubectl prints an object: deployment.apps/web."""
    return f"{qualified(info)}/{name}"


def qualified(info: ResourceInfo) -> str:
    """The kind in small letters, with its group."""
    kind = info.kind.lower()
    return f"{kind}.{info.name.group}" if info.name.group else kind


class Kinds:
    """What the server serves."""

    def __init__(self, infos: Iterable[ResourceInfo]) -> None:
        # The preferred version first, and of groups that share a name the core group.
        self.infos = sorted(infos, key=lambda i: (not i.preferred, i.name.group != ""))

    def by_kind(self, version: str, kind: str) -> ResourceInfo | None:
        """The resource of objects with this apiVersion and kind."""
        return next((i for i in self.infos if i.kind == kind and api_version(i) == version), None)

    def named(self, text: str) -> list[ResourceInfo]:
        """The resource of that name, or those of a category. Forms: pods, pod, po, deployments.apps,
        deployments.v1.apps, all. Raises CliError."""
        wanted, _, rest = text.lower().partition(".")
        for info in self.infos:
            names = (info.name.resource, info.singular, info.kind.lower(), *info.short_names)
            if wanted in names and rest in ("", info.name.group, f"{info.name.version}.{info.name.group}".rstrip(".")):
                return [info]
        found = [i for i in self.infos if not rest and wanted in i.categories and i.preferred and "list" in i.verbs]
        if not found:
            raise CliError(f"the server doesn't have a resource type {text!r}; `pilothouse api-resources` lists them")
        return sorted(found, key=lambda i: (i.name.group, i.name.resource))


@dataclass(frozen=True, slots=True)
class Target:
    """Objects of one resource: those named, or all."""

    info: ResourceInfo
    names: tuple[str, ...] = ()


def targets(args: Sequence[str], kinds: Kinds) -> list[Target]:
    """From `TYPE[,TYPE]`, `TYPE NAME...` or `TYPE/NAME...`. Raises CliError."""
    if not args:
        raise CliError("name a resource type, as in `pods`, `pods NAME` or `pods/NAME`")
    with_slash = [a for a in args if "/" in a]
    if with_slash and len(with_slash) != len(args):
        raise CliError("TYPE/NAME takes no other form beside it: write TYPE/NAME for each, or TYPE NAME NAME")
    if with_slash:
        return [_one(a, kinds) for a in args]
    found = [info for text in args[0].split(",") for info in kinds.named(text)]
    if len(args) > 1 and len(found) > 1:
        raise CliError("names can be given for a single resource type only")
    return [Target(info, tuple(args[1:])) for info in found]


def _one(arg: str, kinds: Kinds) -> Target:
    text, _, name = arg.partition("/")
    found = kinds.named(text)
    if not name or "/" in name or len(found) != 1:
        raise CliError(f"{arg} does not name one object: write TYPE/NAME")
    return Target(found[0], (name,))
