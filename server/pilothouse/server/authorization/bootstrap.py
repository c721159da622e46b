"""The roles and bindings that a new server starts with: those that Kubernetes has by default."""

from pathlib import Path

import orjson

JsonObject = dict[str, object]


def bootstrap_objects() -> list[JsonObject]:
    """The default ClusterRoles, Roles and their bindings as JSON objects with apiVersion and kind, roles before
    bindings; each call makes fresh ones. The Roles and RoleBindings are in kube-system and kube-public."""
    lines = Path(__file__).with_name("bootstrap.jsonl").read_bytes().splitlines()
    objects: list[JsonObject] = [orjson.loads(line) for line in lines]
    return objects
