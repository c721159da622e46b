"""What each combination of options means to get, list and watch, as a kube-apiserver has it."""

import asyncio
import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
import pytest_asyncio
from pilothouse.server.furniture import lay_down
from pilothouse.server.store.sqlite import SqliteStore
from pilothouse.server.verbs import reading

from tests.doors.rest.test_requests import MAPS, config_map, create
from tests.doors.rest.test_watches import PATIENCE, ended, event, watching
from tests.support.plane import admitting_plane
from tests.support.rest import Door, Reply, open_door

pytestmark = pytest.mark.asyncio(loop_scope="module")

AHEAD = "99999999"
NAMES = ["ant", "bee", "cat", "dog", "eel"]
MARK = "k8s.io/initial-events-end"


@dataclass(frozen=True, slots=True)
class Den:
    """A namespace with five ConfigMaps; the revision before the first of them and after each."""

    namespace: str
    path: str
    revisions: list[str]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def door(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    """One for all: each test has a namespace of its own."""
    directory = tmp_path_factory.mktemp("lists")
    store = SqliteStore(directory / "door.db")
    try:
        async with admitting_plane(store) as plane:
            await lay_down(plane)
            async with open_door(plane, directory) as door:
                yield door
    finally:
        await store.close()


@pytest_asyncio.fixture(loop_scope="module")
async def den(door: Door) -> Den:
    name = f"den-{uuid4().hex[:12]}"
    await create(door, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}, "/api/v1/namespaces")
    path = f"/api/v1/namespaces/{name}/configmaps"
    revisions = [metadata(await door.send("GET", path))["resourceVersion"]]
    for animal in NAMES:
        value = config_map(animal)
        value["metadata"]["labels"] = {"side": "left" if animal < "c" else "right", "n": animal}
        revisions.append(metadata(await create(door, value, path))["resourceVersion"])
    return Den(name, path, revisions)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is waited for three seconds is waited for a moment."""
    monkeypatch.setattr(reading, "NEWER_REVISION_WAIT", 0.1)


def token(revision: int, start: str, version: str = "meta.k8s.io/v1") -> str:
    text = json.dumps({"v": version, "rv": revision, "start": start})
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def names(reply: Reply) -> list[str]:
    assert reply.code == 200, reply.body
    return [item["metadata"]["name"] for item in orjson.loads(reply.body)["items"]]


def metadata(reply: Reply) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(reply.body)["metadata"]
    return found


def shown(events: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Of each event its type and the name of its object."""
    return [(e["type"], e["object"]["metadata"].get("name", "")) for e in events]


def fault(reply: Reply) -> tuple[int, str, list[str]]:
    """The code, the reason, and the reasons of the causes."""
    value = orjson.loads(reply.body)
    causes = value.get("details", {}).get("causes", [])
    return reply.code, value.get("reason", ""), [cause["reason"] for cause in causes]


@pytest.mark.parametrize(
    "query", ["", "resourceVersion=0", "resourceVersion={now}", "resourceVersion={first}", "resourceVersionMatch=bad"]
)
async def test_one_object_is_got(door: Door, den: Den, query: str) -> None:
    reply = await door.send("GET", f"{den.path}/ant?{query.format(now=den.revisions[-1], first=den.revisions[1])}")
    assert (reply.code, metadata(reply)["name"]) == (200, "ant")


