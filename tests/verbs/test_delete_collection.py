"""DeleteCollection: everything that a list would find."""

import pytest
from pilothouse.api.meta.v1 import meta_pb2 as meta
from pilothouse.server.errors import Forbidden, Invalid
from pilothouse.server.meta.user import User
from pilothouse.server.verbs.delete_collection import delete_collection

from tests.support.plane import Requests, list_options, names


async def fill(requests: Requests, count: int = 6) -> None:
    for number in range(count):
        side = "left" if number % 2 else "right"
        await requests.create({"metadata": {"name": f"o{number}", "labels": {"side": side}}})


async def clear(requests: Requests, dry_run: bool = False, **options: object) -> list[str]:
    context = requests.context("deletecollection", dry_run=dry_run)
    listing = await delete_collection(requests.plane, context, list_options(**options), meta.DeleteOptions())
    return [item.name for item in listing.items]


async def test_all_of_a_namespace_go_and_others_stay(configmaps: Requests) -> None:
    other = Requests(configmaps.plane, configmaps.type, "orchard-2")
    await fill(configmaps)
    await fill(other)
    assert await clear(configmaps) == [f"o{n}" for n in range(6)]
    assert names(await configmaps.list()) == []
    assert len(names(await other.list())) == 6


async def test_selectors_choose(configmaps: Requests) -> None:
    await fill(configmaps)
    assert await clear(configmaps, label_selector="side=left") == ["o1", "o3", "o5"]
    assert await clear(configmaps, field_selector="metadata.name!=o0") == ["o2", "o4"]
    assert names(await configmaps.list()) == ["orchard/o0"]


async def test_a_limit_limits(configmaps: Requests) -> None:
    await fill(configmaps)
    assert await clear(configmaps, limit=2) == ["o0", "o1"]
    assert len(names(await configmaps.list())) == 4


async def test_more_than_a_page_go_together(configmaps: Requests) -> None:
    ops = [configmaps.create({"metadata": {"name": f"big{n}"}, "data": {"x": "y" * 800_000}}) for n in range(5)]
    for op in ops:
        await op
    assert await clear(configmaps) == [f"big{n}" for n in range(5)]


async def test_held_objects_are_marked_and_stay(configmaps: Requests) -> None:
    await fill(configmaps, 2)
    await configmaps.patch("o1", {"metadata": {"finalizers": ["a.test/x"]}})
    assert await clear(configmaps) == ["o0", "o1"]
    assert names(await configmaps.list()) == ["orchard/o1"]
    assert (await configmaps.get("o1")).metadata.HasField("deletion_timestamp")


async def test_a_dry_run_deletes_nothing(configmaps: Requests) -> None:
    await fill(configmaps)
    assert len(await clear(configmaps, dry_run=True)) == 6
    assert len(names(await configmaps.list())) == 6


async def test_only_with_the_right_and_right_options(configmaps: Requests) -> None:
    await fill(configmaps, 1)
    with pytest.raises(Forbidden):
        await clear(Requests(configmaps.plane, configmaps.type, "orchard", User("stranger")))
    with pytest.raises(Invalid):
        await clear(configmaps, send_initial_events=True)
    assert len(names(await configmaps.list())) == 1
