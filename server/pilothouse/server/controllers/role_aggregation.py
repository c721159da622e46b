"""Role aggregation: ClusterRoles with an aggregationRule get the rules of the ClusterRoles that its selectors choose.

Source of the semantics: the Kubernetes documentation of RBAC, "Aggregated ClusterRoles".
"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import suppress

from google.protobuf.message import Message
from pilothouse.api.meta.v1 import meta_pb2 as meta
from pilothouse.api.rbac.v1 import rbac_pb2 as rbac

from ..errors import Conflict, NotFound
from ..meta.codec import codec_for
from ..meta.context import RequestContext
from ..meta.label_selectors import from_label_selector
from ..meta.selectors import Selector
from ..meta.user import User
from ..verbs.body import Body
from ..verbs.faults import api_error
from ..verbs.plane import Plane
from ..verbs.update import update

log = logging.getLogger(__name__)

ACCOUNT = User(
    "system:serviceaccount:kube-system:clusterrole-aggregation-controller",
    ("system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"),
)
RETRY_SECONDS = 1.0


class RoleAggregation:
    """Keeps aggregated ClusterRoles up to date, from start() to close()."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self._type = plane.registry.get("rbac.authorization.k8s.io", "v1", "clusterroles")
        self._roles: dict[str, rbac.ClusterRole] = {}
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        plane.cache.follow(self._type, self._role_changed)

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="role aggregation")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def _role_changed(self, key: str, message: Message | None) -> None:
        if message is None:
            self._roles.pop(key, None)
        else:
            assert isinstance(message, rbac.ClusterRole)
            self._roles[key] = message
        self._changed.set()

    async def _run(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            for key in [
                key for key, role in sorted(self._roles.items()) if role.aggregation_rule.cluster_role_selectors
            ]:
                try:
                    await self._bring_up_to_date(key)
                except (Conflict, NotFound):
                    # Somebody else wrote or deleted it; that change is told here, too.
                    continue
                except Exception as error:  # noqa: BLE001 (the loop must outlive whatever one role brings up)
                    log.warning("the rules of %s are not up to date: %s", key, api_error(error).message)
                    asyncio.get_running_loop().call_later(RETRY_SECONDS, self._changed.set)

    async def _bring_up_to_date(self, key: str) -> None:
        role, item = self._roles.get(key), self._plane.cache.collection(self._type).get(key)
        if role is None or item is None:
            return
        rules = list(self._gathered(key, role))
        if list(role.rules) == rules:
            return
        wanted = rbac.ClusterRole.FromString(item.body)
        del wanted.rules[:]
        wanted.rules.extend(rules)
        context = RequestContext(user=ACCOUNT, verb="update", type=self._type, name=role.metadata.name)
        await update(self._plane, context, Body(wanted.SerializeToString()))
        log.info("rules aggregated", extra={"role": role.metadata.name, "rules": len(rules)})

    def _gathered(self, key: str, aggregated: rbac.ClusterRole) -> Iterator[rbac.PolicyRule]:
        """Each rule once, selector by selector, in the order of the roles' names."""
        seen: set[bytes] = set()
        for selector in map(_compiled, aggregated.aggregation_rule.cluster_role_selectors):
            for other, role in sorted(self._roles.items()):
                if other == key or not selector.matches(role.metadata.labels):
                    continue
                for rule in role.rules:
                    identity = rule.SerializeToString(deterministic=True)
                    if identity not in seen:
                        seen.add(identity)
                        yield rule


def _compiled(selector: meta.LabelSelector) -> Selector:
    return from_label_selector(codec_for(meta.LabelSelector).to_value(selector))
