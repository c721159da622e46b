"""List: pages of one revision, by every rule of resourceVersion, match, limit and continue."""

import asyncio
import base64
import json
from typing import Any

import pytest
from pilothouse.server.errors import BadRequest, Expired, Forbidden, Invalid, Timeout
from pilothouse.server.meta.continuation import encode_continue
from pilothouse.server.meta.user import User
from pilothouse.server.verbs import reading
from pilothouse.server.verbs.list import Listing
from pilothouse.server.verbs.plane import Plane

from tests.support.plane import Requests, names, running_plane, version
from tests.verbs.test_update import grant

NAMESPACES = ("a", "a-b", "a0", "ab", "b")


@pytest.fixture
def configmaps(either_plane: Plane) -> Requests:
    return Requests(either_plane, either_plane.registry.get("", "v1", "configmaps"), "orchard")


async def fill(requests: Requests, count: int = 7) -> list[int]:
    made = []
    for number in range(count):
        labels = {"side": "left" if number % 2 else "right"}
        made.append(await requests.create({"metadata": {"name": f"o{number}", "labels": labels}}))
    return [version(m) for m in made]


def short(listing: Listing) -> list[str]:
    return [i.name for i in listing.items]


async def rest(requests: Requests, listing: Listing, **options: Any) -> list[str]:
    """The names on all pages after this one; each at the same revision."""
    found: list[str] = []
    while listing.continue_token:
        before = listing.revision
        listing = await requests.list(after=listing.continue_token, **options)
        assert listing.revision == before
        found += short(listing)
    return found


async def test_a_list_is_in_order_and_of_one_revision(configmaps: Requests) -> None:
    revisions = await fill(configmaps)
    listing = await configmaps.list()
    assert short(listing) == [f"o{n}" for n in range(7)]
    assert [i.revision for i in listing.items] == revisions
    assert listing.revision >= revisions[-1]
    assert (listing.continue_token, listing.remaining) == ("", None)
    assert (await configmaps.list(limit=7)).continue_token == ""
    assert short(await configmaps.list(limit=-1)) == short(listing)


async def test_pages_are_of_one_revision_whatever_happens_between(configmaps: Requests) -> None:
    await fill(configmaps)
    first = await configmaps.list(limit=3)
    assert short(first) == ["o0", "o1", "o2"]
    assert first.remaining == 4
    await configmaps.create({"metadata": {"name": "o3a"}})
    await configmaps.delete("o4")
    await configmaps.update({"metadata": {"name": "o5"}, "data": {"a": "1"}})
    await configmaps.list()
    second = await configmaps.list(limit=3, after=first.continue_token)
    assert short(second) == ["o3", "o4", "o5"]
    assert (second.revision, second.remaining) == (first.revision, 1)
    assert all(i.revision <= first.revision for i in second.items)
    assert await rest(configmaps, second, limit=3) == ["o6"]


async def test_pages_go_on_from_the_store_when_the_cache_has_forgotten(configmaps: Requests) -> None:
    await fill(configmaps)
    token = (await configmaps.list(limit=3)).continue_token
    await configmaps.delete("o4")
    # Another server never knew the snapshot.
    async with running_plane(configmaps.plane.store) as other:
        there = Requests(other, other.registry.get("", "v1", "configmaps"), "orchard")
        page = await there.list(limit=3, after=token)
        assert short(page) == ["o3", "o4", "o5"]
        assert await rest(there, page, limit=3) == ["o6"]
        with_selector = await there.list(limit=1, after=token, label_selector="side=right")
        assert short(with_selector) == ["o4"]
        assert await rest(there, with_selector, limit=1, label_selector="side=right") == ["o6"]


