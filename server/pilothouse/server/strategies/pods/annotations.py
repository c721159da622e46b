"""Annotations of pods that mean something to a cluster, and that must agree with the fields that took their place."""

import re
from collections.abc import Mapping

from pilothouse.api.core.v1.pods_pb2 import PodSpec

from ...errors import Cause
from ...schema.causes import forbidden, invalid
from .paths import descending
from .windows import containers_of

MIRROR = "kubernetes.io/config.mirror"
"""Marks a pod that a node runs by itself and that the API only shows."""

_DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"
_SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod"
_SECCOMP = "container.seccomp.security.alpha.kubernetes.io/"
_APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/"
_PROFILES = (_SECCOMP_POD, _SECCOMP, _APP_ARMOR)
_LOCAL = "localhost/"
_DEFAULTS = ("runtime/default", "docker/default")
_COST = re.compile(r"0|-?[1-9][0-9]*")


def pod_annotations(annotations: Mapping[str, str], spec: PodSpec, path: str, causes: list[Cause]) -> None:
    if MIRROR in annotations and not spec.node_name:
        detail = "must set spec.nodeName if mirror pod annotation is set"
        causes.append(invalid(f"{path}[{MIRROR}]", annotations[MIRROR], detail))
    for key in sorted(annotations):
        value = annotations[key]
        if key == _DELETION_COST:
            if not _COST.fullmatch(value) or not -(1 << 31) <= int(value) < 1 << 31:
                causes.append(invalid(f"{path}[{key}]", value, "must be a 32bit integer"))
        elif key == _SECCOMP_POD or key.startswith(_SECCOMP):
            _seccomp(value, f"{path}.{key}", causes)
        elif key.startswith(_APP_ARMOR):
            _app_armor(key, value, spec, f"{path}[{key}]", causes)


def changed_annotations(now: Mapping[str, str], before: Mapping[str, str], causes: list[Cause]) -> None:
    """What marks a pod as another's mirror, and its profiles of AppArmor, stay as they were when it was made."""
    kept = {key for key in (*now, *before) if key == MIRROR or key.startswith(_APP_ARMOR)}
    for key in sorted(kept):
        if now.get(key) == before.get(key):
            continue
        what = "mirror pod annotation" if key == MIRROR else "AppArmor annotations"
        done = "remove or update" if key in before else "add"
        causes.append(forbidden(f"metadata.annotations[{key}]", f"may not {done} {what}"))


def on_create(annotations: Mapping[str, str], spec: PodSpec, causes: list[Cause]) -> None:
    """A new pod that says a thing twice says the same twice."""
    if not any(key.startswith(_PROFILES) for key in annotations):
        return
    context = spec.security_context
    if context.HasField("seccomp_profile") and _SECCOMP_POD in annotations:
        _agree(annotations[_SECCOMP_POD], context.seccomp_profile, "seccomp", "spec.securityContext", causes)
    on_windows = spec.os.name == "windows"
    for path, container in containers_of(spec, "spec"):
        own, at = container.security_context, f"{path}.securityContext"
        seccomp = annotations.get(_SECCOMP + container.name)
        if seccomp is not None and own.HasField("seccomp_profile"):
            _agree(seccomp, own.seccomp_profile, "seccomp", at, causes)
        armor = annotations.get(_APP_ARMOR + container.name)
        if armor is not None and not on_windows:
            holder = own if own.HasField("app_armor_profile") else context
            if holder.HasField("app_armor_profile"):
                _agree(armor, holder.app_armor_profile, "apparmor", at, causes)


def _seccomp(value: str, path: str, causes: list[Cause]) -> None:
    if value.startswith(_LOCAL):
        descending(value.removeprefix(_LOCAL), path, causes)
    elif value not in (*_DEFAULTS, "unconfined"):
        causes.append(invalid(path, value, "must be a valid seccomp profile"))


def _app_armor(key: str, value: str, spec: PodSpec, path: str, causes: list[Cause]) -> None:
    name = key.removeprefix(_APP_ARMOR)
    if not any(container.name == name for _, container in containers_of(spec, "")):
        causes.append(invalid(path, name, "container not found"))
    if value not in ("", "runtime/default", "unconfined") and not value.startswith(_LOCAL):
        causes.append(invalid(path, value, f'invalid AppArmor profile name: "{value}"'))


def _agree(annotation: str, profile: object, what: str, path: str, causes: list[Cause]) -> None:
    """`profile` is a SeccompProfile or an AppArmorProfile: both have a type and a localhost_profile."""
    kind: str = profile.type  # type: ignore[attr-defined]
    local: str = profile.localhost_profile  # type: ignore[attr-defined]
    at = f"{path}.{'seccompProfile' if what == 'seccomp' else 'appArmorProfile'}"
    defaults = _DEFAULTS if what == "seccomp" else _DEFAULTS[:1]
    same = {
        "Unconfined": annotation == "unconfined",
        "RuntimeDefault": annotation in defaults,
        "Localhost": annotation.startswith(_LOCAL),
    }
    if not same.get(kind, True):
        causes.append(forbidden(f"{at}.type", f"{what} type in annotation and field must match"))
    elif kind == "Localhost" and annotation.removeprefix(_LOCAL) != local:
        causes.append(forbidden(f"{at}.localhostProfile", f"{what} profile in annotation and field must match"))
