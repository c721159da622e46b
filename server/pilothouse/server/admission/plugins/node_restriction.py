"""NodeRestriction: a node writes itself, the pods bound to it, and what belongs to both; nothing else.

It knows nodes by their credentials: users `system:node:<name>` in the group system:nodes. The authorizer says which
kinds a node writes at all.
"""

from collections.abc import Awaitable, Callable, Mapping

from google.protobuf.message import Message
from pilothouse.api.certificates.v1.certificates_pb2 import CertificateSigningRequest
from pilothouse.api.core.v1.nodes_pb2 import Node
from pilothouse.api.core.v1.pods_pb2 import Pod
from pilothouse.api.core.v1.volumes_pb2 import PersistentVolumeClaim
from pilothouse.api.resource.v1.resource_pb2 import ResourceSlice

from ...meta.nodes import LEASES, node_of
from ...meta.resource import ResourceType
from .. import signers
from ..base import AdmissionRequest, Operation, Plugin, rejected
from ..environment import Environment
from ..lookups import find
from ..node_pods import check_new_pod, not_found
from ..node_tokens import check_token
from ..nodes import forbidden_labels

_CLAIM_STATUS = (
    "capacity",
    "conditions",
    "allocated_resources",
    "allocated_resource_statuses",
    "current_volume_attributes_class_name",
    "modify_volume_status",
    "health_status",
)

_Check = Callable[[AdmissionRequest, str], Awaitable[None]]


class NodeRestriction(Plugin):
    name = "NodeRestriction"

    def __init__(self, environment: Environment) -> None:
        self._objects = environment.objects
        self._authorizer = environment.authorizer
        self._checks: Mapping[tuple[str, str], _Check] = {
            ("", "pods"): self._pod,
            ("", "nodes"): self._node,
            ("", "persistentvolumeclaims"): self._claim,
            ("", "serviceaccounts"): self._account,
            ("coordination.k8s.io", "leases"): self._lease,
            ("storage.k8s.io", "csinodes"): self._csi_node,
            ("resource.k8s.io", "resourceslices"): self._slice,
            (signers.GROUP, signers.PLURAL): self._signing_request,
        }

    def handles(self, resource: ResourceType, subresource: str, operation: Operation) -> bool:
        return (resource.group, resource.plural) in self._checks

    async def mutate(self, request: AdmissionRequest) -> None:
        """Changes nothing: what a node asks for is judged as it came."""
        await self._check(request)

    async def validate(self, request: AdmissionRequest) -> None:
        if request.operation is Operation.DELETE:
            await self._check(request)

    async def _check(self, request: AdmissionRequest) -> None:
        context = request.context
        node = node_of(context.user)
        if node is None:
            return
        if not node:
            raise rejected(request, f'could not determine node from user "{context.user.name}"')
        await self._checks[context.type.group, context.type.plural](request, node)

    async def _pod(self, request: AdmissionRequest, node: str) -> None:
        subresource, operation = request.context.subresource, request.operation
        if subresource == "status":
            _check_pod_status(request, node)
        elif subresource == "eviction":
            await self._eviction(request, node)
        elif subresource:
            raise rejected(
                request, f"unexpected pod subresource \"{subresource}\", only 'status' and 'eviction' are allowed"
            )
        elif operation is Operation.CREATE:
            await check_new_pod(self._objects, request, node)
        elif operation is not Operation.DELETE:
            raise rejected(
                request,
                f'unexpected operation "{operation.value}", node "{node}" can only create and delete mirror pods',
            )
        elif not isinstance(request.old, Pod) or request.old.spec.node_name != node:
            raise rejected(request, f'node "{node}" can only delete pods with spec.nodeName set to itself')

    async def _eviction(self, request: AdmissionRequest, node: str) -> None:
        if request.operation is not Operation.CREATE:
            raise rejected(request, f"unexpected operation {request.operation.value}")
        name = request.context.name
        pod = await find(self._objects, "", "pods", request.context.namespace, name)
        if not isinstance(pod, Pod):
            raise not_found("pods", name)
        if pod.spec.node_name != node:
            raise rejected(request, f"node {node} can only evict pods with spec.nodeName set to itself")

    async def _node(self, request: AdmissionRequest, node: str) -> None:
        new, old = request.object, request.old
        if isinstance(new, Node) and old is None:
            if new.spec.HasField("config_source"):
                raise rejected(request, f'node "{node}" is not allowed to create pods with a non-nil configSource')
            labels = forbidden_labels(new.metadata.labels, {})
            if labels:
                listed = ", ".join(labels)
                raise rejected(request, f'node "{node}" is not allowed to set the following labels: {listed}')
        if request.name != node:
            raise rejected(request, f'node "{node}" is not allowed to modify node "{request.name}"')
        if isinstance(new, Node) and isinstance(old, Node):
            _check_node_update(request, node, new, old)

    async def _claim(self, request: AdmissionRequest, node: str) -> None:
        new, old = request.object, request.old
        if request.context.subresource != "status":
            raise rejected(request, "may only update PVC status")
        if not isinstance(new, PersistentVolumeClaim) or not isinstance(old, PersistentVolumeClaim):
            raise rejected(request, f'unexpected operation "{request.operation.value}"')
        if _without_node_status(new) != _without_node_status(old):
            raise rejected(
                request,
                f'node "{node}" is not allowed to update fields other than status.capacity and status.conditions',
            )

    async def _account(self, request: AdmissionRequest, node: str) -> None:
        if request.operation is Operation.CREATE and request.context.subresource == "token":
            await check_token(self._objects, self._authorizer, request, node)

    async def _lease(self, request: AdmissionRequest, node: str) -> None:
        if request.context.namespace != LEASES:
            raise rejected(request, f'can only access leases in the "{LEASES}" system namespace')
        if request.name != node:
            raise rejected(request, "can only access node lease with the same name as the requesting node")

    async def _csi_node(self, request: AdmissionRequest, node: str) -> None:
        if request.name != node:
            raise rejected(request, "can only access CSINode with the same name as the requesting node")

    async def _slice(self, request: AdmissionRequest, node: str) -> None:
        verb = request.operation.value.lower()
        for message in (request.object, request.old):
            if isinstance(message, ResourceSlice) and message.spec.node_name != node:
                raise rejected(request, f"can only {verb} ResourceSlice with the same NodeName as the requesting node")

    async def _signing_request(self, request: AdmissionRequest, node: str) -> None:
        new = request.object
        if request.operation is not Operation.CREATE or not isinstance(new, CertificateSigningRequest):
            return
        if new.spec.signer_name not in (signers.API_CLIENT_KUBELET, signers.KUBELET_SERVING):
            return
        try:
            names, _ = signers.requested_subject(new)
        except ValueError as error:
            raise rejected(request, f"unable to parse csr: {error}") from None
        user = request.context.user.name
        if names != [user]:
            raise rejected(request, f"can only create a node CSR with CN={user}")


