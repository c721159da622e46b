"""Tables over HTTP: of objects, lists, changes and watches, with more or less of the objects in their rows."""

from typing import Any

import orjson
import pytest
import yaml
from pilothouse.server.verbs.plane import Plane

from tests.doors.rest.test_requests import MAPS, config_map, create, status
from tests.doors.rest.test_watches import event, present, watching
from tests.support.rest import Door, Reply

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
FLOWS = "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas"


async def table(door: Door, path: str, accept: str = TABLE) -> dict[str, Any]:
    return parsed(await door.send("GET", path, headers={"Accept": accept}))


def parsed(reply: Reply) -> dict[str, Any]:
    value: dict[str, Any] = orjson.loads(reply.body)
    assert value["kind"] == "Table", value
    assert reply.headers["content-type"] == ["application/json"]
    return value


def names(value: dict[str, Any]) -> list[str]:
    return [row["cells"][0] for row in value["rows"]]


async def test_a_list_is_a_table_with_the_metadata_of_its_objects(door: Door) -> None:
    for name in ("ant", "bee"):
        await create(door, config_map(name, a="1"))
    value = await table(door, MAPS)
    assert value["apiVersion"] == "meta.k8s.io/v1"
    assert [column["name"] for column in value["columnDefinitions"]] == ["Name", "Data", "Age"]
    assert value["metadata"]["resourceVersion"] == await present(door)
    row = value["rows"][names(value).index("bee")]
    assert row["cells"][:2] == ["bee", 1]
    assert (row["object"]["kind"], row["object"]["apiVersion"]) == ("PartialObjectMetadata", "meta.k8s.io/v1")
    assert row["object"]["metadata"]["name"] == "bee"
    assert "data" not in row["object"]


async def test_the_older_version_says_so_throughout(door: Door) -> None:
    await create(door, config_map("ant"))
    value = await table(door, f"{MAPS}/ant", TABLE.replace("v=v1", "v=v1beta1"))
    assert value["apiVersion"] == value["rows"][0]["object"]["apiVersion"] == "meta.k8s.io/v1beta1"


async def test_what_is_never_stored_is_no_table(door: Door) -> None:
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    body = orjson.dumps({"spec": {"resourceAttributes": {"verb": "list", "resource": "pods"}}})
    headers = {"Content-Type": "application/json"}
    reply = await door.send("POST", path, body, {**headers, "Accept": TABLE})
    assert (reply.code, status(reply)["reason"]) == (406, "NotAcceptable")
    reply = await door.send("POST", path, body, {**headers, "Accept": f"{TABLE},application/json"})
    assert (reply.code, orjson.loads(reply.body)["kind"]) == (201, "SelfSubjectAccessReview")


async def test_rows_have_as_much_of_their_objects_as_is_asked_for(door: Door) -> None:
    whole = orjson.loads((await create(door, config_map("ant", a="1"))).body)
    one = f"{MAPS}/ant?includeObject="
    assert (await table(door, f"{one}None"))["rows"][0]["object"] is None
    assert (await table(door, f"{one}Object"))["rows"][0]["object"] == whole
    named, default = [(await table(door, path))["rows"][0]["object"] for path in (f"{one}Metadata", one)]
    assert named == default == {**default, "metadata": whole["metadata"]}
    refused = await door.send("GET", f"{one}Some", headers={"Accept": TABLE})
    assert (refused.code, status(refused)["message"]) == (
        400,
        "Unable to convert to Table as requested: includeObject: Invalid value: \"Some\": must be 'Metadata', "
        "'Object', 'None', or empty",
    )
    # Who asks for no table is not refused for it.
    assert (await door.send("GET", f"{one}Some")).code == 200
    # What does not exist is missing first of all.
    assert (await door.send("GET", f"{MAPS}/ghost?includeObject=Some", headers={"Accept": TABLE})).code == 404


