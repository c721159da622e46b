"""Validation by the options of the .proto files: enums, what is required, formats, bounds, lengths, patterns,
uniqueness and the syntax of quantities.

Metadata is validated by `metadata.py`, because its rules depend on the resource. An object's status is looked at for
quantities only: what may stand there is for the strategy of the kind.
"""

from collections.abc import Callable, Iterable
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from pilothouse.api import annotations_pb2 as options

from ..errors import Cause
from ..meta.members import json_form
from .causes import duplicate, required
from .checks import Check, checks_of, list_checks_of, quantity
from .options import Field, descriptor_of, fields_of, reachable

Validator = Callable[[Message], list[Cause]]
_Visit = Callable[[Any], list[Cause] | None]

# How the value of a field that is set is looked at, by what, and its JSON name.
_PLAIN, _ITEMS, _VALUES = range(3)
_Entry = tuple[int, _Visit, str]


def validator_for(cls: type[Message]) -> Validator:
    """The function that finds what is wrong with a class's messages, once normalized and defaulted. Causes come in the
    order of fields, each with its JSON path."""
    visit = _visitor(descriptor_of(cls), False)

    def validate(message: Message) -> list[Cause]:
        return visit(message) or []

    return validate


def quantities_validator_for(cls: type[Message]) -> Validator:
    """The function that finds quantities that are none in a class's messages: all that is looked at in a status."""
    visit = _visitor(descriptor_of(cls), True)
    return lambda message: visit(message) or []


_visitors: dict[tuple[Descriptor, bool], _Visit] = {}


def _visitor(descriptor: Descriptor, quantities_only: bool) -> _Visit:
    """The check of a whole message."""
    found = _visitors.get((descriptor, quantities_only))
    if found is not None:
        return found
    if _is_quantity(descriptor):
        return quantity
    entries: dict[FieldDescriptor, _Entry] = {}
    needed: list[tuple[Field, list[Cause]]] = []
    entry_of = entries.get

    def visit(message: Any) -> list[Cause] | None:
        causes: list[tuple[int, list[Cause]]] | None = None
        for descriptor, value in message.ListFields():
            entry = entry_of(descriptor)
            if entry is None:
                continue
            what, check, _ = entry
            if what == _PLAIN:
                if check(value):
                    causes = _add(causes, descriptor, value, entry)
                continue
            for item in value if what == _ITEMS else value.values():
                if check(item):
                    causes = _add(causes, descriptor, value, entry)
                    break
        for field, faults in needed:
            if not (message.HasField(field.name) if field.singular else getattr(message, field.name)):
                causes = causes or []
                causes.append((field.descriptor.number, faults))
        if causes is None:
            return None
        return [cause for _, found in sorted(causes, key=lambda pair: pair[0]) for cause in found]

    # Known before its fields are looked at: messages hold messages of their own kind.
    _visitors[descriptor, quantities_only] = visit
    for field in fields_of(descriptor):
        entry = _entry(field, quantities_only)
        if entry is not None:
            entries[field.descriptor] = entry
        faults = [] if quantities_only else _when_absent(field)
        if faults:
            needed.append((field, faults))
    return visit


def _when_absent(field: Field) -> list[Cause]:
    """What is wrong when a field is absent: it is required, or, of a plain struct, something in it is."""
    if field.enforced:
        return [required(field.json)]
    if not field.value or not field.singular or field.child is None or _is_set_apart(field):
        return []
    json = "" if field.inline else field.json
    return [cause for inner in fields_of(field.child) for cause in _below(json, _when_absent(inner))]


def _is_set_apart(field: Field) -> bool:
    """Metadata and status, which have rules of their own."""
    name = field.child.name if field.child is not None else ""
    return name == "ObjectMeta" or (field.json == "status" and name.endswith("Status"))


def _add(
    causes: list[tuple[int, list[Cause]]] | None, descriptor: FieldDescriptor, value: Any, entry: _Entry
) -> list[tuple[int, list[Cause]]]:
    """The causes with those of one more field, looked at again now that something is known to be wrong."""
    causes = causes or []
    causes.append((descriptor.number, _faults(value, entry)))
    return causes


