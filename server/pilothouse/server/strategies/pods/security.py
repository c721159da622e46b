"""Security contexts: of pods, and of containers."""

import re
from collections.abc import Iterable
from typing import Any

from pilothouse.api.core.v1.pods_pb2 import (
    AppArmorProfile,
    PodSecurityContext,
    PodSpec,
    SeccompProfile,
    SecurityContext,
    Sysctl,
)

from ...errors import Cause
from ...schema.causes import duplicate, invalid, required, too_long
from .paths import descending
from .windows import windows_options

_HIGHEST_ID = 2147483647
_SYSCTL_SEGMENT = "[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
_SYSCTL_PATTERN = rf"^({_SYSCTL_SEGMENT}[\./])*{_SYSCTL_SEGMENT}$"
_SYSCTL = re.compile(_SYSCTL_PATTERN)
_LONGEST_SYSCTL = 253
_LONGEST_PROFILE = 4095


def pod_security(spec: PodSpec, path: str, causes: list[Cause]) -> None:
    context: PodSecurityContext = spec.security_context
    present = {descriptor.name for descriptor, _ in context.ListFields()}
    if not present and not spec.share_process_namespace:
        return
    for index, group in enumerate(context.supplemental_groups):
        if not 0 <= group <= _HIGHEST_ID:
            detail = f"must be between 0 and {_HIGHEST_ID}, inclusive"
            causes.append(invalid(f"{path}.supplementalGroups[{index}]", group, detail))
    if spec.share_process_namespace and spec.host_pid:
        detail = "ShareProcessNamespace and HostPID cannot both be enabled"
        causes.append(invalid(f"{path}.shareProcessNamespace", True, detail))
    if context.sysctls:
        _sysctls(context.sysctls, f"{path}.sysctls", causes)
    _profiles(context, present, path, causes)


def container_security(context: SecurityContext, host_users: bool, path: str, causes: list[Cause]) -> None:
    """`host_users` tells whether the pod's users are the host's."""
    present = {descriptor.name for descriptor, _ in context.ListFields()}
    if context.proc_mount == "Unmasked" and host_users:
        causes.append(invalid(f"{path}.procMount", "Unmasked", "`hostUsers` must be false to use `Unmasked`"))
    if "allow_privilege_escalation" in present and not context.allow_privilege_escalation:
        if context.privileged:
            detail = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"
            causes.append(invalid(path, context, detail))
        if "CAP_SYS_ADMIN" in context.capabilities.add:
            detail = "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"
            causes.append(invalid(path, context, detail))
    _profiles(context, present, path, causes)


def _profiles(context: Any, present: set[str], path: str, causes: list[Cause]) -> None:
    if "seccomp_profile" in present:
        _seccomp(context.seccomp_profile, f"{path}.seccompProfile", causes)
    if "windows_options" in present:
        windows_options(context.windows_options, f"{path}.windowsOptions", causes)
    if "app_armor_profile" in present:
        _app_armor(context.app_armor_profile, f"{path}.appArmorProfile", causes)


def _sysctls(sysctls: Iterable[Sysctl], path: str, causes: list[Cause]) -> None:
    seen: set[str] = set()
    for index, sysctl in enumerate(sysctls):
        at, name = f"{path}[{index}].name", sysctl.name
        if not name:
            causes.append(required(at))
        elif len(name) > _LONGEST_SYSCTL or not _SYSCTL.fullmatch(name):
            detail = f"must have at most {_LONGEST_SYSCTL} characters and match regex {_SYSCTL_PATTERN}"
            causes.append(invalid(at, name, detail))
        elif name in seen:
            causes.append(duplicate(at, name))
        seen.add(name)


def _seccomp(profile: SeccompProfile, path: str, causes: list[Cause]) -> None:
    if not profile.type:
        causes.append(required(f"{path}.type", "type is required when seccompProfile is set"))
    at = f"{path}.localhostProfile"
    if profile.type == "Localhost":
        if profile.HasField("localhost_profile"):
            descending(profile.localhost_profile, at, causes)
        else:
            causes.append(required(at, "must be set when seccomp type is Localhost"))
    elif profile.HasField("localhost_profile"):
        causes.append(invalid(at, profile, "can only be set when seccomp type is Localhost"))


def _app_armor(profile: AppArmorProfile, path: str, causes: list[Cause]) -> None:
    at, local = f"{path}.localhostProfile", profile.localhost_profile
    if profile.type == "Localhost":
        if local != local.strip():
            causes.append(invalid(at, local, "must not be padded with whitespace"))
        elif not local:
            causes.append(required(at, "must be set when AppArmor type is Localhost"))
        if len(local.encode()) > _LONGEST_PROFILE:
            causes.append(too_long(at, _LONGEST_PROFILE))
    elif not profile.type:
        causes.append(required(f"{path}.type", "type is required when appArmorProfile is set"))
    elif profile.type in ("RuntimeDefault", "Unconfined") and profile.HasField("localhost_profile"):
        causes.append(invalid(at, local, "can only be set when AppArmor type is Localhost"))
