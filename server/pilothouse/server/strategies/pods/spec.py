"""The whole of a pod's spec."""

import re

from pilothouse.api.core.v1.pods_pb2 import Pod, PodDNSConfig, PodSpec, PodTemplateSpec

from ...errors import Cause
from ...meta import names
from ...schema.causes import forbidden, invalid, required
from ...schema.checks import label_key
from ...schema.remembered import Remembered
from .affinity import affinity
from .annotations import on_create, pod_annotations
from .containers import Surroundings, ephemeral, image_spaces, init, regular, same_host_ports
from .resources import overhead, pod_resources, resource_claims
from .scheduling import gates, spreading, tolerations
from .security import pod_security
from .systems import operating_system
from .volumes import volumes
from .windows import host_processes

_MOST_NAMESERVERS = 3
_MOST_SEARCHES = 32
_LONGEST_SEARCHES = 2048
_LONGEST_HOSTNAME = 64
_SEARCH = re.compile(r"[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?(\.[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?)*")


# Specs in which nothing was wrong, as new ones and as changed ones.
_good: tuple[Remembered[bool], Remembered[bool]] = (Remembered(), Remembered())


def pod_faults(pod: Pod, created: bool) -> list[Cause]:
    """What is wrong with a pod; `created`: it is new, not changed."""
    causes: list[Cause] = []
    annotations, spec = pod.metadata.annotations, pod.spec
    if annotations:
        pod_annotations(annotations, spec, "metadata.annotations", causes)
        if created:
            on_create(annotations, spec, causes)
    data = spec.SerializeToString()
    if not _good[created].get(data):
        found = _spec_faults(spec, pod.metadata.name, created)
        # The names of claims that are made with a pod begin with the pod's name.
        if not found and not any(volume.volume_source.HasField("ephemeral") for volume in spec.volumes):
            _good[created].put(data, True)
        causes += found
    return causes


def _spec_faults(spec: PodSpec, name: str, created: bool) -> list[Cause]:
    causes: list[Cause] = []
    pod_spec(spec, name, "spec", causes)
    if not spec.service_account_name:
        _tokens(spec, causes)
    for index, container in enumerate(spec.containers):
        image_spaces(container.image, f"spec.containers[{index}]", causes)
    for index, container in enumerate(spec.init_containers):
        image_spaces(container.image, f"spec.initContainers[{index}]", causes)
    if created:
        if spec.ephemeral_containers:
            causes.append(forbidden("spec.ephemeralContainers", "cannot be set on create"))
        if spec.node_name and spec.scheduling_gates:
            causes.append(forbidden("spec.nodeName", "cannot be set until all schedulingGates have been cleared"))
    return causes


def template_faults(template: PodTemplateSpec, path: str) -> list[Cause]:
    """What is wrong with the template of a workload."""
    causes: list[Cause] = []
    if template.metadata.annotations:
        pod_annotations(template.metadata.annotations, template.spec, f"{path}.annotations", causes)
    pod_spec(template.spec, None, f"{path}.spec", causes)
    if template.spec.ephemeral_containers:
        causes.append(forbidden(f"{path}.spec.ephemeralContainers", "ephemeral containers not allowed in pod template"))
    return causes


def pod_spec(spec: PodSpec, pod: str | None, path: str, causes: list[Cause]) -> None:
    """`pod` is the name of the pod; None in a template."""
    found = volumes(spec.volumes, pod, f"{path}.volumes", causes) if spec.volumes else {}
    claims: frozenset[str] = frozenset()
    if spec.resource_claims:
        resource_claims(spec.resource_claims, f"{path}.resourceClaims", causes)
        claims = frozenset(claim.name for claim in spec.resource_claims)
    host_users = not spec.HasField("host_users") or spec.host_users
    around = Surroundings(found, claims, spec.restart_policy, spec.termination_grace_period_seconds, host_users)
    regular(spec, around, f"{path}.containers", causes)
    if spec.init_containers:
        init(spec, around, f"{path}.initContainers", causes)
    if spec.ephemeral_containers:
        ephemeral(spec, around, f"{path}.ephemeralContainers", causes)
    if spec.HasField("resources"):
        pod_resources(spec, f"{path}.resources", causes)
    if spec.host_network:
        same_host_ports(spec, pod is not None, f"{path}.containers", causes)
    pod_security(spec, f"{path}.securityContext", causes)
    _placing(spec, path, causes)
    host_processes(spec, path, causes)
    if not host_users:
        _host_namespaces(spec, path, causes)
    _names(spec, path, causes)
    if spec.overhead:
        overhead(spec.overhead, f"{path}.overhead", causes)
    if spec.HasField("os"):
        operating_system(spec, path, causes)


