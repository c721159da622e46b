"""Server reflection: what is served, read from the registry at each question.

The descriptors of the typed services are not needed to serve them, and cost a tenth of a second and some megabytes to
load: they are loaded when somebody first asks.
"""

import asyncio
import importlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pilothouse.api
from google.protobuf import descriptor_pb2, descriptor_pool, text_format
from google.protobuf.message import DecodeError
from grpc_reflection.v1alpha import reflection_pb2 as wire
from grpc_reflection.v1alpha.reflection import ReflectionServicer

from ...errors import Unauthorized
from ...meta.resource import Registry
from .dynamic import SERVICE as DYNAMIC
from .health import SERVICE as HEALTH
from .identity import Peers
from .status import error_metadata, status_message

# Both versions of the protocol have the same messages.
SERVICES = ("grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection")


class Reflection:
    """Answers the questions of grpcurl and its kin."""

    def __init__(self, registry: Registry, peers: Peers) -> None:
        self._registry = registry
        self._peers = peers
        self._generation = -1
        self._servicer: ReflectionServicer | None = None
        self._streams: set[asyncio.Task[Any]] = set()

    def handlers(self) -> dict[str, Any]:
        handler = grpc.stream_stream_rpc_method_handler(self._answer)
        return {f"/{service}/ServerReflectionInfo": handler for service in SERVICES}

    def leave(self) -> None:
        """Ends the conversations: their clients keep them open for as long as they live."""
        for stream in self._streams:
            stream.cancel()

    async def _answer(self, questions: AsyncIterator[bytes], context: Any) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._streams.add(task)
        try:
            async for data in questions:
                # Asked each time: a conversation may outlive its credential.
                if self._peers.by_certificate(context) is None:
                    await self._peers.by_token(context.invocation_metadata() or ())
                question = wire.ServerReflectionRequest.FromString(data)
                # The servicer answers a stream of questions by a generator; its stubs do not say so.
                answers: Any = self._current().ServerReflectionInfo(iter([question]), context)  # type: ignore[func-returns-value]
                for answer in answers:
                    await context.write(answer.SerializeToString())
        except Unauthorized as error:
            await context.abort(error.status, status_message(error), error_metadata(error))
        except DecodeError:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "the bytes of a question are no reflection request")
        finally:
            self._streams.discard(task)

    def _current(self) -> ReflectionServicer:
        if self._servicer is None or self._generation != self._registry.generation:
            _load_services()
            served = (*self._registry, *self._registry.reviews)
            names = {resource.service for resource in served if resource.service} | {DYNAMIC, HEALTH, *SERVICES}
            self._servicer = ReflectionServicer(sorted(names), pool=descriptor_pool.Default())
            self._generation = self._registry.generation
        return self._servicer


def _load_services() -> None:
    root = Path(next(iter(pilothouse.api.__path__)))
    _add_newer_reflection()
    for file in root.rglob("rpc_pb2.py"):
        importlib.import_module(".".join(("pilothouse.api", *file.relative_to(root).with_suffix("").parts)))


def _add_newer_reflection() -> None:
    """The library knows v1alpha only; v1 is the same under another name, and must be describable as what is listed."""
    file = descriptor_pb2.FileDescriptorProto()
    wire.DESCRIPTOR.CopyToProto(file)
    text = str(file).replace("v1alpha", "v1")
    descriptor_pool.Default().Add(text_format.Parse(text, descriptor_pb2.FileDescriptorProto()))
