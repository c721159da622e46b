"""Subresources over HTTP: their methods and answers, and what leads to a kubelet or a pod that is out of reach."""

from typing import Any

import orjson
import pytest

from tests.support.rest import Door, Reply

PODS = "/api/v1/namespaces/default/pods"
CIDER = f"{PODS}/cider"
SUBRESOURCES = ("exec", "attach", "portforward")
UPGRADE = {"Connection": "Upgrade", "Upgrade": "SPDY/3.1"}


async def send(door: Door, method: str, path: str, body: Any = None, **headers: str) -> Reply:
    data = b"" if body is None else orjson.dumps(body)
    return await door.send(method, path, data, headers)


def told(reply: Reply) -> tuple[int, str, str]:
    """Code, reason and message of a failure."""
    value = orjson.loads(reply.body)
    assert (value["kind"], value["status"], value["code"]) == ("Status", "Failure", reply.code)
    return reply.code, value.get("reason", ""), value["message"]


async def create_pod(door: Door, *names: str, **spec: Any) -> None:
    containers = [{"name": name, "image": "registry.test/press:3"} for name in names or ("press",)]
    body = {"metadata": {"name": "cider"}, "spec": {"containers": containers, **spec}}
    account = {"metadata": {"name": "default"}}
    await send(door, "POST", "/api/v1/namespaces/default/serviceaccounts", account)
    made = await send(door, "POST", PODS, body)
    assert made.code == 201, made.body


async def create_node(door: Door, *addresses: tuple[str, str], port: int = 0) -> None:
    assert (await send(door, "POST", "/api/v1/nodes", {"metadata": {"name": "shed"}})).code == 201
    status = {
        "addresses": [{"type": kind, "address": address} for kind, address in addresses],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": port}},
    }
    headers = {"Content-Type": "application/merge-patch+json"}
    patched = await door.send("PATCH", "/api/v1/nodes/shed/status", orjson.dumps({"status": status}), headers)
    assert patched.code == 200, patched.body


async def test_a_scale_is_answered_as_one(door: Door) -> None:
    path = "/apis/apps/v1/namespaces/default/deployments"
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    spec = {"selector": {"matchLabels": {"a": "b"}}, "template": template}
    await send(door, "POST", path, {"metadata": {"name": "press"}, "spec": spec})
    read = await send(door, "GET", f"{path}/press/scale")
    scale = orjson.loads(read.body)
    assert (read.code, scale["apiVersion"], scale["kind"]) == (200, "autoscaling/v1", "Scale")
    assert (scale["spec"], scale["status"]) == ({"replicas": 1}, {"replicas": 0, "selector": "a=b"})
    scale["spec"]["replicas"] = 3
    put = await send(door, "PUT", f"{path}/press/scale", scale)
    assert orjson.loads(put.body)["spec"] == {"replicas": 3}
    yaml = await send(door, "GET", f"{path}/press/scale", Accept="application/yaml")
    assert b"kind: Scale\n" in yaml.body
    refused = await send(door, "POST", f"{path}/press/scale", scale)
    assert (refused.code, refused.headers["allow"]) == (405, ["GET, PUT, PATCH"])
    unknown = await send(door, "PUT", f"{path}/press/scale?fieldValidation=Strict", {**scale, "tail": 1})
    assert told(unknown)[0] == 400


@pytest.mark.parametrize("path", [f"{CIDER}/binding", "/api/v1/namespaces/default/bindings"])
async def test_a_binding_is_answered_with_success(door: Door, path: str) -> None:
    await create_pod(door)
    body = {"metadata": {"name": "cider"}, "target": {"kind": "Node", "name": "shed"}}
    bound = await send(door, "POST", path, body)
    assert bound.code == 201
    success = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}
    assert orjson.loads(bound.body) == success
    assert told(await send(door, "POST", path, body))[:2] == (409, "Conflict")
    assert told(await send(door, "POST", path, {**body, "target": {}})) == (500, "", "target.name: Required value")
    for method in ("GET", "PUT", "DELETE"):
        refused = await send(door, method, path)
        assert (refused.code, refused.headers["allow"]) == (405, ["POST"])


