"""The manager: runs the controllers, on this server alone or on the one of several that leads."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress

from .base import Controller, Reports
from .election import Election

log = logging.getLogger(__name__)

RESTART_SECONDS = 1.0
# What stands for the election where failures are counted by controller.
ELECTION = "leader-election"


class Manager:
    """Runs controllers from start() to close(). election: None where no other server shares the store."""

    def __init__(self, controllers: Sequence[Controller], reports: Reports, election: Election | None) -> None:
        self._controllers = controllers
        self._reports = reports
        self._election = election
        self._task: asyncio.Task[None] | None = None

    @property
    def leads(self) -> bool:
        """Whether the controllers run here."""
        return self._election.leads if self._election is not None else self._task is not None

    def start(self) -> None:
        work = self._run_all() if self._election is None else self._stand(self._election)
        self._task = asyncio.create_task(work, name="controllers")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _stand(self, election: Election) -> None:
        while True:
            try:
                await election.run(self._run_all)
            except Exception as error:  # noqa: BLE001 (whatever it was, no other server may be there to lead)
                self._reports[ELECTION].failed("the election of a leader", error)
            await asyncio.sleep(RESTART_SECONDS)

    async def _run_all(self) -> None:
        async with asyncio.TaskGroup() as group:
            for controller in self._controllers:
                group.create_task(self._keep_running(controller), name=controller.name)

    async def _keep_running(self, controller: Controller) -> None:
        while True:
            try:
                await controller.run()
            except Exception as error:  # noqa: BLE001 (one controller's end is neither the server's nor the others')
                self._reports[controller.name].failed("its work", error)
            await asyncio.sleep(RESTART_SECONDS)
