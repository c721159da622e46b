"""Declared types as the checker wants them: types of its own, and synthetic messages that carry the names of the API.

What protobuf cannot say (a list of lists, a map of lists) is dynamic to the checker.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from cel_expr_python import cel
from google.protobuf import (
    any_pb2,
    descriptor_pb2,
    descriptor_pool,
    duration_pb2,
    struct_pb2,
    timestamp_pb2,
    wrappers_pb2,
)
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from .declared import DYN, Declared

Field = descriptor_pb2.FieldDescriptorProto

OPAQUE = (
    "kubernetes.Quantity",
    "kubernetes.URL",
    "kubernetes.Semver",
    "kubernetes.NamedFormat",
    "kubernetes.authorization.Authorizer",
    "kubernetes.authorization.PathCheck",
    "kubernetes.authorization.GroupCheck",
    "kubernetes.authorization.ResourceCheck",
    "kubernetes.authorization.Decision",
    "net.IP",
    "net.CIDR",
)
"""The types of Kubernetes' library. Each is a message of one text, under a name that no expression can say."""

MADE = "@"
"""What the names of objects begin with that expressions make. They are called by what follows."""

_KNOWN = (any_pb2, duration_pb2, struct_pb2, timestamp_pb2, wrappers_pb2)
_DYNAMIC = ".google.protobuf.Value"
_PRIMITIVES = {
    "bool": Field.TYPE_BOOL,
    "int": Field.TYPE_INT64,
    "uint": Field.TYPE_UINT64,
    "double": Field.TYPE_DOUBLE,
    "string": Field.TYPE_STRING,
    "bytes": Field.TYPE_BYTES,
}
_MESSAGES = {
    "timestamp": ".google.protobuf.Timestamp",
    "duration": ".google.protobuf.Duration",
    "dyn": _DYNAMIC,
    "null": _DYNAMIC,
}
_SIMPLE = {
    "bool": cel.Type.BOOL,
    "int": cel.Type.INT,
    "uint": cel.Type.UINT,
    "double": cel.Type.DOUBLE,
    "string": cel.Type.STRING,
    "bytes": cel.Type.BYTES,
    "timestamp": cel.Type.TIMESTAMP,
    "duration": cel.Type.DURATION,
    "null": cel.Type.NULL,
    "dyn": cel.Type.DYN,
}


def new_pool(declared: Iterable[Declared]) -> descriptor_pool.DescriptorPool:
    """A pool with the library's types and those of the objects among these and below them."""
    pool = descriptor_pool.DescriptorPool()
    for module in _KNOWN:
        pool.AddSerializedFile(module.DESCRIPTOR.serialized_pb)
    for package in sorted({name.rpartition(".")[0] for name in OPAQUE}):
        pool.Add(_library(package))
    objects = {found.name: found for one in declared for found in _objects(one)}
    by_package: dict[str, list[Declared]] = {}
    for found in objects.values():
        by_package.setdefault(message_name(found.name).rpartition(".")[0], []).append(found)
    for package, members in by_package.items():
        pool.Add(_file(package, members))
    return pool


def message_name(name: str) -> str:
    """What an object's type is called as a message: a name of the checker's, or one made of the path to it."""
    if name.startswith("kubernetes."):
        return name
    if name.startswith(MADE):
        return name[len(MADE) :]
    return "object.T" + "".join(c if c.isascii() and c.isalnum() else f"_{ord(c):x}_" for c in name)


def cel_type(declared: Declared) -> Any:
    """The type as the checker has it."""
    if declared.kind == "list":
        assert declared.element is not None
        return cel.Type.List(cel_type(declared.element))
    if declared.kind == "map":
        assert declared.element is not None
        return cel.Type.Map(cel.Type.STRING, cel_type(declared.element))
    if declared.kind == "object":
        return cel.Type(message_name(declared.name))
    if declared.kind == "opaque":
        return cel.Type(declared.name)
    return _SIMPLE[declared.kind]


