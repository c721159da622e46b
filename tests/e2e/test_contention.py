"""Many at once, and calls that are given up: exact outcomes, and nothing left behind."""

import asyncio
import json
from collections.abc import AsyncIterator

import grpc
import pytest
from grpc import StatusCode
from pilothouse.api.core.v1.core_pb2 import ConfigMap
from pilothouse.api.dynamic.v1 import dynamic_pb2 as dynamic
from pilothouse.api.meta.v1 import requests_pb2 as requests

from tests.e2e.requests import CONFIG_MAPS, DYNAMIC, MAPS, make, writing
from tests.e2e.test_bad_input import check, objects_in
from tests.support.caller import Caller, Refusal, admin_of, refusal
from tests.support.metrics import eventually, metric
from tests.support.server import ServerProcess


@pytest.fixture
async def caller(server: ServerProcess) -> AsyncIterator[Caller]:
    async with Caller(server.grpc_port, admin_of(server)) as caller:
        yield caller


async def test_of_conflicting_updates_one_wins(caller: Caller, namespace: str) -> None:
    made = await make(caller, namespace, "contested")

    async def update(index: int) -> tuple[int, str] | Refusal:
        mine = ConfigMap.FromString(made.SerializeToString())
        mine.data["winner"] = str(index)
        request = dynamic.WriteRequest(resource=CONFIG_MAPS, object=mine.SerializeToString())
        try:
            answer = dynamic.Object.FromString(await caller.call(DYNAMIC + "Update", request, 60))
        except grpc.aio.AioRpcError as error:
            return refusal(error)
        return index, ConfigMap.FromString(answer.object).metadata.resource_version

    outcomes = await asyncio.gather(*map(update, range(1_000)))
    won = [outcome for outcome in outcomes if isinstance(outcome, tuple)]
    assert len(won) == 1
    for lost in outcomes:
        if isinstance(lost, Refusal):
            check(lost, StatusCode.ABORTED, "Conflict")
    answer = await caller.call(MAPS + "Get", requests.GetRequest(namespace=namespace, name="contested"))
    kept = ConfigMap.FromString(answer)
    assert (int(kept.data["winner"]), kept.metadata.resource_version) == won[0]


async def test_updates_without_a_revision_each_happen_once_or_not_at_all(caller: Caller, namespace: str) -> None:
    await make(caller, namespace, "tally")

    async def add(index: int) -> bool:
        patch = json.dumps([{"op": "add", "path": f"/data/k{index}", "value": "v"}]).encode()
        request = requests.PatchRequest(namespace=namespace, name="tally", type=requests.JSON_PATCH, patch=patch)
        try:
            await caller.call(MAPS + "Patch", request, 60)
        except grpc.aio.AioRpcError as error:
            check(refusal(error), StatusCode.ABORTED, "Conflict")
            return False
        return True

    merge = requests.PatchRequest(
        namespace=namespace, name="tally", type=requests.MERGE_PATCH, patch=b'{"data":{"first":"v"}}'
    )
    await caller.call(MAPS + "Patch", merge)
    outcomes = await asyncio.gather(*map(add, range(200)))
    answer = await caller.call(MAPS + "Get", requests.GetRequest(namespace=namespace, name="tally"))
    assert set(ConfigMap.FromString(answer).data) == {"first"} | {f"k{i}" for i, done in enumerate(outcomes) if done}
    assert any(outcomes)


async def test_what_clients_give_up_leaves_nothing_behind(
    server: ServerProcess, caller: Caller, namespace: str
) -> None:
    await make(caller, namespace, "a")
    tasks = metric(server, "pilothouse_tasks")
    watches = metric(server, "pilothouse_watches")
    streams = [caller.stream(MAPS + "Watch", requests.WatchRequest(namespace=namespace), None) for _ in range(200)]
    for stream in streams:
        assert await stream.read()
    assert metric(server, "pilothouse_watches") == watches + 200
    for stream in streams[:100]:
        stream.cancel()
    await eventually(lambda: metric(server, "pilothouse_watches") == watches + 100)
    # These end with their deadline, others are given up while they wait for a revision.
    waiting = requests.GetRequest(namespace=namespace, name="a", options={"resource_version": "99999999"})
    late = await asyncio.gather(*(caller.call(MAPS + "Get", waiting, 0.2) for _ in range(50)), return_exceptions=True)
    assert {e.code() for e in late if isinstance(e, grpc.aio.AioRpcError)} == {StatusCode.DEADLINE_EXCEEDED}
    for stream in streams[100:]:
        stream.cancel()
    short = caller.stream(MAPS + "Watch", requests.WatchRequest(namespace=namespace), 0.2)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await asyncio.gather(*(short.read() for _ in range(100)))
    assert caught.value.code() is StatusCode.DEADLINE_EXCEEDED
    await eventually(lambda: metric(server, "pilothouse_watches") == watches)
    # One task is the health port's own, for the question.
    await eventually(lambda: metric(server, "pilothouse_tasks") <= tasks + 1)


async def test_a_write_that_is_given_up_happens_once_or_not_at_all(caller: Caller, namespace: str) -> None:
    async def give_up(index: int) -> None:
        call = caller.channel.unary_unary("/" + DYNAMIC + "Create")(writing(namespace, f"m{index}").SerializeToString())
        await asyncio.sleep(index / 20_000)
        call.cancel()

    await asyncio.gather(*map(give_up, range(100)))
    first, again = await objects_in(caller, namespace), await objects_in(caller, namespace)
    assert set(first) <= set(again) <= {f"m{index}" for index in range(100)}
    for index in range(100):
        if f"m{index}" not in again:
            await make(caller, namespace, f"m{index}")
