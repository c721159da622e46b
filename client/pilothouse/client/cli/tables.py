"""Objects as lines of aligned columns."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from ..wire import JsonObject

GAP = 3  # blanks between columns
NONE = "<none>"


class Column(NamedTuple):
    """One column between NAME and AGE, or after AGE where it is shown with -o wide only."""

    header: str
    value: Callable[[JsonObject], object]
    wide: bool = False


def at(obj: Any, *path: str) -> Any:
    """What stands at a path of an object, None where it ends early."""
    for key in path:
        if not isinstance(obj, dict):
            return None
        obj = obj.get(key)
    return obj


def field(header: str, *path: str, wide: bool = False) -> Column:
    return Column(header, lambda obj: at(obj, *path), wide)


def count(header: str, *path: str) -> Column:
    return Column(header, lambda obj: at(obj, *path) or 0)


def size(header: str, *paths: str) -> Column:
    return Column(header, lambda obj: sum(len(at(obj, path) or ()) for path in paths))


def ready_of(wanted: str) -> Column:
    return Column("READY", lambda obj: f"{at(obj, 'status', 'readyReplicas') or 0}/{at(obj, 'spec', wanted) or 0}")


def labels(obj: dict[str, str] | None) -> str:
    return ",".join(f"{k}={v}" for k, v in sorted((obj or {}).items()))


def _pod_ready(pod: JsonObject) -> str:
    statuses = at(pod, "status", "containerStatuses") or ()
    return f"{sum(bool(s.get('ready')) for s in statuses)}/{len(at(pod, 'spec', 'containers') or ())}"


def _pod_status(pod: JsonObject) -> object:
    if at(pod, "metadata", "deletionTimestamp"):
        return "Terminating"
    for status in at(pod, "status", "containerStatuses") or ():
        if waiting := at(status, "state", "waiting", "reason"):
            return waiting
    return at(pod, "status", "reason") or at(pod, "status", "phase")


def _node_status(node: JsonObject) -> str:
    conditions = {c.get("type"): c.get("status") for c in at(node, "status", "conditions") or ()}
    ready = {"True": "Ready", "False": "NotReady"}.get(conditions.get("Ready", ""), "Unknown")
    return f"{ready},SchedulingDisabled" if at(node, "spec", "unschedulable") else ready


def _ports(service: JsonObject) -> str:
    return ",".join(
        f"{p.get('port')}{f':{node}' if (node := p.get('nodePort')) else ''}/{p.get('protocol', 'TCP')}"
        for p in at(service, "spec", "ports") or ()
    )


def _job_status(job: JsonObject) -> str:
    done = [c.get("type") for c in at(job, "status", "conditions") or () if c.get("status") == "True"]
    return next((str(t) for t in ("Complete", "Failed", "Suspended") if t in done), "Running")


def _containers(key: str) -> Callable[[JsonObject], object]:
    return lambda obj: ",".join(str(c.get(key)) for c in at(obj, "spec", "template", "spec", "containers") or ())


WORKLOAD = (
    Column("CONTAINERS", _containers("name"), wide=True),
    Column("IMAGES", _containers("image"), wide=True),
    Column("SELECTOR", lambda obj: labels(at(obj, "spec", "selector", "matchLabels")), wide=True),
)
COLUMNS: dict[tuple[str, str], tuple[Column, ...]] = {
    ("", "Pod"): (
        Column("READY", _pod_ready),
        Column("STATUS", _pod_status),
        Column("RESTARTS", lambda p: sum(s.get("restartCount", 0) for s in at(p, "status", "containerStatuses") or ())),
        field("IP", "status", "podIP", wide=True),
        field("NODE", "spec", "nodeName", wide=True),
    ),
    ("", "Service"): (
        field("TYPE", "spec", "type"),
        field("CLUSTER-IP", "spec", "clusterIP"),
        Column("EXTERNAL-IP", lambda s: ",".join(at(s, "spec", "externalIPs") or ())),
        Column("PORT(S)", _ports),
        Column("SELECTOR", lambda s: labels(at(s, "spec", "selector")), wide=True),
    ),
    ("", "Node"): (
        Column("STATUS", _node_status),
        field("VERSION", "status", "nodeInfo", "kubeletVersion"),
        field("OS-IMAGE", "status", "nodeInfo", "osImage", wide=True),
    ),
    ("", "Namespace"): (field("STATUS", "status", "phase"),),
    ("", "ConfigMap"): (size("DATA", "data", "binaryData"),),
    ("", "Secret"): (field("TYPE", "type"), size("DATA", "data")),
    ("", "Event"): (
        field("TYPE", "type"),
        field("REASON", "reason"),
        Column("OBJECT", lambda e: f"{at(e, 'involvedObject', 'kind')}/{at(e, 'involvedObject', 'name')}".lower()),
        field("MESSAGE", "message"),
    ),
    ("apps", "Deployment"): (
        ready_of("replicas"),
        count("UP-TO-DATE", "status", "updatedReplicas"),
        count("AVAILABLE", "status", "availableReplicas"),
        *WORKLOAD,
    ),
    ("apps", "StatefulSet"): (ready_of("replicas"), *WORKLOAD),
    ("apps", "ReplicaSet"): (
        count("DESIRED", "spec", "replicas"),
        count("CURRENT", "status", "replicas"),
        count("READY", "status", "readyReplicas"),
        *WORKLOAD,
    ),
    ("apps", "DaemonSet"): (
        count("DESIRED", "status", "desiredNumberScheduled"),
        count("CURRENT", "status", "currentNumberScheduled"),
        count("READY", "status", "numberReady"),
        *WORKLOAD,
    ),
    ("batch", "Job"): (
        Column("STATUS", _job_status),
        Column("COMPLETIONS", lambda j: f"{at(j, 'status', 'succeeded') or 0}/{at(j, 'spec', 'completions') or 1}"),
        *WORKLOAD[:2],
    ),
    ("batch", "CronJob"): (field("SCHEDULE", "spec", "schedule"), field("SUSPEND", "spec", "suspend")),
}


class Table:
    """Lines for objects of one kind. Later calls of `lines` go on with the columns as wide as they were, without the
    headers: so a watch's lines stay in line."""

    def __init__(self, place: tuple[str, str], wide: bool, namespaces: bool, prefix: str) -> None:
        """place: group and kind; prefix: put before each name."""
        columns = COLUMNS.get(place, ())
        self._columns = [
            *([field("NAMESPACE", "metadata", "namespace")] if namespaces else []),
            Column("NAME", lambda obj: prefix + str(at(obj, "metadata", "name"))),
            *(c for c in columns if not c.wide),
            Column("AGE", lambda obj: age(at(obj, "metadata", "creationTimestamp"))),
            *(c for c in columns if c.wide and wide),
        ]
        self._widths: list[int] = []

    def lines(self, objects: Iterable[JsonObject]) -> list[str]:
        """One line for each object, after the headers the first time there is one."""
        rows = [[_cell(column.value(obj)) for column in self._columns] for obj in objects]
        if rows and not self._widths:
            rows.insert(0, [column.header for column in self._columns])
            self._widths = [max(len(row[i]) for row in rows) for i in range(len(self._columns))]
        return [aligned(row, self._widths) for row in rows]


def aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    """The cells side by side, none cut short."""
    return (" " * GAP).join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _cell(value: object) -> str:
    if value is None or value == "":
        return NONE
    return str(value).replace("\n", " ")


UNITS = (("y", 365 * 86400), ("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
# Up to so many seconds the unit is shown alone, and the next one beside it up to the second bound, as kubectl does.
AGES = ((120, "s", ""), (600, "m", "s"), (10800, "m", ""), (28800, "h", "m"), (172800, "h", ""), (691200, "d", "h"))


def age(created: str | None, now: datetime | None = None) -> str:
    """How long ago an RFC 3339 time was, in one or two units: 45s, 3m10s, 5h, 2d4h, 300d, 2y100d."""
    if not created:
        return "<unknown>"
    seconds = int(((now or datetime.now(UTC)) - datetime.fromisoformat(created)).total_seconds())
    if seconds < 0:
        return "0s"
    long = (730 * 86400, "d", ""), (8 * 365 * 86400, "y", "d")
    large, small = next(((a, b) for bound, a, b in (*AGES, *long) if seconds < bound), ("y", ""))
    units = dict(UNITS)
    whole, rest = divmod(seconds, units[large])
    beside = rest // units[small] if small else 0
    return f"{whole}{large}{beside}{small}" if beside else f"{whole}{large}"
