"""What nobody should send, and what the server says to it: its own words, the right code, and nothing stored."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator

import grpc
import pytest
from grpc import StatusCode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pilothouse.api.core.v1.core_pb2 import ConfigMap, ConfigMapList
from pilothouse.api.dynamic.v1 import dynamic_pb2 as dynamic
from pilothouse.api.meta.v1 import meta_pb2 as meta
from pilothouse.api.meta.v1 import requests_pb2 as requests

from tests.e2e.requests import (
    CONFIG_MAPS,
    DEPLOYMENTS,
    DYNAMIC,
    MAPS,
    NAMESPACES,
    PODS,
    VERBS,
    deployment,
    make,
    make_namespace,
    writing,
    writing_json,
)
from tests.support.caller import Caller, Refusal, admin_of, refusal
from tests.support.metrics import get
from tests.support.server import ServerProcess

METHODS = (
    *(PODS + verb for verb in (*VERBS, "UpdateStatus")),
    *(DYNAMIC + verb for verb in (*VERBS, "Transact", "Discover")),
)
TRAILER_BYTES = 4096


@pytest.fixture
async def caller(server: ServerProcess) -> AsyncIterator[Caller]:
    async with Caller(server.grpc_port, admin_of(server)) as caller:
        yield caller


@pytest.fixture(autouse=True)
async def still_well(server: ServerProcess, caller: Caller) -> AsyncIterator[None]:
    """After each test the server is ready, answers, and has no trace of its own in the log."""
    yield
    assert get(server.health_port, "/readyz") == (200, "ok")
    assert (await caller.refused(MAPS + "Get", requests.GetRequest(namespace="a", name="a"))).reason == "NotFound"
    assert "Traceback" not in server.log


def check(found: Refusal, code: StatusCode, reason: str) -> None:
    """A refusal in the server's own words, as small as promised."""
    assert (found.code, found.reason) == (code, reason), found.message
    assert found.domain == "pilothouse"
    assert found.status.reason == reason
    assert found.size <= TRAILER_BYTES
    assert found.message
    assert "Traceback" not in found.message
    assert ".py" not in found.message


async def objects_in(caller: Caller, namespace: str) -> list[str]:
    answer = await caller.call(MAPS + "List", requests.ListRequest(namespace=namespace))
    return [item.metadata.name for item in ConfigMapList.FromString(answer).items]


async def any_call(caller: Caller, method: str, data: bytes) -> None:
    """A call that may succeed; where it fails, it fails in the server's words, and not through a fault of its own."""
    try:
        if method.endswith("/Watch"):
            call = caller.stream(method, data)
            await call.read()
            call.cancel()
        else:
            await caller.call(method, data)
    except grpc.aio.AioRpcError as error:
        found = refusal(error)
        assert found.reason, found
        check(found, found.code, found.reason)
        assert found.reason != "InternalError", (method, data, found.message)


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(junk=st.lists(st.binary(max_size=200), min_size=len(METHODS), max_size=len(METHODS)))
async def test_random_bytes(server: ServerProcess, junk: list[bytes]) -> None:
    async with Caller(server.grpc_port, admin_of(server)) as caller:
        # Creations by chance, and nothing else, are possible: a collection of all Pods is deleted by an empty message.
        await asyncio.gather(*(any_call(caller, m, b) for m, b in zip(METHODS, junk, strict=True)))


async def test_messages_that_break_off(caller: Caller) -> None:
    pod = dynamic.WriteRequest(
        resource={"version": "v1", "resource": "pods"},
        namespace="n",
        object=b'{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{}}',
        options={"dry_run": ["All"], "field_manager": "m"},
        encoding=dynamic.JSON,
    ).SerializeToString()
    cuts = [pod[:end] for end in range(0, len(pod), 5)]
    await asyncio.gather(*(any_call(caller, method, cut) for method in METHODS for cut in cuts))


@pytest.mark.parametrize("method", [m for m in METHODS if not m.endswith("Discover")])
async def test_bytes_that_are_no_message(caller: Caller, method: str) -> None:
    check(await caller.refused(method, b"\x0a\xff\xff\xff\xff\x0f"), StatusCode.INVALID_ARGUMENT, "BadRequest")
    # Text that is not UTF-8.
    check(await caller.refused(method, b"\x0a\x01\xff"), StatusCode.INVALID_ARGUMENT, "BadRequest")