async def test_pages_of_a_table_follow_each_other(door: Door) -> None:
    for name in ("ant", "bee", "cat"):
        await create(door, config_map(name))
    first = await table(door, f"{MAPS}?limit=2")
    assert first["metadata"]["remainingItemCount"] == 1
    second = await table(door, f"{MAPS}?limit=2&continue={first['metadata']['continue']}")
    assert names(first) + names(second) == ["ant", "bee", "cat"]
    assert "continue" not in second["metadata"]
    assert (await table(door, f"{MAPS}?labelSelector=none=such"))["rows"] == []


async def test_what_a_change_answers_is_a_table_too(door: Door) -> None:
    made = await create(door, config_map("ant", a="1"), Accept=TABLE)
    assert (made.code, names(parsed(made))) == (201, ["ant"])
    put = await door.send("PUT", f"{MAPS}/ant", orjson.dumps(config_map("ant", a="1", b="2")), {"Accept": TABLE})
    assert parsed(put)["rows"][0]["cells"][:2] == ["ant", 2]
    headers = {"Accept": TABLE, "Content-Type": "application/merge-patch+json"}
    patched = await door.send("PATCH", f"{MAPS}/ant", b'{"data":{"c":"3"}}', headers)
    assert parsed(patched)["rows"][0]["cells"][:2] == ["ant", 3]
    dry = await door.send("DELETE", f"{MAPS}?dryRun=All", headers={"Accept": TABLE})
    assert "ant" in names(parsed(dry))
    gone = orjson.loads((await door.send("DELETE", f"{MAPS}/ant", headers={"Accept": TABLE})).body)
    assert (gone["kind"], gone["status"]) == ("Status", "Success")


async def test_a_failure_is_no_table(door: Door) -> None:
    assert status(await door.send("GET", f"{MAPS}/ghost", headers={"Accept": TABLE}))["reason"] == "NotFound"


async def test_flow_schemas_stand_in_the_order_in_which_they_are_tried(door: Door) -> None:
    for name, precedence in (("one", 900), ("two", 7), ("six", 7)):
        spec = {"matchingPrecedence": precedence, "priorityLevelConfiguration": {"name": "x"}}
        kind = {"apiVersion": "flowcontrol.apiserver.k8s.io/v1", "kind": "FlowSchema"}
        made = await create(door, {**kind, "metadata": {"name": name}, "spec": spec}, FLOWS)
        assert made.code == 201, made.body
    found = names(await table(door, FLOWS))
    assert [name for name in found if name in ("one", "two", "six")] == ["six", "two", "one"]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (f"{TABLE},application/json", "Table"),
        (f"application/json;q=0.9, {TABLE};q=0.8", "ConfigMapList"),
        (f"application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io,{TABLE}", "Table"),
        ("application/json;as=Table;v=v2;g=meta.k8s.io,application/json", "ConfigMapList"),
        ("*/*;as=Table;v=v1;g=meta.k8s.io", "Table"),
    ],
)
async def test_the_first_form_that_can_be_had_is_taken(door: Door, accept: str, kind: str) -> None:
    assert orjson.loads((await door.send("GET", MAPS, headers={"Accept": accept})).body)["kind"] == kind


@pytest.mark.parametrize(
    "accept",
    [
        "application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io",
        "application/json;as=Table;v=v1",
        "application/json;as=Table;v=v2;g=meta.k8s.io",
        "application/json;v=v1;g=meta.k8s.io",
    ],
)
async def test_what_no_table_comes_in_is_refused(door: Door, accept: str) -> None:
    assert status(await door.send("GET", MAPS, headers={"Accept": accept}))["code"] == 406


async def test_documents_are_no_tables(door: Door) -> None:
    assert (await door.send("GET", "/api/v1", headers={"Accept": TABLE})).code == 406
    assert (await door.send("GET", "/api/v1", headers={"Accept": f"{TABLE},application/json"})).code == 200


async def test_a_table_can_be_yaml(door: Door) -> None:
    await create(door, config_map("ant"))
    accept = TABLE.replace("json", "yaml")
    value = yaml.safe_load((await door.send("GET", f"{MAPS}/ant", headers={"Accept": accept})).body)
    assert (value["kind"], names(value)) == ("Table", ["ant"])