def _faults(value: Any, entry: _Entry) -> list[Cause]:
    what, check, json = entry
    if what == _PLAIN:
        return _below(json, check(value) or ())
    causes: list[Cause] = []
    for key, item in enumerate(value) if what == _ITEMS else value.items():
        causes.extend(_below(f"{json}[{key}]", check(item) or ()))
    return causes


def _below(prefix: str, causes: Iterable[Cause]) -> list[Cause]:
    """Causes of a part as causes of the whole."""
    if not prefix:
        return list(causes)
    return [Cause(c.reason, c.message, join(prefix, c.field)) for c in causes]


def join(prefix: str, field: str) -> str:
    """The path of a field below another: "a" and "b" make "a.b", "a" and "[0]" make "a[0]"."""
    if not prefix or not field:
        return prefix or field
    return prefix + field if field.startswith("[") else f"{prefix}.{field}"


def _entry(field: Field, quantities_only: bool) -> _Entry | None:
    json = "" if field.inline else field.json
    checks: tuple[Check, ...] = () if quantities_only else checks_of(field)
    if field.map and checks:
        return (_PLAIN, _all(checks), json)
    if field.child is not None and field.child.name != "ObjectMeta":
        only = quantities_only or _is_set_apart(field)
        if _has_checks(field.child, only):
            checks = (*checks, _visitor(field.child, only))
    if field.repeated:
        whole = () if quantities_only else (*list_checks_of(field), *_uniqueness(field))
        if whole:
            return (_PLAIN, _all((*whole, _each(_all(checks))) if checks else whole), json)
    if not checks:
        return None
    return (_VALUES if field.map else _ITEMS if field.repeated else _PLAIN, _all(checks), json)


def _all(checks: tuple[Check, ...]) -> Check:
    if len(checks) == 1:
        return checks[0]

    def check(value: Any) -> list[Cause] | None:
        return [cause for one in checks for cause in one(value) or ()]

    return check


def _each(check: Check) -> Check:
    def check_items(items: Any) -> list[Cause] | None:
        for item in items:
            if check(item):
                return _faults(items, (_ITEMS, check, ""))
        return None

    return check_items


def _has_checks(descriptor: Descriptor, quantities_only: bool) -> bool:
    """Whether anything below is checked at all: what is not, is not visited."""
    for message in reachable(descriptor, "ObjectMeta"):
        if _is_quantity(message):
            return True
        if not quantities_only and any(
            field.enforced or checks_of(field) or list_checks_of(field) or _uniqueness(field)
            for field in fields_of(message)
        ):
            return True
    return False


def _uniqueness(field: Field) -> tuple[Check, ...]:
    if field.unique_items:
        return (_distinct,)
    if not field.unique_keys or field.child is None:
        return ()
    json_names = field.unique_keys
    # The keys may stand in an inlined member: EphemeralContainer's name.
    paths = tuple(_member_path(field.child, json) for json in json_names)

    def check(items: Any) -> list[Cause] | None:
        if len(items) < 2:
            return None
        causes = []
        seen = set()
        for index, item in enumerate(items):
            key = tuple(_member(item, path) for path in paths)
            if key in seen:
                single = len(json_names) == 1
                at = f"[{index}].{json_names[0]}" if single else f"[{index}]"
                causes.append(duplicate(at, key[0] if single else dict(zip(json_names, key, strict=True))))
            # What is empty is refused for being so, not for being twice.
            elif any(key):
                seen.add(key)
        return causes

    return (check,)


def _member_path(descriptor: Descriptor, json: str) -> tuple[str, ...]:
    for field in fields_of(descriptor):
        if field.inline and field.child is not None:
            below = _member_path(field.child, json)
            if below:
                return (field.name, *below)
        elif field.json == json:
            return (field.name,)
    return ()


def _member(message: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        message = getattr(message, name)
    return message


def _distinct(items: Any) -> list[Cause] | None:
    seen = set()
    causes = []
    for index, item in enumerate(items):
        if item in seen:
            causes.append(duplicate(f"[{index}]", item))
        seen.add(item)
    return causes


def _is_quantity(descriptor: Descriptor) -> bool:
    return json_form(descriptor) == options.QUANTITY
