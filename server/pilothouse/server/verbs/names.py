"""What a request's path may name."""

import re

from ..errors import BadRequest
from ..meta.context import RequestContext
from ..meta.names import path_segment

# What nearly all names are, and nothing that must be looked at further.
_is_plain = re.compile(r"[a-z0-9][a-z0-9-]{0,252}").fullmatch


def require_name(context: RequestContext) -> None:
    """Raises BadRequest unless the context names one object, in a form that can stand in a key."""
    if not context.name:
        raise BadRequest(f"name is required: which of the {context.type.qualified}?")
    check_name("name", context.name)
    require_place(context)
    if context.type.namespaced and not context.namespace:
        raise BadRequest(f"namespace is required: {context.type.qualified} live in namespaces")


def require_place(context: RequestContext) -> None:
    """Raises BadRequest unless the namespace fits the type and can stand in a key."""
    if not context.namespace:
        return
    if not context.type.namespaced:
        raise BadRequest(f"namespace must be empty: {context.type.qualified} are cluster-scoped")
    check_name("namespace", context.namespace)


def check_name(what: str, value: str) -> None:
    """Raises BadRequest for what cannot stand in a key. what: "name" or "namespace"."""
    if _is_plain(value):
        return
    for fault in path_segment(value):
        raise BadRequest(f"invalid {what} {value!r}: {fault}")
    if "\0" in value or len(value) > 253:
        raise BadRequest(f"invalid {what}: at most 253 characters, none of them NUL")
