"""The numbers in the statuses of workloads: none is negative, and no part exceeds the whole."""

from typing import Any

from ..errors import Cause
from ..schema.causes import invalid

_WHOLE = "cannot be greater than status.replicas"
REPLICA_PARTS = ("fully_labeled_replicas", "ready_replicas", "available_replicas")
"""What ReplicaSets and ReplicationControllers count of their replicas."""


def count_faults(status: Any, old: Any, parts: tuple[str, ...], ready: str) -> list[Cause]:
    """`status` and `old` are statuses of a workload; `parts` the fields that count some of all replicas, `ready` the
    name of readyReplicas in the message that says that more are available."""
    causes: list[Cause] = []
    fields = status.DESCRIPTOR.fields_by_name
    for descriptor, value in status.ListFields():
        if isinstance(value, int) and not isinstance(value, bool) and value < 0:
            field = f"status.{descriptor.json_name}"
            causes.append(invalid(field, value, "must be greater than or equal to 0"))
    for name in parts:
        value = getattr(status, name)
        if value > status.replicas:
            causes.append(invalid(f"status.{fields[name].json_name}", value, _WHOLE))
    if ready and status.available_replicas > status.ready_replicas:
        detail = f"cannot be greater than {ready}"
        causes.append(invalid("status.availableReplicas", status.available_replicas, detail))
    if "collision_count" in fields and status.collision_count < old.collision_count:
        causes.append(invalid("status.collisionCount", status.collision_count, "cannot be decremented"))
    return causes