async def test_an_eviction_that_has_to_wait_is_told_for_how_long(door: Door) -> None:
    await create_pod(door, nodeName="shed")
    merge = {"Content-Type": "application/merge-patch+json"}
    await door.send("PATCH", f"{CIDER}/status", b'{"status":{"phase":"Running"}}', merge)
    budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets"
    await send(door, "POST", budgets, {"metadata": {"name": "guard"}, "spec": {"selector": {}, "minAvailable": 1}})
    refused = await send(door, "POST", f"{CIDER}/eviction", {"metadata": {"name": "cider"}})
    assert (refused.code, refused.headers["retry-after"]) == (429, ["10"])
    details = orjson.loads(refused.body)["details"]
    assert (details["causes"][0]["reason"], details["retryAfterSeconds"]) == ("DisruptionBudget", 10)
    await send(door, "POST", budgets, {"metadata": {"name": "second"}, "spec": {"selector": {}, "minAvailable": 1}})
    several = await send(door, "POST", f"{CIDER}/eviction", {"metadata": {"name": "cider"}})
    assert told(several)[:2] == (500, "")


async def test_the_log_of_a_pod_without_a_node_is_empty(door: Door) -> None:
    await create_pod(door)
    reply = await send(door, "GET", f"{CIDER}/log")
    assert (reply.code, reply.body) == (204, b"")
    assert (await send(door, "GET", f"{CIDER}/log?container=press&tailLines=0")).code == 204


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("tailLines=-1", "tailLines: Invalid value: -1: must be greater than or equal to 0"),
        ("limitBytes=0", "limitBytes: Invalid value: 0: must be greater than 0"),
        ("sinceSeconds=0", "sinceSeconds: Invalid value: 0: must be greater than 0"),
        (
            "sinceSeconds=5&sinceTime=2026-01-01T00:00:00Z",
            ": Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified",
        ),
        ("stream=Stdout", "stream: Forbidden: may not be specified"),
        (
            "tailLines=-1&limitBytes=-4",
            "[tailLines: Invalid value: -1: must be greater than or equal to 0, "
            "limitBytes: Invalid value: -4: must be greater than 0]",
        ),
    ],
)
async def test_options_of_a_log_make_sense(door: Door, query: str, message: str) -> None:
    await create_pod(door)
    reply = await send(door, "GET", f"{CIDER}/log?{query}")
    assert told(reply) == (422, "Invalid", f'PodLogOptions "cider" is invalid: {message}')


@pytest.mark.parametrize("query", ["tailLines=many", "sinceSeconds=1.5", "sinceTime=yesterday"])
async def test_options_of_a_log_can_be_read(door: Door, query: str) -> None:
    await create_pod(door)
    assert told(await send(door, "GET", f"{CIDER}/log?{query}"))[:2] == (400, "BadRequest")


async def test_a_container_must_be_named_where_there_are_several(door: Door) -> None:
    await create_pod(door, "press", "filter", initContainers=[{"name": "wash", "image": "registry.test/wash:1"}])
    message = "a container name must be specified for pod cider, choose one of: [wash press filter]"
    for part in ("log", "exec", "attach"):
        assert told(await send(door, "GET", f"{CIDER}/{part}")) == (400, "BadRequest", message)
        unknown = await send(door, "GET", f"{CIDER}/{part}?container=ghost")
        assert told(unknown) == (400, "BadRequest", "container ghost is not valid for pod cider")
    assert (await send(door, "GET", f"{CIDER}/log?container=wash")).code == 204


async def test_what_is_not_there(door: Door) -> None:
    for part in ("log", *SUBRESOURCES, "proxy", "proxy/deeper/down"):
        missing = await send(door, "GET", f"{CIDER}/{part}")
        assert told(missing) == (404, "NotFound", 'pods "cider" not found')
    await create_pod(door, nodeName="shed")
    for part in ("log", "exec"):
        assert told(await send(door, "GET", f"{CIDER}/{part}")) == (404, "NotFound", 'nodes "shed" not found')
    assert (await send(door, "GET", f"{CIDER}/log/deeper")).code == 404


