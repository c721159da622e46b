"""The methods of services, read from their descriptors."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass

from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

READS = frozenset(("Get", "List", "Discover", "Explain"))


@dataclass(frozen=True, slots=True)
class Method:
    """One method: its path ("/pilothouse.api.core.v1.Pods/Get"), the classes of its messages, whether it streams
    answers and whether it only reads."""

    path: str
    request: type[Message]
    response: type[Message]
    streams: bool
    reads: bool


def methods_of(service: ServiceDescriptor) -> dict[str, Method]:
    """The service's methods by name."""
    return {
        m.name: Method(
            path=f"/{service.full_name}/{m.name}",
            request=GetMessageClass(m.input_type),
            response=GetMessageClass(m.output_type),
            streams=m.server_streaming,
            reads=m.name in READS or m.name.startswith("Get"),
        )
        for m in service.methods
    }


def methods_for(message: type[Message]) -> Mapping[str, Method]:
    """The methods of the typed service that serves objects of this class: the one in its package's rpc.proto whose
    Create answers with it. Raises TypeError where there is none."""
    descriptor = message.DESCRIPTOR
    try:
        module = importlib.import_module(f"{descriptor.file.package}.rpc_pb2")
    except ModuleNotFoundError:
        module = None
    services = module.DESCRIPTOR.services_by_name.values() if module else ()
    for service in services:
        create = service.methods_by_name.get("Create")
        if create is not None and create.output_type.full_name == descriptor.full_name:
            return methods_of(service)
    raise TypeError(f"{descriptor.full_name} has no typed service; client.dynamic serves every resource")