async def test_a_token_that_was_compacted_away_comes_with_one_that_goes_on(configmaps: Requests) -> None:
    await fill(configmaps)
    token = (await configmaps.list(limit=3)).continue_token
    await configmaps.delete("o4")
    plane = configmaps.plane
    await plane.store.compact(await plane.store.revision())
    plane.cache.collection(configmaps.type).close()
    with pytest.raises(Expired, match="too old to display a consistent list") as error:
        await configmaps.list(limit=3, after=token)
    go_on = await configmaps.list(limit=2, after=error.value.continue_token)
    assert short(go_on) == ["o3", "o5"]
    assert go_on.revision >= await plane.store.revision() - 1
    assert await rest(configmaps, go_on, limit=2) == ["o6"]


async def test_a_list_at_an_exact_revision(configmaps: Requests) -> None:
    revisions = await fill(configmaps)
    await configmaps.delete("o1")
    for at in (2, 6):
        exact = await configmaps.list(resource_version=str(revisions[at]), resource_version_match="Exact")
        assert short(exact) == [f"o{n}" for n in range(at + 1)]
        assert exact.revision == revisions[at]
    paged = await configmaps.list(resource_version=str(revisions[5]), resource_version_match="Exact", limit=4)
    assert short(paged) == ["o0", "o1", "o2", "o3"]
    assert await rest(configmaps, paged, limit=4) == ["o4", "o5"]


async def test_a_limit_at_a_revision_means_exactly_that_revision(configmaps: Requests) -> None:
    revisions = await fill(configmaps)
    await configmaps.delete("o1")
    listing = await configmaps.list(resource_version=str(revisions[2]), limit=2)
    assert (short(listing), listing.revision) == (["o0", "o1"], revisions[2])
    # But not for one object by its name.
    named = await configmaps.list(resource_version=str(revisions[2]), limit=2, field_selector="metadata.name=o5")
    assert short(named) == ["o5"]
    newer = await configmaps.list(resource_version=str(revisions[2]), resource_version_match="NotOlderThan", limit=2)
    assert (short(newer), await rest(configmaps, newer)) == (["o0", "o2"], ["o3", "o4", "o5", "o6"])


async def test_an_old_revision_is_fine_unless_it_must_be_exact(configmaps: Requests) -> None:
    revisions = await fill(configmaps)
    plane = configmaps.plane
    await configmaps.delete("o0")
    await plane.store.compact(await plane.store.revision())
    old = str(revisions[1])
    fine: list[dict[str, Any]] = [{}, {"resource_version_match": "NotOlderThan"}]
    for options in (*fine, {"resource_version_match": "NotOlderThan", "limit": 9}):
        assert len(short(await configmaps.list(resource_version=old, **options))) == 6
    exact: list[dict[str, Any]] = [{"resource_version_match": "Exact"}, {"limit": 9}]
    for options in exact:
        with pytest.raises(Expired):
            await configmaps.list(resource_version=old, **options)


async def test_version_zero_takes_what_is_at_hand_and_ignores_the_limit(configmaps: Requests) -> None:
    revisions = await fill(configmaps)
    assert await configmaps.plane.cache.wait_for(revisions[-1], 10)
    for options in ({}, {"limit": 2}, {"resource_version_match": "NotOlderThan", "limit": 2}):
        listing = await configmaps.list(resource_version="0", **options)
        assert (len(listing.items), listing.continue_token) == (7, "")
    token = (await configmaps.list(limit=2)).continue_token
    assert short(await configmaps.list(resource_version="0", limit=2, after=token)) == ["o2", "o3"]


@pytest.mark.parametrize("options", [{}, {"resource_version_match": "Exact"}, {"limit": 3}])
async def test_a_revision_of_the_future_is_waited_for_in_vain(
    configmaps: Requests, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any]
) -> None:
    monkeypatch.setattr(reading, "NEWER_REVISION_WAIT", 0.01)
    with pytest.raises(Timeout) as error:
        await configmaps.list(resource_version="100000", **options)
    assert [c.reason for c in error.value.causes] == ["ResourceVersionTooLarge"]


TOKEN = encode_continue(1, "o1")


