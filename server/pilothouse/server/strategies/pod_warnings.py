"""What is told to who writes a pod, or a template of pods, that is valid and yet not what it may seem: members that are
deprecated or without effect, and definitions that hide each other."""

from collections.abc import Iterable, Iterator

from pilothouse.api.core.v1.pods_pb2 import Container, PodSpec
from pilothouse.api.meta.v1.meta_pb2 import ObjectMeta

from ..meta.names import dns1123_label
from ..meta.quantities import NANO, parse_quantity
from ..schema.remembered import Remembered

_VOLUMES = {
    "photon_persistent_disk": ("photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"),
    "git_repo": ("gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"),
    "scale_io": ("scaleIO", "deprecated in v1.16, non-functional in v1.22+"),
    "flocker": ("flocker", "deprecated in v1.22, non-functional in v1.25+"),
    "storageos": ("storageos", "deprecated in v1.22, non-functional in v1.25+"),
    "quobyte": ("quobyte", "deprecated in v1.22, non-functional in v1.25+"),
    "glusterfs": ("glusterfs", "deprecated in v1.25, non-functional in v1.26+"),
    "cephfs": ("cephfs", "deprecated in v1.28, non-functional in v1.31+"),
    "rbd": ("rbd", "deprecated in v1.28, non-functional in v1.31+"),
}
_NODE_LABELS = {
    "beta.kubernetes.io/arch": 'deprecated since v1.14; use "kubernetes.io/arch" instead',
    "beta.kubernetes.io/os": 'deprecated since v1.14; use "kubernetes.io/os" instead',
    "failure-domain.beta.kubernetes.io/region": 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
    "failure-domain.beta.kubernetes.io/zone": 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
    "beta.kubernetes.io/instance-type": 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
}
_ANNOTATIONS = {
    "scheduler.alpha.kubernetes.io/critical-pod": 'non-functional in v1.16+; use the "priorityClassName" field instead',
    "security.alpha.kubernetes.io/sysctls": 'non-functional in v1.11+; use the "sysctls" field instead',
    "security.alpha.kubernetes.io/unsafe-sysctls": 'non-functional in v1.11+; use the "sysctls" field instead',
}

# Specs that nothing is to be said about.
_harmless: Remembered[bool] = Remembered()


def pod_warnings(spec: PodSpec, metadata: ObjectMeta, at: str = "") -> list[str]:
    """The warnings for a pod's spec and metadata; `at` is the path of what holds them, "spec.template." for a
    template."""
    annotations = metadata.annotations
    found = [f"{at}metadata.annotations[{key}]: {why}" for key, why in _ANNOTATIONS.items() if key in annotations]
    data = spec.SerializeToString()
    if not _harmless.get(data):
        of_spec = _of_spec(spec, at)
        if not of_spec:
            _harmless.put(data, True)
        found += of_spec
    return found


def _of_spec(spec: PodSpec, at: str) -> list[str]:
    labels = sorted(spec.node_selector.keys() & _NODE_LABELS.keys())
    return [
        *(f"{at}spec.nodeSelector[{key}]: {_NODE_LABELS[key]}" for key in labels),
        *_of_volumes(spec, f"{at}spec.volumes"),
        *_of_containers(spec.init_containers, f"{at}spec.initContainers"),
        *_of_containers(spec.containers, f"{at}spec.containers"),
    ]


def name_warnings(name: str) -> list[str]:
    """The warning for the name of a pod that can be no host's."""
    faults = dns1123_label(name)
    if not faults:
        return []
    return [
        "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is "
        f"recommended: [{' '.join(faults)}]"
    ]


def _of_volumes(spec: PodSpec, at: str) -> Iterator[str]:
    for index, volume in enumerate(spec.volumes):
        for field, (name, why) in _VOLUMES.items():
            if volume.volume_source.HasField(field):
                yield f"{at}[{index}].{name}: {why}"


def _of_containers(containers: Iterable[Container], at: str) -> Iterator[str]:
    for index, container in enumerate(containers):
        seen: set[str] = set()
        for number, variable in enumerate(container.env):
            if variable.name in seen:
                hidden = f'hides previous definition of "{variable.name}", which may be dropped when using apply'
                yield f"{at}[{index}].env[{number}]: {hidden}"
            seen.add(variable.name)
        for kind, amounts in (("limits", container.resources.limits), ("requests", container.resources.requests)):
            for name in ("memory", "ephemeral-storage"):
                if name in amounts and parse_quantity(amounts[name].string).nanos % NANO:
                    yield (
                        f'{at}[{index}].resources.{kind}[{name}]: fractional byte value "{amounts[name].string}" is '
                        "invalid, must be an integer"
                    )
