"""The names of what is requested, limited and counted, and the amounts that go with them."""

from collections.abc import Mapping

from pilothouse.api.meta.v1.meta_pb2 import Quantity as QuantityMessage

from ..errors import Cause
from ..meta.quantities import Quantity
from ..schema.causes import invalid
from ..schema.checks import label_key
from .pod_resources import Amounts, amounts

_COMPUTE = ("cpu", "memory", "ephemeral-storage")
_COUNTED = frozenset(
    (
        "pods",
        "resourcequotas",
        "services",
        "services.nodeports",
        "services.loadbalancers",
        "replicationcontrollers",
        "secrets",
        "configmaps",
        "persistentvolumeclaims",
    )
)
QUOTA = _COUNTED | frozenset(
    (*_COMPUTE, "requests.storage", *(f"{side}.{name}" for side in ("requests", "limits") for name in _COMPUTE))
)
"""What a quota can be of, without the resources that carry a domain."""
_STANDARD = QUOTA | {"storage"}
_HUGE = ("hugepages-", "requests.hugepages-")


def quantities(found: Mapping[str, QuantityMessage]) -> Amounts:
    """The amounts in the order of their names."""
    return dict(sorted(amounts(found).items()))


def resource_name(name: str, path: str) -> list[Cause]:
    """A standard name, or one with a domain."""
    faults = label_key(name)
    if not faults and "/" not in name and name not in _STANDARD and not name.startswith(_HUGE):
        faults = ["must be a standard resource type or fully qualified"]
    return [invalid(path, name, fault) for fault in faults]


def quota_name(name: str, path: str) -> list[Cause]:
    causes = resource_name(name, path)
    if "/" not in name and name not in QUOTA and not name.startswith(_HUGE):
        causes.append(invalid(path, name, "must be a standard resource for quota"))
    return causes


def amount(name: str, quantity: Quantity, path: str) -> list[Cause]:
    """Amounts are not negative, and those that are counted are whole."""
    causes: list[Cause] = []
    if quantity.nanos < 0:
        causes.append(invalid(path, str(quantity), "must be greater than or equal to 0"))
    if quantity.milli_value % 1000 and (name in _COUNTED or is_extended(name)):
        causes.append(invalid(path, str(quantity), "must be an integer"))
    return causes


def is_native(name: str) -> bool:
    return "/" not in name or "kubernetes.io/" in name


def is_extended(name: str) -> bool:
    """Whether it is a resource that others than Kubernetes brought along."""
    return not is_native(name) and not name.startswith("requests.") and not label_key(f"requests.{name}")


def may_be_overcommitted(name: str) -> bool:
    return is_native(name) and not name.startswith("hugepages-")
