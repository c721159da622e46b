"""EventRateLimit."""

from typing import Any

import pytest
from pilothouse.server.errors import TooManyRequests

from tests.admission.cluster import NAMESPACE, Cluster
from tests.admission.conftest import Start
from tests.support.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


def _event(name: str, about: str = "press") -> dict[str, Any]:
    involved = {"kind": "Pod", "namespace": NAMESPACE, "name": about}
    return {"metadata": {"name": name}, "involvedObject": involved, "reason": "Pressed", "type": "Normal"}


def _limits(*limits: tuple[str, int]) -> dict[str, Any]:
    return {"EventRateLimit": {"limits": [{"type": type, "qps": 1, "burst": burst} for type, burst in limits]}}


async def _flood(cluster: Cluster, about: str = "press") -> int:
    """How many of many events get through."""
    accepted = 0
    for number in range(40):
        try:
            await cluster("events").create(_event(f"{about}-{number}", about))
            accepted += 1
        except TooManyRequests:
            pass
    return accepted


async def test_events_beyond_the_limit_are_refused(start: Start, clock: Clock) -> None:
    cluster = await start("EventRateLimit", now=clock, sections=_limits(("Namespace", 5)))
    assert await _flood(cluster) == 5
    with pytest.raises(TooManyRequests) as caught:
        await cluster("events").create(_event("more"))
    assert caught.value.message == f"limit reached on type Namespace for key {NAMESPACE}"
    assert caught.value.retry_after == 1
    clock.advance(2.5)
    assert await _flood(cluster, "mill") == 2


async def test_one_object_does_not_silence_another(start: Start, clock: Clock) -> None:
    cluster = await start("EventRateLimit", now=clock, sections=_limits(("SourceAndObject", 3)))
    assert await _flood(cluster) == 3
    await cluster("events").create(_event("other", "mill"))


async def test_a_dry_run_uses_nothing_up(start: Start, clock: Clock) -> None:
    cluster = await start("EventRateLimit", now=clock, sections=_limits(("Server", 2)))
    for number in range(10):
        await cluster("events").create(_event(f"dry-{number}"), dry_run=True)
    await cluster("events").create(_event("real"))


async def test_other_kinds_are_not_limited(start: Start, clock: Clock) -> None:
    cluster = await start("EventRateLimit", now=clock, sections=_limits(("Server", 1)))
    for number in range(5):
        await cluster("configmaps").create({"metadata": {"name": f"jar-{number}"}})