def type_text(declared: Declared) -> str:
    """The type as the configuration of an environment writes it."""
    if declared.kind in ("list", "map"):
        assert declared.element is not None
        element = type_text(declared.element)
        return f"list<{element}>" if declared.kind == "list" else f"map<string, {element}>"
    if declared.kind == "object":
        return message_name(declared.name)
    return declared.name if declared.kind == "opaque" else declared.kind


@cache
def opaque_class(name: str) -> type[Message]:
    """The class of the values of a type of the library."""
    return GetMessageClass(library_pool().FindMessageTypeByName(name))


@cache
def library_pool() -> descriptor_pool.DescriptorPool:
    """The types that expressions are evaluated with: the library's alone."""
    return new_pool(())


def _objects(declared: Declared) -> Iterator[Declared]:
    if declared.kind == "object":
        yield declared
    for child in (*declared.fields.values(), *((declared.element,) if declared.element else ())):
        yield from _objects(child)


def _library(package: str) -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(name=f"{package}.library", package=package, syntax="proto3")
    for name in OPAQUE:
        if name.rpartition(".")[0] == package:
            message = file.message_type.add(name=name.rpartition(".")[2])
            message.field.add(name="in", number=1, label=Field.LABEL_OPTIONAL, type=Field.TYPE_STRING)
    return file


def _file(package: str, members: Iterable[Declared]) -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(name=f"{package}.objects", package=package, syntax="proto3")
    file.dependency.extend(module.DESCRIPTOR.name for module in _KNOWN)
    file.dependency.extend(f"{name}.library" for name in sorted({n.rpartition(".")[0] for n in OPAQUE}))
    for found in members:
        message = file.message_type.add(name=message_name(found.name).rpartition(".")[2])
        # JSON names that clash do not matter here.
        message.options.deprecated_legacy_json_field_conflicts = True
        entries: set[str] = set()
        for number, (name, declared) in enumerate(found.fields.items(), 1):
            # 19000 to 19999 are protobuf's own.
            place = number if number < 19000 else number + 1000
            if declared.kind == "map":
                known = DYN if _entry_name(name) in entries else declared
                entries.add(_entry_name(name))
                declared = known
            _add(message, name, place, declared)
    return file


def _add(message: descriptor_pb2.DescriptorProto, name: str, number: int, declared: Declared) -> None:
    field = message.field.add(name=name, number=number, label=Field.LABEL_OPTIONAL)
    element = declared.element
    if element is not None and element.kind in ("list", "map"):
        # One level is as far as protobuf goes: the rest is dynamic.
        element = DYN
    if declared.kind == "list" and element is not None:
        field.label = Field.LABEL_REPEATED
        _set_type(field, element)
    elif declared.kind == "map" and element is not None:
        entry = message.nested_type.add(name=_entry_name(name))
        entry.options.map_entry = True
        entry.field.add(name="key", number=1, label=Field.LABEL_OPTIONAL, type=Field.TYPE_STRING)
        _set_type(entry.field.add(name="value", number=2, label=Field.LABEL_OPTIONAL), element)
        field.label = Field.LABEL_REPEATED
        field.type = Field.TYPE_MESSAGE
        field.type_name = f"{message.name}.{entry.name}"
    else:
        _set_type(field, declared)


def _entry_name(field: str) -> str:
    """The only name that protobuf takes for the entries of a map."""
    return "".join(word[:1].upper() + word[1:] for word in field.split("_")) + "Entry"


def _set_type(field: Field, declared: Declared) -> None:
    if declared.kind in _PRIMITIVES:
        field.type = _PRIMITIVES[declared.kind]
        return
    field.type = Field.TYPE_MESSAGE
    if declared.kind == "object":
        field.type_name = f".{message_name(declared.name)}"
    elif declared.kind == "opaque":
        field.type_name = f".{declared.name}"
    else:
        field.type_name = _MESSAGES[declared.kind]
