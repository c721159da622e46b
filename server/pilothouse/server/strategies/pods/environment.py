"""Environment variables, and what of a pod or a container they may be read from."""

from collections.abc import Iterable

from pilothouse.api.core.v1.pods_pb2 import EnvFromSource, EnvVar, EnvVarSource
from pilothouse.api.core.v1.references_pb2 import FileKeySelector, ObjectFieldSelector, ResourceFieldSelector
from pilothouse.api.core.v1.volumes_pb2 import VolumeSource

from ...errors import Cause
from ...meta import names
from ...meta.quantities import QuantityError, parse_quantity
from ...schema.causes import invalid, not_found, not_supported, required
from ...schema.checks import label_key
from .paths import descending_unreserved, subdomain

_ENV_FIELDS = (
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
)
VOLUME_FIELDS = ("metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid")
"""The fields of a pod that a file of a volume may show."""

_KNOWN_FIELDS = frozenset(
    (*_ENV_FIELDS, *VOLUME_FIELDS, "spec.host", "spec.restartPolicy", "spec.schedulerName", "status.phase")
)
_RESOURCES = (
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
)
_HUGE_PAGES = ("requests.hugepages-", "limits.hugepages-")
_SIZES = ("1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei")


def env(variables: Iterable[EnvVar], volumes: dict[str, VolumeSource], path: str, causes: list[Cause]) -> None:
    for index, variable in enumerate(variables):
        if variable.HasField("value_from"):
            _source(variable.value_from, variable.value, volumes, f"{path}[{index}].valueFrom", causes)


def env_from(sources: Iterable[EnvFromSource], path: str, causes: list[Cause]) -> None:
    for index, source in enumerate(sources):
        at = f"{path}[{index}]"
        if source.prefix:
            causes.extend(invalid(f"{at}.prefix", source.prefix, f) for f in names.environment_name(source.prefix))
        count = 0
        for name, json in (("config_map_ref", "configMapRef"), ("secret_ref", "secretRef")):
            if source.HasField(name):
                count += 1
                referred = getattr(source, name).local_object_reference.name
                if referred:
                    subdomain(referred, f"{at}.{json}.name", causes)
                else:
                    causes.append(required(f"{at}.{json}.name"))
        if count == 0:
            causes.append(invalid(path, "", "must specify one of: `configMapRef` or `secretRef`"))
        elif count > 1:
            causes.append(invalid(path, "", "may not have more than one field specified at a time"))


def _source(source: EnvVarSource, value: str, volumes: dict[str, VolumeSource], path: str, causes: list[Cause]) -> None:
    count = len(source.ListFields())
    if source.HasField("field_ref"):
        object_field(source.field_ref, _ENV_FIELDS, f"{path}.fieldRef", causes)
    if source.HasField("resource_field_ref"):
        resource_field(source.resource_field_ref, f"{path}.resourceFieldRef", False, causes)
    for name, json in (("config_map_key_ref", "configMapKeyRef"), ("secret_key_ref", "secretKeyRef")):
        if source.HasField(name):
            selector = getattr(source, name)
            subdomain(selector.local_object_reference.name, f"{path}.{json}.name", causes)
            if selector.key:
                causes.extend(invalid(f"{path}.{json}.key", selector.key, f) for f in names.config_key(selector.key))
    if source.HasField("file_key_ref"):
        _file_key(source.file_key_ref, volumes, f"{path}.fileKeyRef", causes)
    if count == 0:
        wanted = "`fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
        causes.append(invalid(path, "", f"must specify one of: {wanted}"))
    elif value:
        causes.append(invalid(path, "", "may not be specified when `value` is not empty"))
    elif count > 1:
        causes.append(invalid(path, "", "may not have more than one field specified at a time"))


def _file_key(ref: FileKeySelector, volumes: dict[str, VolumeSource], path: str, causes: list[Cause]) -> None:
    if not ref.key:
        causes.append(required(f"{path}.key"))
    else:
        causes.extend(invalid(f"{path}.key", ref.key, fault) for fault in names.environment_name(ref.key))
    if not ref.volume_name:
        causes.append(required(f"{path}.volumeName"))
    elif ref.volume_name not in volumes:
        causes.append(not_found(f"{path}.volumeName", ref.volume_name))
    elif not volumes[ref.volume_name].HasField("empty_dir"):
        causes.append(invalid(f"{path}.volumeName", ref.volume_name, "referenced volume must be of type emptyDir"))
    if not ref.path:
        causes.append(required(f"{path}.path"))
    else:
        descending_unreserved(ref.path, f"{path}.path", causes)


def object_field(ref: ObjectFieldSelector, allowed: tuple[str, ...], path: str, causes: list[Cause]) -> None:
    """A reference to a field of the pod: one of those allowed, or one label or annotation."""
    named_field = ref.field_path
    if not named_field:
        return
    field = f"{path}.fieldPath"
    if ref.api_version != "v1":
        detail = f"error converting fieldPath: unsupported pod version: {ref.api_version}"
        causes.append(invalid(field, named_field, detail))
        return
    holder, bracket, rest = named_field.partition("['")
    if bracket and holder and rest.endswith("']"):
        if holder in ("metadata.annotations", "metadata.labels"):
            key = rest[:-2].lower() if holder == "metadata.annotations" else rest[:-2]
            causes.extend(invalid(path, key, fault) for fault in label_key(key))
        else:
            detail = f"error converting fieldPath: field label does not support subscript: {named_field}"
            causes.append(invalid(field, named_field, detail))
    elif named_field not in _KNOWN_FIELDS:
        detail = f"error converting fieldPath: field label not supported: {named_field}"
        causes.append(invalid(field, named_field, detail))
    else:
        meant = "spec.nodeName" if named_field == "spec.host" else named_field
        if meant not in allowed:
            causes.append(not_supported(field, meant, allowed))


def resource_field(ref: ResourceFieldSelector, path: str, in_volume: bool, causes: list[Cause]) -> None:
    """A reference to what a container requests or is limited to. In a volume it names the container."""
    resource = ref.resource
    if in_volume and not ref.container_name:
        causes.append(required(f"{path}.containerName"))
    elif resource and resource not in _RESOURCES and not resource.startswith(_HUGE_PAGES):
        causes.append(not_supported(f"{path}.resource", resource, _RESOURCES))
    text = ref.divisor.string
    if text and text != "0":
        _divisor(resource, text, f"{path}.divisor", causes)


def _divisor(resource: str, text: str, path: str, causes: list[Cause]) -> None:
    try:
        quantity = parse_quantity(text)
    except QuantityError:
        # Refused by the schema.
        return
    shown = str(quantity)
    if not quantity:
        return
    if resource in ("limits.cpu", "requests.cpu"):
        if shown not in ("1m", "1"):
            causes.append(invalid(path, resource, "only divisor's values 1m and 1 are supported with the cpu resource"))
        return
    what = ""
    if resource.endswith(".memory"):
        what = "memory"
    elif resource.endswith(".ephemeral-storage"):
        what = "local ephemeral storage"
    elif resource.startswith(_HUGE_PAGES):
        what = "hugepages"
    if what and shown not in _SIZES:
        detail = f"only divisor's values {', '.join(_SIZES)} are supported with the {what} resource"
        causes.append(invalid(path, resource, detail))