async def test_the_first_table_of_a_watch_tells_the_columns(door: Door) -> None:
    since = await present(door)
    # It is not fooled by what an object says.
    trap = config_map("ant", a='"columnDefinitions":null')
    async with watching(door, f"{MAPS}?watch=1&resourceVersion={since}&includeObject=Object", TABLE) as answer:
        made = orjson.loads((await create(door, trap)).body)
        first = await event(answer)
        assert (first["type"], first["object"]["kind"]) == ("ADDED", "Table")
        assert [column["name"] for column in first["object"]["columnDefinitions"]] == ["Name", "Data", "Age"]
        assert first["object"]["metadata"]["resourceVersion"] == made["metadata"]["resourceVersion"]
        assert first["object"]["rows"][0]["object"] == made
        await door.send("PUT", f"{MAPS}/ant", orjson.dumps(config_map("ant", b="2")))
        await door.send("DELETE", f"{MAPS}/ant")
        for kind in ("MODIFIED", "DELETED"):
            later = await event(answer)
            assert (later["type"], later["object"]["columnDefinitions"]) == (kind, None)


async def test_each_watcher_is_told_the_columns(door: Door) -> None:
    since = await present(door)
    path = f"{MAPS}?watch=1&resourceVersion={since}"
    async with watching(door, path, TABLE) as one, watching(door, path, TABLE) as other:
        await create(door, config_map("ant"))
        for answer in (one, other):
            assert (await event(answer))["object"]["columnDefinitions"]


async def test_bookmarks_are_tables_too(door: Door) -> None:
    query = "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
    path = f"/api/v1/namespaces/kube-public/secrets?{query}"
    async with watching(door, path, TABLE) as answer:
        mark = await event(answer)
        assert (mark["type"], mark["object"]["kind"]) == ("BOOKMARK", "Table")
        assert mark["object"]["columnDefinitions"]
        metadata = mark["object"]["rows"][0]["object"]["metadata"]
        assert metadata["annotations"] == {"k8s.io/initial-events-end": "true"}
        assert metadata["resourceVersion"] == mark["object"]["metadata"]["resourceVersion"]


async def test_a_watch_that_cannot_be_shown_is_refused(door: Door) -> None:
    refused = await door.send("GET", f"{MAPS}?watch=1&includeObject=Some", headers={"Accept": TABLE})
    assert status(refused)["code"] == 400


async def test_a_watch_out_of_reach_says_so_as_a_status(door: Door) -> None:
    initial = "sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
    path = f"{MAPS}?watch=1&resourceVersion=99999999&timeoutSeconds=1&{initial}"
    said = orjson.loads((await door.send("GET", path, headers={"Accept": TABLE})).body)
    assert (said["type"], said["object"]["kind"]) == ("ERROR", "Status")


async def test_ages_are_told_by_the_clock_of_the_server(plane: Plane, door: Door) -> None:
    await create(door, config_map("ant"))
    (cell,) = [row["cells"][2] for row in (await table(door, f"{MAPS}/ant"))["rows"]]
    assert cell.endswith("s")


async def test_a_part_of_an_object_has_columns_of_its_own(door: Door) -> None:
    path = "/apis/apps/v1/namespaces/default/deployments"
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    spec = {"replicas": 2, "selector": {"matchLabels": {"a": "b"}}, "template": template}
    made = await create(
        door, {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec}, path
    )
    assert made.code == 201
    value = await table(door, f"{path}/web/scale")
    assert [column["name"] for column in value["columnDefinitions"]] == ["Name", "Desired", "Available", "Age"]
    assert value["rows"][0]["cells"][:3] == ["web", 2, 0]
    assert (await table(door, f"{path}/web/status"))["rows"][0]["cells"][:2] == ["web", "0/2"]


async def test_every_kind_can_be_listed_as_a_table(plane: Plane, door: Door) -> None:
    for resource in plane.registry:
        root = f"/apis/{resource.api_version}" if resource.group else f"/api/{resource.version}"
        value = await table(door, f"{root}/{resource.plural}")
        assert value["columnDefinitions"][0]["name"] in ("Name", "Last Seen"), resource.qualified
        assert all(len(row["cells"]) >= len(value["columnDefinitions"]) for row in value["rows"])
