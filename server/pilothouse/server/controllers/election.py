"""Election: of several servers on one store one leads, by a Lease in kube-system.

The rules are those of client-go's leader election: a Lease belongs to its holder until it has seen no renewal for its
duration, by the clock of whoever looks; the holder gives up earlier than that by its own.
"""

import asyncio
import logging
import os
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import cast

from google.protobuf.message import Message
from pilothouse.api.coordination.v1.coordination_pb2 import Lease

from ..errors import ApiError, NotFound
from ..meta.context import RequestContext
from ..meta.resource import ResourceType
from ..meta.uids import new_uid
from ..meta.user import User
from ..store.base import StoreError
from ..verbs.body import Body
from ..verbs.create import create
from ..verbs.faults import api_error
from ..verbs.get import get
from ..verbs.plane import Plane
from ..verbs.update import update
from .following import following

log = logging.getLogger(__name__)

SERVER = User("system:apiserver", ("system:masters", "system:authenticated"))
NAMESPACE = "kube-system"
NAME = "pilothouse-controller-manager"
# Whoever holds this one does the controllers' work.
RIVAL = "kube-controller-manager"
SECONDS = 15.0


class Election:
    """seconds: how long the Lease is the holder's without being renewed; it is given up after two thirds of that, and
    renewed, or asked for, every seventh or so."""

    def __init__(self, plane: Plane, seconds: float = SECONDS, name: str = NAME) -> None:
        self.leads = False
        self._plane = plane
        self._seconds = seconds
        self._name = name
        self._type: ResourceType = plane.registry.get("coordination.k8s.io", "v1", "leases")
        self._identity = f"{socket.gethostname()}_{os.getpid()}_{new_uid()}"
        self._holder = ""
        # The resourceVersion of each Lease, and when it was first seen, by this server's clock.
        self._seen: dict[str, tuple[str, float]] = {}
        self._changed = asyncio.Event()

    async def run(self, work: Callable[[], Awaitable[None]]) -> None:
        """Runs `work` while this server leads, cancels it when it no longer does, and goes on until it is cancelled
        itself; then it gives the Lease back."""
        with following(self._plane, (self._type, self._lease_changed)):
            try:
                while True:
                    if await self._try():
                        await self._lead(work)
                    self._changed.clear()
                    with suppress(TimeoutError):
                        async with asyncio.timeout(self._pause):
                            await self._changed.wait()
            finally:
                if self.leads:
                    self.leads = False
                    await self._give_back()

    @property
    def _pause(self) -> float:
        return self._seconds * 2 / 15

    async def _lead(self, work: Callable[[], Awaitable[None]]) -> None:
        log.info("leads the controllers", extra={"lease": self._name, "identity": self._identity})
        self.leads = True
        working = asyncio.ensure_future(work())
        try:
            await self._hold(working)
        finally:
            # What is under way ends before the Lease can be another's.
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
        self.leads = False
        log.warning("no longer leads the controllers", extra={"lease": self._name})

    async def _hold(self, working: "asyncio.Future[None]") -> None:
        """Renews until that fails for too long, or another holds the Lease."""
        renewed = time.monotonic()
        while True:
            await asyncio.wait((working,), timeout=self._pause)
            if working.done():
                return
            before, left = time.monotonic(), renewed + self._seconds * 2 / 3 - time.monotonic()
            if left <= 0:
                return
            try:
                async with asyncio.timeout(left):
                    held = await self._try()
            except TimeoutError:
                return
            if held:
                renewed = before
            elif self._holder != self._identity:
                return

    async def _try(self) -> bool:
        """Whether the Lease is this server's, by its own word, after one try to take or to renew it."""
        try:
            if await self._has_rival():
                self._holder = ""
                return False
            return await self._take()
        except (ApiError, StoreError) as error:
            log.debug("the lease %s was not had: %s", self._name, api_error(error).message)
            return False

    async def _has_rival(self) -> bool:
        lease = await self._read(RIVAL, "0")
        return lease is not None and bool(lease.spec.holder_identity) and self._is_fresh(RIVAL, lease)

    def _is_fresh(self, name: str, lease: Lease) -> bool:
        """Whether a Lease was renewed within its duration, as far as this server can tell."""
        now, version = time.monotonic(), lease.metadata.resource_version
        seen = self._seen.get(name)
        if seen is None or seen[0] != version:
            self._seen[name] = version, now
            return True
        return now < seen[1] + lease.spec.lease_duration_seconds

    async def _take(self) -> bool:
        lease = await self._read(self._name)
        if lease is None:
            lease = Lease(metadata={"name": self._name})
        holder = self._holder = lease.spec.holder_identity
        if holder and holder != self._identity and self._is_fresh(self._name, lease):
            return False
        now = int(self._plane.now() * 1e6) * 1000
        spec = lease.spec
        if holder != self._identity:
            spec.acquire_time.seconds, spec.acquire_time.nanos = divmod(now, 10**9)
            spec.lease_transitions += bool(lease.metadata.resource_version)
        spec.holder_identity = self._identity
        spec.lease_duration_seconds = max(1, int(self._seconds))
        spec.renew_time.seconds, spec.renew_time.nanos = divmod(now, 10**9)
        await self._write(lease)
        self._holder = self._identity
        return True

    async def _give_back(self) -> None:
        """So that another need not wait."""
        try:
            async with asyncio.timeout(self._pause):
                lease = await self._read(self._name)
                if lease is not None and lease.spec.holder_identity == self._identity:
                    lease.spec.holder_identity = ""
                    lease.spec.lease_duration_seconds = 1
                    await self._write(lease)
        except (ApiError, StoreError, TimeoutError) as error:
            log.info("the lease %s was not given back: %s", self._name, api_error(error).message)

    async def _read(self, name: str, resource_version: str = "") -> Lease | None:
        context = RequestContext(SERVER, "get", self._type, NAMESPACE, name)
        try:
            return Lease.FromString((await get(self._plane, context, resource_version)).body)
        except NotFound:
            return None

    async def _write(self, lease: Lease) -> None:
        """Raises Conflict or AlreadyExists where another was first."""
        body = Body(lease.SerializeToString())
        if lease.metadata.resource_version:
            await update(self._plane, RequestContext(SERVER, "update", self._type, NAMESPACE, self._name), body)
        else:
            await create(self._plane, RequestContext(SERVER, "create", self._type, NAMESPACE), body)

    def _lease_changed(self, key: str, message: Message | None) -> None:
        if not key.endswith(f"/{NAMESPACE}/{self._name}"):
            return
        if message is None or not cast(Lease, message).spec.holder_identity:
            self._changed.set()
