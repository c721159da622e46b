"""Furniture: laid down at the start, and kept as it should be while the server runs."""

import asyncio
import logging
from contextlib import suppress
from pathlib import Path

from ..store.base import StoreError
from ..verbs.faults import api_error
from ..verbs.plane import Plane
from ..verbs.reading import cache_is_current
from .api_services import api_services
from .authentication import client_authentication, legacy_token_tracking
from .defaults import NAMESPACES, ranges_ready
from .flow_control import flow_control, levels_found
from .identity import Identity, forget_expired
from .laying import Layer, Piece
from .registrations import Registrations
from .service import AddressLeases, Place, behind, service

log = logging.getLogger(__name__)

SECONDS = 10.0
# A store that does not answer is not to hold up the end of a server.
LEAVING_SECONDS = 2.0


class Furniture:
    """What a server adds to the defaults of its plane: one of several workers does it for all. client_ca_file:
    certificates that clients are known by."""

    def __init__(self, plane: Plane, place: Place, client_ca_file: Path | None) -> None:
        self._plane = plane
        self._place = place
        self._client_ca_file = client_ca_file
        self._layer = Layer(plane)
        self._identity = Identity(place.port)
        self._leases = AddressLeases(plane, place.address) if place.address else None
        self._kept = (*NAMESPACES, service(place), *flow_control())
        self._states = (ranges_ready(plane.now()), *levels_found(plane.now()))
        self._registrations = Registrations(plane)
        self._task: asyncio.Task[None] | None = None
        if self._leases is None:
            log.warning("the host has no address that pods could use: the service kubernetes has no endpoints")

    async def lay(self) -> None:
        """Lays all of it down. Raises StoreError, and OSError where the certificates cannot be read."""
        once = (*api_services(self._plane.registry), legacy_token_tracking(self._plane.now()))
        count = await self._layer.lay((*once, *self._kept, *await self._changing()))
        log.info("default objects laid down", extra={"count": count})

    def start(self) -> None:
        """Keeps it from now on."""
        self._task = asyncio.create_task(self._keep(), name="furniture")
        self._registrations.start()

    async def close(self) -> None:
        """Keeps it no longer, and tells others that this server is gone."""
        await self._registrations.close()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._leases is None:
            return
        try:
            async with asyncio.timeout(LEAVING_SECONDS):
                others = await self._leases.leave()
                # The last one leaves its address behind, as a kube-apiserver does.
                await self._layer.lay(behind(self._place, others) if others else ())
        except (StoreError, TimeoutError) as error:
            log.warning("the address of this server stays among those of the service kubernetes: %s", error)

    async def _keep(self) -> None:
        while True:
            try:
                await cache_is_current(self._plane)
                await self._layer.lay(self._states)
                await asyncio.sleep(SECONDS)
                await self._layer.lay((*self._kept, *await self._changing()))
                await forget_expired(self._plane, self._plane.now())
            except Exception as error:  # noqa: BLE001 (it must outlive whatever one round brings up)
                told = error if isinstance(error, OSError) else api_error(error).message
                log.warning("the default objects cannot be looked after: %s", told)
                await asyncio.sleep(SECONDS)

    async def _changing(self) -> list[Piece]:
        """What is different each time."""
        pieces = [self._identity.lease(self._plane.now()), client_authentication(self._client_ca_file)]
        if self._leases is not None:
            pieces += behind(self._place, await self._leases.renew())
        return pieces
