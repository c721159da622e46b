"""What CSI drivers say of themselves: CSIDrivers, CSINodes, CSIStorageCapacities."""

from pilothouse.api.storage.v1.storage_pb2 import CSIDriver, CSINode, CSINodeDriver, CSIStorageCapacity

from ...errors import Cause
from ...meta import names
from ...meta.context import RequestContext
from ...schema.causes import duplicate, faulty, immutable, invalid, not_supported, required, too_long
from ...schema.checks import label_key, label_selector
from ...schema.validation import join
from ..base import Strategy
from ..domains import driver_name
from .quantities import negative

_LIFECYCLES = ("Ephemeral", "Persistent")
_SHORTEST_TOKEN, _LONGEST_TOKEN = 600, 1 << 32
_NODE_ID = 192
_SHORTEST_PERIOD = 10


class CSIDrivers(Strategy[CSIDriver]):
    def validate(self, context: RequestContext, obj: CSIDriver) -> list[Cause]:
        causes = driver_name(obj.metadata.name, "name")
        causes += _tokens(obj)
        for mode in obj.spec.volume_lifecycle_modes:
            if mode not in _LIFECYCLES:
                causes.append(not_supported("spec.volumeLifecycleModes", mode, _LIFECYCLES))
        period = obj.spec.node_allocatable_update_period_seconds
        if obj.spec.HasField("node_allocatable_update_period_seconds") and period < _SHORTEST_PERIOD:
            path = "spec.nodeAllocatableUpdatePeriodSeconds"
            causes.append(invalid(path, period, "must be greater than or equal to 10 seconds"))
        return causes


def _tokens(obj: CSIDriver) -> list[Cause]:
    causes: list[Cause] = []
    seen: set[str] = set()
    for index, token in enumerate(obj.spec.token_requests):
        at = f"spec.tokenRequests[{index}]"
        if token.audience in seen:
            causes.append(duplicate(f"{at}.audience", token.audience))
            continue
        seen.add(token.audience)
        if not token.HasField("expiration_seconds"):
            continue
        seconds, path = token.expiration_seconds, f"{at}.expirationSeconds"
        if seconds < _SHORTEST_TOKEN:
            causes.append(invalid(path, seconds, "may not specify a duration less than 10 minutes"))
        if seconds > _LONGEST_TOKEN:
            causes.append(invalid(path, seconds, "may not specify a duration larger than 2^32 seconds"))
    return causes


class CSINodes(Strategy[CSINode]):
    def validate(self, context: RequestContext, obj: CSINode) -> list[Cause]:
        causes: list[Cause] = []
        seen: set[str] = set()
        for index, driver in enumerate(obj.spec.drivers):
            at = f"spec.drivers[{index}]"
            causes += _node_driver(driver, at)
            if driver.name in seen:
                causes.append(duplicate(f"{at}.name", driver.name))
            seen.add(driver.name)
        return causes

    def validate_update(self, context: RequestContext, obj: CSINode, old: CSINode) -> list[Cause]:
        before = {driver.name: driver for driver in old.spec.drivers}
        causes: list[Cause] = []
        for driver in obj.spec.drivers:
            known = before.get(driver.name)
            if known is None:
                continue
            same = driver.node_id == known.node_id and list(driver.topology_keys) == list(known.topology_keys)
            if not same:
                causes.append(immutable("spec.drivers", driver))
        return causes


def _node_driver(driver: CSINodeDriver, path: str) -> list[Cause]:
    causes = driver_name(driver.name, f"{path}.name") if driver.name else [required(f"{path}.name")]
    if not driver.node_id:
        causes.append(required(f"{path}.nodeID"))
    elif len(driver.node_id) > _NODE_ID:
        causes.append(too_long(f"{path}.nodeID", _NODE_ID))
    if driver.allocatable.count < 0:
        detail = "must be greater than or equal to 0"
        causes.append(invalid(f"{path}.allocatable.count", driver.allocatable.count, detail))
    at = f"{path}.topologyKeys"
    for index, key in enumerate(driver.topology_keys):
        if not key:
            causes.append(required(at))
        if key in driver.topology_keys[:index]:
            causes.append(duplicate(at, key))
        causes += faulty(at, list(driver.topology_keys), label_key(key) if key else ())
    return causes


class CSIStorageCapacities(Strategy[CSIStorageCapacity]):
    def validate(self, context: RequestContext, obj: CSIStorageCapacity) -> list[Cause]:
        causes = faulty("storageClassName", obj.storage_class_name, names.dns1123_subdomain(obj.storage_class_name))
        if obj.HasField("node_topology"):
            found = label_selector(obj.node_topology) or ()
            causes += [Cause(c.reason, c.message, join("nodeTopology", c.field)) for c in found]
        if obj.HasField("capacity"):
            causes += negative(obj.capacity, "capacity")
        if obj.HasField("maximum_volume_size"):
            causes += negative(obj.maximum_volume_size, "maximumVolumeSize")
        return causes
