"""Two objects from the same words: what may differ between them, and what a copy must leave out."""

import re
from copy import deepcopy
from typing import Any

from tests.properties.objects import Json

OF_THE_OBJECT = ("name", "uid", "resourceVersion", "creationTimestamp", "managedFields")
OF_A_JOB = (
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-name",
    "controller-uid",
    "job-name",
)
_GENERATED = re.compile(r"^kube-api-access-\w{5}$")


def comparable(value: Json) -> Json:
    """The object without what is its own: name, uid, version, times, generated names and claimed addresses."""
    left: Json = _plain(bare(value))
    for name in (*OF_THE_OBJECT, "generation"):
        left["metadata"].pop(name, None)
    left.get("status", {}).pop("startTime", None)
    return left


def bare(value: Json) -> Json:
    """The object as somebody would write it who copies it: without what can be only one object's."""
    left = deepcopy(value)
    for name in OF_THE_OBJECT:
        left["metadata"].pop(name, None)
    spec = left.get("spec", {})
    if left["kind"] == "Service":
        for name in ("clusterIP", "clusterIPs", "healthCheckNodePort"):
            spec.pop(name, None)
        for port in spec["ports"]:
            port.pop("nodePort", None)
    if left["kind"] == "Job":
        spec.pop("selector", None)
        for labels in (spec["template"]["metadata"]["labels"], left["metadata"].get("labels", {})):
            for name in OF_A_JOB:
                labels.pop(name, None)
        if not left["metadata"].get("labels", True):
            del left["metadata"]["labels"]
    return left


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, str) and _GENERATED.match(value):
        return "kube-api-access"
    return value
