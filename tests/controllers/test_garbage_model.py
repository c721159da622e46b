"""Whatever owns whom, and however it is deleted: what remains is what a small model says remains."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pilothouse.server.controllers.base import Reports
from pilothouse.server.controllers.names import GARBAGE_COLLECTOR
from pilothouse.server.errors import NotFound
from pilothouse.server.verbs.plane import Plane
from pilothouse.server.verbs.reading import cache_is_current

from tests.controllers.owner_model import OwnerModel
from tests.controllers.world import laid_plane, requests, running, until
from tests.support.plane import add_namespace

NAMES = st.integers(0, 6)
POLICIES = st.sampled_from(("Background", "Foreground", "Orphan"))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.dictionaries(NAMES, st.booleans(), max_size=3), st.booleans()),
        st.tuples(st.just("adopt"), NAMES, NAMES),
        st.tuples(st.just("delete"), NAMES, POLICIES),
        st.tuples(st.just("release"), NAMES, st.none()),
    ),
    min_size=3,
    max_size=14,
)


@dataclass
class Forest:
    """The server's objects of one example beside the model's; uids of what has gone stay known. holding: objects may be
    held by others, and then every reference blocks: an owner that lets go at once while somebody holds it is alive to
    some of its dependents and not to others, as they come to look."""

    plane: Plane
    reports: Reports
    prefix: str
    holding: bool
    model: OwnerModel = field(default_factory=OwnerModel)
    uids: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.maps = requests(self.plane, "", "v1", "configmaps", "orchard")

    def name(self, number: int) -> str:
        return f"{self.prefix}-{number}"

    def references(self, refs: dict[str, bool]) -> list[dict[str, Any]]:
        one: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap"}
        return [{**one, "name": n, "uid": self.uids[n], "blockOwnerDeletion": b} for n, b in refs.items()]

    async def play(self, step: tuple[Any, ...]) -> None:
        what, first, second = step
        if what == "add":
            known = {self.name(n): b or self.holding for n, b in first.items() if self.name(n) in self.uids}
            await self.add(known, second and self.holding)
        elif what == "adopt":
            await self.adopt(self.name(first), self.name(second))
        elif what == "delete" and self.name(first) in self.model.nodes:
            self.model.delete(self.name(first), second)
            await self.maps.delete(self.name(first), propagation_policy=second)
        elif what == "release" and self.name(first) in self.model.nodes:
            await self.release(self.name(first))
        await self.settled()

    async def add(self, refs: dict[str, bool], held: bool) -> None:
        name = self.name(len(self.uids))
        metadata = {"name": name, "ownerReferences": self.references(refs)}
        made = await self.maps.create({"metadata": {**metadata, "finalizers": ["a.test/hold"] if held else []}})
        self.uids[name] = made.metadata.uid
        self.model.add(name, refs, held)

    async def adopt(self, owner: str, name: str) -> None:
        """An owner more: circles come about so."""
        node = self.model.nodes.get(name)
        if node is None or node.deleting or owner not in self.uids or owner in node.refs:
            return
        node.refs[owner] = True
        await self.maps.patch(name, {"metadata": {"ownerReferences": self.references(node.refs)}})
        self.model.settle()

    async def release(self, name: str) -> None:
        found = await self.maps.get(name)
        kept = [finalizer for finalizer in found.metadata.finalizers if finalizer != "a.test/hold"]
        await self.maps.patch(name, {"metadata": {"finalizers": kept}})
        self.model.release(name)

    async def settled(self) -> None:
        """Returns when the collector has nothing to do."""

        async def is_idle() -> bool:
            current = await cache_is_current(self.plane)
            return current and not self.reports[GARBAGE_COLLECTOR].waiting()

        await until(is_idle)

    async def remaining(self) -> dict[str, tuple[bool, set[str], dict[str, bool]]]:
        found = {}
        for name in self.uids:
            try:
                metadata = (await self.maps.get(name)).metadata
            except NotFound:
                continue
            refs = {r.name: r.block_owner_deletion for r in metadata.owner_references}
            found[name] = metadata.HasField("deletion_timestamp"), set(metadata.finalizers), refs
        return found

    def expected(self) -> dict[str, tuple[bool, set[str], dict[str, bool]]]:
        return {name: (node.deleting, node.finalizers, node.refs) for name, node in self.model.nodes.items()}


@dataclass
class Stage:
    runner: asyncio.Runner
    plane: Plane
    reports: Reports
    examples: Iterator[int] = field(default_factory=count)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    async def opened() -> tuple[Plane, Reports]:
        plane = await stack.enter_async_context(laid_plane(tmp_path_factory.mktemp("stage")))
        await add_namespace(plane, "orchard")
        return plane, await stack.enter_async_context(running(plane, GARBAGE_COLLECTOR))

    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        plane, reports = runner.run(opened())
        yield Stage(runner, plane, reports)
        runner.run(stack.aclose())
        assert not reports[GARBAGE_COLLECTOR].failures


@settings(max_examples=60, deadline=None)
@given(steps=STEPS, holding=st.booleans())
def test_what_remains_is_what_the_model_says(stage: Stage, steps: list[tuple[Any, ...]], holding: bool) -> None:
    forest = Forest(stage.plane, stage.reports, f"f{next(stage.examples)}", holding)

    async def play() -> None:
        for step in steps:
            await forest.play(step)
            assert await forest.remaining() == forest.expected(), step
        for name in list(forest.model.nodes):
            if name in forest.model.nodes:
                await forest.release(name)
                await forest.settled()
        assert await forest.remaining() == forest.expected()

    stage.runner.run(play())
