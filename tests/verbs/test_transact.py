"""Transact: several objects written together, all or none."""

import asyncio
from typing import Any, Literal

import pytest
from pilothouse.api.meta.v1 import meta_pb2 as meta
from pilothouse.server.errors import AlreadyExists, BadRequest, Conflict, Forbidden, Invalid, NotFound
from pilothouse.server.meta.user import User
from pilothouse.server.verbs.plane import Plane
from pilothouse.server.verbs.transact import Operation, transact

from tests.support.plane import Requests, version
from tests.verbs.test_update import grant


@pytest.fixture
def configmaps(either_plane: Plane) -> Requests:
    return Requests(either_plane, either_plane.registry.get("", "v1", "configmaps"), "orchard")


def write(requests: Requests, verb: Literal["create", "update"], name: str, **rest: Any) -> Operation:
    metadata = {"name": name, **rest.pop("metadata", {})}
    context = requests.context(verb, name if verb == "update" else "")
    return Operation(verb, context, requests.body({"metadata": metadata, **rest}))


def delete(requests: Requests, name: str, **options: Any) -> Operation:
    return Operation("delete", requests.context("delete", name), options=meta.DeleteOptions(**options))


async def run(requests: Requests, *operations: Operation, dry_run: bool = False) -> tuple[int, list[Any]]:
    revision, bodies = await transact(requests.plane, operations, dry_run)
    return revision, [o.context.type.message.FromString(b) for o, b in zip(operations, bodies, strict=True)]


async def test_all_are_written_in_one_revision(configmaps: Requests) -> None:
    secrets = Requests(configmaps.plane, configmaps.plane.registry.get("", "v1", "secrets"), "vault")
    await configmaps.create({"metadata": {"name": "old"}})
    await configmaps.create({"metadata": {"name": "gone"}})
    revision, made = await run(
        configmaps,
        write(configmaps, "create", "new", data={"a": "1"}),
        write(secrets, "create", "key"),
        write(configmaps, "update", "old", data={"b": "2"}),
        delete(configmaps, "gone"),
    )
    assert [version(m) for m in made] == [revision] * 4
    assert await configmaps.get("new") == made[0]
    assert await secrets.get("key") == made[1]
    assert (await configmaps.get("old")).data["b"] == "2"
    with pytest.raises(NotFound):
        await configmaps.get("gone")


async def test_one_that_fails_leaves_all_as_they_were(configmaps: Requests) -> None:
    made = await configmaps.create({"metadata": {"name": "old"}})
    stale = {"resourceVersion": str(version(made) - 1)}
    fresh = write(configmaps, "create", "new")
    failing: list[tuple[Operation, type[Exception]]] = [
        (write(configmaps, "create", "old"), AlreadyExists),
        (write(configmaps, "create", "Bad_"), Invalid),
        (write(configmaps, "update", "none"), NotFound),
        (write(configmaps, "update", "old", metadata=stale, data={"a": "1"}), Conflict),
        (delete(configmaps, "none"), NotFound),
        (delete(configmaps, "old", preconditions=meta.Preconditions(resource_version="1")), Conflict),
        (
            Operation("update", configmaps.context("update", "old"), configmaps.body({"metadata": {"name": "x"}})),
            BadRequest,
        ),
    ]
    before = await configmaps.plane.store.revision()
    for operation, error in failing:
        for operations in ((fresh, operation), (operation, fresh)):
            with pytest.raises(error):
                await run(configmaps, *operations)
    assert await configmaps.plane.store.revision() == before
    assert await configmaps.get("old") == made


async def test_each_object_is_written_once(configmaps: Requests) -> None:
    await configmaps.create({"metadata": {"name": "old"}})
    update, same = write(configmaps, "update", "old", data={"a": "1"}), write(configmaps, "update", "old")
    for operations in (
        (write(configmaps, "create", "new"), write(configmaps, "create", "new")),
        (update, delete(configmaps, "old")),
        # A write that changes nothing is one too.
        (same, delete(configmaps, "old")),
    ):
        with pytest.raises(BadRequest, match="once"):
            await run(configmaps, *operations)
    await configmaps.get("old")


async def test_each_operation_must_be_allowed(configmaps: Requests) -> None:
    plane = configmaps.plane
    await grant(plane, "half", [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["create"]}])
    half = Requests(plane, configmaps.type, "orchard", User("half"))
    secrets = Requests(plane, plane.registry.get("", "v1", "secrets"), "orchard", User("half"))
    await run(half, write(half, "create", "mine"))
    for forbidden in (write(secrets, "create", "s"), write(half, "update", "mine"), delete(half, "mine")):
        with pytest.raises(Forbidden):
            await run(half, write(half, "create", "new"), forbidden)
    with pytest.raises(NotFound):
        await configmaps.get("new")