@pytest.mark.parametrize(
    ("options", "reasons"),
    [
        ({"resource_version_match": "NotOlderThan"}, ["FieldValueForbidden"]),
        ({"resource_version_match": "Exact"}, ["FieldValueForbidden"]),
        ({"resource_version_match": "Exact", "resource_version": "0"}, ["FieldValueForbidden"]),
        ({"resource_version_match": "About", "resource_version": "1"}, ["FieldValueNotSupported"]),
        ({"resource_version_match": "Exact", "resource_version": "1", "after": TOKEN}, ["FieldValueForbidden"]),
        ({"send_initial_events": True}, ["FieldValueForbidden"]),
        ({"send_initial_events": False}, ["FieldValueForbidden"]),
    ],
)
async def test_options_that_contradict_are_invalid(plane: Plane, options: dict[str, Any], reasons: list[str]) -> None:
    configmaps = Requests(plane, plane.registry.get("", "v1", "configmaps"), "orchard")
    with pytest.raises(Invalid) as error:
        await configmaps.list(**options)
    assert [c.reason for c in error.value.causes] == reasons
    assert (error.value.group, error.value.kind) == ("meta.k8s.io", "ListOptions")


def token(**fields: Any) -> str:
    whole = {"v": "meta.k8s.io/v1", "rv": 1, "start": "o1", **fields}
    return base64.urlsafe_b64encode(json.dumps(whole).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "options",
    [
        {"resource_version": "x"},
        {"resource_version": "5", "after": TOKEN},
        {"after": "!"},
        {"after": token(v="v2")},
        {"after": token(rv=0)},
        {"after": token(start="")},
        {"after": token(start="../secrets/")},
        {"after": token(start="./x")},
        {"after": token(start="a/../../x")},
        {"field_selector": "spec.x=1"},
        {"field_selector": "metadata.name"},
        {"label_selector": "a in"},
    ],
)
async def test_what_cannot_be_understood_is_refused(plane: Plane, options: dict[str, Any]) -> None:
    with pytest.raises(BadRequest):
        await Requests(plane, plane.registry.get("", "v1", "configmaps"), "orchard").list(**options)


async def in_many_namespaces(plane: Plane) -> dict[str, Requests]:
    resource = plane.registry.get("", "v1", "configmaps")
    found = {namespace: Requests(plane, resource, namespace) for namespace in NAMESPACES}
    await asyncio.gather(
        *(r.create({"metadata": {"name": name}}) for r in found.values() for name in ("x", "y-z", "y.z"))
    )
    return found


async def test_a_namespace_is_listed_alone_and_all_are_listed_in_order(either_plane: Plane) -> None:
    every = await in_many_namespaces(either_plane)
    for namespace, requests in every.items():
        assert names(await requests.list()) == [f"{namespace}/{n}" for n in ("x", "y-z", "y.z")]
    all_of_them = Requests(either_plane, every["a"].type)
    whole = names(await all_of_them.list())
    assert whole == sorted((f"{n}/{name}" for n in NAMESPACES for name in ("x", "y-z", "y.z")), key=str.encode)
    listing, found = await all_of_them.list(limit=4), list[str]()
    while True:
        found += names(listing)
        if not listing.continue_token:
            break
        listing = await all_of_them.list(limit=4, after=listing.continue_token)
    assert found == whole


async def test_a_token_never_leads_out_of_the_namespace_of_the_request(either_plane: Plane) -> None:
    every = await in_many_namespaces(either_plane)
    everywhere = Requests(either_plane, every["a"].type)
    revision = (await everywhere.list()).revision
    tokens = [encode_continue(r, s) for r in (revision, -1) for s in ("b/x", "a/x", "x", "a-b/y", "~", "0")]
    selectors: list[dict[str, Any]] = [{}, {"field_selector": "metadata.name!=q"}, {"label_selector": "!q"}]
    for namespace, requests in every.items():
        for after in tokens:
            for limit in (0, 1, 100):
                for options in selectors:
                    listing = await requests.list(after=after, limit=limit, **options)
                    assert {i.namespace for i in listing.items} <= {namespace}
    for after in tokens:
        for name in ("", ",metadata.name=x"):
            listing = await everywhere.list(after=after, field_selector="metadata.namespace=a" + name)
            assert {i.namespace for i in listing.items} <= {"a"}


