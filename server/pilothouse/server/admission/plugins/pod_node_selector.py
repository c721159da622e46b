"""PodNodeSelector: the pods of a namespace run on the nodes that its annotation selects.

The section of the AdmissionConfiguration: `podNodeSelectorPluginConfig`, a mapping from namespaces to the selectors
that their pods may use, and from `clusterDefaultNodeSelector` to the one of namespaces without the annotation.
"""

from collections.abc import Mapping

from pilothouse.api.core.v1.core_pb2 import Namespace
from pilothouse.api.core.v1.pods_pb2 import Pod

from ...meta.names import label_key, label_value
from ..base import AdmissionRequest, rejected
from ..environment import ConfigurationError, Environment
from ..lookups import find
from ..scoped import CREATE, PodPlugin
from ..sections import mapping, only, text

ANNOTATION = "scheduler.alpha.kubernetes.io/node-selector"
SECTION, CLUSTER_DEFAULT = "podNodeSelectorPluginConfig", "clusterDefaultNodeSelector"


class PodNodeSelector(PodPlugin):
    name = "PodNodeSelector"
    operations = CREATE

    def __init__(self, environment: Environment) -> None:
        only(environment.configuration, (SECTION,), "the section")
        given = mapping(environment.configuration.get(SECTION, {}), SECTION)
        self._objects = environment.objects
        self._selectors = {name: _configured(name, value) for name, value in given.items()}

    async def mutate(self, request: AdmissionRequest) -> None:
        pod = request.object
        assert isinstance(pod, Pod)
        selector = await self._selector(request)
        _check_conflicts(request, pod, selector)
        for key, value in selector.items():
            pod.spec.node_selector[key] = value

    async def validate(self, request: AdmissionRequest) -> None:
        pod = request.object
        assert isinstance(pod, Pod)
        _check_conflicts(request, pod, await self._selector(request))
        allowed = self._selectors.get(request.context.namespace)
        if allowed and any(allowed.get(key) != value for key, value in pod.spec.node_selector.items()):
            raise rejected(request, "pod node label selector labels conflict with its namespace whitelist")

    async def _selector(self, request: AdmissionRequest) -> Mapping[str, str]:
        """The labels of nodes that the pod's namespace demands."""
        found = await find(self._objects, "", "namespaces", "", request.context.namespace)
        if not isinstance(found, Namespace) or ANNOTATION not in found.metadata.annotations:
            return self._selectors.get(CLUSTER_DEFAULT, {})
        try:
            return parse_node_selector(found.metadata.annotations[ANNOTATION])
        except ValueError as error:
            raise rejected(request, f"the annotation {ANNOTATION} of its namespace is wrong: {error}") from None


def parse_node_selector(selector: str) -> dict[str, str]:
    """{"a": "1", "b": "2"} from "a=1,b=2". Raises ValueError."""
    found: dict[str, str] = {}
    for part in selector.split(",") if selector.strip() else ():
        key, equals, value = (piece.strip() for piece in part.partition("="))
        faults = label_key(key) + label_value(value) if equals else [f"expected key=value, not {part!r}"]
        if faults:
            raise ValueError(f"{part!r}: {faults[0]}")
        found[key] = value
    return found


def _configured(name: str, value: object) -> dict[str, str]:
    try:
        return parse_node_selector(text(value, f"{SECTION}.{name}"))
    except ConfigurationError:
        raise
    except ValueError as error:
        raise ConfigurationError(f"{SECTION}.{name}: {error}") from None


def _check_conflicts(request: AdmissionRequest, pod: Pod, selector: Mapping[str, str]) -> None:
    own = pod.spec.node_selector
    if any(key in own and own[key] != value for key, value in selector.items()):
        raise rejected(request, "pod node label selector conflicts with its namespace node label selector")
