"""How one message class travels as JSON: its writer and reader, made once from its descriptor.

Kubernetes' rules: a plain value (option `value`) that is zero is not written unless its member is always written
(option `always`); null means absent; maps are written in the order of their keys.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message_factory import GetMessageClass
from pilothouse.api import annotations_pb2 as annotations

from .json_forms import FORMS, Form, schema_form
from .members import is_inline, is_map, is_resource, json_form, members, message_of, option, value_field
from .scalars import SCALARS, JsonValue, Mismatch, Reader, Writer, found

TYPE_META = ("kind", "apiVersion")


class Plan:
    """One message's compiled form. children: the plans of members that hold objects, by JSON name (strict decoding
    walks them); readers: of its fields, and those of inlined messages. `write` and `read` may be called once the plans
    of all that it holds are made."""

    def __init__(self, descriptor: Descriptor) -> None:
        self.descriptor = descriptor
        self.members = members(descriptor)
        self.children: dict[str, Plan] = {}
        self.readers: dict[FieldDescriptor, Reader] = {}
        self.write: Writer
        self.read: Reader

    @property
    def go_type(self) -> str:
        return f"{self.descriptor.file.package.rpartition('.')[2]}.{self.descriptor.name}"


@dataclass(frozen=True, slots=True)
class _Value:
    """What one item of a field needs: Go's name of its type, how to read and write it (None: as it is), its zero as a
    constructor takes it, and what JSON says of an absent one."""

    go_type: str
    read: Reader
    write: Writer | None
    zero: Any
    absent: Callable[[], JsonValue]


def compile_plan(descriptor: Descriptor, made: dict[Descriptor, Plan]) -> Plan:
    """The plan of a message and, into `made`, of all that it holds."""
    if descriptor in made:
        return made[descriptor]
    plan = made[descriptor] = Plan(descriptor)
    values = {field: _value(plan, field, made) for field in descriptor.fields if not is_inline(field)}
    inlined = {f: compile_plan(message_of(f), made) for f in descriptor.fields if is_inline(f)}
    plan.readers = {field: _field_reader(field, value) for field, value in values.items()}
    for inner in inlined.values():
        plan.children.update(inner.children)
        plan.readers.update(inner.readers)
    plan.write = _writer(plan, values, inlined)
    plan.read = _reader(plan)
    return plan


def _value(plan: Plan, field: FieldDescriptor, made: dict[Descriptor, Plan]) -> _Value:
    item = value_field(field)
    if item.message_type is None:
        go_type, read, write, zero = SCALARS[item.type]
        return _Value(go_type, read, write, b"" if zero is None else zero, lambda: zero)
    form = _form(item.message_type, made)
    if form is not None:
        return _Value(f"v1.{item.message_type.name}", form.read, form.write, {}, lambda: form.absent)
    child = compile_plan(item.message_type, made)
    plan.children[field.json_name] = child
    empty = GetMessageClass(child.descriptor)()
    write = _object_writer(child) if is_resource(child.descriptor) and field.json_name != "items" else _write_of(child)
    return _Value(child.go_type, _read_of(child), write, {}, lambda: write(empty))


def _form(descriptor: Descriptor, made: dict[Descriptor, Plan]) -> Form | None:
    form = json_form(descriptor)
    if not form:
        return None
    if form in FORMS:
        return FORMS[form]
    schema = compile_plan(message_of(descriptor.fields_by_name["schema"]), made)
    return schema_form(form, _read_of(schema), _write_of(schema))


def _write_of(plan: Plan) -> Writer:
    """The plan's writer, looked up at the call only where the plan is still in the making (recursive messages)."""
    return plan.write if hasattr(plan, "write") else lambda message: plan.write(message)


def _read_of(plan: Plan) -> Reader:
    return plan.read if hasattr(plan, "read") else lambda value, unknown: plan.read(value, unknown)


def _object_writer(plan: Plan) -> Writer:
    """Of a whole object inside another (a claim template of a StatefulSet): it says its kind. Items of lists do not."""
    group = option(plan.descriptor, annotations.resource_type).group
    version = plan.descriptor.file.package.rpartition(".")[2]
    head = {"kind": plan.descriptor.name, "apiVersion": f"{group}/{version}" if group else version}
    write = _write_of(plan)

    def write_object(message: Any) -> JsonValue:
        return {**head, **write(message)}  # type: ignore[dict-item]  # an object's writer makes a dict

    return write_object