@pytest.mark.usefixtures("hasty")
async def test_one_object_is_not_got(door: Door, den: Den) -> None:
    ahead = await door.send("GET", f"{den.path}/ant?resourceVersion={AHEAD}")
    assert fault(ahead) == (504, "Timeout", ["ResourceVersionTooLarge"])
    assert ahead.headers["retry-after"] == ["1"]
    malformed = await door.send("GET", f"{den.path}/ant?resourceVersion=x")
    assert fault(malformed) == (500, "", [])
    assert orjson.loads(malformed.body)["message"] == (
        'resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax'
    )
    assert fault(await door.send("GET", f"{den.path}/ant?export=true"))[:2] == (400, "BadRequest")
    assert fault(await door.send("GET", f"{den.path}/ghost?resourceVersion=0"))[:2] == (404, "NotFound")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", NAMES),
        ("limit=0", NAMES),
        ("limit=-3", NAMES),
        ("limit=2", NAMES[:2]),
        ("allowWatchBookmarks=true", NAMES),
        ("resourceVersion=0", NAMES),
        ("resourceVersion=0&limit=2", NAMES),
        ("resourceVersion=0&resourceVersionMatch=NotOlderThan&limit=2", NAMES),
        ("resourceVersion={third}", NAMES),
        ("resourceVersion={third}&limit=4", NAMES[:3]),
        ("resourceVersion={third}&limit=2", NAMES[:2]),
        ("resourceVersion={third}&limit=2&fieldSelector=metadata.name%3Deel", ["eel"]),
        ("resourceVersion={third}&resourceVersionMatch=NotOlderThan&limit=4", NAMES[:4]),
        ("resourceVersion={third}&resourceVersionMatch=Exact", NAMES[:3]),
        ("resourceVersion={third}&resourceVersionMatch=Exact&limit=2", NAMES[:2]),
        ("continue={after_two}", NAMES[2:]),
        ("continue={after_two}&limit=2", NAMES[2:4]),
        ("continue={after_two}&resourceVersion=0", NAMES[2:]),
        ("continue={anyhow}", NAMES[2:]),
        ("labelSelector=side%3Dleft", NAMES[:2]),
        ("labelSelector=side%3D%3Dleft", NAMES[:2]),
        ("labelSelector=side!%3Dleft", NAMES[2:]),
        ("labelSelector=n in (ant,eel)", ["ant", "eel"]),
        ("labelSelector=n notin (ant,eel)", NAMES[1:4]),
        ("labelSelector=side", NAMES),
        ("labelSelector=!side", []),
        ("labelSelector=side%3Dright,n!%3Ddog", ["cat", "eel"]),
        ("fieldSelector=metadata.name%3Dbee", ["bee"]),
        ("fieldSelector=metadata.name!%3Dbee", ["ant", "cat", "dog", "eel"]),
        ("fieldSelector=metadata.namespace%3D{den},metadata.name!%3Dant", NAMES[1:]),
    ],
)
async def test_what_a_list_holds(door: Door, den: Den, query: str, expected: list[str]) -> None:
    page = metadata(await door.send("GET", f"{den.path}?limit=2"))
    values = {
        "den": den.namespace,
        "third": den.revisions[3],
        "after_two": page["continue"],
        "anyhow": token(-1, "cat"),
    }
    reply = await door.send("GET", f"{den.path}?{query.format(**values).replace(' ', '%20')}")
    assert names(reply) == expected
    if "Exact" in query:
        assert metadata(reply)["resourceVersion"] == den.revisions[3]


async def test_a_namespace_is_chosen_by_its_field(door: Door, den: Den) -> None:
    reply = await door.send("GET", f"/api/v1/configmaps?fieldSelector=metadata.namespace%3D{den.namespace}")
    assert names(reply) == NAMES


async def test_pages_say_what_remains_unless_something_is_selected(door: Door, den: Den) -> None:
    first = metadata(await door.send("GET", f"{den.path}?limit=2"))
    assert first["remainingItemCount"] == 3
    second = metadata(await door.send("GET", f"{den.path}?limit=2&continue={first['continue']}"))
    assert (second["remainingItemCount"], second["resourceVersion"]) == (1, first["resourceVersion"])
    last = metadata(await door.send("GET", f"{den.path}?limit=2&continue={second['continue']}"))
    assert last.keys() == {"resourceVersion"}
    selected = metadata(await door.send("GET", f"{den.path}?limit=1&labelSelector=side%3Dleft"))
    assert "remainingItemCount" not in selected
    assert "continue" in selected


async def test_a_list_with_inconsistent_continuation_goes_on_at_the_newest_revision(door: Door, den: Den) -> None:
    await door.send("DELETE", f"{den.path}/dog")
    reply = await door.send("GET", f"{den.path}?limit=1&continue={token(-1, 'bee')}")
    assert int(metadata(reply)["resourceVersion"]) > int(den.revisions[-1])
    rest = await door.send("GET", f"{den.path}?continue={metadata(reply)['continue']}")
    assert names(reply) + names(rest) == ["bee", "cat", "eel"]


FORBIDDEN, UNSUPPORTED = "FieldValueForbidden", "FieldValueNotSupported"


