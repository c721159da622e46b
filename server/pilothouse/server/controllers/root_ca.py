"""The root CA: every namespace has a ConfigMap with the certificates by which clients know the server."""

from typing import cast

import orjson
from google.protobuf.message import Message
from pilothouse.api.core.v1.core_pb2 import ConfigMap

from ..errors import AlreadyExists, Conflict, Forbidden, NotFound
from ..meta.context import RequestContext
from ..verbs.body import Body, Encoding
from ..verbs.create import create
from ..verbs.plane import Plane
from ..verbs.update import update
from .base import Report, account, is_leaving, is_terminating
from .following import following
from .names import ROOT_CA
from .queue import WorkQueue

ACCOUNT = account("root-ca-cert-publisher")
NAME = "kube-root-ca.crt"
KEY = "ca.crt"
DESCRIBED_BY = "kubernetes.io/description"
DESCRIPTION = (
    "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the "
    "internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes "
    "clusters."
)


class RootCaPublisher:
    """Makes the ConfigMaps, and repairs them. bundle: the certificates, PEM."""

    name = ROOT_CA

    def __init__(self, plane: Plane, report: Report, bundle: str) -> None:
        self._plane = plane
        self._bundle = bundle
        self._maps = plane.registry.get("", "v1", "configmaps")
        self._namespaces_type = plane.registry.get("", "v1", "namespaces")
        self._namespaces: set[str] = set()
        self._right: set[str] = set()
        self._queue = WorkQueue(self._publish, lambda name: f"the ConfigMap {NAME} of namespace {name}", report)

    async def run(self) -> None:
        self._namespaces.clear()
        self._right.clear()
        with following(self._plane, (self._maps, self._map_changed), (self._namespaces_type, self._namespace_changed)):
            await self._queue.run()

    def _namespace_changed(self, key: str, message: Message | None) -> None:
        name = key.removeprefix(self._namespaces_type.storage.prefix)
        if message is None or is_leaving(message):
            self._namespaces.discard(name)
        elif name not in self._namespaces:
            self._namespaces.add(name)
            self._queue.add(name)

    def _map_changed(self, key: str, message: Message | None) -> None:
        if not key.endswith(f"/{NAME}"):
            return
        if message is not None and _is_right(cast(ConfigMap, message), self._bundle):
            self._right.add(key)
        else:
            self._right.discard(key)
            self._queue.add(key.removeprefix(self._maps.storage.prefix).removesuffix(f"/{NAME}"))

    async def _publish(self, namespace: str) -> None:
        key = self._maps.key(namespace, NAME)
        if namespace not in self._namespaces or key in self._right:
            return
        item = self._plane.cache.collection(self._maps).get(key)
        try:
            if item is None:
                wanted = {"apiVersion": "v1", "kind": "ConfigMap", "data": {KEY: self._bundle}}
                wanted["metadata"] = {"name": NAME, "annotations": {DESCRIBED_BY: DESCRIPTION}}
                context = RequestContext(ACCOUNT, "create", self._maps, namespace)
                await create(self._plane, context, Body(orjson.dumps(wanted), Encoding.JSON))
            else:
                found = ConfigMap.FromString(item.body)
                found.data.clear()
                found.data[KEY] = self._bundle
                found.metadata.annotations[DESCRIBED_BY] = DESCRIPTION
                context = RequestContext(ACCOUNT, "update", self._maps, namespace, NAME)
                await update(self._plane, context, Body(found.SerializeToString()))
        except (AlreadyExists, Conflict, NotFound):
            # Somebody else wrote it, or the namespace is gone; either is told here, too.
            return
        except Forbidden as error:
            if not is_terminating(error):
                raise


def _is_right(found: ConfigMap, bundle: str) -> bool:
    return dict(found.data) == {KEY: bundle} and bool(found.metadata.annotations.get(DESCRIBED_BY))
