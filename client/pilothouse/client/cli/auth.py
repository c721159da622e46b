"""`pilothouse auth`: who may do what, why, and what admission makes of an object."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import orjson
import typer
from pilothouse.api.dynamic.v1 import dynamic_pb2 as dynamic

from .kinds import CliError, Kinds
from .manifests import read
from .session import Session


@dataclass(frozen=True, slots=True)
class Question:
    """resource: as people name it (pods, deployments.apps, pods/NAME), or a path of no resource ("/metrics"); user: ""
    for oneself; filename: an object that shall run through admission, "" for none."""

    verb: str
    resource: str
    name: str = ""
    subresource: str = ""
    user: str = ""
    groups: list[str] = field(default_factory=list)
    filename: str = ""


async def can_i(session: Session, question: Question) -> None:
    """Prints yes or no; no is exit code 1."""
    answer = await session.client.dynamic.explain(_request(session, question))
    typer.echo("yes" if answer.allowed else "no" + (f" - {answer.reason}" if answer.reason else ""))
    session.failed = not answer.allowed


async def explain(session: Session, question: Question) -> None:
    """Prints the decision and how it came about; a request that would fail is exit code 1."""
    request = _request(session, question)
    answer = await session.client.dynamic.explain(request)
    for line in _lines(answer, bool(request.object)):
        typer.echo(line)
    session.failed = not answer.allowed or bool(answer.failure)


def _request(session: Session, question: Question) -> dynamic.ExplainRequest:
    if question.groups and not question.user:
        raise CliError("--as-group goes with --as: a group alone is nobody")
    request = dynamic.ExplainRequest(verb=question.verb, user=question.user, groups=question.groups)
    if question.resource.startswith("/"):
        if question.filename or question.name:
            raise CliError("a path of no resource takes no name and no object")
        request.path = question.resource
        return request
    text, _, name = question.resource.partition("/")
    request.resource.CopyFrom(_resource(session.kinds, text))
    request.name, request.subresource = question.name or name, question.subresource
    request.namespace = session.namespace if _is_namespaced(session.kinds, request.resource) else ""
    if question.filename:
        manifests = read([question.filename])
        if len(manifests) != 1:
            raise CliError(f"{question.filename} holds {len(manifests)} objects: one can be explained at a time")
        request.object, request.encoding = orjson.dumps(manifests[0].object), dynamic.JSON
        if request.namespace:
            request.namespace = manifests[0].namespace(session.namespace, None)
    return request


def _resource(kinds: Kinds, text: str) -> dynamic.ResourceName:
    """What is not served may be asked about all the same: rules speak of it as well."""
    try:
        found = kinds.named(text)
    except CliError:
        plural, _, group = text.partition(".")
        return dynamic.ResourceName(group=group, resource=plural)
    if len(found) != 1:
        raise CliError(f"{text} stands for several resources: name one")
    return found[0].name


def _is_namespaced(kinds: Kinds, name: dynamic.ResourceName) -> bool:
    return next((info.namespaced for info in kinds.infos if info.name == name), True)


def _lines(answer: dynamic.ExplainResponse, with_object: bool) -> Iterator[str]:
    yield ("allowed" if answer.allowed else "not allowed") + (f": {answer.reason}" if answer.reason else "")
    if answer.HasField("granted_by"):
        yield f"  by the rule {_rule(answer.granted_by)}"
    if answer.nearest:
        yield "nearest rules that do not allow it:"
    for grant in answer.nearest:
        yield f"  {grant.binding} to {grant.subject}"
        yield f"    {_rule(grant)}"
        yield f"    does not cover the {', '.join(grant.lacks)}"
    if not answer.allowed and not answer.nearest:
        yield "no rule of this user comes near to it"
    yield from (f"unresolved: {problem}" for problem in answer.problems)
    if with_object and answer.allowed:
        yield from _admission(answer)


def _admission(answer: dynamic.ExplainResponse) -> Iterator[str]:
    yield "admission:" if answer.admission else "admission: no plugin has anything to say"
    for step in answer.admission:
        yield f"  {step.plugin} ({step.phase})"
        for change in step.changes:
            yield f"    {change.path}: {change.before or '(unset)'} -> {change.after or '(unset)'}"
        yield from (f"    {note}" for note in step.notes)
        if step.refusal:
            yield f"    refused: {step.refusal}"
    yield f"would fail: {answer.failure}" if answer.failure else "would succeed"


def _rule(grant: dynamic.Grant) -> str:
    parts = (
        ("apiGroups", grant.api_groups),
        ("resources", grant.resources),
        ("resourceNames", grant.resource_names),
        ("nonResourceURLs", grant.non_resource_urls),
        ("verbs", grant.verbs),
    )
    return ", ".join(f"{name} {orjson.dumps(list(values)).decode()}" for name, values in parts if values)