@pytest.mark.parametrize(
    ("query", "causes"),
    [
        ("resourceVersionMatch=NotOlderThan", [FORBIDDEN]),
        ("resourceVersionMatch=Exact", [FORBIDDEN]),
        ("resourceVersion=0&resourceVersionMatch=Exact", [FORBIDDEN]),
        ("resourceVersion=1&resourceVersionMatch=Roughly", [UNSUPPORTED]),
        ("resourceVersion=1&resourceVersionMatch=Exact&continue=x", [FORBIDDEN]),
        ("sendInitialEvents=true", [FORBIDDEN]),
        ("sendInitialEvents=false", [FORBIDDEN]),
        ("watch=1&sendInitialEvents=true", [FORBIDDEN]),
        ("watch=1&sendInitialEvents=false", [FORBIDDEN]),
        ("watch=1&sendInitialEvents=true&resourceVersionMatch=Exact", [FORBIDDEN, UNSUPPORTED]),
        ("watch=1&resourceVersionMatch=NotOlderThan&resourceVersion=1", [FORBIDDEN]),
        ("watch=1&resourceVersionMatch=Exact&resourceVersion=1", [FORBIDDEN, UNSUPPORTED]),
        ("watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&continue=x", [FORBIDDEN]),
    ],
)
async def test_options_that_exclude_each_other(door: Door, query: str, causes: list[str]) -> None:
    refused = await door.send("GET", f"{MAPS}?{query}")
    assert fault(refused) == (422, "Invalid", causes)
    details = orjson.loads(refused.body)["details"]
    assert (details["kind"], details["group"]) == ("ListOptions", "meta.k8s.io")
    if "watch" not in query:
        assert fault(await door.send("DELETE", f"{MAPS}?{query}")) == (422, "Invalid", causes)


@pytest.mark.parametrize(
    "query",
    [
        "resourceVersion=x",
        "resourceVersion=-1",
        "limit=x",
        "limit=1.5",
        "timeoutSeconds=soon",
        "resourceVersion=5&continue={good}",
        "continue=!",
        "continue=abc",
        "continue={other_version}",
        "continue={version_zero}",
        "continue={no_start}",
        "continue={aside}",
        "fieldSelector=spec.ghost%3Dx",
        "fieldSelector=metadata.name in (a,b)",
        "labelSelector=side%3D(",
        "labelSelector=n in (a",
        "labelSelector=%3D",
    ],
)
async def test_lists_that_cannot_be_understood(door: Door, query: str) -> None:
    tokens = {
        "good": token(5, "cat"),
        "other_version": token(5, "cat", "meta.k8s.io/v2"),
        "version_zero": token(0, "cat"),
        "no_start": token(5, ""),
        "aside": token(5, "../../secrets/default/x"),
    }
    refused = await door.send("GET", f"{MAPS}?{query.format(**tokens).replace(' ', '%20')}")
    assert fault(refused)[:2] == (400, "BadRequest")


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("more", ["", "&resourceVersionMatch=NotOlderThan", "&resourceVersionMatch=Exact", "&limit=3"])
async def test_a_revision_to_come_is_waited_for_a_while(door: Door, den: Den, more: str) -> None:
    late = await door.send("GET", f"{den.path}?resourceVersion={AHEAD}{more}")
    assert fault(late) == (504, "Timeout", ["ResourceVersionTooLarge"])
    assert orjson.loads(late.body)["details"]["retryAfterSeconds"] == 1


@pytest_asyncio.fixture(loop_scope="module")
async def forgetful(tmp_path: Path) -> AsyncIterator[tuple[Door, list[str]]]:
    """A server that knows nothing of what was before it started: the store is compacted, the cache begins anew. With
    it the revisions of three objects, one of them gone by now."""
    store = SqliteStore(tmp_path / "forgetful.db")
    try:
        async with admitting_plane(store) as plane:
            await lay_down(plane)
            async with open_door(plane, tmp_path) as door:
                made = [await create(door, config_map(name)) for name in ("a", "b", "c")]
                await door.send("DELETE", f"{MAPS}/c")
        await store.compact(await store.revision())
        async with admitting_plane(store) as plane, open_door(plane, tmp_path) as door:
            yield door, [metadata(reply)["resourceVersion"] for reply in made]
    finally:
        await store.close()


