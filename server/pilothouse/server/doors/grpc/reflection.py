"""Server reflection: what is served, read from the registry at each question.

The descriptors of the typed services are not needed to serve them, and cost a tenth of a second and some megabytes to
load: they are loaded when somebody first asks.
"""

import importlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pilothouse.api
from google.protobuf import descriptor_pool
from grpc_reflection.v1alpha import reflection_pb2 as wire
from grpc_reflection.v1alpha.reflection import ReflectionServicer

from ...meta.resource import Registry
from .dynamic import SERVICE as DYNAMIC

HEALTH = "grpc.health.v1.Health"
# Both versions of the protocol have the same messages.
SERVICES = ("grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection")


class Reflection:
    """Answers the questions of grpcurl and its kin."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._generation = -1
        self._servicer: ReflectionServicer | None = None

    def handlers(self) -> dict[str, Any]:
        handler = grpc.stream_stream_rpc_method_handler(
            self._answer,
            request_deserializer=wire.ServerReflectionRequest.FromString,
            response_serializer=wire.ServerReflectionResponse.SerializeToString,
        )
        return {f"/{service}/ServerReflectionInfo": handler for service in SERVICES}

    async def _answer(
        self, questions: AsyncIterator[wire.ServerReflectionRequest], context: object
    ) -> AsyncIterator[wire.ServerReflectionResponse]:
        async for question in questions:
            # The servicer answers a stream of questions by a generator; its stubs do not say so.
            answers: Any = self._current().ServerReflectionInfo(iter([question]), context)  # type: ignore[func-returns-value,arg-type]
            for answer in answers:
                yield answer

    def _current(self) -> ReflectionServicer:
        if self._servicer is None or self._generation != self._registry.generation:
            _load_services()
            names = {resource.service for resource in self._registry} | {DYNAMIC, HEALTH, *SERVICES}
            self._servicer = ReflectionServicer(sorted(names), pool=descriptor_pool.Default())
            self._generation = self._registry.generation
        return self._servicer


def _load_services() -> None:
    root = Path(next(iter(pilothouse.api.__path__)))
    for file in root.rglob("rpc_pb2.py"):
        importlib.import_module(".".join(("pilothouse.api", *file.relative_to(root).with_suffix("").parts)))
