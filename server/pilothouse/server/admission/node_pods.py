"""The pods that a node may create: mirrors of those that it runs from files of its own, which refer to nothing."""

from collections.abc import Iterator

from pilothouse.api.core.v1.nodes_pb2 import Node
from pilothouse.api.core.v1.pods_pb2 import Pod, PodSpec
from pilothouse.api.meta.v1.meta_pb2 import OwnerReference

from ..authorization.references import MIRROR_ANNOTATION, is_mirror
from ..errors import NotFound
from .base import AdmissionRequest, Objects, rejected
from .lookups import find
from .pod_parts import has_projection, uses_config_maps, uses_secrets


async def check_new_pod(objects: Objects, request: AdmissionRequest, node: str) -> None:
    """Raises Forbidden, and NotFound where the node is not registered."""
    pod = request.object
    assert isinstance(pod, Pod)
    if not is_mirror(pod):
        raise rejected(
            request, f'pod does not have "{MIRROR_ANNOTATION}" annotation, node "{node}" can only create mirror pods'
        )
    if pod.spec.node_name != node:
        raise rejected(request, f'node "{node}" can only create pods with spec.nodeName set to itself')
    await _check_owner(objects, request, node, list(pod.metadata.owner_references))
    referred = next(_references(pod.spec), None)
    if referred is not None:
        raise rejected(request, f'node "{node}" can not create pods that reference {referred}')


def not_found(plural: str, name: str) -> NotFound:
    """The error for an object of the core group that a node refers to."""
    return NotFound(f'{plural} "{name}" not found', kind=plural, name=name)


async def _check_owner(objects: Objects, request: AdmissionRequest, node: str, owners: list[OwnerReference]) -> None:
    can_only = f'node "{node}" can only create pods with'
    if len(owners) > 1:
        raise rejected(request, f"{can_only} a single owner reference set to itself")
    if not owners or (owners[0].api_version, owners[0].kind, owners[0].name) != ("v1", "Node", node):
        raise rejected(request, f"{can_only} an owner reference set to itself")
    owner = owners[0]
    if not owner.controller:
        raise rejected(request, f"{can_only} a controller owner reference set to itself")
    if owner.block_owner_deletion:
        raise rejected(request, f'node "{node}" must not set blockOwnerDeletion on an owner reference')
    found = await find(objects, "", "nodes", "", node)
    if not isinstance(found, Node):
        raise not_found("nodes", node)
    if owner.uid != found.metadata.uid:
        raise rejected(request, f"node {node} UID mismatch: expected {owner.uid} got {found.metadata.uid}")


def _references(spec: PodSpec) -> Iterator[str]:
    """The kinds of objects that a pod refers to."""
    if spec.service_account_name:
        yield "a service account"
    if uses_secrets(spec):
        yield "secrets"
    if uses_config_maps(spec):
        yield "configmaps"
    for name, kind in _PROJECTIONS.items():
        if has_projection(spec, name):
            yield kind
    sources = [volume.volume_source for volume in spec.volumes]
    if any(source.HasField("persistent_volume_claim") or source.HasField("ephemeral") for source in sources):
        yield "persistentvolumeclaims"
    if spec.resource_claims:
        yield "resourceclaims"


_PROJECTIONS = {
    "cluster_trust_bundle": "clustertrustbundles",
    "service_account_token": "serviceaccounts by volume projection",
    "pod_certificate": "podcertificates by volume projection",
}