async def test_what_is_too_large_is_refused_by_the_server_itself(caller: Caller, namespace: str) -> None:
    found = await caller.refused(DYNAMIC + "Create", writing(namespace, "big", k="x" * (4 << 20)))
    check(found, StatusCode.RESOURCE_EXHAUSTED, "RequestEntityTooLarge")
    assert "at most 3145728" in found.message
    # Below that limit, but more than the store takes.
    big = deployment("big", "x" * 2_000_000).SerializeToString()
    request = dynamic.WriteRequest(resource=DEPLOYMENTS, namespace=namespace, object=big)
    found = await caller.refused(DYNAMIC + "Create", request)
    check(found, StatusCode.RESOURCE_EXHAUSTED, "RequestEntityTooLarge")
    gone = dynamic.GetRequest(resource=DEPLOYMENTS, namespace=namespace, name="big")
    assert (await caller.refused(DYNAMIC + "Get", gone)).reason == "NotFound"
    assert await objects_in(caller, namespace) == []


async def test_large_maps_are_kept_whole(caller: Caller, namespace: str) -> None:
    data = {f"key-{index}": "v" for index in range(10_000)}
    assert dict((await make(caller, namespace, "many", **data)).data) == data


async def test_a_list_in_json_fits_the_messages_that_clients_take(caller: Caller, namespace: str) -> None:
    # As JSON each of these is six times as long as in protobuf.
    await asyncio.gather(*(make(caller, namespace, f"m{i}", k="\x01" * 400_000) for i in range(4)))
    options = meta.ListOptions()
    names: list[str] = []
    while True:
        query = dynamic.ListRequest(resource=CONFIG_MAPS, namespace=namespace, options=options, encoding=dynamic.JSON)
        answer = await caller.call(DYNAMIC + "List", query)
        assert len(answer) < 4 << 20
        page = dynamic.ObjectList.FromString(answer)
        names += [json.loads(item)["metadata"]["name"] for item in page.items]
        token = getattr(page.metadata, "continue")
        if not token:
            break
        options = meta.ListOptions(**{"continue": token})
    assert names == ["m0", "m1", "m2", "m3"]


def nested(depth: int, member: str) -> bytes:
    return b'{"%s":' % member.encode() * depth + b"{}" + b"}" * depth


@pytest.mark.parametrize("depth", [200, 900, 5_000, 100_000])
async def test_json_without_a_bottom(caller: Caller, namespace: str, depth: int) -> None:
    head = b'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"j","annotations":'
    for body in (nested(depth, "a"), head + nested(depth, "a") + b"}}", b"[" * depth):
        found = await caller.refused(DYNAMIC + "Create", writing_json(namespace, body))
        check(found, StatusCode.INVALID_ARGUMENT, "BadRequest")
    assert await objects_in(caller, namespace) == []


@pytest.mark.parametrize("depth", [90, 200, 900])
async def test_schemas_without_a_bottom(caller: Caller, depth: int) -> None:
    schema = nested(depth, "not")
    body = (
        b'{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"a.b.c"},'
        b'"spec":{"group":"b.c","names":{"plural":"a","kind":"A"},"scope":"Namespaced","versions":[{"name":"v1",'
        b'"served":true,"storage":true,"schema":{"openAPIV3Schema":' + schema + b"}}]}}"
    )
    kind = dynamic.ResourceName(group="apiextensions.k8s.io", version="v1", resource="customresourcedefinitions")
    check(
        await caller.refused(DYNAMIC + "Create", writing_json("", body, kind)),
        StatusCode.INVALID_ARGUMENT,
        "BadRequest",
    )


async def test_protobuf_without_a_bottom(caller: Caller) -> None:
    data = b""
    for _ in range(1_000):
        length, size = len(data), b""
        while True:
            size += bytes([length & 127 | (128 if length > 127 else 0)])
            length >>= 7
            if not length:
                break
        data = b"\x0a" + size + data
    for method in METHODS:
        await any_call(caller, method, data)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"\xff",
        b'{"apiVersion":["v1"],"kind":{},"metadata":{"name":"a"}}',
        b'{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"}}',
        b'{"apiVersion":"v1","kind":"ConfigMap","metadata":"x"}',
        b'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":5}}',
        b'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"\\ud800"}}',
        b'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"a":1}}',
        b'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"binaryData":{"a":"%"}}',
        b'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"metadata":{"name":"b"}}',
        b'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"other":1}',
    ],
)
async def test_json_that_is_no_such_object(caller: Caller, namespace: str, body: bytes) -> None:
    found = await caller.refused(DYNAMIC + "Create", writing_json(namespace, body))
    assert found.reason in ("BadRequest", "Invalid")
    check(found, StatusCode.INVALID_ARGUMENT, found.reason)
    assert await objects_in(caller, namespace) == []


