"""The rest of the core group: configuration, namespaces, nodes, quotas and events."""

from pilothouse.api.core.v1.core_pb2 import ConfigMap, Event, Namespace, Secret
from pilothouse.api.core.v1.nodes_pb2 import Node
from pilothouse.api.core.v1.quotas_pb2 import LimitRange, LimitRangeItem, ResourceQuota

from ..errors import Cause
from ..meta.context import RequestContext
from ..schema.causes import duplicate, forbidden, immutable, invalid, required, too_long
from .base import Strategy, copy, keep
from .pod_resources import copy_missing

MAX_DATA = 1024 * 1024
"""Bytes that the values of a ConfigMap or Secret may have together."""

AT_LARGE = ("default", "kube-system")
"""Where events about what lives in no namespace are kept."""

_NAME_LABEL = "kubernetes.io/metadata.name"
_LOCKED = "field is immutable when `immutable` is set"


class ConfigMaps(Strategy[ConfigMap]):
    def validate(self, context: RequestContext, obj: ConfigMap) -> list[Cause]:
        causes = [
            invalid(f"data[{key}]", key, "duplicate of key present in binaryData")
            for key in obj.data
            if key in obj.binary_data
        ]
        size = sum(len(v.encode()) for v in obj.data.values()) + sum(len(v) for v in obj.binary_data.values())
        if size > MAX_DATA:
            causes.append(too_long("[]", MAX_DATA))
        return causes

    def validate_update(self, context: RequestContext, obj: ConfigMap, old: ConfigMap) -> list[Cause]:
        if not old.immutable:
            return []
        causes = [] if obj.immutable else [forbidden("immutable", _LOCKED)]
        if obj.data != old.data:
            causes.append(forbidden("data", _LOCKED))
        if obj.binary_data != old.binary_data:
            causes.append(forbidden("binaryData", _LOCKED))
        return causes


class Secrets(Strategy[Secret]):
    def default(self, obj: Secret) -> None:
        # stringData is only for writing: it is read back as data.
        for key, text in obj.string_data.items():
            obj.data[key] = text.encode()
        obj.ClearField("string_data")

    def prepare_update(self, context: RequestContext, obj: Secret, old: Secret) -> None:
        super().prepare_update(context, obj, old)
        if not obj.type:
            obj.type = old.type

    def validate(self, context: RequestContext, obj: Secret) -> list[Cause]:
        causes: list[Cause] = []
        if sum(len(v) for v in obj.data.values()) > MAX_DATA:
            causes.append(too_long("data", MAX_DATA))
        if obj.type == "kubernetes.io/service-account-token":
            name = "kubernetes.io/service-account.name"
            if not obj.metadata.annotations.get(name):
                causes.append(required(f"metadata.annotations[{name}]"))
        elif obj.type == "kubernetes.io/basic-auth" and not {"username", "password"} & obj.data.keys():
            causes.extend((required("data[username]"), required("data[password]")))
        causes.extend(required(f"data[{key}]") for key in _KEYS.get(obj.type, ()) if key not in obj.data)
        return causes

    def validate_update(self, context: RequestContext, obj: Secret, old: Secret) -> list[Cause]:
        causes = super().validate_update(context, obj, old)
        if old.immutable:
            if not obj.immutable:
                causes.append(forbidden("immutable", _LOCKED))
            if obj.data != old.data:
                causes.append(forbidden("data", _LOCKED))
        return causes


_KEYS = {
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
}


