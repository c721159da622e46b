"""Containers of all three sorts: regular, init (with sidecars among them), ephemeral."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pilothouse.api.core.v1.pods_pb2 import Container, ContainerResizePolicy, EphemeralContainer, PodSpec
from pilothouse.api.core.v1.volumes_pb2 import VolumeSource

from ...errors import Cause
from ...schema.causes import duplicate, forbidden, invalid, not_found, not_supported, required, too_many
from .environment import env, env_from
from .mounts import devices, mounts
from .probes import lifecycle, probes
from .resources import container_resources
from .security import container_security

_MOST_RULES = 20
_MOST_EXIT_CODES = 255
_NOT_EPHEMERAL = "cannot be set for an Ephemeral Container"
_NO_SIDECAR = "may not be set for init containers without restartPolicy=Always"
_EPHEMERAL_LACKS = (
    "ports",
    "resources",
    "liveness_probe",
    "readiness_probe",
    "lifecycle",
    "startup_probe",
    "resize_policy",
    "restart_policy",
    "restart_policy_rules",
)
_SIDECAR_ONLY = ("lifecycle", "liveness_probe", "readiness_probe", "startup_probe")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What of a pod its containers refer to: its valid volumes, the names of its resource claims, its restart policy,
    its grace in seconds, and whether its users are the host's."""

    volumes: dict[str, VolumeSource]
    claims: frozenset[str]
    restart_policy: str
    grace: int
    host_users: bool


def regular(spec: PodSpec, pod: Surroundings, path: str, causes: list[Cause]) -> None:
    for index, container in enumerate(spec.containers):
        at = f"{path}[{index}]"
        _common(container, pod, at, causes)
        if container.HasField("lifecycle"):
            lifecycle(container, pod.grace, f"{at}.lifecycle", causes)
        probes(container, at, causes)
        _restarts(container, at, causes)
    _host_ports(spec.containers, path, causes)


def init(spec: PodSpec, pod: Surroundings, path: str, causes: list[Cause]) -> None:
    taken = {container.name for container in spec.containers}
    for index, container in enumerate(spec.init_containers):
        at = f"{path}[{index}]"
        _common(container, pod, at, causes)
        _restarts(container, at, causes)
        if container.name in taken:
            causes.append(duplicate(f"{at}.name", container.name))
        # They run one after the other: each may have the same ports.
        _host_ports((container,), path, causes)
        if container.restart_policy == "Always":
            if container.HasField("lifecycle"):
                lifecycle(container, pod.grace, f"{at}.lifecycle", causes)
            probes(container, at, causes)
            continue
        for name in _SIDECAR_ONLY:
            if container.HasField(name):
                json = container.DESCRIPTOR.fields_by_name[name].json_name
                causes.append(forbidden(f"{at}.{json}", _NO_SIDECAR))


def ephemeral(spec: PodSpec, pod: Surroundings, path: str, causes: list[Cause]) -> None:
    others = {container.name for container in (*spec.containers, *spec.init_containers)}
    for index, container in enumerate(spec.ephemeral_containers):
        at = f"{path}[{index}]"
        common = container.ephemeral_container_common
        _common(common, pod, at, causes)
        image_spaces(common.image, at, causes)
        if common.name in others:
            causes.append(duplicate(f"{at}.name", common.name))
        _targets(container, others, at, causes)
        for descriptor, value in common.ListFields():
            # A member that is always there counts where something is in it.
            if descriptor.name in _EPHEMERAL_LACKS and not (descriptor.name == "resources" and not value.ListFields()):
                causes.append(forbidden(f"{at}.{descriptor.json_name}", _NOT_EPHEMERAL))
        for number, mount in enumerate(common.volume_mounts):
            if mount.sub_path:
                causes.append(forbidden(f"{at}.volumeMounts[{number}].subPath", _NOT_EPHEMERAL))
            if mount.sub_path_expr:
                causes.append(forbidden(f"{at}.volumeMounts[{number}].subPathExpr", _NOT_EPHEMERAL))


def image_spaces(image: str, path: str, causes: list[Cause]) -> None:
    """The rule of pods, and of pods alone: tools have long put a blank into templates, to be filled in later."""
    if image != image.strip():
        causes.append(invalid(f"{path}.image", image, "must not have leading or trailing whitespace"))


