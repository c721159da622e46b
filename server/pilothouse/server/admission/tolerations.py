"""Tolerations compared and merged, as kube-apiserver's plugins do."""

from collections.abc import Iterable, Sequence

from pilothouse.api.core.v1.pods_pb2 import PodSpec
from pilothouse.api.core.v1.references_pb2 import Toleration


def covers(wide: Toleration, narrow: Toleration) -> bool:
    """Whether whatever `narrow` tolerates `wide` tolerates too."""
    if wide == narrow:
        return True
    if wide.key != narrow.key and (wide.key or wide.operator != "Exists"):
        return False
    if wide.effect and wide.effect != narrow.effect:
        return False
    if wide.effect == "NoExecute" and wide.HasField("toleration_seconds"):
        unbounded = not narrow.HasField("toleration_seconds")
        if unbounded or narrow.toleration_seconds > wide.toleration_seconds:
            return False
    if wide.operator in ("", "Equal"):
        return narrow.operator in ("", "Equal") and narrow.value == wide.value
    return wide.operator == "Exists"


def merged(first: Sequence[Toleration], second: Sequence[Toleration]) -> list[Toleration]:
    """Both in order, without those that another one covers; of equal ones the first stays."""
    everything = [*first, *second]
    kept: list[Toleration] = []
    for index, toleration in enumerate(everything):
        later = everything[index + 1 :]
        if any(covers(k, toleration) for k in kept) or any(o != toleration and covers(o, toleration) for o in later):
            continue
        kept.append(toleration)
    return kept


def replace_tolerations(spec: PodSpec, tolerations: Iterable[Toleration]) -> None:
    """Makes these the pod's tolerations."""
    fresh = PodSpec(tolerations=tolerations)
    spec.ClearField("tolerations")
    spec.tolerations.extend(fresh.tolerations)
