"""Calls: what is sent, what comes back, and how refusals look."""

import pytest
from google.protobuf.message import Message
from pilothouse.api.authentication.v1.authentication_pb2 import TokenRequest
from pilothouse.api.core.v1.core_pb2 import ConfigMap, Secret
from pilothouse.api.dynamic.v1.dynamic_pb2 import ResourceName
from pilothouse.api.meta.v1.meta_pb2 import CreateOptions, UpdateOptions
from pilothouse.client import Client
from pilothouse.client.errors import Disconnected, MethodNotSupported, NotFound
from pilothouse.client.methods import methods_for

from tests.client.small_server import SmallServer


async def test_lists_page_by_page(client: Client, small_server: SmallServer) -> None:
    small_server.write(dict.fromkeys("abcde", "1"))
    found = [obj.metadata.name async for obj in client.resource(ConfigMap).list(page_size=2)]
    assert found == list("abcde")


async def test_an_object_goes_to_its_own_namespace_or_the_configurations(
    client: Client, small_server: SmallServer
) -> None:
    maps = client.resource(ConfigMap)
    await maps.create(ConfigMap(metadata={"name": "x", "namespace": "own"}))
    await maps.create(ConfigMap(metadata={"name": "x"}), options=CreateOptions(dry_run=["All"]))
    await maps.create(ConfigMap(metadata={"name": "x"}), namespace="named")
    assert [r.namespace for r in small_server.requests] == ["own", "default", "named"]
    assert [list(r.options.dry_run) for r in small_server.requests] == [[], ["All"], []]


async def test_a_status_is_written_as_a_subresource(client: Client, small_server: SmallServer) -> None:
    pods = client.dynamic.resource(ResourceName(version="v1", resource="pods"))
    await pods.update_status({"metadata": {"name": "x"}}, options=UpdateOptions(field_manager="me"))
    (request,) = small_server.requests
    assert (request.subresource, request.options.field_manager, request.namespace) == ("status", "me", "default")


async def test_a_clusters_resource_takes_no_namespace(client: Client, small_server: SmallServer) -> None:
    nodes = client.dynamic.resource(ResourceName(version="v1", resource="nodes"), namespaced=False)
    await nodes.update({"metadata": {"name": "x"}})
    assert small_server.requests[0].namespace == ""


async def test_warnings_are_handed_on(client: Client, small_server: SmallServer, warnings_seen: list[str]) -> None:
    small_server.write({"a": "1"})
    await client.resource(ConfigMap).get("a")
    assert warnings_seen == ["first", "second"]


async def test_a_refusal_tells_its_reason_and_its_subject(client: Client) -> None:
    with pytest.raises(NotFound, match='configmaps "b" not found') as caught:
        await client.resource(ConfigMap).get("b")
    assert (caught.value.reason, caught.value.kind, caught.value.name) == ("NotFound", "ConfigMap", "web")


async def test_reads_are_tried_again_and_writes_are_not(client: Client, small_server: SmallServer) -> None:
    small_server.write({"a": "1"})
    small_server.failing = 2
    await client.resource(ConfigMap).get("a")
    assert small_server.calls == ["Get", "Get", "Get"]
    small_server.calls.clear()
    small_server.failing = 1
    with pytest.raises(Disconnected):
        await client.resource(ConfigMap).create(ConfigMap())
    assert small_server.calls == ["Create"]


async def test_a_server_that_is_not_there_is_named(client: Client, small_server: SmallServer) -> None:
    await small_server.proxy.close()
    with pytest.raises(Disconnected, match=f"127.0.0.1:{small_server.proxy.port}: "):
        await client.resource(ConfigMap).get("a")


async def test_a_service_that_the_server_lacks_is_a_refusal(client: Client) -> None:
    with pytest.raises(MethodNotSupported):
        await client.resource(Secret).get("a")


@pytest.mark.parametrize("message", [TokenRequest, CreateOptions])
def test_a_message_that_no_service_serves_is_an_error(message: type[Message]) -> None:
    with pytest.raises(TypeError, match="has no typed service"):
        methods_for(message)
