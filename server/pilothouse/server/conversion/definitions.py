"""CustomResourceDefinitions at rest: JSON of apiextensions.k8s.io/v1beta1, which says once what all versions share.

The values are plain JSON. Whoever writes the envelope sets apiVersion and kind. What v1 lacks of v1beta1, it has in
another place: nothing is lost either way.
"""

from typing import Any

_SHARED = ("subresources", "additionalPrinterColumns", "selectableFields")


def definition_to_stored(served: dict[str, Any]) -> dict[str, Any]:
    """v1beta1 from v1. The argument is left as it is."""
    spec = dict(served.get("spec") or {})
    versions = [dict(version) for version in spec.get("versions") or []]
    if versions:
        spec["version"] = versions[0].get("name", "")
        for name in _SHARED:
            _lift(spec, versions, name, name)
        _lift(spec, versions, "schema", "validation")
    for holder in (spec, *versions):
        _rename_column_path(holder, "jsonPath", "JSONPath")
    spec["versions"] = versions
    if spec.get("conversion"):
        spec["conversion"] = _flat_webhook(spec["conversion"])
    # Absence means true in v1beta1.
    spec["preserveUnknownFields"] = bool(spec.get("preserveUnknownFields"))
    return {**served, "spec": spec}


def definition_from_stored(stored: dict[str, Any]) -> dict[str, Any]:
    """v1 from v1beta1. The argument is left as it is."""
    spec = dict(stored.get("spec") or {})
    name = spec.pop("version", "")
    versions = [dict(version) for version in spec.get("versions") or []]
    if not versions and name:
        versions = [{"name": name, "served": True, "storage": True}]
    for holder in (spec, *versions):
        _rename_column_path(holder, "JSONPath", "jsonPath")
    for member in _SHARED:
        _lower(spec, versions, member, member)
    _lower(spec, versions, "validation", "schema")
    spec["versions"] = versions
    spec.setdefault("scope", "Namespaced")
    conversion = spec.get("conversion") or {"strategy": "None"}
    spec["conversion"] = _nested_webhook(conversion)
    if spec.pop("preserveUnknownFields", True):
        spec["preserveUnknownFields"] = True
    return {**stored, "spec": spec}


def _lift(spec: dict[str, Any], versions: list[dict[str, Any]], name: str, shared: str) -> None:
    """Says once what is equal in all versions."""
    first = versions[0].get(name)
    if first and all(version.get(name) == first for version in versions):
        spec[shared] = first
        for version in versions:
            del version[name]


def _lower(spec: dict[str, Any], versions: list[dict[str, Any]], shared: str, name: str) -> None:
    """Says in each version what is said once for all."""
    value = spec.pop(shared, None)
    if value:
        for version in versions:
            version.setdefault(name, value)


def _rename_column_path(holder: dict[str, Any], old: str, new: str) -> None:
    columns = holder.get("additionalPrinterColumns")
    if columns:
        holder["additionalPrinterColumns"] = [
            {(new if key == old else key): value for key, value in column.items()} for column in columns
        ]


def _flat_webhook(conversion: dict[str, Any]) -> dict[str, Any]:
    flat = {key: value for key, value in conversion.items() if key != "webhook"}
    webhook = conversion.get("webhook")
    if webhook:
        if webhook.get("clientConfig") is not None:
            flat["webhookClientConfig"] = webhook["clientConfig"]
        if webhook.get("conversionReviewVersions") is not None:
            flat["conversionReviewVersions"] = webhook["conversionReviewVersions"]
    return flat


def _nested_webhook(conversion: dict[str, Any]) -> dict[str, Any]:
    nested = {k: v for k, v in conversion.items() if k not in ("webhookClientConfig", "conversionReviewVersions")}
    client, versions = conversion.get("webhookClientConfig"), conversion.get("conversionReviewVersions")
    if client is not None or versions:
        webhook: dict[str, Any] = {}
        if client is not None:
            webhook["clientConfig"] = client
        webhook["conversionReviewVersions"] = versions or []
        nested["webhook"] = webhook
    return nested
