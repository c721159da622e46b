"""Role aggregation: ClusterRoles with an aggregationRule get the rules of the ClusterRoles that its selectors choose.

Source of the semantics: the Kubernetes documentation of RBAC, "Aggregated ClusterRoles".
"""

import logging
from collections.abc import Iterator

from google.protobuf.message import Message
from pilothouse.api.meta.v1 import meta_pb2 as meta
from pilothouse.api.rbac.v1 import rbac_pb2 as rbac

from ..errors import Conflict, NotFound
from ..meta.codec import codec_for
from ..meta.context import RequestContext
from ..meta.label_selectors import from_label_selector
from ..meta.selectors import Selector
from ..verbs.body import Body
from ..verbs.plane import Plane
from ..verbs.update import update
from .base import Report, account
from .following import following
from .names import ROLE_AGGREGATION
from .queue import WorkQueue

log = logging.getLogger(__name__)

ACCOUNT = account("clusterrole-aggregation-controller")
# A change may concern any of the aggregated roles: they are looked at together.
ALL = "all"


class RoleAggregation:
    """Keeps aggregated ClusterRoles up to date."""

    name = ROLE_AGGREGATION

    def __init__(self, plane: Plane, report: Report) -> None:
        self._plane = plane
        self._type = plane.registry.get("rbac.authorization.k8s.io", "v1", "clusterroles")
        self._roles: dict[str, rbac.ClusterRole] = {}
        self._queue = WorkQueue(self._bring_all_up_to_date, lambda key: "the rules of aggregated roles", report, 1)

    async def run(self) -> None:
        self._roles.clear()
        with following(self._plane, (self._type, self._role_changed)):
            await self._queue.run()

    def _role_changed(self, key: str, message: Message | None) -> None:
        if message is None:
            self._roles.pop(key, None)
        else:
            assert isinstance(message, rbac.ClusterRole)
            self._roles[key] = message
        self._queue.add(ALL)

    async def _bring_all_up_to_date(self, key: str) -> None:
        failure: Exception | None = None
        for role in [
            name for name, role in sorted(self._roles.items()) if role.aggregation_rule.cluster_role_selectors
        ]:
            try:
                await self._bring_up_to_date(role)
            except (Conflict, NotFound):
                # Somebody else wrote or deleted it; that change is told here, too.
                continue
            except Exception as error:  # noqa: BLE001 (one role that cannot be written must not keep back the others)
                failure = failure or error
        if failure is not None:
            raise failure

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
