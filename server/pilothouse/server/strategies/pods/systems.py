"""What a pod may not say, given the operating system that it names."""

from pilothouse.api.core.v1.pods_pb2 import PodSpec

from ...errors import Cause
from ...schema.causes import forbidden, required
from .windows import containers_of

_ON_LINUX = "windows options cannot be set for a linux pod"
_ON_WINDOWS = "cannot be set for a windows pod"
_POD_ONLY_LINUX = (
    "app_armor_profile",
    "se_linux_options",
    "seccomp_profile",
    "fs_group",
    "fs_group_change_policy",
    "sysctls",
    "run_as_user",
    "run_as_group",
    "supplemental_groups",
    "supplemental_groups_policy",
    "se_linux_change_policy",
)
_CONTAINER_ONLY_LINUX = (
    "app_armor_profile",
    "se_linux_options",
    "seccomp_profile",
    "capabilities",
    "read_only_root_filesystem",
    "privileged",
    "allow_privilege_escalation",
    "proc_mount",
    "run_as_user",
    "run_as_group",
)


def operating_system(spec: PodSpec, path: str, causes: list[Cause]) -> None:
    if not spec.os.name:
        causes.append(required(f"{path}.os.name", "cannot be empty"))
    elif spec.os.name == "linux":
        _linux(spec, path, causes)
    elif spec.os.name == "windows":
        _windows(spec, path, causes)


def _linux(spec: PodSpec, path: str, causes: list[Cause]) -> None:
    if spec.security_context.HasField("windows_options"):
        causes.append(forbidden(f"{path}.securityContext.windowsOptions", _ON_LINUX))
    for at, container in containers_of(spec, path):
        if container.security_context.HasField("windows_options"):
            causes.append(forbidden(f"{at}.securityContext.windowsOptions", _ON_LINUX))


def _windows(spec: PodSpec, path: str, causes: list[Cause]) -> None:
    _refuse(spec.security_context, _POD_ONLY_LINUX[:2], f"{path}.securityContext", causes)
    for set_, json in (
        (spec.HasField("host_users"), "hostUsers"),
        (spec.host_pid, "hostPID"),
        (spec.host_ipc, "hostIPC"),
    ):
        if set_:
            causes.append(forbidden(f"{path}.{json}", _ON_WINDOWS))
    _refuse(spec.security_context, _POD_ONLY_LINUX[2:], f"{path}.securityContext", causes)
    if spec.HasField("share_process_namespace"):
        causes.append(forbidden(f"{path}.shareProcessNamespace", _ON_WINDOWS))
    for at, container in containers_of(spec, path):
        _refuse(container.security_context, _CONTAINER_ONLY_LINUX, f"{at}.securityContext", causes)


def _refuse(context: object, names: tuple[str, ...], path: str, causes: list[Cause]) -> None:
    present = {descriptor.name: descriptor.json_name for descriptor, _ in context.ListFields()}  # type: ignore[attr-defined]
    causes.extend(forbidden(f"{path}.{present[name]}", _ON_WINDOWS) for name in names if name in present)
