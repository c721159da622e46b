"""What the clients' programs make."""

from typing import Any

NAMES = [f"shelf-{number}" for number in range(5)]


def config_map(name: str, **data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "labels": {"in": "shop"}}, "data": data}


def deployment(name: str) -> dict[str, Any]:
    labels = {"app": name}
    spec = {"containers": [{"name": "main", "image": "registry.test/shop:1", "ports": [{"containerPort": 80}]}]}
    template = {"metadata": {"labels": labels}, "spec": spec}
    metadata = {"name": name}
    return {"metadata": metadata, "spec": {"selector": {"matchLabels": labels}, "template": template}}
