"""PodTolerationRestriction: a namespace, or the configuration, says what its pods tolerate and what they may.

The section of the AdmissionConfiguration: `default` and `whitelist`, lists of tolerations for namespaces without the
annotations.
"""

import json
from collections.abc import Mapping, Sequence

from pilothouse.api.core.v1.core_pb2 import Namespace
from pilothouse.api.core.v1.pods_pb2 import Pod
from pilothouse.api.core.v1.references_pb2 import Toleration

from ...errors import BadRequest
from ...meta.codec import codec_for
from ...strategies.pod_resources import qos_class
from ..base import AdmissionRequest, Operation, rejected
from ..environment import ConfigurationError, Environment
from ..lookups import find
from ..scoped import CREATE_OR_UPDATE, PodPlugin
from ..sections import listing, only
from ..tolerations import covers, merged, replace_tolerations

DEFAULTS = "scheduler.alpha.kubernetes.io/defaultTolerations"
ALLOWED = "scheduler.alpha.kubernetes.io/tolerationsWhitelist"
_PRESSURE = Toleration(key="node.kubernetes.io/memory-pressure", operator="Exists", effect="NoSchedule")


class PodTolerationRestriction(PodPlugin):
    name = "PodTolerationRestriction"
    operations = CREATE_OR_UPDATE

    def __init__(self, environment: Environment) -> None:
        only(environment.configuration, ("default", "whitelist"), "the section")
        self._objects = environment.objects
        self._configured = {
            DEFAULTS: _configured(environment.configuration, "default"),
            ALLOWED: _configured(environment.configuration, "whitelist"),
        }

    async def mutate(self, request: AdmissionRequest) -> None:
        pod = request.object
        assert isinstance(pod, Pod)
        extra = [*await self._of(request, DEFAULTS)] if request.operation is Operation.CREATE else []
        if qos_class(pod) != "BestEffort":
            extra.append(_PRESSURE)
        if extra:
            replace_tolerations(pod.spec, merged(pod.spec.tolerations, extra))

    async def validate(self, request: AdmissionRequest) -> None:
        pod = request.object
        assert isinstance(pod, Pod)
        allowed = await self._of(request, ALLOWED)
        if allowed and not all(any(covers(wide, t) for wide in allowed) for t in pod.spec.tolerations):
            raise rejected(
                request,
                "pod tolerations (possibly merged with namespace default tolerations) conflict with its namespace "
                "whitelist",
            )

    async def _of(self, request: AdmissionRequest, annotation: str) -> Sequence[Toleration]:
        """What the pod's namespace says, or the configuration where it says nothing."""
        found = await find(self._objects, "", "namespaces", "", request.context.namespace)
        if not isinstance(found, Namespace) or annotation not in found.metadata.annotations:
            return self._configured[annotation]
        try:
            given = found.metadata.annotations[annotation]
            return _tolerations(json.loads(given)) if given else ()
        except (ValueError, BadRequest) as error:
            raise rejected(request, f"the annotation {annotation} of its namespace is wrong: {error}") from None


def _configured(section: Mapping[str, object], name: str) -> Sequence[Toleration]:
    try:
        return _tolerations(listing(section.get(name, []), name))
    except BadRequest as error:
        raise ConfigurationError(f"{name}: {error}") from None


def _tolerations(values: object) -> list[Toleration]:
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise ValueError("expected a list of tolerations")
    return [codec_for(Toleration).from_value(value) for value in values]
