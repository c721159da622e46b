"""RBAC objects and the feed that hands them to an authorizer, for the tests of this folder."""

from collections.abc import Mapping, Sequence

from google.protobuf import json_format
from google.protobuf.message import Message
from pilothouse.server.authorization.base import OnChange
from pilothouse.server.authorization.rbac import Rbac
from pilothouse.server.meta.declared import registry_from_protos
from pilothouse.server.meta.resource import ResourceType

REGISTRY = registry_from_protos()
GROUP = "rbac.authorization.k8s.io"


class Cluster:
    """Objects by key, and an Rbac that follows them."""

    def __init__(self, manifests: Sequence[Mapping[str, object]] = (), existing: Mapping[str, Message] = {}) -> None:
        self.objects = dict(existing)
        self._followers: dict[str, tuple[ResourceType, OnChange]] = {}
        for manifest in manifests:
            _, key, message = _parsed(manifest)
            self.objects[key] = message
        self.rbac = Rbac(REGISTRY, self._follow)

    def _follow(self, resource: ResourceType, on_change: OnChange) -> None:
        self._followers[resource.kind] = (resource, on_change)
        for key, message in self.objects.items():
            if isinstance(message, resource.message):
                on_change(key, message)

    def put(self, manifest: Mapping[str, object]) -> None:
        kind, key, message = _parsed(manifest)
        self.objects[key] = message
        self._followers[kind][1](key, message)

    def delete(self, manifest: Mapping[str, object]) -> None:
        kind, key, _ = _parsed(manifest)
        self.objects.pop(key, None)
        self._followers[kind][1](key, None)


def _parsed(manifest: Mapping[str, object]) -> tuple[str, str, Message]:
    resource = REGISTRY.by_kind(f"{GROUP}/v1", str(manifest["kind"]))
    assert resource is not None
    fields = {name: value for name, value in manifest.items() if name not in ("apiVersion", "kind")}
    message = json_format.ParseDict(fields, resource.message())
    metadata = manifest["metadata"]
    assert isinstance(metadata, dict)
    return resource.kind, resource.key(metadata.get("namespace", ""), metadata["name"]), message


def role(name: str, *rules: Mapping[str, Sequence[str]], namespace: str = "") -> dict[str, object]:
    """A Role, or without a namespace a ClusterRole."""
    return {
        "kind": "Role" if namespace else "ClusterRole",
        "metadata": _metadata(name, namespace),
        "rules": list(rules),
    }


def binding(
    name: str, to: str, *subjects: Mapping[str, str], namespace: str = "", kind: str = "ClusterRole"
) -> dict[str, object]:
    """A RoleBinding, or without a namespace a ClusterRoleBinding, of the role `to`."""
    return {
        "kind": "RoleBinding" if namespace else "ClusterRoleBinding",
        "metadata": _metadata(name, namespace),
        "subjects": list(subjects),
        "roleRef": {"apiGroup": GROUP, "kind": kind, "name": to},
    }


def _metadata(name: str, namespace: str) -> dict[str, str]:
    return {"name": name, "namespace": namespace} if namespace else {"name": name}


def subject(kind: str, name: str, namespace: str = "") -> dict[str, str]:
    if kind == "ServiceAccount":
        return {"kind": kind, "name": name, "namespace": namespace}
    return {"kind": kind, "name": name, "apiGroup": GROUP}