class Namespaces(Strategy[Namespace]):
    def default(self, obj: Namespace) -> None:
        # After generateName the name is known only when the object is prepared.
        if obj.metadata.name:
            obj.metadata.labels[_NAME_LABEL] = obj.metadata.name
        if not obj.status.phase:
            obj.status.phase = "Active"

    def prepare_create(self, context: RequestContext, obj: Namespace) -> None:
        super().prepare_create(context, obj)
        obj.status.phase = "Active"
        if obj.metadata.name:
            obj.metadata.labels[_NAME_LABEL] = obj.metadata.name
        if "kubernetes" not in obj.spec.finalizers:
            obj.spec.finalizers.append("kubernetes")

    def prepare_update(self, context: RequestContext, obj: Namespace, old: Namespace) -> None:
        super().prepare_update(context, obj, old)
        if context.subresource != "finalize":
            keep(obj.spec, old.spec, ("finalizers",))
        obj.metadata.labels[_NAME_LABEL] = old.metadata.name

    def mark_deleted(self, obj: Namespace) -> None:
        obj.status.phase = "Terminating"
        # A namespace has no period of grace: it goes when it is empty.
        obj.metadata.ClearField("deletion_grace_period_seconds")

    def holds(self, obj: Namespace) -> bool:
        # What empties the namespace takes its finalizer away when it is done.
        return bool(obj.spec.finalizers)


class Nodes(Strategy[Node]):
    # A kubelet registers its node with what it knows of it.
    clears_status = False

    def default(self, obj: Node) -> None:
        if obj.spec.pod_cidr and not obj.spec.pod_cidrs:
            obj.spec.pod_cidrs.append(obj.spec.pod_cidr)
        if obj.status.capacity and not obj.status.allocatable:
            copy(obj.status.allocatable, obj.status.capacity)

    def validate(self, context: RequestContext, obj: Node) -> list[Cause]:
        causes: list[Cause] = []
        seen: set[tuple[str, str]] = set()
        for index, taint in enumerate(obj.spec.taints):
            key = (taint.key, taint.effect)
            if key in seen:
                shown = {"Key": taint.key, "Value": taint.value, "Effect": taint.effect, "TimeAdded": None}
                cause = duplicate(f"metadata.taints[{index}]", shown)
                message = f"{cause.message}: taints must be unique by key and effect pair"
                causes.append(Cause(cause.reason, message, cause.field))
            seen.add(key)
        return causes

    def validate_update(self, context: RequestContext, obj: Node, old: Node) -> list[Cause]:
        causes: list[Cause] = []
        if old.spec.pod_cidrs and list(obj.spec.pod_cidrs) != list(old.spec.pod_cidrs):
            detail = 'node updates may not change podCIDR except from "" to valid'
            causes.append(forbidden("spec.podCIDRs", detail))
        if old.spec.provider_id and obj.spec.provider_id != old.spec.provider_id:
            detail = 'node updates may not change providerID except from "" to valid'
            causes.append(forbidden("spec.providerID", detail))
        return causes


class LimitRanges(Strategy[LimitRange]):
    def default(self, obj: LimitRange) -> None:
        for item in obj.spec.limits:
            if item.type == "Container":
                _default_limits(item)

    def validate(self, context: RequestContext, obj: LimitRange) -> list[Cause]:
        causes: list[Cause] = []
        seen: set[str] = set()
        for index, item in enumerate(obj.spec.limits):
            field = f"spec.limits[{index}]"
            if item.type in seen:
                causes.append(duplicate(f"{field}.type", item.type))
            seen.add(item.type)
            if item.type == "Pod" and item.default:
                causes.append(forbidden(f"{field}.default", "may not be specified when `type` is 'Pod'"))
            if item.type == "Pod" and item.default_request:
                causes.append(forbidden(f"{field}.defaultRequest", "may not be specified when `type` is 'Pod'"))
        return causes


def _default_limits(item: LimitRangeItem) -> None:
    copy_missing(item.default, item.max)
    copy_missing(item.default_request, item.default)
    copy_missing(item.default_request, item.min)


class ResourceQuotas(Strategy[ResourceQuota]):
    def validate_update(self, context: RequestContext, obj: ResourceQuota, old: ResourceQuota) -> list[Cause]:
        if sorted(obj.spec.scopes) == sorted(old.spec.scopes):
            return []
        return [immutable("spec.scopes", list(obj.spec.scopes))]


class Events(Strategy[Event]):
    def validate(self, context: RequestContext, obj: Event) -> list[Cause]:
        namespace = obj.involved_object.namespace
        if namespace == obj.metadata.namespace or (not namespace and obj.metadata.namespace in AT_LARGE):
            return []
        return [invalid("involvedObject.namespace", namespace, "does not match event.namespace")]
