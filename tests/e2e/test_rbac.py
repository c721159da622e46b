"""Who may do nothing, or something in one namespace only, by whatever method they ask; and secrets that stay secret."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import grpc
import pytest
from google.protobuf.message import Message
from grpc import StatusCode
from pilothouse.api.apps.v1.apps_pb2 import Deployment
from pilothouse.api.core.v1.core_pb2 import ConfigMap, Secret
from pilothouse.api.core.v1.pods_pb2 import Pod
from pilothouse.api.dynamic.v1 import dynamic_pb2 as dynamic
from pilothouse.api.meta.v1 import requests_pb2 as requests

from tests.e2e.requests import (
    CONFIG_MAPS,
    DEPLOYMENTS,
    DYNAMIC,
    MAPS,
    PODS,
    SECRETS,
    deployment,
    make,
    make_namespace,
    writing,
    writing_json,
)
from tests.support.caller import EOF, Caller, Refusal, admin_of, refusal, user_of
from tests.support.server import ServerProcess

BINDINGS = dynamic.ResourceName(group="rbac.authorization.k8s.io", version="v1", resource="rolebindings")
CLUSTER_BINDINGS = dynamic.ResourceName(group="rbac.authorization.k8s.io", version="v1", resource="clusterrolebindings")
ROLES = dynamic.ResourceName(group="rbac.authorization.k8s.io", version="v1", resource="roles")
SECRET_SERVICE = "pilothouse.api.core.v1.Secrets/"


@pytest.fixture
async def admin(server: ServerProcess) -> AsyncIterator[Caller]:
    async with Caller(server.grpc_port, admin_of(server)) as caller:
        yield caller


@pytest.fixture
async def foreign(admin: Caller) -> str:
    """A namespace that only the administrator is at home in, with an object."""
    name = await make_namespace(admin, f"foreign-{uuid4().hex[:8]}")
    await make(admin, name, "a", k="theirs")
    return name


async def user_with(server: ServerProcess, admin: Caller, namespace: str, rules: list[dict[str, list[str]]]) -> Caller:
    """A client of a new user to whom a role in `namespace` grants `rules`."""
    name = f"user-{uuid4().hex[:8]}"
    group = "rbac.authorization.k8s.io"
    role = {"apiVersion": f"{group}/v1", "kind": "Role", "metadata": {"name": name}, "rules": rules}
    subject = {"apiGroup": group, "kind": "User", "name": name}
    binding = {
        "apiVersion": f"{group}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": name},
        "subjects": [subject],
        "roleRef": {"apiGroup": group, "kind": "Role", "name": name},
    }
    for resource, obj in ((ROLES, role), (BINDINGS, binding)):
        await admin.call(DYNAMIC + "Create", writing_json(namespace, json.dumps(obj).encode(), resource))
    return Caller(server.grpc_port, user_of(server, name))


@pytest.fixture
async def guest(server: ServerProcess, admin: Caller, namespace: str) -> AsyncIterator[Caller]:
    """One who may do everything in `namespace`, and nothing elsewhere."""
    everything = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]
    async with await user_with(server, admin, namespace, everything) as caller:
        yield caller


def forbidden(found: Refusal) -> None:
    assert (found.code, found.reason) == (StatusCode.PERMISSION_DENIED, "Forbidden"), found
    assert "cannot" in found.message
    assert found.size <= 4096


def calls_of(place: str) -> list[tuple[str, Message]]:
    """Every method there is, on ConfigMaps of a namespace, or of all."""
    body = ConfigMap(metadata={"name": "a", "namespace": place}).SerializeToString()
    json_body = json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": place}})
    write: dict[str, Any] = {"resource": CONFIG_MAPS, "object": body}
    named: dict[str, Any] = {"namespace": place, "name": "a"}
    patch: dict[str, Any] = {**named, "type": requests.MERGE_PATCH, "patch": b"{}"}
    scope: dict[str, Any] = {"resource": CONFIG_MAPS, "namespace": place}
    calls: list[tuple[str, Message]] = [
        (MAPS + "List", requests.ListRequest(namespace=place)),
        (MAPS + "Watch", requests.WatchRequest(namespace=place)),
        (MAPS + "DeleteCollection", requests.DeleteCollectionRequest(namespace=place)),
        (DYNAMIC + "List", dynamic.ListRequest(**scope)),
        (DYNAMIC + "Watch", dynamic.WatchRequest(scopes=[scope])),
        (DYNAMIC + "DeleteCollection", dynamic.DeleteCollectionRequest(**scope)),
    ]
    if not place:
        return calls
    transactions = (
        {"create": dynamic.WriteRequest(**write, namespace=place)},
        {"update": dynamic.WriteRequest(**write)},
        {"delete": dynamic.DeleteRequest(resource=CONFIG_MAPS, **named)},
    )
    return [
        *calls,
        (MAPS + "Get", requests.GetRequest(**named)),
        (MAPS + "Patch", requests.PatchRequest(**patch)),
        (MAPS + "Delete", requests.DeleteRequest(**named)),
        # A write request of any kind has the object in field 2.
        (MAPS + "Create", dynamic.WriteRequest(object=body)),
        (MAPS + "Update", dynamic.WriteRequest(object=body)),
        (DYNAMIC + "Get", dynamic.GetRequest(resource=CONFIG_MAPS, **named)),
        (DYNAMIC + "Create", dynamic.WriteRequest(**write)),
        (DYNAMIC + "Update", dynamic.WriteRequest(**write)),
        (DYNAMIC + "Update", writing_json("", json_body.encode())),
        (DYNAMIC + "Patch", dynamic.PatchRequest(resource=CONFIG_MAPS, **patch)),
        (DYNAMIC + "Delete", dynamic.DeleteRequest(resource=CONFIG_MAPS, **named)),
        *((DYNAMIC + "Transact", dynamic.TransactRequest(operations=[one])) for one in transactions),
    ]


async def test_another_namespace_is_out_of_reach_by_every_method(
    admin: Caller, guest: Caller, namespace: str, foreign: str
) -> None:
    await make(guest, namespace, "mine")
    for place in (foreign, ""):
        for method, request in calls_of(place):
            forbidden(await guest.refused(method, request))
    answer = await admin.call(MAPS + "Get", requests.GetRequest(namespace=foreign, name="a"))
    assert dict(ConfigMap.FromString(answer).data) == {"k": "theirs"}


async def test_one_forbidden_scope_refuses_a_watch_of_many(guest: Caller, namespace: str, foreign: str) -> None:
    own = {"resource": CONFIG_MAPS, "namespace": namespace}
    stream = guest.stream(DYNAMIC + "Watch", dynamic.WatchRequest(scopes=[own]))
    assert dynamic.WatchFrame.FromString(await stream.read()).initial_events_end
    stream.cancel()
    for other in (foreign, ""):
        scopes = [own, {"resource": CONFIG_MAPS, "namespace": other}]
        forbidden(await guest.refused(DYNAMIC + "Watch", dynamic.WatchRequest(scopes=scopes)))


async def test_one_forbidden_write_refuses_a_transaction(guest: Caller, namespace: str, foreign: str) -> None:
    operations = [{"create": writing(namespace, "b")}, {"create": writing(foreign, "b")}]
    forbidden(await guest.refused(DYNAMIC + "Transact", dynamic.TransactRequest(operations=operations)))
    found = await guest.refused(MAPS + "Get", requests.GetRequest(namespace=namespace, name="b"))
    assert found.reason == "NotFound"


async def test_a_field_selector_widens_nothing(guest: Caller, namespace: str, foreign: str) -> None:
    options = {"field_selector": f"metadata.namespace={foreign}"}
    forbidden(await guest.refused(MAPS + "List", requests.ListRequest(options=options)))
    # In the own namespace it may be asked, and finds nothing.
    answer = await guest.call(MAPS + "List", requests.ListRequest(namespace=namespace, options=options))
    assert b"theirs" not in answer


async def test_who_rules_one_namespace_makes_nothing_that_belongs_to_none(guest: Caller, namespace: str) -> None:
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": f"takeover-{uuid4().hex[:8]}"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "system:authenticated"}],
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
    }
    request = writing_json(namespace, json.dumps(binding).encode(), CLUSTER_BINDINGS)
    transaction = dynamic.TransactRequest(operations=[{"create": request}])
    for method, asked in ((DYNAMIC + "Create", request), (DYNAMIC + "Transact", transaction)):
        found = await guest.refused(method, asked)
        assert found.reason in ("BadRequest", "Forbidden"), found
    request.namespace = ""
    forbidden(await guest.refused(DYNAMIC + "Create", request))


async def test_who_may_evict_pods_may_not_create_them(server: ServerProcess, admin: Caller, namespace: str) -> None:
    rules = [{"apiGroups": [""], "resources": ["pods/eviction"], "verbs": ["create"]}]
    pod = Pod(metadata={"name": "p"}, spec={"containers": [{"name": "c", "image": "i"}]}).SerializeToString()
    pods = dynamic.ResourceName(version="v1", resource="pods")
    request = dynamic.WriteRequest(resource=pods, namespace=namespace, object=pod, subresource="eviction")
    async with await user_with(server, admin, namespace, rules) as evictor:
        # It is let in, and there is nothing to evict.
        assert (await evictor.refused(DYNAMIC + "Create", request)).reason == "NotFound"
        request.subresource = ""
        forbidden(await evictor.refused(DYNAMIC + "Create", request))
    found = await admin.refused(PODS + "Get", requests.GetRequest(namespace=namespace, name="p"))
    assert found.reason == "NotFound"


async def test_who_may_write_the_status_may_write_nothing_else(
    server: ServerProcess, admin: Caller, namespace: str
) -> None:
    rules = [{"apiGroups": ["apps"], "resources": ["deployments/status"], "verbs": ["update", "patch"]}]
    named: dict[str, Any] = {"resource": DEPLOYMENTS, "namespace": namespace}
    written = deployment("d")
    write = dynamic.WriteRequest(object=written.SerializeToString(), **named)
    await admin.call(DYNAMIC + "Create", write)
    async with await user_with(server, admin, namespace, rules) as reporter:
        forbidden(await reporter.refused(DYNAMIC + "Update", write))
        written.spec.replicas, written.status.replicas = 9, 7
        write = dynamic.WriteRequest(object=written.SerializeToString(), subresource="status", **named)
        await reporter.call(DYNAMIC + "Update", write)
        document = b'{"spec":{"replicas":9},"metadata":{"name":"d"},"status":{"readyReplicas":5}}'
        patch = dynamic.PatchRequest(
            name="d", type=requests.STRATEGIC_MERGE_PATCH, patch=document, subresource="status", **named
        )
        await reporter.call(DYNAMIC + "Patch", patch)
    kept = await admin.call(DYNAMIC + "Get", dynamic.GetRequest(name="d", **named))
    found = Deployment.FromString(dynamic.Object.FromString(kept).object)
    assert (found.spec.replicas, found.status.replicas, found.status.ready_replicas) == (1, 7, 5)


async def read_on(stream: Any, into: list[bytes]) -> None:
    while (frame := await stream.read()) is not EOF:
        into.append(frame)


async def test_a_role_that_is_taken_away_ends_an_open_watch(
    server: ServerProcess, admin: Caller, namespace: str
) -> None:
    rules = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["watch"]}]
    async with await user_with(server, admin, namespace, rules) as watcher:
        stream = watcher.stream(MAPS + "Watch", requests.WatchRequest(namespace=namespace), 30)
        assert await stream.read()
        gone = dynamic.DeleteCollectionRequest(resource=BINDINGS, namespace=namespace)
        await admin.call(DYNAMIC + "DeleteCollection", gone)
        await make(admin, namespace, "later", k="not to be seen")
        seen: list[bytes] = []
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await read_on(stream, seen)
        forbidden(refusal(caught.value))
        assert b"not to be seen" not in b"".join(seen)


async def test_secrets_are_in_no_log_and_no_message(server: ServerProcess, admin: Caller, namespace: str) -> None:
    marker = f"hush{uuid4().hex}"
    encoded = base64.b64encode(marker.encode()).decode()
    body = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "type": "Opaque", "immutable": True}
    found: list[Refusal] = []
    wrongs: tuple[dict[str, object], ...] = (
        {"data": {"k": marker + "%"}},
        {"data": {"k": [marker]}},
        {"data": {"bad key!": encoded}},
        {"data": marker},
        {"data": {"k": encoded}, "type": "kubernetes.io/dockerconfigjson"},
        {"data": {"tls.crt": encoded}, "type": "kubernetes.io/tls"},
        {"stringData": {"k": 5, "l": marker}},
        {"stringData": {"bad key!": marker}},
    )
    for wrong in wrongs:
        text = json.dumps(body | wrong).encode()
        found.append(await admin.refused(DYNAMIC + "Create", writing_json(namespace, text, SECRETS)))
    cut = json.dumps(body | {"data": {"k": encoded}}).encode()[:-3] + b"!"
    found.append(await admin.refused(DYNAMIC + "Create", writing_json(namespace, cut, SECRETS)))
    good = json.dumps(body | {"data": {"k": encoded}}).encode()
    await admin.call(DYNAMIC + "Create", writing_json(namespace, good, SECRETS))
    found.append(await admin.refused(DYNAMIC + "Create", writing_json(namespace, good, SECRETS)))
    for kind, patch in (
        (requests.MERGE_PATCH, b'{"data":{"k":"AAAA"}}'),
        (requests.MERGE_PATCH, b'{"data":{"k":5}}'),
        (requests.JSON_PATCH, b'[{"op":"test","path":"/data/k","value":"AAAA"}]'),
        (requests.JSON_PATCH, b'[{"op":"add","path":"/data/k/deeper","value":"x"}]'),
    ):
        asked = requests.PatchRequest(namespace=namespace, name="s", type=kind, patch=patch)
        found.append(await admin.refused(SECRET_SERVICE + "Patch", asked))
    changed = Secret(metadata={"name": "s"}, data={"k": b"another"})
    update = dynamic.WriteRequest(resource=SECRETS, namespace=namespace, object=changed.SerializeToString())
    found.append(await admin.refused(DYNAMIC + "Update", update))
    for each in found:
        for secret in (marker, encoded):
            assert secret not in f"{each.message} {each.violations} {each.status}", each.message
    assert marker not in server.log
    assert encoded not in server.log


async def test_nobody_is_allowed_anything_by_default(server: ServerProcess, foreign: str) -> None:
    async with Caller(server.grpc_port, user_of(server, "nobody-in-particular")) as nobody:
        outcomes = await asyncio.gather(*(nobody.refused(m, r) for m, r in calls_of(foreign) + calls_of("")))
    for found in outcomes:
        forbidden(found)
        assert 'User "nobody-in-particular" cannot' in found.message
