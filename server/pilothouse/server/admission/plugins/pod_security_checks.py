"""The checks of the Pod Security Standards, and those of the baseline level.

A check says what is wrong with a pod as (reason, detail), or None. The standards are those of Kubernetes 1.36.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pilothouse.api.core.v1.pods_pb2 import Container, EphemeralContainerCommon, LifecycleHandler, PodSpec, ProbeHandler
from pilothouse.api.meta.v1.meta_pb2 import ObjectMeta

from ..pod_parts import all_containers

Fault = tuple[str, str] | None
Check = Callable[[ObjectMeta, PodSpec], Fault]
AnyContainer = Container | EphemeralContainerCommon

_CAPABILITIES = frozenset(
    (
        *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP"),
        *("SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
    )
)
_SELINUX_TYPES = frozenset(("", "container_t", "container_init_t", "container_kvm_t"))
_SYSCTLS = frozenset(
    (
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_unprivileged_port_start",
    )
)
_SYSCTLS_27 = _SYSCTLS | {"net.ipv4.ip_local_reserved_ports"}
_SYSCTLS_29 = _SYSCTLS_27 | {
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
}
_SYSCTLS_32 = _SYSCTLS_29 | {"net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"}
_APPARMOR_ANNOTATION = "container.apparmor.security.beta.kubernetes.io/"
_SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod"
_SECCOMP_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/"
PROFILES = ("RuntimeDefault", "Localhost")


@dataclass(frozen=True, slots=True)
class Rule:
    """One check: its forms by the minor version they hold from, oldest first, and the baseline check it stands for."""

    name: str
    forms: Sequence[tuple[int, Check]]
    replaces: str = ""

    def at(self, minor: int) -> Check | None:
        """The form that holds at a version; None where there was no such check yet."""
        found = None
        for since, check in self.forms:
            if since <= minor:
                found = check
        return found


def containers_of(spec: PodSpec) -> list[AnyContainer]:
    """All containers, in the order in which errors name them."""
    return [container for _, container in all_containers(spec)]


def quoted(values: Iterable[str]) -> str:
    return ", ".join(f'"{value}"' for value in values)


def named(names: Sequence[str]) -> str:
    """`container "a"`, `containers "a", "b"`."""
    return f"{plural('container', names)} {quoted(names)}"


def plural(noun: str, of: Sequence[str]) -> str:
    return noun if len(of) == 1 else noun + "s"


def setters(pod: bool, names: Sequence[str]) -> str:
    """Who set something: the pod, containers, or both."""
    return " and ".join((["pod"] if pod else []) + ([named(names)] if names else []))


def host_namespaces(metadata: ObjectMeta, spec: PodSpec) -> Fault:
    shared = (("hostNetwork", spec.host_network), ("hostPID", spec.host_pid), ("hostIPC", spec.host_ipc))
    bad = [f"{name}=true" for name, value in shared if value]
    return ("host namespaces", ", ".join(bad)) if bad else None


def privileged(metadata: ObjectMeta, spec: PodSpec) -> Fault:
    bad = [c.name for c in containers_of(spec) if c.security_context.privileged]
    return ("privileged", f"{named(bad)} must not set securityContext.privileged=true") if bad else None


def capabilities(metadata: ObjectMeta, spec: PodSpec) -> Fault:
    bad, values = [], set()
    for container in containers_of(spec):
        wrong = [c for c in container.security_context.capabilities.add if c not in _CAPABILITIES]
        if wrong:
            bad.append(container.name)
            values.update(wrong)
    if not bad:
        return None
    detail = f"{named(bad)} must not include {quoted(sorted(values))} in securityContext.capabilities.add"
    return "non-default capabilities", detail


def host_path_volumes(metadata: ObjectMeta, spec: PodSpec) -> Fault:
    bad = [volume.name for volume in spec.volumes if volume.volume_source.HasField("host_path")]
    return ("hostPath volumes", f"{plural('volume', bad)} {quoted(bad)}") if bad else None


def host_ports(metadata: ObjectMeta, spec: PodSpec) -> Fault:
    bad, ports = [], set()
    for container in containers_of(spec):
        own = [str(port.host_port) for port in container.ports if port.host_port]
        if own:
            bad.append(container.name)
            ports.update(own)
    if not bad:
        return None
    uses = "uses" if len(bad) == 1 else "use"
    return "hostPort", f"{named(bad)} {uses} {plural('hostPort', list(ports))} {', '.join(sorted(ports))}"


def app_armor(metadata: ObjectMeta, spec: PodSpec) -> Fault:
    own = spec.security_context.app_armor_profile
    pod = spec.security_context.HasField("app_armor_profile") and own.type not in PROFILES
    values = {own.type} if pod else set()
    bad = []
    for container in containers_of(spec):
        context = container.security_context
        if context.HasField("app_armor_profile") and context.app_armor_profile.type not in PROFILES:
            bad.append(container.name)
            values.add(context.app_armor_profile.type)
    notes = [
        f'{key}="{value}"'
        for key, value in sorted(metadata.annotations.items())
        if key.startswith(_APPARMOR_ANNOTATION)
        and value not in ("", "runtime/default")
        and not value.startswith("localhost/")
    ]
    shown = [f'"{value}"' for value in sorted(values)] + [_go_quoted(note) for note in notes]
    if not shown:
        return None
    who = [text for text in (setters(pod, bad), plural("annotation", notes) if notes else "") if text]
    detail = f"{' and '.join(who)} must not set AppArmor profile type to {', '.join(shown)}"
    return plural("forbidden AppArmor profile", shown), detail


def _go_quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def selinux(types: frozenset[str]) -> Check:
    def check(metadata: ObjectMeta, spec: PodSpec) -> Fault:
        options = spec.security_context.se_linux_options
        pod = options.type not in types or bool(options.user or options.role)
        bad = []
        seen = [options]
        for container in containers_of(spec):
            own = container.security_context.se_linux_options
            if own.type not in types or own.user or own.role:
                bad.append(container.name)
            seen.append(own)
        if not pod and not bad:
            return None
        wrong = sorted({o.type for o in seen if o.type not in types})
        what = [f"{plural('type', wrong)} {quoted(wrong)}"] if wrong else []
        what += ["user may not be set"] if any(o.user for o in seen) else []
        what += ["role may not be set"] if any(o.role for o in seen) else []
        detail = f"{setters(pod, bad)} set forbidden securityContext.seLinuxOptions: {'; '.join(what)}"
        return "seLinuxOptions", detail

    return check


def proc_mount(metadata: ObjectMeta, spec: PodSpec) -> Fault:
    bad, values = [], set()
    for container in containers_of(spec):
        context = container.security_context
        if context.HasField("proc_mount") and context.proc_mount != "Default":
            bad.append(container.name)
            values.add(context.proc_mount)
    if not bad:
        return None
    return "procMount", f"{named(bad)} must not set securityContext.procMount to {quoted(sorted(values))}"


def unless_own_users(check: Check) -> Check:
    """A check that leaves out pods whose users are not the host's."""

    def relaxed(metadata: ObjectMeta, spec: PodSpec) -> Fault:
        own_users = spec.HasField("host_users") and not spec.host_users
        return None if own_users else check(metadata, spec)

    return relaxed


