"""The raw twins of the typed write requests: the same field numbers for every kind, the object left as bytes."""

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from pilothouse.api.meta.v1 import meta_pb2 as meta

_PACKAGE = "pilothouse.server.raw"


def _file() -> descriptor_pb2.FileDescriptorProto:
    field = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(
        name="pilothouse/server/raw.proto", package=_PACKAGE, syntax="proto3", dependency=[meta.DESCRIPTOR.name]
    )
    for verb, options in (("Create", "Create"), ("Update", "Update"), ("Apply", "Patch")):
        message = file.message_type.add(name=verb)
        message.field.add(name="namespace", number=1, type=field.TYPE_STRING, label=field.LABEL_OPTIONAL)
        message.field.add(name="object", number=2, type=field.TYPE_BYTES, label=field.LABEL_OPTIONAL)
        message.field.add(
            name="options",
            number=3,
            type=field.TYPE_MESSAGE,
            label=field.LABEL_OPTIONAL,
            type_name=f".pilothouse.api.meta.v1.{options}Options",
        )
        # Only what is created for another object names that here.
        message.field.add(name="name", number=4, type=field.TYPE_STRING, label=field.LABEL_OPTIONAL)
    return file


def _class(verb: str) -> type[Any]:
    found: type[Any] = message_factory.GetMessageClass(
        descriptor_pool.Default().FindMessageTypeByName(f"{_PACKAGE}.{verb}")
    )
    return found


descriptor_pool.Default().AddSerializedFile(_file().SerializeToString())

CreateRequest = _class("Create")
UpdateRequest = _class("Update")
ApplyRequest = _class("Apply")
