"""Deployments, ReplicaSets, StatefulSets, DaemonSets."""

from pilothouse.api.apps.v1.apps_pb2 import (
    ControllerRevision,
    DaemonSet,
    Deployment,
    ReplicaSet,
    RollingUpdateDaemonSet,
    RollingUpdateDeployment,
    RollingUpdateStatefulSetStrategy,
    StatefulSet,
)
from pilothouse.api.meta.v1.meta_pb2 import IntOrString

from ..errors import Cause
from ..meta.context import RequestContext
from ..schema.causes import forbidden, invalid, not_supported, required
from ..schema.order import Orders
from .base import Strategy, keep
from .percentages import amount_faults, is_none, share_faults, shown_amount
from .pod_templates import default_pod_template, mirror_service_account
from .pods.annotations import pod_annotations
from .pods.order import POD_ORDERS
from .replica_counts import REPLICA_PARTS, count_faults
from .workloads import endless, selector_causes, workload_template

_TEMPLATE_GENERATION = "deprecated.daemonset.template.generation"
_STATEFUL_FREE = (
    "replicas",
    "ordinals",
    "template",
    "update_strategy",
    "revision_history_limit",
    "persistent_volume_claim_retention_policy",
    "min_ready_seconds",
)
_STATEFUL_FIXED = (
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
    "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
)


_DEPLOYMENT_ORDERS: Orders = {
    **POD_ORDERS,
    "DeploymentSpec": ("replicas", "selector", "template", "strategy", "minReadySeconds", "revisionHistoryLimit"),
}
_DEPLOYMENT_PARTS = ("updated_replicas", "ready_replicas", "available_replicas")
# Of the pods of StatefulSets little is looked at.
_UNSEEN = "spec.template.spec."
_SEEN = ("spec.template.spec.restartPolicy", "spec.template.spec.activeDeadlineSeconds")
_STATEFUL_PARTS = ("ready_replicas", "current_replicas", "updated_replicas", "available_replicas")


class Deployments(Strategy[Deployment]):
    pod_template = ("spec", "template")
    kept_with_status = ("labels",)
    orders = _DEPLOYMENT_ORDERS

    def default(self, obj: Deployment) -> None:
        default_pod_template(obj.spec.template)
        strategy = obj.spec.strategy
        if strategy.type == "RollingUpdate":
            rolling = strategy.rolling_update
            rolling.SetInParent()
            for name in ("max_unavailable", "max_surge"):
                if not rolling.HasField(name):
                    getattr(rolling, name).CopyFrom(IntOrString(type=1, str_val="25%"))

    def prepare_create(self, context: RequestContext, obj: Deployment) -> None:
        super().prepare_create(context, obj)
        mirror_service_account(obj.spec.template.spec)

    def validate(self, context: RequestContext, obj: Deployment) -> list[Cause]:
        causes = selector_causes(obj.spec.selector, obj.spec.HasField("selector"), obj.spec.template, "deployment")
        causes.extend(workload_template(obj.spec.template, "spec.template", "ReplicaSet", obj.spec.replicas))
        strategy = obj.spec.strategy
        if strategy.type == "Recreate" and strategy.HasField("rolling_update"):
            detail = "may not be specified when strategy `type` is 'Recreate'"
            causes.append(forbidden("spec.strategy.rollingUpdate", detail))
        elif strategy.type not in ("Recreate", "RollingUpdate"):
            shown = {"Type": strategy.type, "RollingUpdate": None}
            causes.append(not_supported("spec.strategy", shown, ("Recreate", "RollingUpdate")))
        elif strategy.type == "RollingUpdate":
            causes.extend(_rolling_deployment(strategy.rolling_update))
        if (
            obj.spec.HasField("progress_deadline_seconds")
            and obj.spec.progress_deadline_seconds <= obj.spec.min_ready_seconds
        ):
            detail = "must be greater than minReadySeconds"
            causes.append(invalid("spec.progressDeadlineSeconds", obj.spec.progress_deadline_seconds, detail))
        return causes

    def validate_update(self, context: RequestContext, obj: Deployment, old: Deployment) -> list[Cause]:
        causes = super().validate_update(context, obj, old)
        if context.subresource == "status":
            causes += count_faults(obj.status, old.status, _DEPLOYMENT_PARTS, "readyReplicas")
        return causes


