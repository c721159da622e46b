"""Short forms of requests, for tests that speak to the server in bytes."""

from pilothouse.api.apps.v1.apps_pb2 import Deployment
from pilothouse.api.core.v1.core_pb2 import ConfigMap, Namespace
from pilothouse.api.dynamic.v1 import dynamic_pb2 as dynamic

from tests.support.caller import Caller

PODS = "pilothouse.api.core.v1.Pods/"
MAPS = "pilothouse.api.core.v1.ConfigMaps/"
DYNAMIC = "pilothouse.api.dynamic.v1.Resources/"
VERBS = ("Get", "List", "Watch", "Create", "Update", "Patch", "Delete", "DeleteCollection")

CONFIG_MAPS = dynamic.ResourceName(version="v1", resource="configmaps")
SECRETS = dynamic.ResourceName(version="v1", resource="secrets")
DEPLOYMENTS = dynamic.ResourceName(group="apps", version="v1", resource="deployments")
NAMESPACES = dynamic.ResourceName(version="v1", resource="namespaces")


def writing(namespace: str, name: str, **data: str) -> dynamic.WriteRequest:
    """A ConfigMap to be created or updated through the dynamic service."""
    body = ConfigMap(metadata={"name": name}, data=data).SerializeToString()
    return dynamic.WriteRequest(resource=CONFIG_MAPS, namespace=namespace, object=body)


def deployment(name: str, *arguments: str) -> Deployment:
    """One that is valid and depends on nothing."""
    labels = {"app": name}
    container = {"name": "c", "image": "i", "args": arguments}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    return Deployment(
        metadata={"name": name}, spec={"replicas": 1, "selector": {"match_labels": labels}, "template": template}
    )


def writing_json(namespace: str, body: bytes, resource: dynamic.ResourceName = CONFIG_MAPS) -> dynamic.WriteRequest:
    return dynamic.WriteRequest(resource=resource, namespace=namespace, object=body, encoding=dynamic.JSON)


async def make(caller: Caller, namespace: str, name: str, **data: str) -> ConfigMap:
    answer = await caller.call(DYNAMIC + "Create", writing(namespace, name, **data))
    return ConfigMap.FromString(dynamic.Object.FromString(answer).object)


async def make_namespace(caller: Caller, name: str) -> str:
    body = Namespace(metadata={"name": name}).SerializeToString()
    await caller.call(DYNAMIC + "Create", dynamic.WriteRequest(resource=NAMESPACES, object=body))
    return name
