"""The tokens of service accounts that a node may ask for: those of the pods bound to it, for whom they name."""

from collections.abc import Iterator

from pilothouse.api.authentication.v1.authentication_pb2 import TokenRequest
from pilothouse.api.core.v1.pods_pb2 import Pod
from pilothouse.api.core.v1.volumes_pb2 import PersistentVolume, PersistentVolumeClaim, Volume
from pilothouse.api.storage.v1.storage_pb2 import CSIDriver

from ..authorization.base import Attributes, Authorizer, Decision
from ..errors import Conflict
from .base import AdmissionRequest, Objects, rejected
from .lookups import find
from .node_pods import not_found

AUDIENCE_VERB = "request-serviceaccounts-token-audience"


async def check_token(objects: Objects, authorizer: Authorizer, request: AdmissionRequest, node: str) -> None:
    """Raises Forbidden, NotFound and Conflict for the pod that the token is to be bound to."""
    token = request.object
    assert isinstance(token, TokenRequest)
    bound = token.spec.bound_object_ref
    if (bound.api_version, bound.kind) != ("v1", "Pod") or not bound.name:
        raise rejected(request, "node requested token not bound to a pod")
    if not bound.uid:
        raise rejected(request, "node requested token with a pod binding without a uid")
    pod = await find(objects, "", "pods", request.context.namespace, bound.name)
    if not isinstance(pod, Pod):
        raise not_found("pods", bound.name)
    if pod.metadata.uid != bound.uid:
        raise Conflict(
            f'Operation cannot be fulfilled on pods "{bound.name}": the UID in the bound object reference '
            f"({bound.uid}) does not match the UID in record. The object might have been deleted and then recreated",
            kind="pods",
            name=bound.name,
        )
    if pod.spec.node_name != node:
        raise rejected(request, "node requested token bound to a pod scheduled on a different node")
    audiences = list(token.spec.audiences)
    if len(audiences) > 1:
        raise rejected(request, "node may only request 0 or 1 audiences")
    audience = audiences[0] if audiences else ""
    if audience not in set(_audiences(objects, pod)) and not _is_granted(authorizer, request, audience):
        raise rejected(request, f'audience "{audience}" not found in pod spec volume')


def _audiences(objects: Objects, pod: Pod) -> Iterator[str]:
    """Whom the pod's volumes show its token to; "" is the server itself."""
    for volume in pod.spec.volumes:
        for part in volume.volume_source.projected.sources:
            if part.HasField("service_account_token"):
                yield part.service_account_token.audience
        driver = _driver(objects, pod, volume)
        found = objects.get("storage.k8s.io", "csidrivers", "", driver) if driver else None
        if isinstance(found, CSIDriver):
            for wanted in found.spec.token_requests:
                yield wanted.audience


def _driver(objects: Objects, pod: Pod, volume: Volume) -> str:
    """The CSI driver that serves a volume, in the pod itself or through a claim; "" where none does."""
    source = volume.volume_source
    if source.HasField("csi"):
        return source.csi.driver
    name = source.persistent_volume_claim.claim_name
    if source.HasField("ephemeral"):
        name = f"{pod.metadata.name}-{volume.name}"
    claim = objects.get("", "persistentvolumeclaims", pod.metadata.namespace, name) if name else None
    if not isinstance(claim, PersistentVolumeClaim) or not claim.spec.volume_name:
        return ""
    found = objects.get("", "persistentvolumes", "", claim.spec.volume_name)
    return found.spec.persistent_volume_source.csi.driver if isinstance(found, PersistentVolume) else ""


def _is_granted(authorizer: Authorizer, request: AdmissionRequest, audience: str) -> bool:
    context = request.context
    attributes = Attributes(context.user, AUDIENCE_VERB, "", audience, namespace=context.namespace, name=context.name)
    return authorizer.authorize(attributes)[0] is Decision.ALLOW
