"""A namespace with much of many kinds that is deleted, and whose last objects are let go late."""

import asyncio
import json
import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc.aio
from pilothouse.api.core.v1 import core_pb2
from pilothouse.api.dynamic.v1 import dynamic_pb2
from pilothouse.api.meta.v1 import requests_pb2

from bench.setting import insist
from bench.stand import unary
from tests.soak.collecting import DYNAMIC, PATIENCE_SECONDS, serving
from tests.support.etcd import Etcd

NAMESPACE, FINALIZER = "ending", "a.test/hold"
NAMESPACES = "/pilothouse.api.core.v1.Namespaces/"
CUSTOM_GROUP = "soak.example.test"
TOGETHER = 32

Json = dict[str, Any]

CONTAINERS = {"containers": [{"name": "c", "image": "i"}]}
TEMPLATE = {"metadata": {"labels": {"app": "a"}}, "spec": CONTAINERS}
SELECTED = {"selector": {"matchLabels": {"app": "a"}}, "template": TEMPLATE}
ONCE = {"template": {"spec": {**CONTAINERS, "restartPolicy": "Never"}}}
TARGET = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "d"}
DEVICES = {"devices": {"requests": [{"name": "r", "exactly": {"deviceClassName": "d"}}]}}
ROLE = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r"}
BACKEND = {"service": {"name": "s", "port": {"number": 80}}}
BUILT_IN: dict[str, Json] = {
    "v1 ConfigMap configmaps": {"data": {"a": "b"}},
    "v1 Secret secrets": {"stringData": {"a": "b"}},
    "v1 Service services": {"spec": {"clusterIP": "None", "ports": [{"port": 80}]}},
    "v1 Pod pods": {"spec": CONTAINERS},
    "v1 ServiceAccount serviceaccounts": {},
    "v1 Endpoints endpoints": {},
    "v1 LimitRange limitranges": {"spec": {"limits": [{"type": "PersistentVolumeClaim", "max": {"storage": "9Gi"}}]}},
    "v1 ResourceQuota resourcequotas": {"spec": {"hard": {"count/nothings.a.test": "1"}}},
    "v1 PodTemplate podtemplates": {"template": TEMPLATE},
    "v1 ReplicationController replicationcontrollers": {"spec": {"selector": {"app": "a"}, "template": TEMPLATE}},
    "apps/v1 ControllerRevision controllerrevisions": {"revision": 1, "data": {"a": 1}},
    "apps/v1 DaemonSet daemonsets": {"spec": SELECTED},
    "apps/v1 Deployment deployments": {"spec": SELECTED},
    "apps/v1 ReplicaSet replicasets": {"spec": SELECTED},
    "apps/v1 StatefulSet statefulsets": {"spec": {**SELECTED, "serviceName": "s"}},
    "autoscaling/v2 HorizontalPodAutoscaler horizontalpodautoscalers": {
        "spec": {"scaleTargetRef": TARGET, "maxReplicas": 2}
    },
    "batch/v1 CronJob cronjobs": {"spec": {"schedule": "* * * * *", "jobTemplate": {"spec": ONCE}}},
    "batch/v1 Job jobs": {"spec": ONCE},
    "coordination.k8s.io/v1 Lease leases": {},
    "discovery.k8s.io/v1 EndpointSlice endpointslices": {"addressType": "IPv4", "endpoints": []},
    "networking.k8s.io/v1 Ingress ingresses": {
        "spec": {"defaultBackend": {"service": {"name": "s", "port": {"number": 80}}}}
    },
    "networking.k8s.io/v1 NetworkPolicy networkpolicies": {"spec": {"podSelector": {}}},
    "policy/v1 PodDisruptionBudget poddisruptionbudgets": {"spec": {"minAvailable": 1, "selector": {}}},
    "rbac.authorization.k8s.io/v1 Role roles": {"rules": []},
    "rbac.authorization.k8s.io/v1 RoleBinding rolebindings": {"roleRef": ROLE, "subjects": []},
    "resource.k8s.io/v1 ResourceClaim resourceclaims": {"spec": DEVICES},
    "resource.k8s.io/v1 ResourceClaimTemplate resourceclaimtemplates": {"spec": {"spec": DEVICES}},
}
KINDS: dict[str, Json] = BUILT_IN | {
    f"{CUSTOM_GROUP}/v1 Kind{n} kind{n}s": {"spec": {"n": n}} for n in range(40 - len(BUILT_IN))
}
"""What an object of each kind holds, by apiVersion, kind and plural."""


@dataclass(frozen=True, slots=True)
class Ended:
    """objects: in the namespace, of so many kinds; held: by others, who let go in the end. Seconds from the deletion to
    when only these were left, and from when the last was let go to the end."""

    objects: int
    kinds: int
    held: int
    emptied: float
    ended: float

    def __str__(self) -> str:
        return (
            f"{self.objects} objects of {self.kinds} kinds: all but {self.held} gone after {self.emptied:.1f} s, "
            f"the namespace {self.ended:.1f} s after the last of these was let go"
        )


