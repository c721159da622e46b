"""The versions of a custom resource: one is stored, each has a schema.

What all versions have alike is one thing to a kube-apiserver, and named once, above the versions.
"""

from collections.abc import Callable, Iterable
from typing import Any

from pilothouse.api.apiextensions.v1.apiextensions_pb2 import (
    CustomResourceColumnDefinition,
    CustomResourceDefinition,
    CustomResourceDefinitionVersion,
    CustomResourceSubresources,
)

from ...errors import Cause
from ...meta import names
from ...schema.causes import invalid, required
from .root import root_faults
from .selectable import selectable_faults

_TYPES = ("boolean", "date", "integer", "number", "string")
_FORMATS = ("byte", "date", "date-time", "double", "float", "int32", "int64", "password")
_WARNING = 256
_Version = CustomResourceDefinitionVersion


def version_faults(obj: CustomResourceDefinition) -> list[Cause]:
    versions, path = list(obj.spec.versions), "spec.versions"
    causes: list[Cause] = []
    if not any(v.schema.HasField("open_apiv3_schema") for v in versions) or not _alike(versions, "schema"):
        causes += [
            required(f"{path}[{i}].schema.openAPIV3Schema")
            for i, version in enumerate(versions)
            if not version.schema.HasField("open_apiv3_schema")
        ]
    for index, version in enumerate(versions):
        causes += _version(version, f"{path}[{index}]")
    if versions and (faults := names.dns1035_label(versions[0].name)):
        causes.append(invalid("spec.version", versions[0].name, ",".join(faults)))
    shown = [_shown(version) for version in versions]
    if len({version.name for version in versions}) < len(versions):
        causes.append(invalid(path, shown, "must contain unique version names"))
    if sum(version.storage for version in versions) != 1:
        causes.append(invalid(path, shown, "must have exactly one version marked as storage version"))
    causes += _parts(versions, "schema", "validation", _schema)
    causes += _parts(versions, "subresources", "subresources", _subresources)
    causes += _parts(versions, "additional_printer_columns", "additionalPrinterColumns", _columns)
    causes += _parts(versions, "selectable_fields", "selectableFields", _selectable)
    return causes


def _alike(versions: list[_Version], name: str) -> bool:
    first = getattr(versions[0], name)
    return all(getattr(version, name) == first for version in versions[1:])


def _parts(
    versions: list[_Version], name: str, above: str, check: Callable[[_Version, str], Iterable[Cause]]
) -> list[Cause]:
    """The faults of one part of all versions."""
    if versions and _alike(versions, name):
        return list(check(versions[0], f"spec.{above}"))
    json = _Version.DESCRIPTOR.fields_by_name[name].json_name
    return [
        cause for index, version in enumerate(versions) for cause in check(version, f"spec.versions[{index}].{json}")
    ]


def _version(version: _Version, path: str) -> list[Cause]:
    faults = names.dns1035_label(version.name)
    causes = [invalid(f"{path}.name", version.name, ",".join(faults))] if faults else []
    if not version.HasField("deprecation_warning"):
        return causes
    text, at = version.deprecation_warning, f"{path}.deprecationWarning"
    if not version.deprecated:
        causes.append(invalid(at, text, "can only be set for deprecated versions"))
    if not text:
        causes.append(invalid(at, text, "must not be an empty string"))
    if len(text) > _WARNING:
        causes.append(invalid(at, text, f"must be <= {_WARNING} characters"))
    if not text.isprintable():
        causes.append(invalid(at, text, "must only contain printable UTF-8 characters; non-printable character found"))
    return causes


def _shown(version: _Version) -> dict[str, object]:
    """A version as a kube-apiserver quotes it: with what is its own alone."""
    return {
        "Name": version.name,
        "Served": version.served,
        "Storage": version.storage,
        "Deprecated": version.deprecated,
        "DeprecationWarning": version.deprecation_warning or None,
        "Schema": None,
        "Subresources": None,
        "AdditionalPrinterColumns": None,
        "SelectableFields": None,
    }


def _schema(version: _Version, path: str) -> list[Cause]:
    if not version.schema.HasField("open_apiv3_schema"):
        return []
    with_status = version.subresources.HasField("status")
    return root_faults(version.schema.open_apiv3_schema, with_status, f"{path}.openAPIV3Schema")


def _selectable(version: _Version, path: str) -> list[Cause]:
    if not version.selectable_fields:
        return []
    if not version.schema.HasField("open_apiv3_schema"):
        return [invalid(path, "", "may only be set when validations.schema is included")]
    return selectable_faults(version.selectable_fields, version.schema.open_apiv3_schema, path)


def _subresources(version: _Version, path: str) -> list[Cause]:
    found: CustomResourceSubresources = version.subresources
    if not found.HasField("scale"):
        return []
    scale, at = found.scale, f"{path}.scale"
    causes: list[Cause] = []
    for text, json, root in (
        (scale.spec_replicas_path, "specReplicasPath", ".spec"),
        (scale.status_replicas_path, "statusReplicasPath", ".status"),
    ):
        if not text:
            causes.append(required(f"{at}.{json}"))
        elif fault := _path_fault(text):
            causes.append(invalid(f"{at}.{json}", text, fault))
        elif not text.startswith(f"{root}."):
            causes.append(invalid(f"{at}.{json}", text, f"should be a json path under {root}"))
    text = scale.label_selector_path
    if text and (fault := _path_fault(text)):
        causes.append(invalid(f"{at}.labelSelectorPath", text, fault))
    elif text and not text.startswith((".spec.", ".status.")):
        detail = "should be a json path under either .status or .spec"
        causes.append(invalid(f"{at}.labelSelectorPath", text, detail))
    return causes


def _path_fault(text: str) -> str:
    return "" if text.startswith(".") else "must be a simple json path starting with ."


def _columns(version: _Version, path: str) -> list[Cause]:
    return [c for i, column in enumerate(version.additional_printer_columns) for c in _column(column, f"{path}[{i}]")]


def _column(column: CustomResourceColumnDefinition, path: str) -> list[Cause]:
    causes = [] if column.name else [required(f"{path}.name")]
    one_of: dict[str, Any] = {"type": _TYPES, "format": _FORMATS}
    listed = {json: f"must be one of {','.join(values)}" for json, values in one_of.items()}
    if not column.type:
        causes.append(required(f"{path}.type", listed["type"]))
    elif column.type not in _TYPES:
        causes.append(invalid(f"{path}.type", column.type, listed["type"]))
    if column.format and column.format not in _FORMATS:
        causes.append(invalid(f"{path}.format", column.format, listed["format"]))
    if not column.json_path:
        causes.append(required(f"{path}.JSONPath"))
    elif fault := _path_fault(column.json_path):
        causes.append(invalid(f"{path}.JSONPath", column.json_path, fault))
    return causes