async def test_of_five_thousand_faults_the_first_are_told(caller: Caller, namespace: str) -> None:
    labels = {f"\u00e9 {index}": "\u00fc" * 70 for index in range(2_500)}
    body = ConfigMap(
        metadata={"name": "faults", "labels": labels},
        data={f"\u043a\u043b\u044e\u0447 {index}": "" for index in range(2_500)},
    )
    request = dynamic.WriteRequest(resource=CONFIG_MAPS, namespace=namespace, object=body.SerializeToString())
    found = await caller.refused(DYNAMIC + "Create", request)
    check(found, StatusCode.INVALID_ARGUMENT, "Invalid")
    assert found.violations
    assert len(found.violations) == len(found.status.details.causes)
    assert len(found.violations) + found.left_out >= 5_000
    assert await objects_in(caller, namespace) == []


BAD_NAMES = ["a/b", "..", ".", "a\0b", "\N{GRINNING FACE}", "x" * 300, "", "A", "a b", "-a", "a\n", "a%2fb", "../n/a"]


@pytest.mark.parametrize("name", BAD_NAMES)
async def test_names_that_are_none(caller: Caller, namespace: str, name: str) -> None:
    found = await caller.refused(DYNAMIC + "Create", writing(namespace, name))
    check(found, StatusCode.INVALID_ARGUMENT, "Invalid")
    assert "metadata.name" in {field for field, _ in found.violations}
    for method, request in (
        ("Get", requests.GetRequest(namespace=namespace, name=name)),
        ("Delete", requests.DeleteRequest(namespace=namespace, name=name)),
        ("Patch", requests.PatchRequest(namespace=namespace, name=name, type=requests.MERGE_PATCH, patch=b"{}")),
        ("Update", writing(namespace, name)),
    ):
        found = await caller.refused((DYNAMIC if method == "Update" else MAPS) + method, request)
        assert found.reason in ("BadRequest", "NotFound"), found
        check(found, found.code, found.reason)
    assert await objects_in(caller, namespace) == []


@pytest.mark.parametrize("place", ["a/b", "..", "a\0b", "x" * 300])
async def test_namespaces_that_are_none(caller: Caller, place: str) -> None:
    for method, request in (
        (MAPS + "Get", requests.GetRequest(namespace=place, name="a")),
        (MAPS + "List", requests.ListRequest(namespace=place)),
        (MAPS + "Watch", requests.WatchRequest(namespace=place)),
        (MAPS + "DeleteCollection", requests.DeleteCollectionRequest(namespace=place)),
        (DYNAMIC + "Watch", dynamic.WatchRequest(scopes=[{"resource": CONFIG_MAPS, "namespace": place}])),
    ):
        check(await caller.refused(method, request), StatusCode.INVALID_ARGUMENT, "BadRequest")
    found = await caller.refused(DYNAMIC + "Create", writing(place, "a"))
    assert found.reason in ("Invalid", "BadRequest", "NotFound")
    check(found, found.code, found.reason)


async def test_a_watch_of_too_many_scopes_is_refused(caller: Caller) -> None:
    for scopes in (
        [{"resource": CONFIG_MAPS, "namespace": f"n{number}"} for number in range(513)],
        [{"resource": CONFIG_MAPS, "label_selector": f"a{number}"} for number in range(65)],
    ):
        found = await caller.refused(DYNAMIC + "Watch", dynamic.WatchRequest(scopes=scopes))
        check(found, StatusCode.INVALID_ARGUMENT, "BadRequest")


