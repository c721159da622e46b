"""`pilothouse get`: objects as tables, YAML, JSON or names, once or as they change."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass

import orjson
import typer
import yaml
from pilothouse.api.dynamic.v1.dynamic_pb2 import ResourceInfo

from ..errors import ApiError
from ..resource import ALL_NAMESPACES
from ..watch import Event, Progress
from ..wire import JsonObject
from .kinds import CliError, Target, printed, qualified, targets
from .session import Session
from .tables import Table


class Output(enum.StrEnum):
    """The forms of -o."""

    YAML = "yaml"
    JSON = "json"
    NAME = "name"
    WIDE = "wide"


@dataclass(frozen=True, slots=True)
class Query:
    """What to get and how to show it. all_namespaces overrides the session's namespace."""

    args: list[str]
    output: Output | None = None
    all_namespaces: bool = False
    label_selector: str = ""
    field_selector: str = ""


class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]  # by how PyYAML was built
    """Text of several lines as a block, not in quotes."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


Dumper.add_representer(str, _text)


async def get(session: Session, query: Query) -> None:
    """Shows the objects that exist."""
    wanted = _checked(session, query)
    found = [(target.info, await _objects(session, target, query)) for target in wanted]
    shown = [(info, objects) for info, objects in found if objects]
    if query.output in (Output.YAML, Output.JSON):
        single = len(wanted) == 1 and len(wanted[0].names) == 1
        everything = [obj for _, objects in shown for obj in objects]
        if everything or not single:
            document = everything[0] if single else _list_of(everything)
            typer.echo(dumped(document, query.output), nl=False)
        return
    if not shown and not session.failed:
        everywhere = query.all_namespaces or not any(t.info.namespaced for t in wanted)
        typer.echo(f"No resources found{'' if everywhere else f' in {session.namespace} namespace'}.", err=True)
    for index, (info, objects) in enumerate(shown):
        if query.output is Output.NAME:
            for obj in objects:
                typer.echo(printed(info, obj["metadata"]["name"]))
            continue
        if index:
            typer.echo("")
        for line in _table(info, query, prefixed=len(wanted) > 1).lines(objects):
            typer.echo(line)


async def watch(session: Session, query: Query) -> None:
    """Shows the objects that exist, then each change, until interrupted."""
    wanted = _checked(session, query)
    if len(wanted) != 1 or len(wanted[0].names) > 1:
        raise CliError("--watch follows one resource type, or one object of it")
    target, fields = wanted[0], query.field_selector
    if target.names:
        fields = ",".join(f for f in (fields, f"metadata.name={target.names[0]}") if f)
    changes = session.resource(target.info).watch(
        namespace=_namespace(session, query), label_selector=query.label_selector, field_selector=fields
    )
    table = _table(target.info, query, prefixed=False)
    first: list[JsonObject] | None = []
    async for item in changes:
        match item:
            case Event() if first is not None:
                first.append(item.object)
            case Event():
                _show(target.info, query, table, [item.object])
            case Progress(synced=True) if first is not None:
                _show(target.info, query, table, first)
                first = None


def _show(info: ResourceInfo, query: Query, table: Table, objects: list[JsonObject]) -> None:
    match query.output:
        case Output.YAML | Output.JSON as output:
            for obj in objects:
                typer.echo(("---\n" if output is Output.YAML else "") + dumped(obj, output), nl=False)
        case Output.NAME:
            for obj in objects:
                typer.echo(printed(info, obj["metadata"]["name"]))
        case _:
            for line in table.lines(objects):
                typer.echo(line)


def _checked(session: Session, query: Query) -> list[Target]:
    wanted = targets(query.args, session.kinds)
    if any(t.names for t in wanted) and query.all_namespaces:
        raise CliError("an object is got by its name from one namespace: leave out --all-namespaces, or the name")
    if any(t.names for t in wanted) and (query.label_selector or query.field_selector):
        raise CliError("selectors choose among all objects: leave out the name, or the selectors")
    return wanted


def _namespace(session: Session, query: Query) -> str:
    return ALL_NAMESPACES if query.all_namespaces else session.namespace


async def _objects(session: Session, target: Target, query: Query) -> list[JsonObject]:
    resource, namespace = session.resource(target.info), _namespace(session, query)
    if not target.names:
        listed = resource.list(
            namespace=namespace, label_selector=query.label_selector, field_selector=query.field_selector
        )
        return [obj async for obj in listed]
    found = []
    for name in target.names:
        try:
            found.append(await resource.get(name, namespace=namespace))
        except ApiError as error:
            session.report(error)
    return found


def _table(info: ResourceInfo, query: Query, prefixed: bool) -> Table:
    return Table(
        place=(info.name.group, info.kind),
        wide=query.output is Output.WIDE,
        namespaces=query.all_namespaces and info.namespaced,
        prefix=f"{qualified(info)}/" if prefixed else "",
    )


def _list_of(objects: Iterable[JsonObject]) -> JsonObject:
    return {"apiVersion": "v1", "items": list(objects), "kind": "List", "metadata": {"resourceVersion": ""}}


def dumped(document: JsonObject, output: Output) -> str:
    """As text with a newline at its end, keys in order; without who manages which field."""
    for obj in document.get("items", ()) if document.get("kind") == "List" else [document]:
        obj.get("metadata", {}).pop("managedFields", None)
    if output is Output.JSON:
        return orjson.dumps(
            document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
        ).decode()
    text: str = yaml.dump(document, Dumper=Dumper, default_flow_style=False, allow_unicode=True, width=4096)
    return text