async def test_of_many_that_clash_each_takes_effect_wholly_or_not_at_all(configmaps: Requests) -> None:
    for name in ("a", "b"):
        await configmaps.create({"metadata": {"name": name}, "data": {"n": "0"}})

    async def move(number: int) -> bool:
        text = {"n": str(number)}
        try:
            await run(configmaps, *(write(configmaps, "update", name, data=text) for name in ("a", "b")))
        except Conflict:
            return False
        return True

    moved = await asyncio.gather(*(move(n) for n in range(1, 9)))
    assert any(moved)
    a, b = await configmaps.get("a"), await configmaps.get("b")
    assert a.data["n"] == b.data["n"] != "0"
    assert version(a) == version(b)


async def test_who_insists_on_a_version_loses_to_who_was_first(configmaps: Requests) -> None:
    made = await configmaps.create({"metadata": {"name": "a"}})
    insisting = {"resourceVersion": str(version(made))}
    outcomes = await asyncio.gather(
        *(
            run(
                configmaps,
                write(configmaps, "update", "a", metadata=insisting, data={"n": str(n)}),
                write(configmaps, "create", f"c{n}"),
            )
            for n in range(4)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(o, Conflict) for o in outcomes) == 3
    assert len((await configmaps.list()).items) == 2


async def test_a_transaction_that_changes_nothing_has_no_revision(configmaps: Requests) -> None:
    made = await configmaps.create({"metadata": {"name": "a"}})
    revision, shown = await run(configmaps, write(configmaps, "update", "a"))
    assert (revision, shown) == (0, [made])
    assert await run(configmaps) == (0, [])


async def test_an_object_that_is_held_is_marked(configmaps: Requests) -> None:
    await configmaps.create({"metadata": {"name": "a", "finalizers": ["a.test/x"]}})
    _, (marked, _) = await run(configmaps, delete(configmaps, "a"), write(configmaps, "create", "b"))
    assert marked.metadata.HasField("deletion_timestamp")
    assert await configmaps.get("a") == marked


async def test_a_dry_run_is_judged_and_writes_nothing(configmaps: Requests) -> None:
    await configmaps.create({"metadata": {"name": "a"}})
    before = await configmaps.plane.store.revision()
    _, shown = await run(
        configmaps, write(configmaps, "create", "b"), write(configmaps, "update", "a", data={"x": "1"}), dry_run=True
    )
    assert [m.metadata.name for m in shown] == ["b", "a"]
    with pytest.raises(AlreadyExists):
        await run(configmaps, write(configmaps, "create", "a"), dry_run=True)
    context = configmaps.context("create", dry_run=True)
    partly = Operation("create", context, configmaps.body({"metadata": {"name": "c"}}))
    with pytest.raises(BadRequest, match="dryRun"):
        await run(configmaps, partly, write(configmaps, "create", "d"))
    assert await configmaps.plane.store.revision() == before


async def test_the_number_of_operations_is_bounded(configmaps: Requests) -> None:
    many = [write(configmaps, "create", f"o{n}") for n in range(65)]
    with pytest.raises(BadRequest, match="64"):
        await run(configmaps, *many)
    revision, made = await run(configmaps, *many[:64])
    assert {version(m) for m in made} == {revision}


async def test_a_generated_name_that_is_taken_is_made_anew(
    configmaps: Requests, monkeypatch: pytest.MonkeyPatch
) -> None:
    suffixes = iter(("aaaaa", "aaaaa", "bbbbb"))
    monkeypatch.setattr("pilothouse.server.verbs.metadata.generate_name", lambda prefix: prefix + next(suffixes))
    generated = Operation("create", configmaps.context("create"), configmaps.body({"metadata": {"generateName": "j-"}}))
    assert [made.metadata.name for made in (await run(configmaps, generated))[1]] == ["j-aaaaa"]
    _, made = await run(configmaps, write(configmaps, "create", "beside"), generated)
    assert [m.metadata.name for m in made] == ["beside", "j-bbbbb"]


async def test_a_prefix_whose_names_are_all_taken_says_so(
    configmaps: Requests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pilothouse.server.verbs.metadata.generate_name", lambda prefix: prefix + "aaaaa")
    generated = Operation("create", configmaps.context("create"), configmaps.body({"metadata": {"generateName": "j-"}}))
    await run(configmaps, generated)
    with pytest.raises(AlreadyExists, match="j-aaaaa"):
        await run(configmaps, generated)