class ReplicaSets(Strategy[ReplicaSet]):
    orders = POD_ORDERS
    pod_template = ("spec", "template")

    def default(self, obj: ReplicaSet) -> None:
        default_pod_template(obj.spec.template)

    def prepare_create(self, context: RequestContext, obj: ReplicaSet) -> None:
        super().prepare_create(context, obj)
        mirror_service_account(obj.spec.template.spec)

    def validate(self, context: RequestContext, obj: ReplicaSet) -> list[Cause]:
        causes = selector_causes(obj.spec.selector, obj.spec.HasField("selector"), obj.spec.template, "deployment")
        causes.extend(workload_template(obj.spec.template, "spec.template", "ReplicaSet", obj.spec.replicas))
        return causes

    def validate_update(self, context: RequestContext, obj: ReplicaSet, old: ReplicaSet) -> list[Cause]:
        causes = super().validate_update(context, obj, old)
        if context.subresource == "status":
            causes += count_faults(obj.status, old.status, REPLICA_PARTS, "readyReplicas")
        return causes


class StatefulSets(Strategy[StatefulSet]):
    pod_template = ("spec", "template")

    def default(self, obj: StatefulSet) -> None:
        default_pod_template(obj.spec.template)
        strategy = obj.spec.update_strategy
        if not strategy.type:
            strategy.type = "RollingUpdate"
            strategy.rolling_update.SetInParent()
        rolling = strategy.rolling_update
        if (
            strategy.type == "RollingUpdate"
            and strategy.HasField("rolling_update")
            and not rolling.HasField("partition")
        ):
            rolling.partition = 0

    def prepare_create(self, context: RequestContext, obj: StatefulSet) -> None:
        super().prepare_create(context, obj)
        mirror_service_account(obj.spec.template.spec)

    def validate(self, context: RequestContext, obj: StatefulSet) -> list[Cause]:
        spec = obj.spec
        causes: list[Cause] = []
        if spec.pod_management_policy not in ("OrderedReady", "Parallel"):
            detail = "must be 'OrderedReady' or 'Parallel'"
            causes.append(invalid("spec.podManagementPolicy", spec.pod_management_policy, detail))
        strategy = spec.update_strategy
        rolling = strategy.rolling_update if strategy.HasField("rolling_update") else None
        shown = None if rolling is None else {"Partition": rolling.partition, "MaxUnavailable": None}
        if strategy.type == "OnDelete" and rolling is not None:
            detail = "only allowed for updateStrategy 'RollingUpdate'"
            causes.append(invalid("spec.updateStrategy.rollingUpdate", shown, detail))
        elif strategy.type not in ("RollingUpdate", "OnDelete"):
            value = {"Type": strategy.type, "RollingUpdate": shown}
            causes.append(invalid("spec.updateStrategy", value, "must be 'RollingUpdate' or 'OnDelete'"))
        elif strategy.type == "RollingUpdate" and rolling is not None:
            causes.extend(_rolling_stateful(rolling))
        causes.extend(selector_causes(spec.selector, spec.HasField("selector"), spec.template, "statefulset"))
        pod_annotations(spec.template.metadata.annotations, spec.template.spec, "spec.template.annotations", causes)
        causes.extend(endless(spec.template, "spec.template", "StatefulSet"))
        return causes

    def arranged(self, causes: list[Cause]) -> list[Cause]:
        """What is wrong with the pods of a StatefulSet shows when they are made: their volumes are not known before."""
        return [c for c in causes if not c.field.startswith(_UNSEEN) or c.field.endswith(_SEEN) or _is_syntax(c)]

    def validate_update(self, context: RequestContext, obj: StatefulSet, old: StatefulSet) -> list[Cause]:
        if context.subresource == "status":
            return count_faults(obj.status, old.status, _STATEFUL_PARTS, "status.readyReplicas")
        wanted = type(old.spec)()
        wanted.CopyFrom(old.spec)
        keep(wanted, obj.spec, _STATEFUL_FREE)
        return [] if wanted == obj.spec else [forbidden("spec", _STATEFUL_FIXED)]


