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
END = f"/{NAME}"
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
        self._queue = WorkQueue(self._publish, lambda name: f"the ConfigMap {NAME} of namespace {name}", report)

    async def run(self) -> None:
        self._namespaces.clear()
        maps, namespaces = (self._maps, self._map_changed), (self._namespaces_type, self._namespace_changed)
        with following(self._plane, namespaces, changes=(maps,)):
            await self._queue.run()

    def _namespace_changed(self, key: str, message: Message | None) -> None:
        name = key.removeprefix(self._namespaces_type.storage.prefix)
        if message is None or is_leaving(message):
            self._namespaces.discard(name)
        elif name not in self._namespaces:
            self._namespaces.add(name)
            self._queue.add(name)

    def _map_changed(self, key: str, message: Message | None) -> None:
        if key.endswith(END) and (message is None or not _is_right(cast(ConfigMap, message), self._bundle)):
            self._queue.add(key.removeprefix(self._maps.storage.prefix).removesuffix(END))

    async def _publish(self, namespace: str) -> None:
        if namespace not in self._namespaces:
            return
        item = self._plane.cache.collection(self._maps).get(self._maps.key(namespace, NAME))
        try:
            if item is None:
                wanted = {"apiVersion": "v1", "kind": "ConfigMap", "data": {KEY: self._bundle}}
                wanted["metadata"] = {"name": NAME, "annotations": {DESCRIBED_BY: DESCRIPTION}}
                context = RequestContext(ACCOUNT, "create", self._maps, namespace)
                await create(self._plane, context, Body(orjson.dumps(wanted), Encoding.JSON))
            else:
                found = ConfigMap.FromString(item.body)
                if _is_right(found, self._bundle):
                    return
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
