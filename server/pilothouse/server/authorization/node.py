"""The authorizer of nodes: a node reads what the pods bound to it refer to, and writes what is its own.

Source of the semantics: the Kubernetes documentation, "Using Node Authorization"; the words of refusals are those of a
kube-apiserver. What of its kind a node may write is for the admission plugin NodeRestriction.
"""

from collections.abc import Callable, Mapping
from itertools import product

from google.protobuf import json_format
from pilothouse.api.rbac.v1 import rbac_pb2 as rbac

from ..errors import BadRequest
from ..meta.field_selectors import parse_field_selector
from ..meta.nodes import LEASES, node_of
from ..meta.resource import Registry
from .base import Attributes, Decision, Follow, Verdict
from .bootstrap import bootstrap_objects
from .node_graph import NodeGraph
from .rules import combined, compile_rules

ROLE = "system:node"
"""The default ClusterRole whose rules hold for all that no rule here subdivides. Nobody is bound to it."""

UNLISTED = "node authorizer does not support user rule resolution"
"""Why a list of what a node may do is not complete."""

_ALLOWED: Verdict = (Decision.ALLOW, "")
_NO_OPINION: Verdict = (Decision.NO_OPINION, "")
_READS, _OWN_OBJECT = ("get", "list", "watch"), ("get", "create", "update", "patch", "delete")
_POD_WRITES = frozenset(
    {("", "create"), ("", "delete"), ("status", "update"), ("status", "patch"), ("eviction", "create")}
)
_NODE_WRITES = frozenset({("", "create"), ("", "update"), ("", "patch"), ("status", "update"), ("status", "patch")})

_Judge = Callable[[str, Attributes], Verdict]