@pytest.mark.parametrize("part", SUBRESOURCES)
async def test_a_stream_needs_a_node_that_can_be_reached(door: Door, part: str) -> None:
    await create_pod(door)
    for method in ("GET", "POST"):
        unbound = await send(door, method, f"{CIDER}/{part}?command=ls&stdout=1")
        assert told(unbound) == (400, "BadRequest", "pod cider does not have a host assigned")
    refused = await send(door, "PUT", f"{CIDER}/{part}")
    assert (refused.code, refused.headers["allow"]) == (405, ["GET, POST"])
    await create_node(door, ("InternalIP", "10.1.2.3"))
    await send(
        door, "POST", f"{CIDER}/binding", {"metadata": {"name": "cider"}, "target": {"kind": "Node", "name": "shed"}}
    )
    assert told(await send(door, "POST", f"{CIDER}/{part}"))[2] == "Upgrade request required"
    dialed = await send(door, "POST", f"{CIDER}/{part}", **UPGRADE)
    text = "error dialing backend: dial tcp 10.1.2.3:10250: connect: no route to host"
    assert told(dialed) == (500, "", text)


@pytest.mark.parametrize(
    ("addresses", "port", "reached"),
    [
        ([("InternalIP", "10.1.2.3"), ("Hostname", "shed.test")], 0, "dial tcp: lookup shed.test: no such host"),
        ([("ExternalIP", "192.0.2.7")], 1234, "dial tcp 192.0.2.7:1234: connect: no route to host"),
        ([("InternalIP", "fd00::7")], 0, "dial tcp [fd00::7]:10250: connect: no route to host"),
    ],
)
async def test_the_log_is_sought_at_the_kubelet(
    door: Door, addresses: list[tuple[str, str]], port: int, reached: str
) -> None:
    await create_node(door, *addresses, port=port)
    await create_pod(door, nodeName="shed")
    code, reason, message = told(await send(door, "GET", f"{CIDER}/log?tailLines=3&follow=true"))
    assert (code, reason) == (500, "")
    assert message.startswith('Get "https://')
    assert f'/containerLogs/default/cider/press?follow=true&tailLines=3": {reached}' in message


async def test_a_node_without_addresses_has_none_to_try(door: Door) -> None:
    await create_node(door)
    await create_pod(door, nodeName="shed")
    message = "no preferred addresses found; known addresses: []"
    assert told(await send(door, "GET", f"{CIDER}/log")) == (500, "", message)


async def test_a_proxy_leads_to_the_pod(door: Door) -> None:
    await create_pod(door)
    merge = {"Content-Type": "application/merge-patch+json"}
    for address in ("127.0.0.1", "169.254.169.254", "::1", "0.0.0.0"):
        status = {"status": {"podIP": address, "podIPs": [{"ip": address}]}}
        assert (await door.send("PATCH", f"{CIDER}/status", orjson.dumps(status), merge)).code == 200
        inside = await send(door, "GET", f"{CIDER}/proxy/")
        assert told(inside) == (400, "BadRequest", "address not allowed")
    await door.send("PATCH", f"{CIDER}/status", b'{"status":{"podIP":"10.9.8.7","podIPs":[{"ip":"10.9.8.7"}]}}', merge)
    folder = await send(door, "GET", f"{CIDER}/proxy?a=1")
    assert (folder.code, folder.headers["location"]) == (301, [f"{CIDER}/proxy/?a=1"])
    for name, port in (("cider", 80), ("cider:8080", 8080), ("https:cider:", 443), ("http:cider:web", "web")):
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            reply = await send(door, method, f"{PODS}/{name}/proxy/a/b")
            text = f"error trying to reach service: dial tcp 10.9.8.7:{port}: connect: no route to host"
            assert told(reply) == (503, "ServiceUnavailable", text)
    for name in ("ftp:cider:21", "a:b:c:d", "https::443"):
        assert told(await send(door, "GET", f"{PODS}/{name}/proxy/"))[2] == f'invalid pod request "{name}"'