def _check_pod_status(request: AdmissionRequest, node: str) -> None:
    new, old = request.object, request.old
    if not isinstance(new, Pod) or not isinstance(old, Pod):
        raise rejected(request, f'unexpected operation "{request.operation.value}"')
    if old.spec.node_name != node:
        raise rejected(request, f'node "{node}" can only update pod status for pods with spec.nodeName set to itself')
    if new.metadata.labels != old.metadata.labels:
        raise rejected(request, f'node "{node}" cannot update labels through pod status')
    if list(new.status.resource_claim_statuses) != list(old.status.resource_claim_statuses):
        raise rejected(request, f'node "{node}" cannot update resource claim statuses')
    if new.status.extended_resource_claim_status != old.status.extended_resource_claim_status:
        raise rejected(request, f'node "{node}" cannot update extended resource claim status')


def _check_node_update(request: AdmissionRequest, node: str, new: Node, old: Node) -> None:
    if new.spec.HasField("config_source") and new.spec.config_source != old.spec.config_source:
        raise rejected(request, f'node "{node}" is not allowed to update configSource to a new non-nil configSource')
    if list(new.spec.taints) != list(old.spec.taints):
        raise rejected(request, f'node "{node}" is not allowed to modify taints')
    labels = forbidden_labels(new.metadata.labels, old.metadata.labels)
    if labels:
        raise rejected(request, f"is not allowed to modify labels: {', '.join(labels)}")
    if list(new.metadata.owner_references) != list(old.metadata.owner_references):
        raise rejected(request, f'node "{node}" is not allowed to modify ownerReferences')


def _without_node_status(claim: PersistentVolumeClaim) -> Message:
    """The claim without what its node may say of it."""
    rest = PersistentVolumeClaim()
    rest.CopyFrom(claim)
    for name in _CLAIM_STATUS:
        rest.status.ClearField(name)
    for name in ("resource_version", "managed_fields"):
        rest.metadata.ClearField(name)
    rest.status.SetInParent()
    return rest
