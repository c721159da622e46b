"""Whole objects inside of custom objects: what is known of their apiVersion, kind and metadata without being said."""

from collections.abc import Iterator
from typing import Any

from pilothouse.api.meta.v1 import meta_pb2 as meta

from ..errors import BadRequest, Cause
from ..meta import names
from ..meta.codec import codec_for
from ..meta.strict import Repeating
from ..schema.causes import invalid, required
from ..schema.metadata import metadata_causes
from ..schema.structural.nodes import Node

_MIXED = "may have mixed case, but should otherwise match: "


def coerce(value: Any, node: Node | None, unknown: list[str] | None = None, path: str = "") -> None:
    """Brings the metadata of embedded objects into the form of metadata, in place; members that it does not know are
    added to `unknown` by path. Raises BadRequest."""
    for obj, at in _embedded(value, node, path):
        if "metadata" not in obj:
            continue
        found: list[str] | None = None if unknown is None else []
        try:
            metadata = read_metadata(obj["metadata"], found)
        except BadRequest as error:
            raise BadRequest(f"{at}.metadata: {error.message}") from None
        obj["metadata"] = write_metadata(metadata)
        if unknown is not None:
            unknown.extend(f"{at}.{text.split(chr(34))[1]}" for text in found or () if text.startswith("unknown"))


def embedded_causes(value: Any, node: Node | None) -> list[Cause]:
    """What is wrong with embedded objects as objects."""
    causes: list[Cause] = []
    for obj, at in _embedded(value, node, ""):
        causes += _type_meta(obj, at)
        if isinstance(obj.get("metadata"), dict):
            causes += _metadata(obj["metadata"], f"{at}.metadata")
    return causes


def read_metadata(value: Any, found: list[str] | None = None) -> meta.ObjectMeta:
    """ObjectMeta from JSON. Raises BadRequest. What strict decoding refuses is added to `found`."""
    holder: dict[str, Any] = {"metadata": value}
    if isinstance(value, Repeating):
        holder = Repeating([("metadata", value)])
    return codec_for(meta.PartialObjectMetadata).from_value(holder, found).metadata


def write_metadata(metadata: meta.ObjectMeta) -> dict[str, Any]:
    """ObjectMeta as JSON."""
    return codec_for(meta.ObjectMeta).to_value(metadata)


def _embedded(value: Any, node: Node | None, path: str) -> Iterator[tuple[dict[str, Any], str]]:
    """The embedded objects below a value, with their paths."""
    if node is None or not node.has_embedded:
        return
    if isinstance(value, dict):
        for key, item in value.items():
            child = node.properties.get(key) or node.additional
            if child is not None:
                at = f"{path}.{key}" if path else key
                if child.embedded and isinstance(item, dict):
                    yield item, at
                yield from _embedded(item, child, at)
    elif isinstance(value, list) and node.items is not None:
        for index, item in enumerate(value):
            at = f"{path}[{index}]"
            if node.items.embedded and isinstance(item, dict):
                yield item, at
            yield from _embedded(item, node.items, at)


def _type_meta(obj: dict[str, Any], path: str) -> list[Cause]:
    causes: list[Cause] = []
    for name in ("apiVersion", "kind"):
        at = f"{path}.{name}"
        if name not in obj:
            causes.append(required(at, "must not be empty"))
        elif not isinstance(obj[name], str):
            causes.append(invalid(at, obj[name], "must be a string"))
        elif not obj[name]:
            causes.append(invalid(at, "", "must not be empty"))
        elif name == "apiVersion" and obj[name].count("/") > 1:
            causes.append(invalid(at, obj[name], f"unexpected GroupVersion string: {obj[name]}"))
        elif name == "kind" and (faults := names.dns1035_label(obj[name].lower())):
            causes.append(invalid(at, obj[name], _MIXED + ",".join(faults)))
    return causes


def _metadata(value: dict[str, Any], path: str) -> list[Cause]:
    metadata = read_metadata(value)
    if not metadata.name:
        # It needs no name; everything else is looked at as in an object that has one.
        metadata.name = "fakename"
    causes = metadata_causes(metadata, bool(metadata.namespace))
    return [Cause(c.reason, c.message, path + c.field.removeprefix("metadata")) for c in causes]