def _placing(spec: PodSpec, path: str, causes: list[Cause]) -> None:
    if spec.HasField("affinity"):
        affinity(spec.affinity, f"{path}.affinity", causes)
    if spec.HasField("dns_config") or spec.dns_policy == "None":
        _dns(spec, f"{path}.dnsConfig", causes)
    if spec.readiness_gates:
        for index, gate in enumerate(spec.readiness_gates):
            # The schema looks at what is set.
            if not gate.condition_type:
                field = f"{path}.readinessGates[{index}].conditionType"
                causes.extend(invalid(field, "", fault) for fault in label_key(""))
    if spec.scheduling_gates:
        gates(spec.scheduling_gates, f"{path}.schedulingGates", causes)
    if spec.topology_spread_constraints:
        spreading(spec.topology_spread_constraints, f"{path}.topologySpreadConstraints", causes)
    if spec.tolerations:
        tolerations(spec.tolerations, f"{path}.tolerations", causes)


def _dns(spec: PodSpec, path: str, causes: list[Cause]) -> None:
    config = spec.dns_config
    if spec.dns_policy == "None":
        if not spec.HasField("dns_config"):
            causes.append(required(path, "must provide `dnsConfig` when `dnsPolicy` is None"))
            return
        if not config.nameservers:
            detail = "must provide at least one DNS nameserver when `dnsPolicy` is None"
            causes.append(required(f"{path}.nameservers", detail))
            return
    if len(config.nameservers) > _MOST_NAMESERVERS:
        detail = f"must not have more than {_MOST_NAMESERVERS} nameservers"
        causes.append(invalid(f"{path}.nameservers", list(config.nameservers), detail))
    for index, server in enumerate(config.nameservers):
        causes.extend(invalid(f"{path}.nameservers[{index}]", server, fault) for fault in names.ip_address(server))
    _searches(config, f"{path}.searches", causes)
    for index, option in enumerate(config.options):
        if not option.name:
            causes.append(required(f"{path}.options[{index}]", "must not be empty"))


def _searches(config: PodDNSConfig, path: str, causes: list[Cause]) -> None:
    searches = list(config.searches)
    if len(searches) > _MOST_SEARCHES:
        causes.append(invalid(path, searches, f"must not have more than {_MOST_SEARCHES} search paths"))
    if len(" ".join(searches)) > _LONGEST_SEARCHES:
        detail = f"must not have more than {_LONGEST_SEARCHES} characters (including spaces) in the search list"
        causes.append(invalid(path, searches, detail))
    for index, search in enumerate(searches):
        bare = search.removesuffix(".")
        if search != "." and not (_SEARCH.fullmatch(bare) and len(bare) <= 253):
            causes.extend(invalid(f"{path}[{index}]", bare, fault) for fault in _search_faults(bare))


def _search_faults(search: str) -> list[str]:
    if len(search) > 253:
        return [names.too_long(253)]
    return [
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-', '_' or '.', and must "
        "start and end with an alphanumeric character or an underscore (e.g. 'example.com', regex used for validation "
        "is '[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?(\\.[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?)*')"
    ]


def _host_namespaces(spec: PodSpec, path: str, causes: list[Cause]) -> None:
    """A pod with users of its own has the other namespaces of its own too."""
    detail = "when `hostUsers` is false"
    for shared, json in (
        (spec.host_network, "hostNetwork"),
        (spec.host_pid, "hostPID"),
        (spec.host_ipc, "hostIPC"),
    ):
        if shared:
            causes.append(forbidden(f"{path}.{json}", detail))


def _names(spec: PodSpec, path: str, causes: list[Cause]) -> None:
    if spec.HasField("hostname_override"):
        _hostname_override(spec, f"{path}.hostnameOverride", causes)
    if spec.HasField("runtime_class_name") and not spec.runtime_class_name:
        faults = names.dns1123_subdomain("")
        causes.extend(invalid(f"{path}.runtimeClassName", "", fault) for fault in faults)
    if spec.HasField("preemption_policy") and not spec.preemption_policy:
        causes.append(required(f"{path}.preemptionPolicy"))


def _hostname_override(spec: PodSpec, path: str, causes: list[Cause]) -> None:
    name = spec.hostname_override
    if spec.set_hostname_as_fqdn:
        causes.append(forbidden(path, "may not be specified when `setHostnameAsFQDN` is true"))
    if spec.host_network:
        causes.append(forbidden(path, "may not be specified when `hostNetwork` is true"))
    causes.extend(invalid(path, name, fault) for fault in names.dns1123_subdomain(name))
    if len(name) > _LONGEST_HOSTNAME:
        causes.append(invalid(path, name, names.too_long(_LONGEST_HOSTNAME)))


def _tokens(spec: PodSpec, causes: list[Cause]) -> None:
    for index, volume in enumerate(spec.volumes):
        for number, source in enumerate(volume.volume_source.projected.sources):
            if source.HasField("service_account_token"):
                field = f"spec.volumes[{index}].projected.sources[{number}].serviceAccountToken"
                causes.append(forbidden(field, "must not be specified when serviceAccountName is not set"))
