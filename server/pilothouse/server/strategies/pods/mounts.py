"""How containers mount volumes, and use them as devices."""

from collections.abc import Mapping
from typing import Any

from pilothouse.api.core.v1.pods_pb2 import VolumeMount
from pilothouse.api.core.v1.volumes_pb2 import VolumeSource

from ...errors import Cause
from ...schema.causes import forbidden, invalid, not_found
from .paths import descending

Volumes = Mapping[str, VolumeSource]
"""The sources of a pod's valid volumes by their names."""


def mounts(container: Any, volumes: Volumes, path: str, causes: list[Cause]) -> None:
    """`container` is a Container, or what ephemeral containers have in common with them."""
    devices = {device.name for device in container.volume_devices}
    device_paths = {device.device_path for device in container.volume_devices}
    seen: set[str] = set()
    for index, mount in enumerate(container.volume_mounts):
        at = f"{path}[{index}]"
        name, mounted = mount.name, mount.mount_path
        if name not in volumes:
            causes.append(not_found(f"{at}.name", name))
        if mounted in seen:
            causes.append(invalid(f"{at}.mountPath", mounted, "must be unique"))
        seen.add(mounted)
        if name in devices:
            causes.append(invalid(f"{at}.name", name, "must not already exist in volumeDevices"))
        if mounted in device_paths:
            causes.append(invalid(f"{at}.mountPath", mounted, "must not already exist as a path in volumeDevices"))
        if mount.sub_path or mount.sub_path_expr:
            _sub_paths(mount, at, path, causes)
        if mount.HasField("mount_propagation"):
            privileged = container.security_context.privileged
            if mount.mount_propagation == "Bidirectional" and not privileged:
                detail = "Bidirectional mount propagation is available only to privileged containers"
                causes.append(forbidden(f"{path}.mountPropagation", detail))
        if mount.HasField("recursive_read_only"):
            _recursive(mount, f"{path}.recursiveReadOnly", causes)


def _sub_paths(mount: VolumeMount, at: str, path: str, causes: list[Cause]) -> None:
    if mount.sub_path:
        descending(mount.sub_path, f"{path}.subPath", causes)
    if mount.sub_path_expr:
        if mount.sub_path:
            detail = "subPathExpr and subPath are mutually exclusive"
            causes.append(invalid(f"{at}.subPathExpr", mount.sub_path_expr, detail))
        descending(mount.sub_path_expr, f"{path}.subPathExpr", causes)


def _recursive(mount: VolumeMount, path: str, causes: list[Cause]) -> None:
    if mount.recursive_read_only not in ("Enabled", "IfPossible"):
        return
    if not mount.read_only:
        causes.append(forbidden(path, "may only be specified when readOnly is true"))
    if mount.HasField("mount_propagation") and mount.mount_propagation != "None":
        causes.append(forbidden(path, "may only be specified when mountPropagation is None or not specified"))


def devices(container: Any, volumes: Volumes, path: str, causes: list[Cause]) -> None:
    mounted = {mount.name for mount in container.volume_mounts}
    mount_paths = {mount.mount_path for mount in container.volume_mounts}
    names: set[str] = set()
    paths: set[str] = set()
    for index, device in enumerate(container.volume_devices):
        at = f"{path}[{index}]"
        name, device_path = device.name, device.device_path
        if name in names:
            causes.append(invalid(f"{at}.name", name, "must be unique"))
        source = volumes.get(name)
        if source is None:
            causes.append(not_found(f"{at}.name", name))
        elif not (source.HasField("persistent_volume_claim") or source.HasField("ephemeral")):
            detail = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode"
            causes.append(invalid(f"{at}.name", name, detail))
        if device_path in paths:
            causes.append(invalid(f"{at}.devicePath", device_path, "must be unique"))
        if ".." in device_path.split("/"):
            causes.append(invalid(f"{at}.devicePath", device_path, "can not contain backsteps ('..')"))
        else:
            paths.add(device_path)
        if name in mounted:
            causes.append(invalid(f"{at}.name", name, "must not already exist in volumeMounts"))
        if device_path in mount_paths:
            causes.append(invalid(f"{at}.devicePath", device_path, "must not already exist as a path in volumeMounts"))
        if name:
            names.add(name)
