"""What a report of a pod's status may say, given what was known."""

import ipaddress
from collections.abc import Iterable, Sequence
from typing import Any

from pilothouse.api.core.v1.pods_pb2 import ContainerStatus, Pod, PodResourceClaim, PodResourceClaimStatus

from ...errors import Cause
from ...meta import names
from ...schema.causes import duplicate, forbidden, immutable, invalid, not_supported
from ...schema.checks import label_key
from .annotations import changed_annotations
from .paths import subdomain

_OWN_CONDITIONS = ("PodScheduled", "Ready", "Initialized")
_HEALTH = ("Healthy", "Unhealthy", "Unknown")
_HIGHEST_ID = 2147483647


def status_faults(obj: Pod, old: Pod) -> list[Cause]:
    causes: list[Cause] = []
    status, before, spec = obj.status, old.status, old.spec
    changed_annotations(obj.metadata.annotations, old.metadata.annotations, causes)
    for index, condition in enumerate(status.conditions):
        if condition.type not in _OWN_CONDITIONS:
            field = f"metadata.conditions[{index}].Type"
            causes.extend(invalid(field, condition.type, fault) for fault in label_key(condition.type))
    nominated = status.nominated_node_name
    if nominated and nominated != before.nominated_node_name:
        subdomain(nominated, "status.nominatedNodeName", causes)
    if status.qos_class != before.qos_class:
        causes.append(immutable("status.qosClass", status.qos_class))
    restarts = spec.restart_policy
    _transitions(status.container_statuses, before.container_statuses, restarts, "status.containerStatuses", causes)
    sidecars = {c.name for c in spec.init_containers if c.restart_policy == "Always"}
    ended = [s for s in before.init_container_statuses if s.name not in sidecars]
    _transitions(status.init_container_statuses, ended, restarts, "status.initContainerStatuses", causes)
    path = "status.ephemeralContainerStatuses"
    _transitions(status.ephemeral_container_statuses, before.ephemeral_container_statuses, "Never", path, causes)
    if status.resource_claim_statuses:
        _claims(status.resource_claim_statuses, spec.resource_claims, causes)
    if status.pod_ips:
        _addresses(status.pod_ips, "status.podIPs", causes)
    if status.host_ips:
        if status.host_ip != status.host_ips[0].ip:
            causes.append(invalid("status.hostIPs[0].ip", status.host_ips[0].ip, "must be equal to `hostIP`"))
        _addresses(status.host_ips, "status.hostIPs", causes)
    on_windows = spec.os.name == "windows"
    for json, found in (
        ("containerStatuses", status.container_statuses),
        ("initContainerStatuses", status.init_container_statuses),
        ("ephemeralContainerStatuses", status.ephemeral_container_statuses),
    ):
        _users(found, on_windows, f"status.{json}", causes)
    _allocated(status.container_statuses, spec.containers, "status.containerStatuses", causes)
    _allocated(status.init_container_statuses, spec.init_containers, "status.initContainerStatuses", causes)
    for index, container in enumerate(status.ephemeral_container_statuses):
        if container.allocated_resources_status:
            detail = "must not be specified in container status"
            causes.append(forbidden(f"{path}[{index}].allocatedResourcesStatus", detail))
    return causes


def _transitions(
    found: Iterable[ContainerStatus],
    before: Iterable[ContainerStatus],
    restarts: str,
    path: str,
    causes: list[Cause],
) -> None:
    """What has ended stays so, unless it is to be restarted."""
    if restarts == "Always":
        return
    now = {status.name: status for status in found}
    for index, old in enumerate(before):
        if not old.state.HasField("terminated"):
            continue
        if restarts == "OnFailure" and old.state.terminated.exit_code:
            continue
        status = now.get(old.name)
        if status is not None and not status.state.HasField("terminated"):
            causes.append(forbidden(f"{path}[{index}].state", "may not be transitioned to non-terminated state"))


def _claims(
    statuses: Iterable[PodResourceClaimStatus], claims: Iterable[PodResourceClaim], causes: list[Cause]
) -> None:
    known = {claim.name for claim in claims}
    seen: set[str] = set()
    for index, status in enumerate(statuses):
        at = f"status.resourceClaimStatuses[{index}].name"
        if status.name not in known:
            detail = "must match the name of an entry in `spec.resourceClaims`"
            causes.append(invalid(at, status.name, detail))
        if status.name in seen:
            causes.append(duplicate(at, status.name))
        seen.add(status.name)
        if status.HasField("resource_claim_name"):
            subdomain(status.resource_claim_name, at, causes)


def _addresses(found: Sequence[Any], path: str, causes: list[Cause]) -> None:
    """Addresses of each family once: PodIPs or HostIPs."""
    families: set[int] = set()
    for index, item in enumerate(found):
        faults = names.ip_address(item.ip)
        causes.extend(invalid(f"{path}[{index}]", item.ip, fault) for fault in faults)
        if not faults:
            families.add(ipaddress.ip_address(item.ip).version)
    if len(found) < 2:
        return
    if len(families) < 2 or len(found) > 2:
        shown = [{"IP": item.ip} for item in found]
        causes.append(invalid(path, shown, "may specify no more than one IP for each IP family"))
    seen: set[str] = set()
    for index, item in enumerate(found):
        if item.ip in seen:
            causes.append(duplicate(f"{path}[{index}]", {"IP": item.ip}))
        seen.add(item.ip)


def _users(statuses: Iterable[ContainerStatus], on_windows: bool, path: str, causes: list[Cause]) -> None:
    for index, status in enumerate(statuses):
        if not status.HasField("user") or not status.user.HasField("linux"):
            continue
        at, user = f"{path}[{index}].linux", status.user.linux
        if on_windows:
            causes.append(forbidden(at, "cannot be set for a windows pod"))
            continue
        numbers = [(f"{at}.uid", user.uid), (f"{at}.gid", user.gid)]
        numbers += [(f"{at}.supplementalGroups[{g}]", group) for g, group in enumerate(user.supplemental_groups)]
        detail = f"must be between 0 and {_HIGHEST_ID}, inclusive"
        causes.extend(invalid(field, value, detail) for field, value in numbers if not 0 <= value <= _HIGHEST_ID)


def _allocated(statuses: Iterable[ContainerStatus], containers: Iterable[Any], path: str, causes: list[Cause]) -> None:
    """The health of what containers asked for, and of nothing else."""
    for index, status in enumerate(statuses):
        if not status.allocated_resources_status:
            continue
        container = next((c for c in containers if c.name == status.name), None)
        for number, allocated in enumerate(status.allocated_resources_status):
            at = f"{path}[{index}].allocatedResourcesStatus[{number}]"
            if container is not None:
                detail = _unasked(container, allocated.name)
                if detail:
                    causes.append(invalid(f"{at}.name", allocated.name, detail))
            seen: set[str] = set()
            for k, resource in enumerate(allocated.resources):
                if resource.health not in _HEALTH:
                    causes.append(not_supported(f"{at}.resources[{k}].health", resource.health, _HEALTH))
                if resource.resource_id in seen:
                    causes.append(duplicate(f"{at}.resources[{k}].resourceID", resource.resource_id))
                seen.add(resource.resource_id)


def _unasked(container: Any, name: str) -> str:
    if not name.startswith("claim:"):
        return "" if name in container.resources.requests else "must match one of the container's resource requests"
    claims = {f"claim:{c.name}/{c.request}" if c.request else f"claim:{c.name}" for c in container.resources.claims}
    if name in claims:
        return ""
    return (
        "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or "
        "'claim:<claimName>' if request is empty"
    )
