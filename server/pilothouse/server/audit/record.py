"""Entries as doors hand them in, and the events of audit.k8s.io/v1 that become of them, a line of JSON each."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

import orjson

from ..errors import ApiError, Forbidden
from ..meta.context import RequestContext
from ..meta.user import User

STARTED, COMPLETE = "ResponseStarted", "ResponseComplete"
LATENCY = "apiserver.latency.k8s.io/total"
# Resources whose requests may hold a secret where one would not look for it: in a name, a message, a refused value.
_SECRETIVE = frozenset(("secrets", "tokenreviews"))

# The annotation by which the verb create tells the name of what it made: a request to create names nothing.
NAME = "name"
_OK, _CREATED = b'{"metadata":{},"code":200}', b'{"metadata":{},"code":201}'

Json = dict[str, object]


class Entry(NamedTuple):
    """A request at one of its stages.

    uri: what was called; verb, group, resource: what the door knows where there is no context, "*" for many resources;
    user: who has authenticated, None for nobody; source: the peer's address as gRPC writes it ("ipv4:10.0.0.1:4711") or
    bare; contexts: of each object or scope that the request is about; fault: what it ended with, None for success;
    canceled: by its caller; received, at: seconds since the epoch; audit_id: what the caller was told that the request
    is called, "" where he was told nothing.
    """

    stage: str
    request_id: str
    uri: str
    verb: str
    group: str
    resource: str
    user: User | None
    source: str
    user_agent: str
    contexts: Sequence[RequestContext]
    fault: ApiError | None
    canceled: bool
    received: float
    at: float
    audit_id: str = ""


def lines(entry: Entry, server: str) -> Iterator[bytes]:
    """A line of JSON, an event, for each of the entry's contexts, or one where there is none. server: tells the request
    ids of one server from those of others."""
    for context in entry.contexts or (None,):
        yield _line(entry, server, context)


def _line(entry: Entry, server: str, context: RequestContext | None) -> bytes:
    verb = entry.verb if context is None else context.verb
    members = [
        _head(entry.stage, verb, entry.user, entry.source, entry.user_agent),
        b'"auditID":%b' % orjson.dumps(entry.audit_id or f"{server}-{entry.request_id}"),
        b'"requestURI":%b' % orjson.dumps(entry.uri),
        b'"responseStatus":%b' % _status(entry, context),
        b'"requestReceivedTimestamp":%b' % _time(entry.received),
        b'"stageTimestamp":%b' % _time(entry.at),
    ]
    annotations = {}
    if entry.stage == COMPLETE:
        annotations[LATENCY] = f"{(entry.at - entry.received) * 1000:.3f}ms"
    if context is not None:
        annotations.update(context.annotations)
        # It says whose name it is, not what came of it.
        annotations.pop(NAME, None)
        members.append(b'"objectRef":%b' % orjson.dumps(_reference(context)))
        if context.user is not entry.user:
            members.append(b'"impersonatedUser":%b' % orjson.dumps(_described(context.user)))
    elif entry.resource not in ("", "*"):
        members.append(b'"objectRef":%b' % orjson.dumps({"resource": entry.resource, "apiGroup": entry.group}))
    members.append(b'"annotations":%b}\n' % orjson.dumps(annotations))
    return b",".join(members)


@lru_cache(maxsize=1024)
def _head(stage: str, verb: str, user: User | None, source: str, user_agent: str) -> bytes:
    """The members that one caller's requests have in common, as the beginning of an object."""
    return orjson.dumps(
        {
            "kind": "Event",
            "apiVersion": "audit.k8s.io/v1",
            "level": "Metadata",
            "stage": stage,
            "verb": verb,
            "user": {} if user is None else _described(user),
            "sourceIPs": (_address(source),),
            "userAgent": user_agent,
        }
    )[:-1]


def _time(seconds: float) -> bytes:
    """As a JSON string."""
    whole, millionths = divmod(round(seconds * 1e6), 1_000_000)
    return b'"%b.%06dZ"' % (_second(whole), millionths)


@lru_cache(maxsize=16)
def _second(seconds: int) -> bytes:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S").encode()


def _status(entry: Entry, context: RequestContext | None) -> bytes:
    fault = entry.fault
    if fault is None and not entry.canceled:
        return _CREATED if context is not None and context.verb == "create" else _OK
    status: Json = {"metadata": {}}
    if fault is not None:
        status |= {"status": "Failure", "reason": fault.status_reason, "code": fault.code}
        # Other messages quote what was sent.
        if isinstance(fault, Forbidden) and not (context and context.type.plural in _SECRETIVE):
            status["message"] = fault.message
    else:
        status |= {"status": "Failure", "reason": "Canceled", "code": 499}
    return orjson.dumps(status)


def _reference(context: RequestContext) -> Json:
    resource = context.type
    reference: Json = {"resource": resource.plural, "apiVersion": resource.version}
    for member, text in (
        ("apiGroup", resource.group),
        ("namespace", context.namespace),
        ("name", context.name or context.annotations.get(NAME, "")),
        ("subresource", context.subresource),
    ):
        if text:
            reference[member] = text
    return reference


def _described(user: User) -> Json:
    info = {"username": user.name, "uid": user.uid, "groups": user.groups, "extra": dict(user.extra)}
    return {member: value for member, value in info.items() if value}


def _address(source: str) -> str:
    """The IP address in a peer of gRPC: "ipv4:10.0.0.1:4711", "ipv6:%5B::1%5D:4711"."""
    family, _, rest = source.partition(":")
    if family not in ("ipv4", "ipv6"):
        return source
    return unquote(rest).rpartition(":")[0].strip("[]")
