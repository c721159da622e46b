"""The options of a request, from its query and, for a deletion, from its body."""

import json
from typing import Any

from pilothouse.api.meta.v1 import meta_pb2 as meta
from pilothouse.server.errors import BadRequest
from pilothouse.server.meta.codec import codec_for

from tests.conformance.rest_paths import query_of
from tests.conformance.transport import Request

_LIST_TEXTS = {
    "labelSelector": "label_selector",
    "fieldSelector": "field_selector",
    "resourceVersion": "resource_version",
    "resourceVersionMatch": "resource_version_match",
    "continue": "continue",
}
_LIST_NUMBERS = {"limit": "limit", "timeoutSeconds": "timeout_seconds"}
_LIST_SWITCHES = {"allowWatchBookmarks": "allow_watch_bookmarks", "sendInitialEvents": "send_initial_events"}


def list_options(request: Request) -> meta.ListOptions:
    """Raises BadRequest for what is no number."""
    options: Any = meta.ListOptions()
    for name, values in query_of(request).items():
        if name in _LIST_TEXTS:
            setattr(options, _LIST_TEXTS[name], values[0])
        elif name in _LIST_NUMBERS:
            setattr(options, _LIST_NUMBERS[name], _number(values[0]))
        elif name in _LIST_SWITCHES:
            setattr(options, _LIST_SWITCHES[name], _switch(values[0]))
    return options  # type: ignore[no-any-return]


def delete_options(request: Request) -> meta.DeleteOptions:
    """Those of the body where there is one, else those of the query. Raises BadRequest."""
    if request.body:
        return codec_for(meta.DeleteOptions).decode(request.body)[0]
    query, options = query_of(request), meta.DeleteOptions()
    options.dry_run.extend(query.get("dryRun", ()))
    if "gracePeriodSeconds" in query:
        options.grace_period_seconds = _number(query["gracePeriodSeconds"][0])
    if "propagationPolicy" in query:
        options.propagation_policy = query["propagationPolicy"][0]
    if "orphanDependents" in query:
        options.orphan_dependents = _switch(query["orphanDependents"][0])
    return options


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise BadRequest(f"strconv.ParseInt: parsing {json.dumps(text)}: invalid syntax") from None


def _switch(text: str) -> bool:
    return text not in ("0", "false")
