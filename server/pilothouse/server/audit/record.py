"""Entries as doors hand them in, and the events of audit.k8s.io/v1 that become of them."""

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
_USERS_AT_MOST = 1024

Json = dict[str, object]

_users: dict[int, tuple[User | None, orjson.Fragment]] = {}


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


def events(entry: Entry, server: str) -> Iterator[Json]:
    """An event for each of the entry's contexts, or one where there is none. server: tells the request ids of one
    server from those of others."""
    for context in entry.contexts or (None,):
        yield _event(entry, server, context)


def _event(entry: Entry, server: str, context: RequestContext | None) -> Json:
    annotations = {}
    if entry.stage == COMPLETE:
        annotations[LATENCY] = f"{(entry.at - entry.received) * 1000:.3f}ms"
    event: Json = {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "Metadata",
        "auditID": entry.audit_id or f"{server}-{entry.request_id}",
        "stage": entry.stage,
        "requestURI": entry.uri,
        "verb": entry.verb if context is None else context.verb,
        "user": _user(entry.user),
        "sourceIPs": (_address(entry.source),),
        "userAgent": entry.user_agent,
        "responseStatus": _status(entry, context),
        "requestReceivedTimestamp": datetime.fromtimestamp(entry.received, UTC),
        "stageTimestamp": datetime.fromtimestamp(entry.at, UTC),
        "annotations": annotations,
    }
    if context is not None:
        event["objectRef"] = _reference(context)
        annotations.update(context.annotations)
        # It says whose name it is, not what came of it.
        annotations.pop(NAME, None)
        if context.user is not entry.user:
            event["impersonatedUser"] = _user(context.user)
    elif entry.resource not in ("", "*"):
        event["objectRef"] = {"resource": entry.resource, "apiGroup": entry.group}
    return event


def _status(entry: Entry, context: RequestContext | None) -> Json:
    status: Json = {"metadata": {}}
    fault = entry.fault
    if fault is not None:
        status |= {"status": "Failure", "reason": fault.reason, "code": fault.code}
        # Other messages quote what was sent.
        if isinstance(fault, Forbidden) and not (context and context.type.plural in _SECRETIVE):
            status["message"] = fault.message
    elif entry.canceled:
        status |= {"status": "Failure", "reason": "Canceled", "code": 499}
    else:
        created = context is not None and context.verb == "create"
        status["code"] = 201 if created else 200
    return status


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


def _user(user: User | None) -> orjson.Fragment:
    """A user as JSON, which is made once for each: authentication hands out the same one for a certificate."""
    known = _users.get(id(user))
    if known is None or known[0] is not user:
        if len(_users) >= _USERS_AT_MOST:
            _users.clear()
        known = _users[id(user)] = user, orjson.Fragment(orjson.dumps({} if user is None else _described(user)))
    return known[1]


def _described(user: User) -> Json:
    info = {"username": user.name, "uid": user.uid, "groups": user.groups, "extra": dict(user.extra)}
    return {member: value for member, value in info.items() if value}


@lru_cache(maxsize=1024)
def _address(source: str) -> str:
    """The IP address in a peer of gRPC: "ipv4:10.0.0.1:4711", "ipv6:%5B::1%5D:4711"."""
    family, _, rest = source.partition(":")
    if family not in ("ipv4", "ipv6"):
        return source
    return unquote(rest).rpartition(":")[0].strip("[]")
