"""The checks that the restricted level of the Pod Security Standards adds to the baseline, or sets in its place."""

from pilothouse.api.core.v1.pods_pb2 import PodSpec
from pilothouse.api.meta.v1.meta_pb2 import ObjectMeta

from .pod_security_checks import (
    PROFILES,
    Check,
    Fault,
    Rule,
    containers_of,
    named,
    plural,
    proc_mount,
    quoted,
    seccomp,
    setters,
    unless_own_users,
)

_VOLUMES = (
    "config_map",
    "csi",
    "downward_api",
    "empty_dir",
    "ephemeral",
    "image",
    "persistent_volume_claim",
    "projected",
    "secret",
)


def _unless_windows(check: Check) -> Check:
    def relaxed(metadata: ObjectMeta, spec: PodSpec) -> Fault:
        return None if spec.os.name == "windows" else check(metadata, spec)

    return relaxed


def _privilege_escalation(metadata: ObjectMeta, spec: PodSpec) -> Fault:
    bad = []
    for container in containers_of(spec):
        context = container.security_context
        if context.allow_privilege_escalation or not context.HasField("allow_privilege_escalation"):
            bad.append(container.name)
    if not bad:
        return None
    return "allowPrivilegeEscalation != false", f"{named(bad)} must set securityContext.allowPrivilegeEscalation=false"


def _capabilities(metadata: ObjectMeta, spec: PodSpec) -> Fault:
    keeping, adding, added = [], [], set()
    for container in containers_of(spec):
        own = container.security_context.capabilities
        if "ALL" not in own.drop:
            keeping.append(container.name)
        wrong = [c for c in own.add if c != "NET_BIND_SERVICE"]
        if wrong:
            adding.append(container.name)
            added.update(wrong)
    details = []
    if keeping:
        details.append(f'{named(keeping)} must set securityContext.capabilities.drop=["ALL"]')
    if adding:
        what = f"must not include {quoted(sorted(added))} in securityContext.capabilities.add"
        details.append(f"{named(adding)} {what}")
    return ("unrestricted capabilities", "; ".join(details)) if details else None


def _volumes(metadata: ObjectMeta, spec: PodSpec) -> Fault:
    bad = []
    for volume in spec.volumes:
        kind = next((f.name for f, _ in volume.volume_source.ListFields()), "")
        if kind not in _VOLUMES:
            bad.append((volume.name, kind))
    if not bad:
        return None
    names = [name for name, _ in bad]
    kinds = sorted({_KINDS.get(kind, _camel(kind)) if kind else "unknown" for _, kind in bad})
    uses = "uses" if len(names) == 1 else "use"
    detail = (
        f"{plural('volume', names)} {quoted(names)} {uses} {plural('restricted volume type', kinds)} {quoted(kinds)}"
    )
    return "restricted volume types", detail


_KINDS = {"cephfs": "cephfs", "photon_persistent_disk": "photonPersistentDisk", "scale_io": "scaleIO"}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _non_root(metadata: ObjectMeta, spec: PodSpec) -> Fault:
    own = spec.security_context
    pod = own.HasField("run_as_non_root") and not own.run_as_non_root
    explicit, implicit = [], []
    for container in containers_of(spec):
        context = container.security_context
        if context.HasField("run_as_non_root"):
            if not context.run_as_non_root:
                explicit.append(container.name)
        elif not own.run_as_non_root:
            implicit.append(container.name)
    if pod or explicit:
        detail = f"{setters(pod, explicit)} must not set securityContext.runAsNonRoot=false"
    elif implicit:
        detail = f"pod or {named(implicit)} must set securityContext.runAsNonRoot=true"
    else:
        return None
    return "runAsNonRoot != true", detail


def _user(metadata: ObjectMeta, spec: PodSpec) -> Fault:
    pod = spec.security_context.HasField("run_as_user") and spec.security_context.run_as_user == 0
    bad = []
    for container in containers_of(spec):
        context = container.security_context
        if context.HasField("run_as_user") and context.run_as_user == 0:
            bad.append(container.name)
    return ("runAsUser=0", f"{setters(pod, bad)} must not set runAsUser=0") if pod or bad else None


def _seccomp(metadata: ObjectMeta, spec: PodSpec) -> Fault:
    explicit = seccomp(metadata, spec)
    if explicit is not None or spec.security_context.seccomp_profile.type in PROFILES:
        return explicit
    bad = [c.name for c in containers_of(spec) if not c.security_context.HasField("seccomp_profile")]
    if not bad:
        return None
    needed = 'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"'
    return "seccompProfile", f"pod or {named(bad)} {needed}"


RESTRICTED_RULES = (
    Rule("allowPrivilegeEscalation", ((8, _privilege_escalation), (25, _unless_windows(_privilege_escalation)))),
    Rule(
        "capabilities_restricted", ((22, _capabilities), (25, _unless_windows(_capabilities))), "capabilities_baseline"
    ),
    Rule("procMount_restricted", ((35, proc_mount),), "procMount"),
    Rule("restrictedVolumes", ((0, _volumes),), "hostPathVolumes"),
    Rule("runAsNonRoot", ((0, _non_root), (35, unless_own_users(_non_root)))),
    Rule("runAsUser", ((23, _user), (35, unless_own_users(_user)))),
    Rule("seccompProfile_restricted", ((19, _seccomp), (25, _unless_windows(_seccomp))), "seccompProfile_baseline"),
)