class NodeAuthorizer:
    """An Authorizer that allows nodes what is theirs, and has no opinion on anything else."""

    def __init__(self, registry: Registry, follow: Follow) -> None:
        """Raises NotFound where the registry lacks a kind that it follows."""
        self._graph = NodeGraph(registry, follow)
        self._rules = _rules_of(ROLE)
        self._judges: Mapping[tuple[str, str], _Judge] = {
            ("", "secrets"): self._read,
            ("", "configmaps"): self._read,
            ("", "persistentvolumeclaims"): self._claim,
            ("", "persistentvolumes"): self._get,
            ("", "serviceaccounts"): self._account,
            ("", "nodes"): self._node,
            ("", "pods"): self._pod,
            ("resource.k8s.io", "resourceclaims"): self._get,
            ("resource.k8s.io", "resourceslices"): self._slice,
            ("storage.k8s.io", "volumeattachments"): self._get,
            ("storage.k8s.io", "csinodes"): self._csi_node,
            ("coordination.k8s.io", "leases"): self._lease,
        }

    @property
    def generation(self) -> int:
        return self._graph.losses

    def authorize(self, attributes: Attributes) -> Verdict:
        node = node_of(attributes.user)
        if node is None:
            return _NO_OPINION
        if not node:
            return _refused(f'unknown node for user "{attributes.user.name}"')
        if attributes.path is not None:
            return _NO_OPINION
        judge = self._judges.get((attributes.group, attributes.resource))
        if judge is not None:
            return judge(node, attributes)
        verbs = self._rules.get((attributes.group, combined(attributes.resource, attributes.subresource)), ())
        return _ALLOWED if attributes.verb in verbs else _NO_OPINION

    def _seen(self, node: str, asked: Attributes) -> Verdict:
        if not asked.name:
            return _refused("No Object name found")
        if self._graph.sees(node, asked.resource, asked.namespace, asked.name):
            return _ALLOWED
        return _refused(f"no relationship found between node '{node}' and this object")

    def _read(self, node: str, asked: Attributes) -> Verdict:
        """One object by its name; that may be a list or a watch that insists on the name."""
        if asked.verb not in _READS:
            return _refused("can only read resources of this type")
        if asked.subresource:
            return _refused("cannot read subresource")
        if not asked.namespace:
            return _refused("can only read namespaced object of this type")
        return self._seen(node, asked)

    def _get(self, node: str, asked: Attributes) -> Verdict:
        if asked.verb != "get":
            return _refused("can only get individual resources of this type")
        if asked.subresource:
            return _refused("cannot get subresource")
        return self._seen(node, asked)

    def _claim(self, node: str, asked: Attributes) -> Verdict:
        if asked.subresource != "status":
            return self._get(node, asked)
        if asked.verb not in ("update", "patch"):
            return _refused("can only get/update/patch this type")
        return self._seen(node, asked)

    def _account(self, node: str, asked: Attributes) -> Verdict:
        if asked.verb == "get" and not asked.subresource:
            return self._seen(node, asked)
        if asked.verb != "create" or not asked.name:
            return _refused("can only create tokens for individual service accounts")
        if asked.subresource != "token":
            return _refused("can only create token subresource of serviceaccount")
        return self._seen(node, asked)

    def _lease(self, node: str, asked: Attributes) -> Verdict:
        if asked.verb not in _OWN_OBJECT:
            return _refused("can only get, create, update, patch, or delete a node lease")
        if asked.namespace != LEASES:
            return _refused(f'can only access leases in the "{LEASES}" system namespace')
        # A create names nothing yet: NodeRestriction looks at the name.
        if asked.verb != "create" and asked.name != node:
            return _refused("can only access node lease with the same name as the requesting node")
        return _ALLOWED

    def _csi_node(self, node: str, asked: Attributes) -> Verdict:
        if asked.verb not in _OWN_OBJECT:
            return _refused("can only get, create, update, patch, or delete a CSINode")
        if asked.subresource:
            return _refused("cannot authorize CSINode subresources")
        if asked.verb != "create" and asked.name != node:
            return _refused("can only access CSINode with the same name as the requesting node")
        return _ALLOWED

    def _slice(self, node: str, asked: Attributes) -> Verdict:
        if asked.subresource:
            return _refused("cannot authorize ResourceSlice subresources")
        if asked.verb == "create":
            return _ALLOWED
        if asked.verb in ("get", "update", "patch", "delete"):
            return self._seen(node, asked)
        if asked.verb in ("list", "watch", "deletecollection"):
            if _selects_node(asked, node):
                return _ALLOWED
            return _refused("can only list/watch/deletecollection resourceslices with nodeName field selector")
        return _refused(
            "only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, "
            "delete, deletecollection"
        )

    def _node(self, node: str, asked: Attributes) -> Verdict:
        if (asked.subresource, asked.verb) in _NODE_WRITES:
            return _ALLOWED
        if asked.subresource or asked.verb not in _READS:
            return _NO_OPINION
        # By the name alone, so that a node can look for itself before it exists.
        if asked.name == node:
            return _ALLOWED
        if not asked.name:
            return _refused(f"node '{node}' cannot read all nodes, only its own Node object")
        return _refused(f"node '{node}' cannot read '{asked.name}', only its own Node object")

    def _pod(self, node: str, asked: Attributes) -> Verdict:
        if (asked.subresource, asked.verb) in _POD_WRITES:
            return _ALLOWED
        if asked.subresource or asked.verb not in _READS:
            return _NO_OPINION
        if asked.verb == "get":
            return self._get(node, asked)
        if _selects_node(asked, node):
            return _ALLOWED
        if asked.name:
            return self._seen(node, asked)
        return _refused("can only list/watch pods with spec.nodeName field selector")


def _refused(reason: str) -> Verdict:
    return Decision.NO_OPINION, reason


def _selects_node(asked: Attributes, node: str) -> bool:
    """Whether the request is for objects of that node only."""
    try:
        return parse_field_selector(asked.field_selector, None).exact("spec.nodeName") == node
    except BadRequest:
        return False


def _rules_of(role: str) -> dict[tuple[str, str], frozenset[str]]:
    """The verbs by group and resource ("pods/status") of a default ClusterRole, which holds no wildcards."""
    verbs: dict[tuple[str, str], frozenset[str]] = {}
    for found in bootstrap_objects():
        if found["kind"] != "ClusterRole":
            continue
        parsed = json_format.ParseDict(found, rbac.ClusterRole(), ignore_unknown_fields=True)
        rules = compile_rules(parsed.rules) if parsed.metadata.name == role else ()
        for rule in rules:
            for place in product(rule.groups, rule.resources):
                verbs[place] = verbs.get(place, frozenset()).union(rule.verbs)
    return verbs
