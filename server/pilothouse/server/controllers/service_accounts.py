"""Service accounts: every namespace that is not terminating has the account `default`, which its pods run under."""

import asyncio
import logging
from contextlib import suppress

import orjson
from google.protobuf.message import Message
from pilothouse.api.core.v1.core_pb2 import Namespace

from ..errors import AlreadyExists, Forbidden, NotFound
from ..meta.context import RequestContext
from ..meta.user import User
from ..verbs.body import Body, Encoding
from ..verbs.create import create
from ..verbs.faults import api_error
from ..verbs.plane import Plane

log = logging.getLogger(__name__)

ACCOUNT = User(
    "system:serviceaccount:kube-system:service-account-controller",
    ("system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"),
)
DEFAULT = "default"
RETRY_SECONDS = 1.0


class ServiceAccounts:
    """Makes what is missing, from start() to close()."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self._accounts = plane.registry.get("", "v1", "serviceaccounts")
        self._namespaces: dict[str, str] = {}
        self._present: set[str] = set()
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        plane.cache.follow(plane.registry.get("", "v1", "namespaces"), self._namespace_changed)
        plane.cache.follow(self._accounts, self._account_changed)

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="service accounts")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def _namespace_changed(self, key: str, message: Message | None) -> None:
        if message is None:
            self._namespaces.pop(key, None)
            return
        assert isinstance(message, Namespace)
        if message.status.phase == "Terminating" or message.metadata.HasField("deletion_timestamp"):
            self._namespaces.pop(key, None)
        else:
            self._namespaces[key] = message.metadata.name
            self._changed.set()

    def _account_changed(self, key: str, message: Message | None) -> None:
        if message is None:
            self._present.discard(key)
            self._changed.set()
        else:
            self._present.add(key)

    async def _run(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            for namespace in sorted(self._namespaces.values()):
                if self._accounts.key(namespace, DEFAULT) not in self._present:
                    await self._make(namespace)

    async def _make(self, namespace: str) -> None:
        context = RequestContext(user=ACCOUNT, verb="create", type=self._accounts, namespace=namespace)
        account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": DEFAULT}}
        try:
            await create(self._plane, context, Body(orjson.dumps(account), Encoding.JSON))
        except (AlreadyExists, NotFound):
            # Another server made it, or the namespace is gone; either is told here, too.
            return
        except Forbidden as error:
            # The namespace is being deleted, or the default roles are not laid down.
            log.debug("no service account for %s: %s", namespace, error.message)
            asyncio.get_running_loop().call_later(RETRY_SECONDS, self._changed.set)
        except Exception as error:  # noqa: BLE001 (the loop must outlive whatever one namespace brings up)
            log.warning("no service account for %s yet: %s", namespace, api_error(error).message)
            asyncio.get_running_loop().call_later(RETRY_SECONDS, self._changed.set)
