"""The options of a request: from its query and, for a deletion, from its body."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

from google.protobuf.message import DecodeError
from pilothouse.api.meta.v1 import meta_pb2 as meta

from ...errors import BadRequest
from ...meta.codec import codec_for
from ...meta.context import RequestContext
from ...meta.envelope import opened
from ...meta.strict import as_object
from ...meta.times import parse_duration
from ...meta.yaml_syntax import parse_yaml
from ...verbs.body import Encoding, FieldValidation
from ...verbs.options import WriteOptions, forbid_force, manager_of, require_field_manager, write_options

Query = Mapping[str, Sequence[str]]

PARAMETERS_AT_MOST = 256

_LIST_TEXTS = {
    "labelSelector": "label_selector",
    "fieldSelector": "field_selector",
    "resourceVersion": "resource_version",
    "resourceVersionMatch": "resource_version_match",
    "continue": "continue",
}
_LIST_NUMBERS = {"limit": "limit", "timeoutSeconds": "timeout_seconds"}
_LIST_SWITCHES = {"allowWatchBookmarks": "allow_watch_bookmarks", "sendInitialEvents": "send_initial_events"}
_DELETE_SWITCHES = {
    "orphanDependents": "orphan_dependents",
    "ignoreStoreReadErrorWithClusterBreakingPotential": "ignore_store_read_error_with_cluster_breaking_potential",
}


def parse_query(text: str) -> Query:
    """Raises BadRequest for more parameters than any request has."""
    if not text:
        return {}
    try:
        return parse_qs(text, keep_blank_values=True, max_num_fields=PARAMETERS_AT_MOST)
    except ValueError:
        raise BadRequest(f"a query has {PARAMETERS_AT_MOST} parameters at most") from None


def first(query: Query, name: str) -> str:
    """The parameter's first value, "" where it is not given."""
    return query[name][0] if name in query else ""


def is_on(query: Query, name: str) -> bool:
    """Whether a switch is given, and not as 0 or false."""
    return name in query and _switch(query[name][0])


def list_options(query: Query) -> meta.ListOptions:
    """Raises BadRequest for what is no number."""
    options: Any = meta.ListOptions()
    for name, values in query.items():
        if name in _LIST_TEXTS:
            setattr(options, _LIST_TEXTS[name], values[0])
        elif name in _LIST_NUMBERS:
            setattr(options, _LIST_NUMBERS[name], whole_number(values[0]))
        elif name in _LIST_SWITCHES:
            setattr(options, _LIST_SWITCHES[name], _switch(values[0]))
    return options  # type: ignore[no-any-return]


def delete_options(query: Query, body: bytes, encoding: Encoding) -> meta.DeleteOptions:
    """Those of the body where there is one, else those of the query. Raises BadRequest."""
    if body:
        return _from_body(body, encoding)
    options = meta.DeleteOptions()
    options.dry_run.extend(query.get("dryRun", ()))
    if "gracePeriodSeconds" in query:
        options.grace_period_seconds = whole_number(query["gracePeriodSeconds"][0])
    if "propagationPolicy" in query:
        options.propagation_policy = query["propagationPolicy"][0]
    for name, option in _DELETE_SWITCHES.items():
        if name in query:
            setattr(options, option, _switch(query[name][0]))
    return options


def _from_body(body: bytes, encoding: Encoding) -> meta.DeleteOptions:
    if encoding is Encoding.YAML:
        return codec_for(meta.DeleteOptions).from_value(as_object(parse_yaml(body)[0]))
    if encoding is Encoding.JSON:
        return codec_for(meta.DeleteOptions).decode(body)[0]
    try:
        return meta.DeleteOptions.FromString(opened(body).raw)
    except (ValueError, DecodeError) as error:
        raise BadRequest(f"the body is no DeleteOptions: {error}") from None


def with_write_options(
    kind: str, query: Query, context: RequestContext, user_agent: str
) -> tuple[RequestContext, FieldValidation]:
    """The context of a write as its query wants it, put down to the user agent where the query names nobody. kind:
    "CreateOptions", "UpdateOptions" or "PatchOptions". Raises Invalid."""
    manager, validation = first(query, "fieldManager"), first(query, "fieldValidation")
    options = write_options(kind, query.get("dryRun", ()), manager, validation, FieldValidation.WARN)
    if "force" in query:
        forbid_force()
    return _with(context, options, options.field_manager or manager_of(user_agent)), options.field_validation


def with_apply_options(query: Query, context: RequestContext) -> tuple[RequestContext, FieldValidation, bool]:
    """The same of an apply, and whether it takes over what others own. Raises Invalid."""
    manager, validation = first(query, "fieldManager"), first(query, "fieldValidation")
    require_field_manager(manager)
    options = write_options("PatchOptions", query.get("dryRun", ()), manager, validation, FieldValidation.WARN)
    return _with(context, options, manager), options.field_validation, is_on(query, "force")


def _with(context: RequestContext, options: WriteOptions, manager: str) -> RequestContext:
    return replace(context, dry_run=options.dry_run, field_manager=manager)


def request_seconds(query: Query, at_most: float) -> float:
    """How long the request may take, as its parameter `timeout` says. Raises BadRequest."""
    if "timeout" not in query:
        return at_most
    text = query["timeout"][0]
    try:
        seconds = parse_duration(text) / 1e9
    except ValueError:
        seconds = -1.0
    if seconds < 0:
        raise BadRequest(
            f"invalid timeout specified in the request URL - {json.dumps(text)}: use a duration such as 30s"
        )
    return min(seconds or at_most, at_most)


def whole_number(text: str) -> int:
    """Raises BadRequest for what is no number of 64 bits."""
    try:
        number = int(text)
    except ValueError:
        raise BadRequest(f"strconv.ParseInt: parsing {json.dumps(text)}: invalid syntax") from None
    if not -(1 << 63) <= number < 1 << 63:
        raise BadRequest(f"strconv.ParseInt: parsing {json.dumps(text)}: value out of range")
    return number


def _switch(text: str) -> bool:
    return text.lower() not in ("0", "false")
