"""Whatever is done to Services, none shares anything with another, and nothing is left behind."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pilothouse.server.errors import ApiError
from pilothouse.server.verbs.plane import Plane

from tests.allocation.held import assert_nothing_shared_nor_left
from tests.allocation.planes import requests, small_plane

Step = tuple[str, str, dict[str, Any]]

NAMES = ("a", "b", "c")
_ports = st.lists(
    st.fixed_dictionaries(
        {"port": st.sampled_from((53, 80)), "protocol": st.sampled_from(("TCP", "UDP"))},
        optional={"nodePort": st.sampled_from((30001, 30002, 30003))},
    ),
    min_size=1,
    max_size=3,
).map(lambda ports: [{**port, "name": f"p{index}"} for index, port in enumerate(ports)])
_specs = st.fixed_dictionaries(
    {"type": st.sampled_from(("ClusterIP", "NodePort", "LoadBalancer", "ExternalName")), "ports": _ports},
    optional={
        "clusterIP": st.sampled_from(("10.0.0.1", "10.0.0.2", "fd00::1", "None")),
        "externalName": st.just("a.test"),
        "externalTrafficPolicy": st.sampled_from(("Local", "Cluster")),
        "ipFamilyPolicy": st.sampled_from(("SingleStack", "PreferDualStack", "RequireDualStack")),
        "ipFamilies": st.sampled_from((["IPv4"], ["IPv6"], ["IPv6", "IPv4"])),
        "allocateLoadBalancerNodePorts": st.booleans(),
        "selector": st.just({"app": "press"}),
    },
)
_steps = st.lists(
    st.tuples(st.sampled_from(("create", "update", "patch", "delete")), st.sampled_from(NAMES), _specs), max_size=12
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[asyncio.Runner, Plane]]:
    """One plane for all examples, each of which starts with no Services, and the loop that it runs in."""
    with asyncio.Runner() as runner:
        ranges = ("10.0.0.0/29", "fd00::/126")
        opened = small_plane(tmp_path_factory.mktemp("model"), service_cluster_ip_range=ranges)
        plane = runner.run(opened.__aenter__())
        yield runner, plane
        runner.run(opened.__aexit__(None, None, None))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=_steps, together=st.booleans())
def test_no_sequence_of_writes_shares_or_leaks(
    world: tuple[asyncio.Runner, Plane], steps: list[Step], together: bool
) -> None:
    runner, plane = world
    runner.run(_run(plane, steps, together))


async def _run(plane: Plane, steps: list[Step], together: bool) -> None:
    services = requests(plane, "services")

    failures: list[str] = []

    async def step(verb: str, name: str, spec: dict[str, Any]) -> None:
        obj = {"metadata": {"name": name}, "spec": spec}
        try:
            if verb == "create":
                await services.create(obj)
            elif verb == "update":
                await services.update(obj)
            elif verb == "patch":
                await services.patch(name, {"spec": spec})
            else:
                await services.delete(name)
        except ApiError as error:
            if error.code >= 500:
                failures.append(error.message)

    if together:
        await asyncio.gather(*(step(*taken) for taken in steps))
    else:
        for taken in steps:
            await step(*taken)
            await assert_nothing_shared_nor_left(plane)
    await assert_nothing_shared_nor_left(plane)
    for name in NAMES:
        await step("delete", name, {})
    assert await assert_nothing_shared_nor_left(plane) == ([], [])
    # Most refusals are the caller's; the server itself fails only for want of room, or of what a check asked for.
    assert all("range is full" in text or "HealthCheck" in text for text in failures)
