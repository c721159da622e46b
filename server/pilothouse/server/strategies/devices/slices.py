"""DeviceClasses and ResourceSlices: what devices there are, and of which kinds."""

import time

from pilothouse.api.resource.v1.resource_pb2 import Device, DeviceClass, ResourceSlice, ResourceSliceSpec

from ...errors import Cause
from ...meta import names
from ...meta.context import RequestContext
from ...schema.causes import duplicate, faulty, invalid, required, too_many
from ...schema.checks import label_key, label_value
from ..base import Strategy
from ..pods.affinity import node_selector
from .requests import driver_faults, qualified_name, selector_faults, settings

_DEVICES, _PER_DEVICE, _CONFIGS = 128, 32, 32
_PLACES = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required"
_KINDS = ("int", "bool", "string", "version")


class DeviceClasses(Strategy[DeviceClass]):
    def validate(self, context: RequestContext, obj: DeviceClass) -> list[Cause]:
        causes = selector_faults(obj.spec.selectors, "spec.selectors")
        if len(obj.spec.config) > _CONFIGS:
            causes.append(too_many("spec.config", len(obj.spec.config), _CONFIGS))
        for index, config in enumerate(obj.spec.config):
            causes += settings(config.device_configuration, f"spec.config[{index}]")
        return causes


class ResourceSlices(Strategy[ResourceSlice]):
    def default(self, obj: ResourceSlice) -> None:
        for device in obj.spec.devices:
            for taint in device.taints:
                if not taint.HasField("time_added"):
                    taint.time_added.seconds = int(time.time())

    def validate(self, context: RequestContext, obj: ResourceSlice) -> list[Cause]:
        spec = obj.spec
        causes = driver_faults(spec.driver, "spec.driver") + _pool(spec) + _places(spec)
        if len(spec.devices) > _DEVICES:
            causes.append(too_many("spec.devices", len(spec.devices), _DEVICES))
        seen: set[str] = set()
        for index, device in enumerate(spec.devices):
            at = f"spec.devices[{index}]"
            causes += _device(device, at)
            if device.name and device.name in seen:
                causes.append(duplicate(f"{at}.name", device.name))
            seen.add(device.name)
        return causes


def _pool(spec: ResourceSliceSpec) -> list[Cause]:
    pool, path = spec.pool, "spec.pool"
    causes: list[Cause] = []
    if not pool.name:
        causes.append(required(f"{path}.name"))
    else:
        for part in pool.name.split("/"):
            causes += faulty(f"{path}.name", part, names.dns1123_subdomain(part))
    if pool.resource_slice_count <= 0:
        causes.append(invalid(f"{path}.resourceSliceCount", pool.resource_slice_count, "must be greater than zero"))
    if pool.generation < 0:
        causes.append(invalid(f"{path}.generation", pool.generation, "must be greater than or equal to zero"))
    return causes


def _places(spec: ResourceSliceSpec) -> list[Cause]:
    """Where the devices are: at one node, at some, at all, or each for itself."""
    found: list[str] = []
    causes: list[Cause] = []
    if spec.HasField("node_name"):
        found.append("`nodeName`")
        if spec.node_name:
            causes += faulty("spec.nodeName", spec.node_name, names.dns1123_subdomain(spec.node_name))
        else:
            causes.append(invalid("spec.nodeName", "", "must be either unset or set to a non-empty string"))
    if spec.HasField("node_selector"):
        found.append("`nodeSelector`")
        node_selector(spec.node_selector, "spec.nodeSelector", causes)
        if len(spec.node_selector.node_selector_terms) > 1:
            terms = "spec.nodeSelector.nodeSelectorTerms"
            causes.append(invalid(terms, spec.node_selector, "must have exactly one node selector term"))
    for name, json in (("all_nodes", "allNodes"), ("per_device_node_selection", "perDeviceNodeSelection")):
        if spec.HasField(name):
            if getattr(spec, name):
                found.append(f"`{json}`")
            else:
                causes.append(invalid(f"spec.{json}", False, "must be either unset or set to true"))
    if not found:
        causes.append(required("spec", _PLACES))
    elif len(found) > 1:
        causes.append(invalid("spec", f"{{{', '.join(found)}}}", f"{_PLACES}, but multiple fields are set"))
    return causes


def _device(device: Device, path: str) -> list[Cause]:
    if device.name:
        causes = faulty(f"{path}.name", device.name, names.dns1123_label(device.name))
    else:
        causes = [required(f"{path}.name")]
    total = len(device.attributes) + len(device.capacity)
    if total > _PER_DEVICE:
        detail = f"the total number of attributes and capacities must not exceed {_PER_DEVICE}"
        causes.append(invalid(path, total, detail))
    for name, attribute in sorted(device.attributes.items()):
        at = f"{path}.attributes[{name}]"
        causes += qualified_name(name, at, False)
        values = [kind for kind in attribute.DESCRIPTOR.fields_by_name if _given(attribute, kind)]
        if not values:
            causes.append(required(at, "exactly one value must be specified"))
        elif len(values) > 1:
            causes.append(invalid(at, attribute, "exactly one value must be specified"))
    for name in sorted(device.capacity):
        causes += qualified_name(name, f"{path}.capacity[{name}]", False)
    for index, taint in enumerate(device.taints):
        at = f"{path}.taints[{index}]"
        causes += faulty(f"{at}.key", taint.key, label_key(taint.key))
        causes += faulty(f"{at}.value", taint.value, label_value(taint.value))
        if not taint.effect:
            causes.append(required(f"{at}.effect"))
    return causes


def _given(attribute: object, kind: str) -> bool:
    if kind in _KINDS:
        return bool(attribute.HasField(kind))  # type: ignore[attr-defined]
    return bool(getattr(attribute, kind))
