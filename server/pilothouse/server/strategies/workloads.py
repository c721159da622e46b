"""What all workloads ask of the template that they make pods from."""

from pilothouse.api.core.v1.pods_pb2 import PodTemplateSpec
from pilothouse.api.meta.v1.meta_pb2 import LabelSelector

from ..errors import BadRequest, Cause
from ..meta.label_selectors import from_label_selector
from ..schema.causes import invalid, not_supported


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


def always_restarts(template: PodTemplateSpec) -> list[Cause]:
    policy = template.spec.restart_policy
    if policy == "Always":
        return []
    return [not_supported("spec.template.spec.restartPolicy", policy, ("Always",))]
