"""Who owns a workload's replicas, seen through its subresource scale.

A Scale is written like any object, its managers those who own the workload's spec.replicas; what becomes of them goes
back to the workload. The rules are those of a kube-apiserver's ScaleHandler.
"""

from collections.abc import Sequence

from .managers import Managed, Manager, Owned
from .sets import at_path, difference, has, union

REPLICAS = ("f:spec", "f:replicas")

_REPLICAS = at_path(REPLICAS)


def managers_of_scale(managed: Managed, scale_version: str, replicas: Sequence[str] = REPLICAS) -> dict[Manager, Owned]:
    """The managers of a Scale whose workload has the managers `managed`; replicas: where the workload has them."""
    return {
        manager: Owned(_REPLICAS, scale_version, owned.seconds)
        for manager, owned in managed.items()
        if has(owned.fields, replicas)
    }


def managers_after_scale(
    managed: Managed, scaled: Managed, workload_version: str, replicas: Sequence[str] = REPLICAS
) -> dict[Manager, Owned]:
    """The managers of the workload after its Scale was written. scaled: the managers of the Scale since."""
    field = at_path(replicas)
    out: dict[Manager, Owned] = {}
    owners = {_of_workload(m, workload_version) for m, owned in scaled.items() if has(owned.fields, REPLICAS)}
    for manager, owned in managed.items():
        if manager in owners:
            owners.remove(manager)
            owned = owned.having(union(owned.fields, field))
        else:
            owned = owned.having(difference(owned.fields, field))
        if owned.fields:
            out[manager] = owned
    # Of a new owner the workload does not say since when.
    return {**out, **{manager: Owned(field, workload_version) for manager in owners}}


def _of_workload(manager: Manager, workload_version: str) -> Manager:
    return manager._replace(api_version=workload_version) if manager.api_version else manager
