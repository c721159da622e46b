"""What the pods, attachments and resource slices of each node refer to, kept up to date one change at a time."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

from google.protobuf.message import Message
from pilothouse.api.core.v1.pods_pb2 import Pod
from pilothouse.api.core.v1.volumes_pb2 import PersistentVolume
from pilothouse.api.resource.v1.resource_pb2 import ResourceSlice
from pilothouse.api.storage.v1.storage_pb2 import VolumeAttachment

from ..meta.resource import Registry
from .base import Follow
from .references import (
    config_maps_of,
    is_mirror,
    resource_claims_of,
    secrets_of,
    volume_claims_of,
    volume_secrets_of,
)


class Vertex(NamedTuple):
    """An object by the plural of its resource, its namespace ("" where it has none) and its name."""

    resource: str
    namespace: str
    name: str


class _Edges(NamedTuple):
    """What one object makes known: `to`, a node or a claim, may see each of `seen`."""

    to: Vertex
    seen: frozenset[Vertex]


_Counts = dict[Vertex, dict[Vertex, int]]


class NodeGraph:
    """Nodes see what their pods refer to; through a claim that a pod mounts they see its volume, and the Secrets that
    it takes to mount that. `losses` counts the changes by which a node lost sight of something."""

    def __init__(self, registry: Registry, follow: Follow) -> None:
        """Follows pods, volumes, attachments and resource slices. Raises NotFound where the registry lacks one."""
        self.losses = 0
        self._edges: dict[str, _Edges] = {}
        self._nodes: _Counts = {}
        self._claims: _Counts = {}
        sources: tuple[tuple[str, str, Callable[[Message], _Edges | None]], ...] = (
            ("", "pods", _edges_of_pod),
            ("", "persistentvolumes", _edges_of_volume),
            ("storage.k8s.io", "volumeattachments", _edges_of_attachment),
            ("resource.k8s.io", "resourceslices", _edges_of_slice),
        )
        for group, plural, edges_of in sources:
            follow(registry.get(group, "v1", plural), partial(self._changed, edges_of))

    def sees(self, node: str, resource: str, namespace: str, name: str) -> bool:
        """Whether anything of the node of that name refers to the object."""
        wanted, of = Vertex("nodes", "", node), Vertex(resource, namespace, name)
        if wanted in self._nodes.get(of, ()):
            return True
        return any(wanted in self._nodes.get(claim, ()) for claim in self._claims.get(of, ()))

    def _changed(self, edges_of: Callable[[Message], _Edges | None], key: str, message: Message | None) -> None:
        before = self._edges.get(key)
        after = edges_of(message) if message is not None else None
        if before == after:
            return
        # What stays is counted twice for a moment, so that nothing is lost that is seen before and after.
        if after is not None:
            self._edges[key] = after
            counts = self._counts(after.to)
            for vertex in after.seen:
                to = counts.setdefault(vertex, {})
                to[after.to] = to.get(after.to, 0) + 1
        else:
            del self._edges[key]
        if before is not None:
            self._remove(before)

    def _remove(self, edges: _Edges) -> None:
        counts, lost = self._counts(edges.to), False
        for vertex in edges.seen:
            to = counts[vertex]
            to[edges.to] -= 1
            if not to[edges.to]:
                lost = True
                del to[edges.to]
                if not to:
                    del counts[vertex]
        self.losses += lost

    def _counts(self, to: Vertex) -> _Counts:
        return self._nodes if to.resource == "nodes" else self._claims


def _edges_of_pod(pod: Message) -> _Edges | None:
    assert isinstance(pod, Pod)
    if not pod.spec.node_name:
        return None
    namespace = pod.metadata.namespace
    seen = {Vertex("pods", namespace, pod.metadata.name)}
    # A node makes mirror pods itself: they must not open to it what it may not see.
    if not is_mirror(pod):
        named: tuple[tuple[str, Iterable[str]], ...] = (
            ("serviceaccounts", (pod.spec.service_account_name,)),
            ("secrets", secrets_of(pod.spec)),
            ("configmaps", config_maps_of(pod.spec)),
            ("persistentvolumeclaims", volume_claims_of(pod)),
            ("resourceclaims", resource_claims_of(pod)),
        )
        seen.update(Vertex(resource, namespace, name) for resource, names in named for name in names if name)
    return _Edges(Vertex("nodes", "", pod.spec.node_name), frozenset(seen))


def _edges_of_volume(volume: Message) -> _Edges | None:
    assert isinstance(volume, PersistentVolume)
    claim = volume.spec.claim_ref
    if not claim.name:
        return None
    seen = {Vertex("persistentvolumes", "", volume.metadata.name)}
    seen.update(Vertex("secrets", namespace, name) for namespace, name in volume_secrets_of(volume) if name)
    return _Edges(Vertex("persistentvolumeclaims", claim.namespace, claim.name), frozenset(seen))


def _edges_of_attachment(attachment: Message) -> _Edges | None:
    assert isinstance(attachment, VolumeAttachment)
    return _edges_of_owned("volumeattachments", attachment.metadata.name, attachment.spec.node_name)


def _edges_of_slice(found: Message) -> _Edges | None:
    assert isinstance(found, ResourceSlice)
    return _edges_of_owned("resourceslices", found.metadata.name, found.spec.node_name)


def _edges_of_owned(resource: str, name: str, node: str) -> _Edges | None:
    return _Edges(Vertex("nodes", "", node), frozenset((Vertex(resource, "", name),))) if node else None