async def test_an_object_cannot_name_another_place_than_its_request(caller: Caller, namespace: str) -> None:
    body = ConfigMap(metadata={"name": "a", "namespace": "elsewhere"}).SerializeToString()
    request = dynamic.WriteRequest(resource=CONFIG_MAPS, namespace=namespace, object=body)
    check(await caller.refused(DYNAMIC + "Create", request), StatusCode.INVALID_ARGUMENT, "BadRequest")
    request = dynamic.WriteRequest(resource=NAMESPACES, namespace=namespace, object=b"\x0a\x03\x0a\x01z")
    check(await caller.refused(DYNAMIC + "Create", request), StatusCode.INVALID_ARGUMENT, "BadRequest")
    found = await caller.refused(MAPS + "Get", requests.GetRequest(name="a"))
    check(found, StatusCode.INVALID_ARGUMENT, "BadRequest")


@pytest.mark.parametrize("revision", ["99999999", str((1 << 64) - 1)])
async def test_a_revision_to_come_is_waited_for_but_not_for_ever(caller: Caller, revision: str) -> None:
    options = {"resource_version": revision}
    scopes = [{"resource": CONFIG_MAPS}]
    calls = (
        caller.refused(MAPS + "Get", requests.GetRequest(namespace="n", name="a", options=options)),
        caller.refused(MAPS + "List", requests.ListRequest(options=options)),
        caller.refused(MAPS + "List", requests.ListRequest(options={**options, "resource_version_match": "Exact"})),
        caller.refused(MAPS + "Watch", requests.WatchRequest(options=options)),
        caller.refused(DYNAMIC + "Watch", dynamic.WatchRequest(scopes=scopes, resource_version=revision)),
    )
    started = asyncio.get_running_loop().time()
    for found in await asyncio.gather(*calls):
        check(found, StatusCode.DEADLINE_EXCEEDED, "Timeout")
        assert [c.reason for c in found.status.details.causes] == ["ResourceVersionTooLarge"]
        assert found.retry_seconds == found.status.details.retry_after_seconds == 1
    assert 2.5 < asyncio.get_running_loop().time() - started < 16


@pytest.mark.parametrize("revision", ["x", "-1", "1e3", "1.0", " 1", "\uff11", str(1 << 64), "9" * 1000])
async def test_a_revision_that_is_no_number(caller: Caller, revision: str) -> None:
    options = {"resource_version": revision}
    for method, request in (
        (MAPS + "Get", requests.GetRequest(namespace="n", name="a", options=options)),
        (MAPS + "List", requests.ListRequest(options=options)),
        (MAPS + "Watch", requests.WatchRequest(options=options)),
        (DYNAMIC + "Watch", dynamic.WatchRequest(scopes=[{"resource": CONFIG_MAPS}], resource_version=revision)),
    ):
        check(await caller.refused(method, request), StatusCode.INVALID_ARGUMENT, "BadRequest")


def token(**fields: object) -> str:
    text = json.dumps({"v": "meta.k8s.io/v1", "rv": 1, "start": "a"} | fields)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "!!",
        "e30",
        "x" * 100_000,
        token(v="other"),
        token(rv=0),
        token(rv=True),
        token(rv=1.5),
        token(rv=1 << 63),
        token(rv=1 << 200),
        token(start=""),
        token(start="../../secrets/"),
        token(start=7),
    ],
)
async def test_a_continue_token_that_is_none(caller: Caller, namespace: str, text: str) -> None:
    query = requests.ListRequest(namespace=namespace, options={"continue": text})
    check(await caller.refused(MAPS + "List", query), StatusCode.INVALID_ARGUMENT, "BadRequest")


async def test_a_continue_token_shows_nothing_but_its_list(caller: Caller, namespace: str) -> None:
    """A token of another list, of another namespace, or one that was made up, leads to objects of this list alone."""
    other = await make_namespace(caller, namespace + "-other")
    names = [f"m{index}" for index in range(3)]
    for place in (namespace, other):
        await asyncio.gather(*(make(caller, place, name) for name in names))
    answer = await caller.call(MAPS + "List", requests.ListRequest(namespace=other, options={"limit": 1}))
    foreign = getattr(ConfigMapList.FromString(answer).metadata, "continue")
    answer = await caller.call(MAPS + "List", requests.ListRequest(options={"limit": 1}))
    everywhere = getattr(ConfigMapList.FromString(answer).metadata, "continue")
    for text in (foreign, everywhere, token(rv=-1, start="a\0b"), token(rv=-5, start="a")):
        query = requests.ListRequest(namespace=namespace, options={"continue": text})
        page = ConfigMapList.FromString(await caller.call(MAPS + "List", query))
        assert {item.metadata.namespace for item in page.items} <= {namespace}
        assert int(page.metadata.resource_version) > 0
    query = requests.ListRequest(namespace=namespace, options={"continue": foreign})
    pods = requests.ListRequest.FromString(query.SerializeToString())
    assert await caller.call(PODS + "List", pods) is not None


