"""What all workloads ask of the template that they make pods from."""

from pilothouse.api.core.v1.pods_pb2 import PodTemplateSpec
from pilothouse.api.meta.v1.meta_pb2 import LabelSelector

from ..errors import BadRequest, Cause
from ..meta.label_selectors import from_label_selector
from ..schema.causes import forbidden, invalid, not_supported
from .pods.spec import template_faults


def selector_causes(selector: LabelSelector, present: bool, template: PodTemplateSpec, kind: str) -> list[Cause]:
    """A workload's selector says something, and means the pods of its own template."""
    field = "spec.template.metadata.labels"
    labels = dict(sorted(template.metadata.labels.items()))
    mismatch = invalid(field, labels or None, "`selector` does not match template `labels`")
    if not present:
        return [mismatch] if kind == "deployment" else []
    if not selector.match_labels and not selector.match_expressions:
        if kind == "daemonset":
            return [mismatch]
        return [invalid("spec.selector", selector, f"empty selector is invalid for {kind}")]
    if any(e.operator not in ("In", "NotIn", "Exists", "DoesNotExist") for e in selector.match_expressions):
        return []
    return [] if matches(selector, labels) else [mismatch]


def matches(selector: LabelSelector, labels: dict[str, str]) -> bool:
    """Whether labels are selected, where the selector is a valid one; what is not is reported by the schema."""
    value: dict[str, object] = {
        "matchLabels": dict(selector.match_labels),
        "matchExpressions": [
            {"key": e.key, "operator": e.operator, "values": list(e.values)} for e in selector.match_expressions
        ],
    }
    try:
        return from_label_selector(value).matches(labels)
    except BadRequest:
        return True


def workload_template(template: PodTemplateSpec, path: str, kind: str, replicas: int = 0) -> list[Cause]:
    """What is wrong with the template of pods that never end; `replicas` is how many pods at least are meant."""
    causes = template_faults(template, path)
    if replicas > 1:
        causes.extend(_shared_disks(template, f"{path}.spec.volumes"))
    causes.extend(endless(template, path, kind))
    return causes


def endless(template: PodTemplateSpec, path: str, kind: str) -> list[Cause]:
    """Pods of most workloads are restarted whenever they end, and have no deadline."""
    causes: list[Cause] = []
    policy = template.spec.restart_policy
    # What is no policy at all is refused by the schema, for templates that it looks at.
    if policy != "Always":
        causes.append(not_supported(f"{path}.spec.restartPolicy", policy, ("Always",)))
    if template.spec.HasField("active_deadline_seconds"):
        detail = f"activeDeadlineSeconds in {kind} is not Supported"
        causes.append(forbidden(f"{path}.spec.activeDeadlineSeconds", detail))
    return causes


def _shared_disks(template: PodTemplateSpec, path: str) -> list[Cause]:
    detail = (
        "must be read-only for replicated pods > 1; GCE PD can only be mounted on multiple machines if it is read-only"
    )
    return [
        invalid(f"{path}[{index}].gcePersistentDisk.readOnly", False, detail)
        for index, volume in enumerate(template.spec.volumes)
        if volume.volume_source.HasField("gce_persistent_disk")
        and not volume.volume_source.gce_persistent_disk.read_only
    ]
