"""Volumes of files that the API holds: secrets, config maps, and fields of the pod itself."""

from collections.abc import Callable, Iterable
from typing import Any

from pilothouse.api.core.v1.volumes_pb2 import (
    ConfigMapVolumeSource,
    DownwardAPIVolumeFile,
    DownwardAPIVolumeSource,
    KeyToPath,
    SecretVolumeSource,
)

from ...errors import Cause
from ...schema.causes import invalid, required
from .environment import VOLUME_FIELDS, object_field, resource_field
from .paths import descending_unreserved, file_mode, named


def key_paths(items: Iterable[KeyToPath], path: str, causes: list[Cause]) -> None:
    """Which keys become which files."""
    for index, item in enumerate(items):
        at = f"{path}[{index}]"
        descending_unreserved(item.path, f"{at}.path", causes)
        if item.HasField("mode"):
            file_mode(item.mode, f"{at}.mode", causes)


def downward_file(file: DownwardAPIVolumeFile, path: str, causes: list[Cause]) -> None:
    """One field of the pod as a file. The path is that of the volume: its files are not told apart."""
    named(file.path, f"{path}.path", causes)
    descending_unreserved(file.path, f"{path}.path", causes)
    if file.HasField("field_ref"):
        object_field(file.field_ref, VOLUME_FIELDS, f"{path}.fieldRef", causes)
        if file.HasField("resource_field_ref"):
            detail = "fieldRef and resourceFieldRef can not be specified simultaneously"
            causes.append(invalid(path, "resource", detail))
    elif file.HasField("resource_field_ref"):
        resource_field(file.resource_field_ref, f"{path}.resourceFieldRef", True, causes)
    else:
        causes.append(required(path, "one of fieldRef and resourceFieldRef is required"))
    if file.HasField("mode"):
        file_mode(file.mode, f"{path}.mode", causes)


def _secret(value: SecretVolumeSource, path: str, causes: list[Cause]) -> None:
    named(value.secret_name, f"{path}.secretName", causes)
    file_mode(value.default_mode, f"{path}.defaultMode", causes)
    key_paths(value.items, f"{path}.items", causes)


def _config_map(value: ConfigMapVolumeSource, path: str, causes: list[Cause]) -> None:
    named(value.local_object_reference.name, f"{path}.name", causes)
    file_mode(value.default_mode, f"{path}.defaultMode", causes)
    key_paths(value.items, f"{path}.items", causes)


def _downward(value: DownwardAPIVolumeSource, path: str, causes: list[Cause]) -> None:
    file_mode(value.default_mode, f"{path}.defaultMode", causes)
    for file in value.items:
        downward_file(file, path, causes)


FILES: dict[str, Callable[[Any, str, list[Cause]], None]] = {
    "secret": _secret,
    "config_map": _config_map,
    "downward_api": _downward,
}
