"""Service accounts: every namespace that is not terminating has the account `default`, which its pods run under."""

from typing import cast

import orjson
from google.protobuf.message import Message
from pilothouse.api.core.v1.core_pb2 import Namespace

from ..errors import AlreadyExists, Forbidden, NotFound
from ..meta.context import RequestContext
from ..verbs.body import Body, Encoding
from ..verbs.create import create
from ..verbs.plane import Plane
from .base import Report, account, is_leaving, is_terminating
from .following import following
from .names import SERVICE_ACCOUNTS
from .queue import WorkQueue

ACCOUNT = account("service-account-controller")
DEFAULT = "default"
END = f"/{DEFAULT}"


class ServiceAccounts:
    """Makes what is missing."""

    name = SERVICE_ACCOUNTS

    def __init__(self, plane: Plane, report: Report) -> None:
        self._plane = plane
        self._accounts = plane.registry.get("", "v1", "serviceaccounts")
        self._namespaces_type = plane.registry.get("", "v1", "namespaces")
        self._namespaces: set[str] = set()
        self._queue = WorkQueue(self._make, lambda name: f"the service account of namespace {name}", report)

    async def run(self) -> None:
        self._namespaces.clear()
        namespaces = (self._namespaces_type, self._namespace_changed)
        with following(self._plane, namespaces, changes=((self._accounts, self._account_changed),)):
            await self._queue.run()

    def _namespace_changed(self, key: str, message: Message | None) -> None:
        name = key.removeprefix(self._namespaces_type.storage.prefix)
        if message is None or is_leaving(cast(Namespace, message)):
            self._namespaces.discard(name)
        elif name not in self._namespaces:
            self._namespaces.add(name)
            self._queue.add(name)

    def _account_changed(self, key: str, message: Message | None) -> None:
        if message is None and key.endswith(END):
            self._queue.add(key.removeprefix(self._accounts.storage.prefix).removesuffix(END))

    async def _make(self, namespace: str) -> None:
        key = self._accounts.key(namespace, DEFAULT)
        if namespace not in self._namespaces or self._plane.cache.collection(self._accounts).get(key) is not None:
            return
        context = RequestContext(ACCOUNT, "create", self._accounts, namespace)
        made = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": DEFAULT}}
        try:
            await create(self._plane, context, Body(orjson.dumps(made), Encoding.JSON))
        except (AlreadyExists, NotFound):
            # Somebody else made it, or the namespace is gone; either is told here, too.
            return
        except Forbidden as error:
            if not is_terminating(error):
                raise
