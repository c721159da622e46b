"""DefaultStorageClass, StorageObjectInUseProtection and PersistentVolumeClaimResize."""

from typing import Any

import pytest
from pilothouse.server.errors import Forbidden
from pilothouse.server.verbs.patch import PatchType

from tests.admission.cluster import Cluster, named

DEFAULT = {"storageclass.kubernetes.io/is-default-class": "true"}
CLASSES = "storageclasses.storage.k8s.io"


def _claim(name: str = "casks", annotations: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    resources = {"requests": {"storage": "1Gi"}}
    whole = {"accessModes": ["ReadWriteOnce"], "resources": resources, **spec}
    return {**named(name, annotations=annotations or {}), "spec": whole}


def _class(name: str, annotations: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    return {**named(name, annotations=annotations or {}), "provisioner": "cellar.test", **more}


async def _settled(cluster: Cluster) -> None:
    await cluster.plane.cache.wait_for(await cluster.plane.store.revision(), 5)


async def test_a_claim_without_a_class_gets_the_default(cluster: Cluster) -> None:
    claims = cluster("persistentvolumeclaims")
    assert not (await claims.create(_claim("early"))).spec.HasField("storage_class_name")
    await cluster(CLASSES).create(_class("slow"))
    await cluster(CLASSES).create(_class("fast", DEFAULT))
    await cluster(CLASSES).create(_class("also", DEFAULT))
    await _settled(cluster)
    # Of two of one age the first by name; older ones give way to younger ones.
    made = (await claims.create(_claim())).spec.storage_class_name
    assert made in ("also", "fast")
    assert not (await claims.create(_claim("none", storageClassName=""))).spec.storage_class_name
    beta = _claim("beta", {"volume.beta.kubernetes.io/storage-class": "slow"})
    assert not (await claims.create(beta)).spec.HasField("storage_class_name")
    assert (await claims.create(_claim("own", storageClassName="slow"))).spec.storage_class_name == "slow"


async def test_volumes_and_claims_are_held_while_they_are_used(cluster: Cluster) -> None:
    made = await cluster("persistentvolumeclaims").create(_claim())
    assert list(made.metadata.finalizers) == ["kubernetes.io/pvc-protection"]
    volume = {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/casks"}}
    metadata = named("cellar", finalizers=["kubernetes.io/pv-protection", "orchard.test/own"])
    made = await cluster("persistentvolumes").create({**metadata, "spec": volume})
    assert list(made.metadata.finalizers) == ["kubernetes.io/pv-protection", "orchard.test/own"]


async def _bound(cluster: Cluster, name: str, **more: Any) -> None:
    await cluster(CLASSES).create(_class(name, **more))
    claims = cluster("persistentvolumeclaims")
    await claims.create(_claim(name, storageClassName=name, volumeName="v"))
    await claims.patch(name, {"status": {"phase": "Bound", "capacity": {"storage": "1Gi"}}}, PatchType.MERGE, "status")


def _size(size: str) -> dict[str, Any]:
    return {"spec": {"resources": {"requests": {"storage": size}}}}


async def test_a_claim_grows_where_its_class_allows_it(cluster: Cluster) -> None:
    claims = cluster("persistentvolumeclaims")
    await _bound(cluster, "elastic", allowVolumeExpansion=True)
    await claims.patch("elastic", _size("2Gi"))
    await _bound(cluster, "rigid")
    await claims.patch("rigid", _size("1024Mi"))
    with pytest.raises(Forbidden, match="only dynamically provisioned pvc can be resized and the storageclass that"):
        await claims.patch("rigid", _size("1025Mi"))


async def test_a_claim_that_is_not_bound_does_not_grow(cluster: Cluster) -> None:
    claims = cluster("persistentvolumeclaims")
    await claims.create(_claim())
    with pytest.raises(Exception, match=r"Only bound persistent volume claims can be expanded|spec is immutable"):
        await claims.patch("casks", _size("2Gi"))
