"""Deployments, ReplicaSets, StatefulSets, DaemonSets."""

from typing import Any

from pilothouse.api.apps.v1.apps_pb2 import ControllerRevision, DaemonSet, Deployment, ReplicaSet, StatefulSet
from pilothouse.api.meta.v1.meta_pb2 import IntOrString

from ..errors import Cause
from ..meta.context import RequestContext
from ..schema.causes import forbidden, invalid, not_supported, required
from .base import Strategy, keep
from .pod_templates import default_pod_template, mirror_service_account
from .workloads import always_restarts, selector_causes

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


class Deployments(Strategy[Deployment]):
    pod_template = ("spec", "template")
    kept_with_status = ("labels",)

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
        causes.extend(always_restarts(obj.spec.template))
        strategy = obj.spec.strategy
        if strategy.type == "Recreate" and strategy.HasField("rolling_update"):
            detail = "may not be specified when strategy `type` is 'Recreate'"
            causes.append(forbidden("spec.strategy.rollingUpdate", detail))
        elif strategy.type not in ("Recreate", "RollingUpdate"):
            shown = {"Type": strategy.type, "RollingUpdate": None}
            causes.append(not_supported("spec.strategy", shown, ("Recreate", "RollingUpdate")))
        if (
            obj.spec.HasField("progress_deadline_seconds")
            and obj.spec.progress_deadline_seconds <= obj.spec.min_ready_seconds
        ):
            detail = "must be greater than minReadySeconds"
            causes.append(invalid("spec.progressDeadlineSeconds", obj.spec.progress_deadline_seconds, detail))
        return causes


class ReplicaSets(Strategy[ReplicaSet]):
    pod_template = ("spec", "template")

    def default(self, obj: ReplicaSet) -> None:
        default_pod_template(obj.spec.template)

    def prepare_create(self, context: RequestContext, obj: ReplicaSet) -> None:
        super().prepare_create(context, obj)
        mirror_service_account(obj.spec.template.spec)

    def validate(self, context: RequestContext, obj: ReplicaSet) -> list[Cause]:
        causes = selector_causes(obj.spec.selector, obj.spec.HasField("selector"), obj.spec.template, "deployment")
        causes.extend(always_restarts(obj.spec.template))
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
        causes.extend(selector_causes(spec.selector, spec.HasField("selector"), spec.template, "statefulset"))
        causes.extend(always_restarts(spec.template))
        return causes

    def validate_update(self, context: RequestContext, obj: StatefulSet, old: StatefulSet) -> list[Cause]:
        wanted = type(old.spec)()
        wanted.CopyFrom(old.spec)
        keep(wanted, obj.spec, _STATEFUL_FREE)
        return [] if wanted == obj.spec else [forbidden("spec", _STATEFUL_FIXED)]


class DaemonSets(Strategy[DaemonSet]):
    pod_template = ("spec", "template")

    def default(self, obj: DaemonSet) -> None:
        default_pod_template(obj.spec.template)
        strategy = obj.spec.update_strategy
        if strategy.type == "RollingUpdate":
            rolling = strategy.rolling_update
            rolling.SetInParent()
            if not rolling.HasField("max_unavailable"):
                rolling.max_unavailable.int_val = 1
            rolling.max_surge.SetInParent()

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
        causes.extend(always_restarts(spec.template))
        strategy = spec.update_strategy
        if strategy.type == "RollingUpdate":
            causes.extend(_rolling_daemons(strategy.rolling_update))
        elif strategy.type != "OnDelete":
            shown = {"Type": strategy.type, "RollingUpdate": None}
            causes.append(not_supported("spec.updateStrategy", shown, ("RollingUpdate", "OnDelete")))
        return causes


class ControllerRevisions(Strategy[ControllerRevision]):
    def validate(self, context: RequestContext, obj: ControllerRevision) -> list[Cause]:
        return [] if obj.data.raw else [required("data", "data is mandatory")]


def _rolling_daemons(rolling: Any) -> list[Cause]:
    unavailable, surge = _nonzero(rolling.max_unavailable), _nonzero(rolling.max_surge)
    field = "spec.updateStrategy.rollingUpdate"
    if not unavailable and not surge:
        return [required(f"{field}.maxUnavailable", "cannot be 0 when maxSurge is 0")]
    if unavailable and surge:
        value = rolling.max_surge.str_val if rolling.max_surge.type else rolling.max_surge.int_val
        return [invalid(f"{field}.maxSurge", value, "may not be set when maxUnavailable is non-zero")]
    return []


def _nonzero(value: IntOrString) -> bool:
    return value.str_val not in ("", "0%") if value.type else value.int_val != 0
