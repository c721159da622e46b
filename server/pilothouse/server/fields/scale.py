"""Who owns a workload's replicas, seen through its subresource scale.

A Scale is written like any object, its managers those who own the workload's spec.replicas; what becomes of them goes
back to the workload. The rules are those of a kube-apiserver's ScaleHandler.
"""

from .managers import Managed, Manager, Owned
from .sets import at_path, difference, has

REPLICAS = ("f:spec", "f:replicas")

_REPLICAS = at_path(REPLICAS)


def managers_of_scale(managed: Managed, scale_version: str) -> dict[Manager, Owned]:
    """The managers of a Scale whose workload has the managers `managed`."""
    return {
        manager: Owned(_REPLICAS, scale_version, owned.seconds)
        for manager, owned in managed.items()
        if has(owned.fields, REPLICAS)
    }


def managers_after_scale(managed: Managed, scaled: Managed, workload_version: str) -> dict[Manager, Owned]:
    """The managers of the workload after its Scale was written. scaled: the managers of the Scale since."""
    out: dict[Manager, Owned] = {}
    new = dict(scaled)
    for manager, owned in managed.items():
        if has(owned.fields, REPLICAS) and new.pop(manager, None) is None:
            owned = owned.having(difference(owned.fields, _REPLICAS))
        if owned.fields:
            out[manager] = owned
    for manager, owned in new.items():
        if has(owned.fields, REPLICAS):
            # The entry is another one in the workload, of which nobody knows when it was written.
            named = manager if not manager.api_version else manager._replace(api_version=workload_version)
            out[named] = Owned(_REPLICAS, workload_version)
    return out
