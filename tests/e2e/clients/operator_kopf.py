"""An operator: each Jar gets a ConfigMap of its own, tells so in its status, and leaves a note when it goes."""

from typing import Any

import kopf
from kubernetes import client, config


@kopf.on.startup()  # type: ignore[arg-type]
def settle(settings: kopf.OperatorSettings, **_: Any) -> None:
    settings.posting.enabled = True
    settings.persistence.finalizer = "shop.test/operator"
    config.load_kube_config()


@kopf.on.create("shop.test", "v1", "jars")  # type: ignore[arg-type]
def fill(spec: Any, name: str, namespace: str, patch: Any, **_: Any) -> dict[str, str]:
    content = {"metadata": {"name": f"{name}-content"}, "data": {"of": spec["of"]}}
    kopf.adopt(content)
    client.CoreV1Api().create_namespaced_config_map(namespace, content)
    patch.status["phase"] = "Filled"
    return {"content": content["metadata"]["name"]}


@kopf.on.update("shop.test", "v1", "jars", field="spec.of")  # type: ignore[arg-type]
def refill(old: str, new: str, name: str, namespace: str, **_: Any) -> None:
    client.CoreV1Api().patch_namespaced_config_map(f"{name}-content", namespace, {"data": {"of": new, "was": old}})


@kopf.on.delete("shop.test", "v1", "jars")  # type: ignore[arg-type]
def empty(name: str, namespace: str, **_: Any) -> None:
    client.CoreV1Api().create_namespaced_config_map(namespace, {"metadata": {"name": f"{name}-was-here"}})