class Ending:
    """Requests to one server about one namespace."""

    def __init__(self, admin: grpc.aio.Channel) -> None:
        self._admin = admin
        self._slots = asyncio.Semaphore(TOGETHER)

    async def define(self) -> None:
        for of in KINDS:
            version, kind, plural = of.split()
            if not version.startswith(CUSTOM_GROUP):
                continue
            schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
            served = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
            names = {"plural": plural, "singular": kind.lower(), "kind": kind}
            spec = {"group": CUSTOM_GROUP, "scope": "Namespaced", "names": names, "versions": [served]}
            body = {"metadata": {"name": f"{plural}.{CUSTOM_GROUP}"}, "spec": spec}
            await self.write("apiextensions.k8s.io/v1 CustomResourceDefinition customresourcedefinitions", body, "")

    async def fill(self, objects: int, choices: random.Random) -> list[tuple[str, str]]:
        """Creates so many; those that are held, by kind and name."""
        held, work = [], []
        for number in range(objects):
            of, name = list(KINDS)[number % len(KINDS)], f"o{number}"
            finalizers = [FINALIZER] if choices.random() < 1 / 3 else []
            if finalizers:
                held.append((of, name))
            work.append(self.write(of, {"metadata": {"name": name, "finalizers": finalizers}, **KINDS[of]}))
        await asyncio.gather(*work)
        return held

    async def write(self, of: str, body: Json, namespace: str = NAMESPACE) -> None:
        version, kind, _ = of.split()
        whole = json.dumps({"apiVersion": version, "kind": kind, **body}).encode()
        request = dynamic_pb2.WriteRequest(resource=_resource(of), namespace=namespace, object=whole)
        request.encoding = dynamic_pb2.JSON
        async with self._slots:
            await insist(unary(self._admin, DYNAMIC + "Create"), request.SerializeToString(), 10.0)

    async def release(self, of: str, name: str) -> None:
        patch = json.dumps({"metadata": {"finalizers": None}}).encode()
        request = dynamic_pb2.PatchRequest(
            resource=_resource(of), namespace=NAMESPACE, name=name, type=requests_pb2.MERGE_PATCH, patch=patch
        )
        async with self._slots:
            await unary(self._admin, DYNAMIC + "Patch")(request.SerializeToString(), timeout=30)

    async def namespace(self) -> core_pb2.Namespace | None:
        request = requests_pb2.GetRequest(name=NAMESPACE).SerializeToString()
        try:
            return core_pb2.Namespace.FromString(await unary(self._admin, NAMESPACES + "Get")(request, timeout=30))
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.NOT_FOUND:
                raise
            return None

    async def until_held_by(self, objects: int) -> None:
        """Waits until the namespace says that so many objects are held; 0: until it is gone."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        wanted = f"{FINALIZER} in {objects} resource instances"
        while True:
            namespace = await self.namespace()
            if namespace is None:
                return
            told = {c.type: c.message for c in namespace.status.conditions}
            if objects and wanted in told.get("NamespaceFinalizersRemaining", ""):
                return
            if time.monotonic() > deadline:
                raise TimeoutError(f"the namespace does not go: {told}")
            await asyncio.sleep(0.1)


async def end(directory: Path, objects: int, etcd: Etcd | None = None) -> Ended:
    """Fills a namespace, deletes it, lets go of what is held, and waits for its end."""
    async with serving(directory, etcd) as admin:
        ending = Ending(admin)
        namespace = core_pb2.Namespace(metadata={"name": NAMESPACE})
        request = dynamic_pb2.WriteRequest(object=namespace.SerializeToString())
        await insist(unary(admin, NAMESPACES + "Create"), request.SerializeToString())
        await ending.define()
        held = await ending.fill(objects, random.Random(objects))
        started = time.monotonic()
        await unary(admin, NAMESPACES + "Delete")(requests_pb2.DeleteRequest(name=NAMESPACE).SerializeToString())
        # Pods are to go before anything else does.
        pods = [one for one in held if one[0].endswith(" pods")]
        await ending.until_held_by(len(held))
        await asyncio.gather(*(ending.release(*one) for one in pods))
        held = [one for one in held if one not in pods]
        await ending.until_held_by(len(held))
        emptied = time.monotonic()
        await asyncio.gather(*(ending.release(*one) for one in held))
        released = time.monotonic()
        await ending.until_held_by(0)
        return Ended(objects, len(KINDS), len(held), emptied - started, time.monotonic() - released)


def _resource(of: str) -> dynamic_pb2.ResourceName:
    version, _, plural = of.split()
    group, _, number = version.rpartition("/")
    return dynamic_pb2.ResourceName(group=group, version=number, resource=plural)
