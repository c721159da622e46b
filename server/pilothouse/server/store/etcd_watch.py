"""One watch on etcd: a stream of its own that outlives its connections."""

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import TypeAlias

import grpc
import grpc.aio
from pilothouse.server.store import etcd_wire_pb2 as wire
from pilothouse.server.store.base import (
    Batch,
    Change,
    RevisionCompacted,
    RevisionWentBack,
    StoreUnavailable,
)
from pilothouse.server.store.etcd_endpoints import Endpoint, Endpoints
from pilothouse.server.store.rules import span

_log = logging.getLogger(__name__)

_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 1.0

# grpc's own classes take no parameters at run time.
Call: TypeAlias = "grpc.aio.StreamStreamCall[wire.WatchRequest, wire.WatchResponse]"


class EtcdWatch:
    """The changes under one prefix. `batches` may be iterated once."""

    def __init__(
        self,
        endpoints: Endpoints,
        store_revision: Callable[[], Awaitable[int]],
        key_prefix: str,
        prefix: str,
        after_revision: int,
        timeout: float,
    ) -> None:
        """store_revision: the store's revision now, linearizable. timeout: seconds for a stream to be set up."""
        self._endpoints = endpoints
        self._store_revision = store_revision
        self._strip = len(key_prefix.encode())
        start, self._end = span(key_prefix + prefix)
        self._start = start or b"\0"
        # Everything up to here was yielded.
        self._seen = after_revision
        self._timeout = timeout
        self._cluster = 0
        self._parts: list[wire.Event] = []
        self._call: Call | None = None
        self._writing = asyncio.Lock()

    async def batches(self) -> AsyncGenerator[Batch, None]:
        """Batches until the store is closed; see Store.watch."""
        pause = 0.0
        while not self._endpoints.closed:
            try:
                async with aclosing(self._stream()) as stream:
                    async for batch in stream:
                        if pause:
                            _log.info("watch of %r goes on after revision %d", self._start, self._seen)
                        pause = 0.0
                        self._seen = batch.revision
                        yield batch
            except StoreUnavailable as error:
                if self._endpoints.closed:
                    return
                if not pause:
                    _log.warning("watch of %r is interrupted at revision %d: %s", self._start, self._seen, error)
            pause = min(_LONGEST_PAUSE, pause * 2 or _FIRST_PAUSE)
            await asyncio.sleep(random.uniform(pause / 2, pause))

    async def request_progress(self) -> None:
        """Asks etcd to tell where this watch is, if it is connected."""
        async with self._writing:
            if self._call is None:
                return
            try:
                await self._call.write(wire.WatchRequest(progress_request=wire.WatchProgressRequest()))
            except (grpc.RpcError, asyncio.InvalidStateError):
                # The stream just ended; whoever reads it sees why, and sets up another.
                return

    async def _stream(self) -> AsyncGenerator[Batch, None]:
        """One connection's batches. Raises StoreUnavailable when it ends."""
        endpoint = await self._endpoints.pick()
        # With this header etcd ends the stream of a member that lost its leader, instead of falling silent.
        call = endpoint.watch(None, metadata=(("hasleader", "true"),), wait_for_ready=endpoint.waits)
        try:
            await self._create(call)
            while isinstance(answer := await call.read(), wire.WatchResponse):
                if batch := self._take(answer):
                    yield batch
            raise StoreUnavailable(f"etcd at {endpoint.url} ended the watch")
        except TimeoutError:
            raise StoreUnavailable(f"etcd at {endpoint.url} does not answer") from None
        except grpc.RpcError as error:
            raise _unavailable(endpoint, error) from None
        except asyncio.InvalidStateError:
            raise StoreUnavailable(f"etcd at {endpoint.url} ended the watch") from None
        except asyncio.CancelledError:
            # What reading ends with when the channel is closed beneath it; else this task itself is cancelled.
            if not self._endpoints.closed or _cancelling():
                raise
            raise StoreUnavailable("the store is closed") from None
        finally:
            self._call = None
            call.cancel()

    async def _create(self, call: Call) -> None:
        self._parts = []
        # It starts at the revision already seen, which `_take` drops: so etcd refuses when that one is compacted. If it
        # started one later, and that were the compacted revision, etcd would leave out the deletions made by it.
        start = max(1, self._seen)
        request = wire.WatchCreateRequest(key=self._start, range_end=self._end, start_revision=start)
        request.progress_notify = request.fragment = True
        async with asyncio.timeout(self._timeout):
            await call.write(wire.WatchRequest(create_request=request))
            created = await call.read()
        if not isinstance(created, wire.WatchResponse):
            raise StoreUnavailable("etcd ended the watch at once")
        self._check_canceled(created)
        await self._check_history(created.header)
        self._call = call

    async def _check_history(self, header: wire.ResponseHeader) -> None:
        cluster, self._cluster = self._cluster, header.cluster_id
        if cluster and cluster != header.cluster_id:
            raise RevisionWentBack(self._seen, header.revision)
        if header.revision < self._seen:
            # A member may merely lag behind; then it still gives every change, once it has it.
            current = await self._store_revision()
            if current < self._seen:
                raise RevisionWentBack(self._seen, current)

    def _check_canceled(self, answer: wire.WatchResponse) -> None:
        if answer.compact_revision:
            raise RevisionCompacted(answer.compact_revision)
        if answer.canceled:
            raise StoreUnavailable(f"etcd canceled the watch: {answer.cancel_reason or 'it gave no reason'}")

    def _take(self, answer: wire.WatchResponse) -> Batch | None:
        """What `answer` completes. An answer holds whole revisions, unless it is a fragment, which others follow."""
        self._check_canceled(answer)
        if not answer.events and not answer.fragment and not self._parts:
            return Batch((), answer.header.revision) if answer.header.revision >= self._seen else None
        self._parts.extend(answer.events)
        if answer.fragment:
            return None
        events, self._parts = self._parts, []
        changes = [self._change(event) for event in events if event.kv.mod_revision > self._seen]
        return Batch(changes, changes[-1].revision) if changes else None

    def _change(self, event: wire.Event) -> Change:
        kv = event.kv
        key = kv.key[self._strip :].decode()
        value = kv.value if event.type == wire.Event.PUT else None
        return Change(key, value, kv.mod_revision)


def _unavailable(endpoint: Endpoint, error: grpc.RpcError) -> StoreUnavailable:
    # Whatever ended the stream, another is tried: a watch goes on for as long as its history is there.
    failure = endpoint.failed(error)
    return failure if isinstance(failure, StoreUnavailable) else StoreUnavailable(str(failure))


def _cancelling() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