@pytest.mark.parametrize("selector", ["((((", "=", "!", "a in (", "a=\u00e9", "x" * 100_000, "a=b," * 20_000])
async def test_selectors_that_are_none(caller: Caller, selector: str) -> None:
    for options in ({"label_selector": selector}, {"field_selector": selector}):
        for method, request in (
            ("List", requests.ListRequest(options=options)),
            ("Watch", requests.WatchRequest(options=options)),
            ("DeleteCollection", requests.DeleteCollectionRequest(namespace="n", list_options=options)),
        ):
            check(await caller.refused(MAPS + method, request), StatusCode.INVALID_ARGUMENT, "BadRequest")


async def test_what_is_not_served(caller: Caller) -> None:
    for name in (
        dynamic.ResourceName(version="v1", resource="unicorns"),
        dynamic.ResourceName(group="x" * 5000, version="\u00e9" * 1000, resource="q"),
    ):
        check(
            await caller.refused(DYNAMIC + "Get", dynamic.GetRequest(resource=name)), StatusCode.NOT_FOUND, "NotFound"
        )
    check(await caller.refused(DYNAMIC + "Get", dynamic.GetRequest()), StatusCode.INVALID_ARGUMENT, "BadRequest")
    for method in (PODS + "Explode", "no.such.Service/Get", DYNAMIC + "watch"):
        assert (await caller.refused(method, b"")).code is StatusCode.UNIMPLEMENTED
    request = dynamic.DeleteCollectionRequest(resource=NAMESPACES)
    check(await caller.refused(DYNAMIC + "DeleteCollection", request), StatusCode.UNIMPLEMENTED, "MethodNotAllowed")


async def test_a_subresource_is_no_way_round_to_the_object(caller: Caller, namespace: str) -> None:
    """Whoever may create pods/eviction must not be able to create pods by that name."""
    request = writing(namespace, "a")
    request.subresource = "eviction"
    check(await caller.refused(DYNAMIC + "Create", request), StatusCode.UNIMPLEMENTED, "MethodNotAllowed")
    transaction = dynamic.TransactRequest(operations=[{"create": request}])
    check(await caller.refused(DYNAMIC + "Transact", transaction), StatusCode.UNIMPLEMENTED, "MethodNotAllowed")
    assert await objects_in(caller, namespace) == []


async def test_transactions_that_cannot_be(caller: Caller, namespace: str) -> None:
    cases: tuple[list[dict[str, dynamic.WriteRequest]], ...] = (
        [{}],
        [{"create": writing(namespace, "a")}] * 2,
        [{"create": writing(namespace, f"m{i}")} for i in range(65)],
    )
    for operations in cases:
        found = await caller.refused(DYNAMIC + "Transact", dynamic.TransactRequest(operations=operations))
        check(found, StatusCode.INVALID_ARGUMENT, "BadRequest")
    half = [{"create": writing(namespace, "good")}, {"create": writing(namespace, "BAD")}]
    found = await caller.refused(DYNAMIC + "Transact", dynamic.TransactRequest(operations=half))
    check(found, StatusCode.INVALID_ARGUMENT, "Invalid")
    assert await objects_in(caller, namespace) == []


async def test_metadata_without_end(caller: Caller) -> None:
    """The transport refuses it, and only the call that had it fails."""
    call = caller.channel.unary_unary("/" + MAPS + "List")
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call(b"", timeout=10, metadata=(("x-long", "y" * 100_000),))
    assert caught.value.code() is StatusCode.RESOURCE_EXHAUSTED
    assert await caller.call(MAPS + "List", b"") is not None


def test_metrics_count_no_names_that_callers_make_up(server: ServerProcess) -> None:
    text = get(server.health_port, "/metrics")[1]
    assert "unicorns" not in text
    assert "Explode" not in text