def same_host_ports(spec: PodSpec, in_pod: bool, path: str, causes: list[Cause]) -> None:
    """On the host's network a container's port is the host's. A template may leave it open."""
    for index, container in enumerate(spec.containers):
        for number, port in enumerate(container.ports):
            if port.host_port != port.container_port and (in_pod or port.host_port):
                field = f"{path}[{index}].ports[{number}].hostPort"
                detail = "must match `containerPort` when `hostNetwork` is true"
                causes.append(invalid(field, port.host_port, detail))


def _common(container: Any, pod: Surroundings, path: str, causes: list[Cause]) -> None:
    """The rules of all sorts. `container` is a Container, or what ephemeral containers have in common with them."""
    if len(container.ports) > 1:
        _port_names(container.ports, f"{path}.ports", causes)
    if container.env:
        env(container.env, pod.volumes, f"{path}.env", causes)
    if container.env_from:
        env_from(container.env_from, f"{path}.envFrom", causes)
    if container.volume_mounts:
        mounts(container, pod.volumes, f"{path}.volumeMounts", causes)
    if container.volume_devices:
        devices(container, pod.volumes, f"{path}.volumeDevices", causes)
    if container.HasField("resources"):
        container_resources(container.resources, pod.claims, f"{path}.resources", causes)
    if container.resize_policy:
        _resizing(container.resize_policy, pod.restart_policy, f"{path}.resizePolicy", causes)
    if container.HasField("security_context"):
        container_security(container.security_context, pod.host_users, f"{path}.securityContext", causes)


def _port_names(ports: Iterable[Any], path: str, causes: list[Cause]) -> None:
    seen: set[str] = set()
    for index, port in enumerate(ports):
        if port.name in seen:
            causes.append(duplicate(f"{path}[{index}].name", port.name))
        elif port.name:
            seen.add(port.name)


def _host_ports(containers: Sequence[Container], path: str, causes: list[Cause]) -> None:
    taken: set[str] = set()
    for index, container in enumerate(containers):
        for number, port in enumerate(container.ports):
            if not port.host_port:
                continue
            text = f"{port.protocol}/{port.host_ip}/{port.host_port}"
            if text in taken:
                causes.append(duplicate(f"{path}[{index}].ports[{number}].hostPort", text))
            taken.add(text)


def _resizing(policies: Iterable[ContainerResizePolicy], restarts: str, path: str, causes: list[Cause]) -> None:
    seen: set[str] = set()
    for index, policy in enumerate(policies):
        resource = policy.resource_name
        if resource in seen:
            causes.append(duplicate(f"{path}[{index}]", resource))
        seen.add(resource)
        if not resource:
            causes.append(required(path))
        elif resource not in ("cpu", "memory"):
            causes.append(not_supported(path, resource, ("cpu", "memory")))
        if not policy.restart_policy:
            causes.append(required(path))
        if restarts == "Never" and policy.restart_policy != "NotRequired":
            detail = "must be 'NotRequired' when `restartPolicy` is 'Never'"
            causes.append(invalid(path, policy.restart_policy, detail))


def _restarts(container: Container, path: str, causes: list[Cause]) -> None:
    """The rules by which one container is restarted, other than the pod's."""
    rules = container.restart_policy_rules
    if not rules:
        return
    if not container.HasField("restart_policy"):
        detail = "must specify restartPolicy when restart rules are used"
        causes.append(required(f"{path}.restartPolicy", detail))
    if len(rules) > _MOST_RULES:
        causes.append(too_many(f"{path}.restartPolicyRules", len(rules), _MOST_RULES))
    for index, rule in enumerate(rules):
        at = f"{path}.restartPolicyRules[{index}]"
        if not rule.HasField("exit_codes"):
            causes.append(required(f"{at}.exitCodes", "must be specified"))
        elif len(rule.exit_codes.values) > _MOST_EXIT_CODES:
            causes.append(too_many(f"{at}.exitCodes.values", len(rule.exit_codes.values), _MOST_EXIT_CODES))


def _targets(container: EphemeralContainer, others: set[str], path: str, causes: list[Cause]) -> None:
    target = container.target_container_name
    if target and target not in others:
        causes.append(not_found(f"{path}.targetContainerName", target))
