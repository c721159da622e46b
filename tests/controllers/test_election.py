"""Of several servers one leads: while it renews its Lease no other does, and after it another."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from pilothouse.server.controllers.election import NAME, NAMESPACE, RIVAL, Election
from pilothouse.server.store.etcd import EtcdConfig, EtcdStore
from pilothouse.server.store.sqlite import SqliteStore
from pilothouse.server.verbs.plane import Plane

from tests.controllers.world import DEADLINE, found, requests
from tests.support.etcd import Etcd
from tests.support.plane import Requests, admitting_plane

SECONDS = 1.5


class Candidate:
    """A server that stands for election; `at_work` while its controllers would run."""

    def __init__(self, plane: Plane, seconds: float) -> None:
        self.at_work = False
        self.election = Election(plane, seconds)
        self._task = asyncio.create_task(self.election.run(self._work))

    async def _work(self) -> None:
        self.at_work = True
        try:
            await asyncio.Event().wait()
        finally:
            self.at_work = False

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


@pytest.fixture
async def planes(tmp_path: Path) -> AsyncIterator[list[Plane]]:
    """Three servers on one store."""
    store = SqliteStore(tmp_path / "store.db")
    async with AsyncExitStack() as stack:
        planes = [await stack.enter_async_context(admitting_plane(store)) for _ in range(3)]
        namespaces = requests(planes[0], "", "v1", "namespaces")
        await namespaces.create({"metadata": {"name": NAMESPACE}})
        yield planes
    await store.close()


@asynccontextmanager
async def standing(planes: Sequence[Plane], seconds: float = SECONDS) -> AsyncIterator[list[Candidate]]:
    candidates = [Candidate(plane, seconds) for plane in planes]
    try:
        yield candidates
    finally:
        for candidate in candidates:
            await candidate.close()


def leases(plane: Plane) -> Requests:
    return requests(plane, "coordination.k8s.io", "v1", "leases", NAMESPACE)


async def leader(candidates: Sequence[Candidate]) -> Candidate:
    """Waits for one; never are there two."""
    async with asyncio.timeout(DEADLINE):
        while True:
            leading = [candidate for candidate in candidates if candidate.at_work]
            assert len(leading) <= 1
            if leading:
                return leading[0]
            await asyncio.sleep(0.01)


async def stays(candidates: Sequence[Candidate], wanted: Sequence[Candidate], seconds: float) -> None:
    """For so long these are at work, and no others."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert [candidate for candidate in candidates if candidate.at_work] == list(wanted)
        await asyncio.sleep(0.01)


async def test_one_leads_and_goes_on(planes: list[Plane]) -> None:
    async with standing(planes) as candidates:
        first = await leader(candidates)
        await stays(candidates, [first], SECONDS * 1.5)
        lease = await leases(planes[0]).get(NAME)
        assert lease.spec.holder_identity
        assert lease.spec.renew_time.seconds > lease.spec.acquire_time.seconds - 1


async def test_who_leaves_gives_the_lease_to_the_next_at_once(planes: list[Plane]) -> None:
    # A lease that would not run out while leader() waits.
    async with standing(planes, 3 * DEADLINE) as candidates:
        first = await leader(candidates)
        await first.close()
        assert not first.at_work
        assert await leader(candidates) is not first
        assert (await leases(planes[0]).get(NAME)).spec.lease_transitions == 1


async def test_who_lost_the_lease_to_another_stops(planes: list[Plane]) -> None:
    async with standing(planes[:1]) as candidates:
        first = await leader(candidates)
        taken = {"spec": {"holderIdentity": "another", "leaseDurationSeconds": 60}}
        await leases(planes[1]).patch(NAME, taken)
        async with asyncio.timeout(DEADLINE):
            while first.at_work:  # noqa: ASYNC110 (what is waited for is the server's doing)
                await asyncio.sleep(0.01)
        await stays(candidates, [], SECONDS)


async def test_a_kube_controller_manager_that_is_alive_does_the_work(planes: list[Plane]) -> None:
    rival = {"metadata": {"name": RIVAL}, "spec": {"holderIdentity": "kcm", "leaseDurationSeconds": 2}}
    await leases(planes[0]).create(rival)
    async with standing(planes[:2]) as candidates:
        await stays(candidates, [], 1.0)
        # It does not renew.
        first = await leader(candidates)
        await leases(planes[0]).patch(RIVAL, {"spec": {"leaseDurationSeconds": 60}})
        async with asyncio.timeout(DEADLINE):
            while first.at_work:  # noqa: ASYNC110 (what is waited for is the server's doing)
                await asyncio.sleep(0.01)
        await stays(candidates, [], SECONDS)
        assert await found(leases(planes[0]), NAME) is not None


async def test_who_cannot_reach_the_store_stops_within_the_lease(tmp_path: Path) -> None:
    etcd = Etcd(tmp_path / "etcd")
    etcd.start()
    store = EtcdStore(EtcdConfig(endpoints=(etcd.url,)))
    try:
        async with admitting_plane(store) as plane:
            await requests(plane, "", "v1", "namespaces").create({"metadata": {"name": NAMESPACE}})
            # A third of it is what a loaded machine may be late.
            seconds = 3 * SECONDS
            async with standing([plane], seconds) as candidates:
                first = await leader(candidates)
                etcd.pause()
                paused = time.monotonic()
                async with asyncio.timeout(DEADLINE):
                    while first.at_work:  # noqa: ASYNC110 (what is waited for is the server's doing)
                        await asyncio.sleep(0.01)
                assert time.monotonic() - paused < seconds
                etcd.resume()
                await leader(candidates)
    finally:
        etcd.resume()
        await store.close()
        etcd.stop()
