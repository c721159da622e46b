"""What is known of the type of a value: for the checker, and for how large a value may become.

Sizes are those that k8s.io/apiserver/pkg/cel derives from a structural schema: of elements (characters, bytes, items,
entries) at most, and of bytes as JSON at least.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from .escaping import escape
from .limits import REQUEST_BYTES

Schema = Mapping[str, object]
"""A structural schema as JSON, with the names of the API."""

_SCALARS = {"bool": 4, "int": 1, "double": 1, "string": 2, "bytes": 2, "timestamp": 21, "duration": 3, "dyn": 1}
_DURATION_SIZE = _DATE_TIME_SIZE = 32
_DATE_SIZE = 12


@dataclass(frozen=True, slots=True, eq=False)
class Declared:
    """kind: "bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration", "null", "dyn", "list", "map"
    (from texts), "object", or "opaque", a type of Kubernetes' library. name: of an object's or opaque type. element: of
    a list or map. fields: of an object, by what an expression calls them; names: what JSON calls those."""

    kind: str
    name: str = ""
    element: "Declared | None" = None
    fields: Mapping[str, "Declared"] = field(default_factory=lambda: MappingProxyType({}))
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    max_elements: int = 0
    min_bytes: int = 0

    def at(self, step: str) -> "Declared | None":
        """The type one step further: a field, "@items", "@values" or "@keys"; None where there is no such thing."""
        if step in ("@items", "@values"):
            return self.element
        if step == "@keys":
            return STRING if self.kind == "map" else None
        return self.fields.get(step)


def _scalar(kind: str) -> Declared:
    return Declared(kind, min_bytes=_SCALARS.get(kind, 0))


BOOL, INT, DOUBLE, STRING, BYTES, TIMESTAMP, DURATION, DYN = map(_scalar, _SCALARS)
_UNBOUNDED = -1


def list_of(element: Declared, max_items: int = _UNBOUNDED) -> Declared:
    return Declared("list", element=element, max_elements=max_items, min_bytes=2)


def map_of(element: Declared, max_entries: int = _UNBOUNDED) -> Declared:
    return Declared("map", element=element, max_elements=max_entries, min_bytes=2)


def object_of(name: str, fields: Mapping[str, Declared]) -> Declared:
    """An object whose members have names that need no escaping."""
    return Declared("object", name, fields=fields, names={f: f for f in fields}, min_bytes=2)


def opaque(name: str) -> Declared:
    return Declared("opaque", name)


def declared_by(schema: Schema, name: str = "object", root: bool = False) -> Declared | None:
    """What a structural schema says of a value; None where expressions are not to see it. name: what its type and those
    below are called by; root: whether it is a whole object, whose metadata is known without being said."""
    if schema.get("x-kubernetes-int-or-string"):
        return Declared("dyn", max_elements=_characters(schema), min_bytes=1)
    kind = schema.get("type")
    if kind == "array":
        return _list(schema, name)
    if kind == "object":
        return _map(schema, name) if _values_of(schema) is not None else _object(schema, name, root)
    if kind == "string":
        return _string(schema)
    return {"boolean": BOOL, "number": DOUBLE, "integer": INT}.get(str(kind))


def _values_of(schema: Schema) -> Schema | None:
    found = schema.get("additionalProperties")
    return found if isinstance(found, Mapping) else None


def _list(schema: Schema, name: str) -> Declared | None:
    items = schema.get("items")
    element = _child(items, f"{name}.@items") if isinstance(items, Mapping) else None
    if element is None:
        return None
    bound = _bound(schema, "maxItems")
    return list_of(element, (REQUEST_BYTES - 2) // (element.min_bytes + 1) if bound is None else bound)


def _map(schema: Schema, name: str) -> Declared | None:
    values = _values_of(schema)
    element = _child(values, f"{name}.@values") if values is not None else None
    if element is None:
        return None
    bound = _bound(schema, "maxProperties")
    return map_of(element, (REQUEST_BYTES - 2) // (element.min_bytes + 6) if bound is None else bound)


def _child(schema: Schema, name: str) -> Declared | None:
    return declared_by(schema, name, bool(schema.get("x-kubernetes-embedded-resource")))


def _object(schema: Schema, name: str, root: bool) -> Declared:
    properties = dict(members(schema, root))
    listed = schema.get("required")
    needed = set(listed) if isinstance(listed, list) else set()
    fields: dict[str, Declared] = {}
    names: dict[str, str] = {}
    size = 2
    for json, found in sorted(properties.items()):
        declared = _child(found, f"{name}.{json}")
        if declared is None:
            continue
        escaped = escape(json)
        if escaped is not None:
            fields[escaped], names[escaped] = declared, json
        if json in needed and found.get("default") is None:
            size += len(json.encode()) + declared.min_bytes + 4
    return Declared("object", name, fields=fields, names=names, min_bytes=size)


def members(schema: Schema, root: bool) -> Mapping[str, Schema]:
    """The schemas of an object's members, with those that every whole object has."""
    found = schema.get("properties")
    properties = dict(found) if isinstance(found, Mapping) else {}
    if root:
        text = {"type": "string"}
        properties["kind"] = properties["apiVersion"] = text
        said = properties.get("metadata", {}).get("properties")
        if not (isinstance(said, Mapping) and {"name", "generateName"} <= said.keys()):
            properties["metadata"] = {"type": "object", "properties": {"name": text, "generateName": text}}
    return properties


def _string(schema: Schema) -> Declared:
    form = schema.get("format")
    if form == "byte":
        bound = _bound(schema, "maxLength")
        return Declared("bytes", max_elements=REQUEST_BYTES - 2 if bound is None else bound, min_bytes=2)
    if form == "duration":
        return Declared("duration", max_elements=_DURATION_SIZE, min_bytes=3)
    if form == "date":
        return Declared("timestamp", max_elements=_DATE_SIZE, min_bytes=_DATE_SIZE)
    if form == "date-time":
        return Declared("timestamp", max_elements=_DATE_TIME_SIZE, min_bytes=21)
    return Declared("string", max_elements=_characters(schema), min_bytes=2)


def _characters(schema: Schema) -> int:
    bound = _bound(schema, "maxLength")
    if bound is not None:
        # A character is four bytes at most, and sizes are those of requests.
        return bound * 4
    values = schema.get("enum")
    if isinstance(values, list) and values and not schema.get("x-kubernetes-int-or-string"):
        return max(len(v.encode()) if isinstance(v, str) else 0 for v in values)
    return REQUEST_BYTES - 2


def _bound(schema: Schema, name: str) -> int | None:
    found = schema.get(name)
    return max(0, int(found)) if isinstance(found, int | float) else None