async def test_a_proxy_leads_to_a_pod_behind_a_service_and_to_nothing_else(door: Door) -> None:
    services = "/api/v1/namespaces/default/services"
    ports = [{"name": "web", "port": 80, "targetPort": 8080}]
    await send(door, "POST", services, {"metadata": {"name": "shop"}, "spec": {"ports": ports}})
    assert told(await send(door, "GET", f"{services}/shop/proxy/"))[2] == 'endpoints "shop" not found'
    assert told(await send(door, "GET", f"{services}/ghost:80/proxy/"))[2] == 'services "ghost" not found'
    unknown = 'no service port 81 found for service "shop"'
    assert told(await send(door, "GET", f"{services}/shop:81/proxy/")) == (503, "ServiceUnavailable", unknown)
    await create_pod(door)
    merge = {"Content-Type": "application/merge-patch+json"}
    await door.send("PATCH", f"{CIDER}/status", b'{"status":{"podIP":"10.9.8.7","podIPs":[{"ip":"10.9.8.7"}]}}', merge)
    endpoints = "/api/v1/namespaces/default/endpoints"
    await send(door, "POST", endpoints, {"metadata": {"name": "shop"}})
    assert told(await send(door, "GET", f"{services}/shop/proxy/"))[2] == 'no endpoints available for service "shop"'
    target = {"kind": "Pod", "name": "cider", "namespace": "default"}
    for address, reached in (
        ({"ip": "10.9.8.7"}, False),
        ({"ip": "10.0.0.5", "targetRef": target}, False),
        ({"ip": "10.9.8.7", "targetRef": {**target, "kind": "Node"}}, False),
        ({"ip": "10.9.8.7", "targetRef": {**target, "namespace": "elsewhere"}}, False),
        ({"ip": "10.9.8.7", "targetRef": target}, True),
    ):
        subsets = [{"addresses": [address], "ports": [{"name": "web", "port": 8080}]}]
        await send(door, "PUT", f"{endpoints}/shop", {"metadata": {"name": "shop"}, "subsets": subsets})
        text = told(await send(door, "GET", f"{services}/shop:80/proxy/"))[2]
        assert text == (
            "error trying to reach service: dial tcp 10.9.8.7:8080: connect: no route to host"
            if reached
            else 'no endpoints available for service "shop:80"'
        )


async def test_a_proxy_leads_to_a_kubelet(door: Door) -> None:
    assert told(await send(door, "GET", "/api/v1/nodes/shed/proxy/metrics"))[2] == 'nodes "shed" not found'
    await create_node(door, ("InternalIP", "10.1.2.3"))
    for name, port in (("shed", 10250), ("shed:10250", 10250), ("http:shed:9100", 9100)):
        reply = await send(door, "GET", f"/api/v1/nodes/{name}/proxy/metrics")
        text = f"error trying to reach service: dial tcp 10.1.2.3:{port}: connect: no route to host"
        assert told(reply) == (503, "ServiceUnavailable", text)


async def test_who_may_not_ask_learns_nothing(door: Door) -> None:
    await create_pod(door)
    for method, path, verb, part in (
        ("GET", "log?tailLines=-1", "get", "log"),
        ("GET", "exec", "get", "exec"),
        ("POST", "exec", "create", "exec"),
        ("GET", "proxy/a", "get", "proxy"),
        ("DELETE", "proxy/a", "delete", "proxy"),
        ("POST", "eviction", "create", "eviction"),
        ("GET", "ephemeralcontainers", "get", "ephemeralcontainers"),
        ("PUT", "resize", "update", "resize"),
    ):
        reply = await door.send(method, f"{CIDER}/{path}", b"{}", user="nobody", groups=())
        code, _, message = told(reply)
        assert code == 403
        assert f'cannot {verb} resource "pods/{part}" in API group ""' in message


async def test_to_begin_a_stream_with_get_takes_the_right_to_create_it(door: Door) -> None:
    """Else who may only look could run commands, by a WebSocket."""
    await create_pod(door)
    rules = [{"apiGroups": [""], "resources": [f"pods/{part}" for part in SUBRESOURCES], "verbs": ["get"]}]
    roles = "/apis/rbac.authorization.k8s.io/v1"
    await send(door, "POST", f"{roles}/clusterroles", {"metadata": {"name": "onlooker"}, "rules": rules})
    binding = {
        "metadata": {"name": "onlooker"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "onlooker"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "onlooker"}],
    }
    await send(door, "POST", f"{roles}/clusterrolebindings", binding)
    for part in SUBRESOURCES:
        reply = await door.send("GET", f"{CIDER}/{part}", headers=UPGRADE, user="onlooker", groups=())
        assert f'cannot create resource "pods/{part}"' in told(reply)[2]
