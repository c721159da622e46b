"""The store over etcd's v3 API."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from time import monotonic
from typing import TypeVar

import grpc
import grpc.aio
from google.protobuf.message import Message
from pilothouse.server.store import etcd_wire_pb2 as wire
from pilothouse.server.store.base import (
    Batch,
    Entry,
    Op,
    Outcome,
    Page,
    Put,
    RevisionCompacted,
    RevisionInFuture,
    StoreError,
    StoreUnavailable,
)
from pilothouse.server.store.etcd_endpoints import Endpoint, Endpoints, EtcdConfig, Method
from pilothouse.server.store.etcd_errors import LeaseGone, OutOfRange
from pilothouse.server.store.etcd_leases import Leases
from pilothouse.server.store.etcd_txn import build, outcomes
from pilothouse.server.store.etcd_watch import EtcdWatch
from pilothouse.server.store.rules import check_groups, span

__all__ = ["EtcdConfig", "EtcdStore"]

Request = TypeVar("Request", bound=Message)
Answer = TypeVar("Answer", bound=Message)

# A long listing is read in pages of so many keys, all at one revision, so that none holds up the event loop for long.
_PAGE = 2000


class EtcdStore:
    """A Store on an etcd cluster. To be made where an event loop runs."""

    def __init__(self, config: EtcdConfig, progress_requests: bool | None = None) -> None:
        """progress_requests: whether etcd answers progress requests soundly; None: told by its version.
        Raises ValueError and OSError for a configuration that cannot be used; etcd itself is not asked yet."""
        self._endpoints = Endpoints(config)
        self._prefix = config.prefix
        self._timeout = config.request_timeout
        self._progress_requests = progress_requests
        self._sound: set[Endpoint] = set()
        self._watches: set[EtcdWatch] = set()
        self._leases = Leases(self._grant)

    async def get(self, key: str) -> tuple[Entry | None, int]:
        request = wire.RangeRequest(key=(self._prefix + key).encode())
        answer = await self._ask(lambda etcd: etcd.range, request)
        kvs = answer.kvs
        return Entry(key, kvs[0].value, kvs[0].mod_revision) if kvs else None, answer.header.revision

    async def list(self, prefix: str, limit: int = 0, continue_key: str = "", revision: int = 0) -> Page:
        start, end = span(self._prefix + prefix)
        start = max(start or b"\0", (self._prefix + continue_key).encode())
        strip = len(self._prefix.encode())
        entries: list[Entry] = []
        while True:
            wanted = min(_PAGE, limit - len(entries)) if limit else _PAGE
            answer = await self._range(wire.RangeRequest(key=start, range_end=end, limit=wanted, revision=revision))
            kvs = answer.kvs
            entries += [Entry(kv.key[strip:].decode(), kv.value, kv.mod_revision) for kv in kvs]
            revision = revision or answer.header.revision
            if not answer.more or len(entries) == limit:
                return Page(entries, revision, answer.more)
            start = kvs[-1].key + b"\0"

    async def revision(self) -> int:
        # No key is empty or a lone zero byte: nothing is found, and the header tells.
        request = wire.RangeRequest(key=b"\0", count_only=True)
        answer = await self._ask(lambda etcd: etcd.range, request)
        return answer.header.revision

    async def commit(self, groups: Sequence[Sequence[Op]]) -> Sequence[Outcome]:
        if not groups:
            return []
        check_groups(groups)
        try:
            return await self._commit(groups)
        except LeaseGone:
            # Nothing was written: it is the first attempt still.
            self._leases.forget()
            return await self._commit(groups)

    async def transact(self, ops: Sequence[Op]) -> Outcome:
        return (await self.commit([ops]))[0]

    async def watch(self, prefix: str, after_revision: int) -> AsyncIterator[Batch]:
        watch = EtcdWatch(self._endpoints, self.revision, self._prefix, prefix, after_revision, self._timeout)
        self._watches.add(watch)
        try:
            async for batch in watch.batches():
                yield batch
        finally:
            self._watches.discard(watch)

    async def request_progress(self) -> bool:
        if not await self._endpoints_are_sound():
            return False
        for watch in tuple(self._watches):
            await watch.request_progress()
        return True

    async def compact(self, revision: int) -> None:
        request = wire.CompactionRequest(revision=revision)
        try:
            await self._ask(lambda etcd: etcd.compact, request)
        except OutOfRange as error:
            raise await self._with_numbers(error) from None

    async def close(self) -> None:
        await self._endpoints.close()

    async def _ask(self, method: Callable[[Endpoint], Method[Request, Answer]], request: Request) -> Answer:
        endpoint = await self._endpoints.pick()
        try:
            return await method(endpoint)(request, timeout=self._timeout, wait_for_ready=endpoint.waits)
        except grpc.RpcError as error:
            raise endpoint.failed(error) from None
        except grpc.aio.UsageError:
            raise StoreUnavailable("the store is closed") from None
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not self._endpoints.closed or (task is not None and task.cancelling()):
                raise
            raise StoreUnavailable("the store is closed") from None

    async def _commit(self, groups: Sequence[Sequence[Op]]) -> Sequence[Outcome]:
        keys_by_ttl: dict[int, int] = {}
        for group in groups:
            for op in group:
                if isinstance(op, Put) and op.ttl:
                    keys_by_ttl[op.ttl] = keys_by_ttl.get(op.ttl, 0) + 1
        leases = {ttl: await self._leases.lease_for(ttl, keys) for ttl, keys in keys_by_ttl.items()}
        txn = build(groups, self._prefix, leases)
        answer = await self._ask(lambda etcd: etcd.txn, txn)
        return outcomes(groups, answer)

    async def _grant(self, ttl: int) -> tuple[int, int]:
        request = wire.LeaseGrantRequest(TTL=ttl)
        answer = await self._ask(lambda etcd: etcd.grant, request)
        return answer.ID, answer.TTL

    async def _range(self, request: wire.RangeRequest) -> wire.RangeResponse:
        try:
            return await self._ask(lambda etcd: etcd.range, request)
        except OutOfRange as error:
            raise await self._with_numbers(error) from None

    async def _with_numbers(self, error: OutOfRange) -> StoreError:
        if not error.compacted:
            return RevisionInFuture(await self.revision())
        # etcd tells what it compacted only to a watch that starts too early.
        probe = EtcdWatch(self._endpoints, self.revision, self._prefix, "", 0, self._timeout)
        try:
            async with asyncio.timeout(self._timeout):
                async for _ in probe.batches():
                    pass
        except RevisionCompacted as compacted:
            return compacted
        except TimeoutError:
            return StoreUnavailable("etcd compacted the revision asked for, and does not tell to where")
        return StoreUnavailable("the store is closed")

    async def _endpoints_are_sound(self) -> bool:
        """Whether every member is known to answer progress requests soundly, by its version."""
        if self._progress_requests is not None:
            return self._progress_requests
        for endpoint in self._endpoints.all:
            if endpoint in self._sound:
                continue
            if endpoint.resting_until > monotonic():
                return False
            try:
                status = await endpoint.status(wire.StatusRequest(), timeout=self._timeout, wait_for_ready=False)
            except grpc.RpcError as error:
                # It is asked again with a later request.
                endpoint.failed(error)
                return False
            if not progress_is_sound(status.version):
                self._progress_requests = False
                return False
            self._sound.add(endpoint)
        self._progress_requests = True
        return True


def progress_is_sound(version: str) -> bool:
    """Whether an etcd of this version answers a progress request only after the events that came before it: fixed in
    3.4.31 and 3.5.13."""
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:3])
    return numbers >= (3, 5, 13) or (3, 4, 31) <= numbers < (3, 5, 0)