async def test_what_is_compacted_away(forgetful: tuple[Door, list[str]]) -> None:
    door, (first, *_) = forgetful
    for query in (f"resourceVersion={first}&resourceVersionMatch=Exact", f"resourceVersion={first}&limit=5"):
        assert fault(await door.send("GET", f"{MAPS}?{query}"))[:2] == (410, "Expired")
    for query in (f"resourceVersion={first}&resourceVersionMatch=NotOlderThan", f"resourceVersion={first}"):
        assert names(await door.send("GET", f"{MAPS}?{query}"))[:2] == ["a", "b"]
    expired = await door.send("GET", f"{MAPS}?limit=1&continue={token(int(first), 'a')}")
    assert fault(expired)[:2] == (410, "Expired")
    fresh = orjson.loads(expired.body)["metadata"]["continue"]
    assert names(await door.send("GET", f"{MAPS}?limit=2&continue={fresh}")) == ["a", "b"]
    (event,) = await ended(door, f"{MAPS}?watch=1&resourceVersion={first}")
    assert (event["type"], event["object"]["code"], event["object"]["reason"]) == ("ERROR", 410, "Expired")
    assert event["object"]["message"].startswith(f"too old resource version: {first} (")
    # With initial events no revision is too old.
    initial = f"watch=1&resourceVersion={first}&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
    assert shown(await ended(door, f"{MAPS}?{initial}&timeoutSeconds=1"))[:2] == [("ADDED", "a"), ("ADDED", "b")]


INITIAL = "sendInitialEvents=true&resourceVersionMatch=NotOlderThan"


async def test_a_watch_that_begins_with_what_exists(door: Door, den: Den) -> None:
    at = f"resourceVersion={den.revisions[-1]}&"
    queries = ["", "resourceVersion=0", INITIAL, f"resourceVersion=0&{INITIAL}", at + INITIAL]
    paths = [f"{den.path}?watch=true&timeoutSeconds=1&{query}" for query in queries]
    for events in await asyncio.gather(*(ended(door, path) for path in paths)):
        assert shown(events) == [("ADDED", name) for name in NAMES]
    for events in await asyncio.gather(*(ended(door, f"{path}&allowWatchBookmarks=true") for path in paths)):
        *added, mark = events
        assert shown(added) == [("ADDED", name) for name in NAMES]
        assert mark["type"] == "BOOKMARK"
        assert mark["object"].keys() <= {"kind", "apiVersion", "metadata"}
        assert mark["object"]["metadata"]["annotations"] == {MARK: "true"}
        assert int(mark["object"]["metadata"]["resourceVersion"]) >= int(den.revisions[-1])


@pytest.mark.parametrize("query", ["", "resourceVersion=0&", "resourceVersion={now}&"])
async def test_a_watch_that_begins_with_nothing(door: Door, den: Den, query: str) -> None:
    quiet = f"{query.format(now=den.revisions[-1])}sendInitialEvents=false&resourceVersionMatch=NotOlderThan"
    async with watching(door, f"{den.path}?watch=1&timeoutSeconds=20&{quiet}") as answer:
        await create(door, config_map("fox"), den.path)
        assert shown([await event(answer)]) == [("ADDED", "fox")]


async def test_a_watch_goes_on_after_a_revision(door: Door, den: Den) -> None:
    """And limit and continue mean nothing to it."""
    events = await ended(
        door, f"{den.path}?watch=1&resourceVersion={den.revisions[3]}&limit=1&continue=x&timeoutSeconds=1"
    )
    assert shown(events) == [("ADDED", "dog"), ("ADDED", "eel")]


async def test_a_watch_of_the_future_tells_nothing_until_then(door: Door, den: Den) -> None:
    soon = int(den.revisions[-1]) + 2
    async with watching(door, f"{den.path}?watch=1&resourceVersion={soon}&timeoutSeconds=20") as answer:
        assert answer.status == 200
        for name in ("fox", "gnu", "hen"):
            await create(door, config_map(name), den.path)
        assert shown([await event(answer)]) == [("ADDED", "hen")]