async def test_selectors_choose(configmaps: Requests) -> None:
    await fill(configmaps)
    listing = await configmaps.list(label_selector="side=left", limit=2)
    assert (short(listing), listing.remaining) == (["o1", "o3"], None)
    assert await rest(configmaps, listing, label_selector="side=left", limit=2) == ["o5"]
    assert short(await configmaps.list(field_selector="metadata.name=o3")) == ["o3"]
    assert short(await configmaps.list(field_selector="metadata.name=o3", label_selector="side=right")) == []
    assert short(await configmaps.list(field_selector="metadata.name=o3,metadata.name=o4")) == []
    assert short(await configmaps.list(field_selector="metadata.name=none")) == []
    assert short(await configmaps.list(field_selector="metadata.name=o3", limit=1)) == ["o3"]
    everywhere = Requests(configmaps.plane, configmaps.type)
    assert names(await everywhere.list(field_selector="metadata.name=o3,metadata.namespace=orchard")) == ["orchard/o3"]
    assert names(await everywhere.list(field_selector="metadata.name=o3")) == ["orchard/o3"]
    assert names(await everywhere.list(field_selector="metadata.namespace=other")) == []
    assert names(await configmaps.list(field_selector="metadata.namespace=other")) == []


async def test_the_last_match_ends_the_list_though_others_follow(configmaps: Requests) -> None:
    await fill(configmaps, 5)
    listing = await configmaps.list(label_selector="side=left", limit=2)
    assert (short(listing), listing.continue_token) == (["o1", "o3"], "")


async def test_cluster_scoped_objects_are_listed_by_name_too(plane: Plane) -> None:
    nodes = Requests(plane, plane.registry.get("", "v1", "nodes"))
    for name in ("n", "n-1", "n.1"):
        await nodes.create({"metadata": {"name": name}})
    assert names(await nodes.list()) == ["n", "n-1", "n.1"]
    assert names(await nodes.list(field_selector="metadata.name=n")) == ["n"]
    page = await nodes.list(limit=1)
    assert names(await nodes.list(after=page.continue_token)) == ["n-1", "n.1"]
    with pytest.raises(BadRequest, match="cluster-scoped"):
        await Requests(plane, nodes.type, "orchard").list()


async def test_a_page_ends_at_its_bytes_and_holds_one_object_at_least(configmaps: Requests) -> None:
    for number in range(5):
        await configmaps.create({"metadata": {"name": f"o{number}"}, "data": {"x": "y" * 1000}})
    sizes = []
    listing = await configmaps.list(page_bytes=2600)
    while True:
        sizes.append(len(listing.items))
        assert listing.remaining == (5 - sum(sizes) or None)
        if not listing.continue_token:
            break
        listing = await configmaps.list(page_bytes=2600, after=listing.continue_token)
    assert sizes == [2, 2, 1]
    assert len((await configmaps.list(page_bytes=10)).items) == 1
    selected = await configmaps.list(page_bytes=2600, label_selector="!none")
    assert len(selected.items) == 2
    assert selected.continue_token


async def test_only_who_may_list_does(configmaps: Requests) -> None:
    await fill(configmaps, 2)
    plane = configmaps.plane
    stranger = Requests(plane, configmaps.type, "orchard", User("stranger"))
    with pytest.raises(Forbidden, match="cannot list"):
        await stranger.list()
    # The right to list one object by its name is not the right to list another.
    rule = {"apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["o1"], "verbs": ["list"]}
    await grant(plane, "stranger", [rule])
    assert short(await stranger.list(field_selector="metadata.name=o1")) == ["o1"]
    for selector in ("", "metadata.name=o0", "metadata.name!=o1"):
        with pytest.raises(Forbidden):
            await stranger.list(field_selector=selector)