def _seccomp_annotations(metadata: ObjectMeta, spec: PodSpec) -> Fault:
    keys = [_SECCOMP_POD, *(_SECCOMP_CONTAINER + c.name for c in containers_of(spec))]
    bad = []
    for key in sorted(set(keys)):
        value = metadata.annotations.get(key)
        fine = value in (None, "runtime/default", "docker/default") or str(value).startswith("localhost/")
        if not fine:
            bad.append(f'{key}="{value}"')
    return ("seccompProfile", f"forbidden {plural('annotation', bad)} {', '.join(bad)}") if bad else None


def seccomp(metadata: ObjectMeta, spec: PodSpec) -> Fault:
    own = spec.security_context.seccomp_profile
    pod = spec.security_context.HasField("seccomp_profile") and own.type not in PROFILES
    values = {own.type} if pod else set()
    bad = []
    for container in containers_of(spec):
        context = container.security_context
        if context.HasField("seccomp_profile") and context.seccomp_profile.type not in PROFILES:
            bad.append(container.name)
            values.add(context.seccomp_profile.type)
    if not values:
        return None
    detail = f"{setters(pod, bad)} must not set securityContext.seccompProfile.type to {quoted(sorted(values))}"
    return "seccompProfile", detail


def sysctls(allowed: frozenset[str]) -> Check:
    def check(metadata: ObjectMeta, spec: PodSpec) -> Fault:
        bad = [s.name for s in spec.security_context.sysctls if s.name not in allowed]
        return ("forbidden sysctls", ", ".join(bad)) if bad else None

    return check


def windows_host_process(metadata: ObjectMeta, spec: PodSpec) -> Fault:
    pod = spec.security_context.windows_options.host_process
    bad = [c.name for c in containers_of(spec) if c.security_context.windows_options.host_process]
    if not pod and not bad:
        return None
    return "hostProcess", f"{setters(pod, bad)} must not set securityContext.windowsOptions.hostProcess=true"


def probe_hosts(metadata: ObjectMeta, spec: PodSpec) -> Fault:
    bad: set[str] = set()
    hosts: set[str] = set()
    for container in containers_of(spec):
        probes = (container.liveness_probe, container.readiness_probe, container.startup_probe)
        lifecycle = container.lifecycle
        handlers: list[ProbeHandler | LifecycleHandler] = [probe.handler for probe in probes]
        handlers += [lifecycle.post_start, lifecycle.pre_stop]
        own = {host for h in handlers for host in (h.http_get.host, h.tcp_socket.host) if host}
        if own:
            bad.add(container.name)
            hosts |= own
    if not bad:
        return None
    uses = "uses" if len(bad) == 1 else "use"
    what = plural("probe or lifecycle host", list(hosts))
    return "probe or lifecycle host", f"{named(sorted(bad))} {uses} {what} {quoted(sorted(hosts))}"


BASELINE_RULES = (
    Rule("appArmorProfile", ((0, app_armor),)),
    Rule("capabilities_baseline", ((0, capabilities),)),
    Rule("hostNamespaces", ((0, host_namespaces),)),
    Rule("hostPathVolumes", ((0, host_path_volumes),)),
    Rule("hostPorts", ((0, host_ports),)),
    Rule("hostProbesAndHostLifecycle", ((34, probe_hosts),)),
    Rule("privileged", ((0, privileged),)),
    Rule("procMount", ((0, proc_mount), (35, unless_own_users(proc_mount)))),
    Rule("seLinuxOptions", ((0, selinux(_SELINUX_TYPES)), (31, selinux(_SELINUX_TYPES | {"container_engine_t"})))),
    Rule("seccompProfile_baseline", ((0, _seccomp_annotations), (19, seccomp))),
    Rule(
        "sysctls",
        ((0, sysctls(_SYSCTLS)), (27, sysctls(_SYSCTLS_27)), (29, sysctls(_SYSCTLS_29)), (32, sysctls(_SYSCTLS_32))),
    ),
    Rule("windowsHostProcess", ((0, windows_host_process),)),
)