def _writer(plan: Plan, values: dict[FieldDescriptor, _Value], inlined: dict[FieldDescriptor, Plan]) -> Writer:
    """Walks the fields that are set, then adds the members that are always written."""
    entries: dict[FieldDescriptor, tuple[str | None, Any, bool]] = {
        f: (None, p.write, False) for f, p in inlined.items()
    }
    always: list[tuple[str, Callable[[], JsonValue]]] = []
    for field, value in values.items():
        plain, written = option(field, annotations.value), option(field, annotations.always)
        droppable = not written and (plain or (field.type == FieldDescriptor.TYPE_BYTES and not field.is_repeated))
        entries[field] = (field.json_name, _field_writer(field, value), droppable)
        if written:
            always.append((field.json_name, value.absent if plain else lambda: None))
    return _write_loop(entries, _inlined_always(inlined, always), tuple(plan.members))


def _inlined_always(
    inlined: dict[FieldDescriptor, Plan], own: list[tuple[str, Callable[[], JsonValue]]]
) -> tuple[tuple[str, Callable[[], JsonValue]], ...]:
    """Members that are always written, with those of inlined messages that are not set."""
    for plan in inlined.values():
        empty = GetMessageClass(plan.descriptor)()
        defaults = plan.write(empty)
        for name in defaults if isinstance(defaults, dict) else ():
            own.append((name, lambda name=name, plan=plan, empty=empty: plan.write(empty)[name]))  # type: ignore[misc]
    return tuple(own)


def _write_loop(
    entries: dict[FieldDescriptor, tuple[str | None, Any, bool]],
    always: tuple[tuple[str, Callable[[], JsonValue]], ...],
    order: tuple[str, ...],
) -> Writer:
    def write(message: Any) -> JsonValue:
        out: dict[str, JsonValue] = {}
        for field, value in message.ListFields():
            name, convert, droppable = entries[field]
            if convert is not None:
                value = convert(value)
            if name is None:
                out.update(value)
            elif value or not droppable:
                out[name] = value
        present = len(out)
        for name, absent in always:
            if name not in out:
                out[name] = absent()
        if len(out) != present and present:
            return {name: out[name] for name in order if name in out}
        return out

    return write


def _field_writer(field: FieldDescriptor, value: _Value) -> Writer | None:
    write = value.write
    if is_map(field):
        if write is None:
            return lambda items: {key: items[key] for key in sorted(items)}
        return lambda items: {key: write(items[key]) for key in sorted(items)}
    if field.is_repeated:
        if write is None:
            return lambda items: items[:]
        return lambda items: [write(item) for item in items]
    return write


def _field_reader(field: FieldDescriptor, value: _Value) -> Reader:
    read, zero = value.read, value.zero

    def read_list(items: JsonValue, unknown: list[str]) -> list[Any]:
        if type(items) is not list:
            raise Mismatch(found(items), f"[]{value.go_type}")
        return [zero if item is None else read(item, unknown) for item in items]

    def read_map(items: JsonValue, unknown: list[str]) -> dict[str, Any]:
        if not isinstance(items, dict):
            raise Mismatch(found(items), f"map[string]{value.go_type}")
        return {key: zero if item is None else read(item, unknown) for key, item in items.items()}

    if is_map(field):
        return read_map
    return read_list if field.is_repeated else read


def _reader(plan: Plan) -> Reader:
    slots: dict[str, tuple[str, Reader | None, tuple[str, ...]]] = {}
    if is_resource(plan.descriptor):
        slots.update(dict.fromkeys(TYPE_META, ("", None, ())))
    for name, member in plan.members.items():
        slots[name] = (member.field.name, plan.readers[member.field], member.into)
    struct, go_type = plan.descriptor.name, plan.go_type

    def read(value: JsonValue, unknown: list[str]) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Mismatch(found(value), go_type)
        out: dict[str, Any] = {}
        for key, item in value.items():
            slot = slots.get(key)
            if slot is None:
                unknown.append(key)
                continue
            name, convert, into = slot
            if item is None or convert is None:
                continue
            try:
                made = convert(item, unknown)
            except Mismatch as mismatch:
                mismatch.enter(struct, key)
                raise
            target = out
            for step in into:
                target = target.setdefault(step, {})
            target[name] = made
        return out

    return read