@pytest.mark.usefixtures("hasty")
async def test_initial_events_of_the_future_are_an_error_in_the_stream(door: Door) -> None:
    (late,) = await ended(door, f"{MAPS}?watch=1&resourceVersion={AHEAD}&{INITIAL}")
    assert (late["type"], late["object"]["code"]) == ("ERROR", 504)
    assert late["object"]["details"]["causes"][0]["reason"] == "ResourceVersionTooLarge"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("resourceVersion=x", 500),
        ("fieldSelector=spec.ghost%3Dx", 400),
        ("labelSelector=%3D", 400),
        ("timeoutSeconds=x", 400),
    ],
)
async def test_watches_that_do_not_open(door: Door, query: str, code: int) -> None:
    assert (await door.send("GET", f"{MAPS}?watch=1&{query}")).code == code


async def test_objects_come_and_go_as_a_selector_matches(door: Door, den: Den) -> None:
    query = f"watch=1&labelSelector=side%3Dleft&resourceVersion={den.revisions[-1]}&timeoutSeconds=20"
    async with watching(door, f"{den.path}?{query}") as answer:
        for name, side in (("cat", "left"), ("cat", "left "), ("ant", "right"), ("cat", "right")):
            patch = {"metadata": {"labels": {"side": side.strip()}}, "data": {"was": side}}
            headers = {"Content-Type": "application/merge-patch+json"}
            await door.send("PATCH", f"{den.path}/{name}", orjson.dumps(patch), headers)
        events = [await event(answer) for _ in range(4)]
    assert shown(events) == [("ADDED", "cat"), ("MODIFIED", "cat"), ("DELETED", "ant"), ("DELETED", "cat")]
    # What is shown of one that leaves is what it was, at the revision of its leaving.
    assert events[3]["object"]["metadata"]["labels"]["side"] == "left"
    assert int(events[3]["object"]["metadata"]["resourceVersion"]) > int(
        events[2]["object"]["metadata"]["resourceVersion"]
    )


async def test_a_bookmark_comes_shortly_before_the_end(door: Door, den: Den) -> None:
    query = f"{den.path}?watch=1&resourceVersion={den.revisions[-1]}&timeoutSeconds=3"
    marks, nothing = await asyncio.gather(ended(door, f"{query}&allowWatchBookmarks=true"), ended(door, query))
    assert [(mark["type"], mark["object"]["kind"]) for mark in marks] == [("BOOKMARK", "ConfigMap")]
    assert marks[0]["object"]["metadata"].keys() <= {"resourceVersion"}
    assert nothing == []


async def test_the_old_paths_watch(door: Door, den: Den) -> None:
    wanted = {
        f"/api/v1/watch/namespaces/{den.namespace}/configmaps?": NAMES,
        f"/api/v1/watch/namespaces/{den.namespace}/configmaps/bee?": ["bee"],
        f"/api/v1/watch/configmaps?fieldSelector=metadata.namespace%3D{den.namespace}&": NAMES,
        f"/api/v1/watch/namespaces/{den.namespace}?": [den.namespace],
        "/apis/apps/v1/watch/deployments?": [],
    }
    found = await asyncio.gather(*(ended(door, f"{path}timeoutSeconds=1") for path in wanted))
    assert [shown(events) for events in found] == [[("ADDED", name) for name in some] for some in wanted.values()]


async def test_resources_without_watches(door: Door) -> None:
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    for query in ("", "?watch=1"):
        refused = await door.send("GET", path + query)
        assert (refused.code, refused.headers["allow"]) == (405, ["POST"])


async def test_no_event_is_lost_wherever_a_stream_is_cut(door: Door, den: Den) -> None:
    """A client that is cut off in the midst of an event goes on after the last whole one."""
    wanted: dict[str, None] = {}
    for number in range(40):
        await create(door, config_map(f"m{number:02}", fill="x" * (number * 97 % 1500)), den.path)
        wanted[f"m{number:02}"] = None
    seen: list[str] = []
    after, cut = den.revisions[-1], 1
    async with asyncio.timeout(PATIENCE):
        while len(seen) < len(wanted):
            async with watching(door, f"{den.path}?watch=1&resourceVersion={after}&timeoutSeconds=20") as answer:
                data = await answer.content.read(cut)
                # Only what has come as a whole counts; the rest of it is lost with the connection.
                for line in data.split(b"\n")[:-1]:
                    found = orjson.loads(line)["object"]["metadata"]
                    seen.append(found["name"])
                    after = found["resourceVersion"]
            cut = cut * 3 % 4093 + 211
    assert seen == list(wanted)