class DaemonSets(Strategy[DaemonSet]):
    orders = POD_ORDERS
    pod_template = ("spec", "template")

    def default(self, obj: DaemonSet) -> None:
        default_pod_template(obj.spec.template)
        strategy = obj.spec.update_strategy
        if strategy.type == "RollingUpdate":
            rolling = strategy.rolling_update
            rolling.SetInParent()
            if not rolling.HasField("max_unavailable"):
                rolling.max_unavailable.int_val = 1
            if not rolling.HasField("max_surge"):
                rolling.max_surge.int_val = 0

    def prepare_create(self, context: RequestContext, obj: DaemonSet) -> None:
        super().prepare_create(context, obj)
        mirror_service_account(obj.spec.template.spec)
        obj.metadata.annotations[_TEMPLATE_GENERATION] = "1"

    def prepare_update(self, context: RequestContext, obj: DaemonSet, old: DaemonSet) -> None:
        super().prepare_update(context, obj, old)
        text = old.metadata.annotations.get(_TEMPLATE_GENERATION, "0")
        count = int(text) if text.isdecimal() else 0
        if context.subresource != "status" and obj.spec.template != old.spec.template:
            count += 1
        obj.metadata.annotations[_TEMPLATE_GENERATION] = str(count)

    def validate(self, context: RequestContext, obj: DaemonSet) -> list[Cause]:
        spec = obj.spec
        causes = selector_causes(spec.selector, True, spec.template, "daemonset")
        causes.extend(workload_template(spec.template, "spec.template", "DaemonSet", 2))
        strategy = spec.update_strategy
        if strategy.type == "RollingUpdate":
            causes.extend(_rolling_daemons(strategy.rolling_update))
        elif strategy.type != "OnDelete":
            shown = {"Type": strategy.type, "RollingUpdate": None}
            causes.append(not_supported("spec.updateStrategy", shown, ("RollingUpdate", "OnDelete")))
        return causes

    def validate_update(self, context: RequestContext, obj: DaemonSet, old: DaemonSet) -> list[Cause]:
        causes = super().validate_update(context, obj, old)
        if context.subresource == "status":
            causes += count_faults(obj.status, old.status, (), "")
        return causes


class ControllerRevisions(Strategy[ControllerRevision]):
    def validate(self, context: RequestContext, obj: ControllerRevision) -> list[Cause]:
        return [] if obj.data.raw else [required("data", "data is mandatory")]


def _rolling_deployment(rolling: RollingUpdateDeployment) -> list[Cause]:
    field = "spec.strategy.rollingUpdate"
    unavailable, surge = rolling.max_unavailable, rolling.max_surge
    causes = amount_faults(unavailable, f"{field}.maxUnavailable") + amount_faults(surge, f"{field}.maxSurge")
    if is_none(unavailable) and is_none(surge):
        detail = "may not be 0 when `maxSurge` is 0"
        causes.append(invalid(f"{field}.maxUnavailable", shown_amount(unavailable), detail))
    return causes + share_faults(unavailable, f"{field}.maxUnavailable")


def _rolling_stateful(rolling: RollingUpdateStatefulSetStrategy) -> list[Cause]:
    path, unavailable = "spec.updateStrategy.rollingUpdate", rolling.max_unavailable
    causes: list[Cause] = []
    if rolling.partition < 0:
        causes.append(invalid(f"{path}.partition", rolling.partition, "must be greater than or equal to 0"))
    if not rolling.HasField("max_unavailable"):
        return causes
    field = f"{path}.maxUnavailable"
    causes += amount_faults(unavailable, field)
    if is_none(unavailable):
        causes.append(invalid(field, shown_amount(unavailable), "cannot be 0"))
    return causes + share_faults(unavailable, field)


def _rolling_daemons(rolling: RollingUpdateDaemonSet) -> list[Cause]:
    field = "spec.updateStrategy.rollingUpdate"
    unavailable, surge = rolling.max_unavailable, rolling.max_surge
    causes = amount_faults(unavailable, f"{field}.maxUnavailable") + amount_faults(surge, f"{field}.maxSurge")
    causes += share_faults(unavailable, f"{field}.maxUnavailable") + share_faults(surge, f"{field}.maxSurge")
    if is_none(unavailable) and is_none(surge):
        causes.append(required(f"{field}.maxUnavailable", "cannot be 0 when maxSurge is 0"))
    elif not is_none(unavailable) and not is_none(surge):
        detail = "may not be set when maxUnavailable is non-zero"
        causes.append(invalid(f"{field}.maxSurge", shown_amount(surge), detail))
    return causes


def _is_syntax(cause: Cause) -> bool:
    """Whether something cannot be read at all: no apiserver takes what it cannot decode."""
    return "quantit" in cause.message and cause.reason == "FieldValueInvalid"
