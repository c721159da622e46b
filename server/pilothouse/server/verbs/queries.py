"""ListOptions: what lists and watches ask, checked and compiled, by the rules of metav1.ListOptions' validation."""

from dataclasses import dataclass, replace

from pilothouse.api.meta.v1 import meta_pb2 as meta

from ..errors import BadRequest, Cause
from ..meta.context import RequestContext
from ..meta.continuation import parse_resource_version
from ..meta.field_selectors import parse_field_selector
from ..meta.label_selectors import parse_label_selector
from ..meta.names import path_segment
from ..watchcache.audience import Scope
from .names import require_place
from .options import refuse
from .plane import Kind

NOT_OLDER_THAN, EXACT = "NotOlderThan", "Exact"


@dataclass(frozen=True, slots=True)
class Query:
    """revision 0 with `any_revision` False asks for the newest; with True for whatever is at hand."""

    scope: Scope
    revision: int
    any_revision: bool
    exact: bool
    match: str
    limit: int
    token: str
    initial_events: bool | None


def list_query(kind: Kind, context: RequestContext, options: meta.ListOptions) -> Query:
    """Raises BadRequest, Invalid."""
    match, version, token = options.resource_version_match, options.resource_version, getattr(options, "continue")
    causes: list[Cause] = []
    if match:
        if not version:
            causes.append(
                _forbidden(
                    "resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided"
                )
            )
        if token:
            causes.append(
                _forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided")
            )
        if match not in (NOT_OLDER_THAN, EXACT):
            causes.append(_unsupported(match))
        if match == EXACT and version == "0":
            causes.append(
                _forbidden("resourceVersionMatch", 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"')
            )
    if options.HasField("send_initial_events"):
        causes.append(_forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"))
    refuse("ListOptions", causes)
    if token and version not in ("", "0"):
        raise BadRequest("specifying resource version is not allowed when using continue")
    revision = parse_resource_version(version)
    limit = max(0, options.limit)
    scope = _scope(kind, context, options)
    # One object by its name is no page of anything.
    paged = limit > 0 and scope.fields.exact("metadata.name") is None
    exact = match == EXACT or (revision > 0 and paged and not match)
    any_revision = version == "0"
    return Query(scope, revision, any_revision, exact, match, 0 if any_revision and not token else limit, token, None)


def watch_query(kind: Kind, context: RequestContext, options: meta.ListOptions) -> Query:
    """Raises BadRequest, Invalid."""
    match, version = options.resource_version_match, options.resource_version
    asked = options.send_initial_events if options.HasField("send_initial_events") else None
    if asked is None and begins_with_all(options):
        asked, match = True, NOT_OLDER_THAN
    causes: list[Cause] = []
    if asked is None:
        if match:
            causes.append(
                _forbidden(
                    "resourceVersionMatch",
                    "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
                )
            )
    else:
        if match != NOT_OLDER_THAN:
            causes.append(
                _forbidden(
                    "resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
                )
            )
        if getattr(options, "continue"):
            causes.append(
                _forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided")
            )
    if match not in ("", NOT_OLDER_THAN):
        causes.append(_unsupported(match))
    refuse("ListOptions", causes)
    revision = parse_resource_version(version)
    return Query(_scope(kind, context, options), revision, version == "0", False, match, 0, "", asked)


def begins_with_all(options: meta.ListOptions) -> bool:
    """Whether a watch begins with what exists: as asked or, where nothing is said, from the present on."""
    if options.HasField("send_initial_events"):
        return options.send_initial_events
    return not options.resource_version_match and options.resource_version in ("", "0")


def make_scope(kind: Kind, context: RequestContext, labels: str, fields: str) -> Scope:
    """Raises BadRequest where a selector does not parse, or names a field that the kind cannot be selected by."""
    require_place(context)
    selector = parse_field_selector(fields, kind.selectable, custom=bool(kind.type.definition))
    namespace, exact = context.namespace, selector.exact("metadata.namespace")
    if kind.type.namespaced and not namespace and exact:
        namespace = exact
    name = selector.exact("metadata.name")
    if context.name and name is not None and name != context.name:
        raise BadRequest("fieldSelector metadata.name doesn't match requested name")
    return Scope(kind.type, namespace, parse_label_selector(labels), selector, kind.fields_of)


def named(kind: Kind, context: RequestContext, field_selector: str) -> RequestContext:
    """The context with the selector, and with the name that this insists on: who may list or watch an object by its
    name may do so, as in Kubernetes."""
    if not field_selector:
        return context
    context = replace(context, field_selector=field_selector)
    if "metadata.name" not in field_selector:
        return context
    try:
        name = parse_field_selector(field_selector, kind.selectable).exact("metadata.name")
    except BadRequest:
        # Whoever may not list at all is told that first.
        return context
    return replace(context, name=name) if name and not path_segment(name) else context


def _scope(kind: Kind, context: RequestContext, options: meta.ListOptions) -> Scope:
    return make_scope(kind, context, options.label_selector, options.field_selector)


def _forbidden(field: str, message: str) -> Cause:
    return Cause("FieldValueForbidden", f"Forbidden: {message}", field)


def _unsupported(match: str) -> Cause:
    supported = '"Exact", "NotOlderThan", ""'
    message = f'Unsupported value: "{match}": supported values: {supported}'
    return Cause("FieldValueNotSupported", message, "resourceVersionMatch")
