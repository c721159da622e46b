"""What is wrong with volumes, claims, their classes and drivers."""

from typing import Any

import pytest
from pilothouse.server.strategies import strategy_for

from tests.support.objects import context_of, create, faults, told, update, update_faults

STORAGE = "storage.k8s.io/v1"
MORE = "may not specify more than 1 volume type"


def made(api_version: str, kind: str, **members: Any) -> dict[str, Any]:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "vat.example.test"}, **members}


def volume(**spec: Any) -> dict[str, Any]:
    own: dict[str, Any] = {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"]}
    return made("v1", "PersistentVolume", spec={**own, **spec})


def claim(**spec: Any) -> dict[str, Any]:
    own: dict[str, Any] = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "2Gi"}}}
    return made("v1", "PersistentVolumeClaim", spec={**own, **spec})


def csi(**members: Any) -> dict[str, Any]:
    return volume(csi={"driver": "a.test", "volumeHandle": "h", **members})


def affinity(key: str) -> dict[str, Any]:
    expression = {"key": key, "operator": "In", "values": ["a"]}
    return {"required": {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}}


NFS = {"server": "s", "path": "/p"}
PATH = {"path": "/x"}
TERM = {"matchLabelExpressions": [{"key": "z"}]}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (volume(hostPath=PATH), []),
        (volume(), [("spec", "must specify a volume type")]),
        (volume(hostPath=PATH, nfs=NFS), [("spec.nfs", MORE)]),
        (volume(hostPath={"path": "/a/../b"}), [("spec.hostPath.path", "must not contain '..'")]),
        (volume(nfs=NFS, capacity={"storage": "0"}), [("spec.capacity[storage]", "must be greater than zero")]),
        (volume(nfs=NFS, accessModes=[]), [("spec.accessModes", "Required value")]),
        (volume(nfs=NFS, accessModes=["Nobody"]), [("spec.accessModes", "Unsupported value")]),
        (
            volume(hostPath={"path": "/"}, persistentVolumeReclaimPolicy="Recycle"),
            [("spec.persistentVolumeReclaimPolicy", "may not be 'recycle'")],
        ),
        (volume(local=PATH, nodeAffinity=affinity("zone")), []),
        (volume(local=PATH), [("spec.nodeAffinity", "Local volume requires node affinity")]),
        (volume(nfs=NFS, nodeAffinity={}), [("spec.nodeAffinity.required", "must specify required")]),
        (csi(), []),
        (csi(driver="Not_Good"), [("spec.csi.driver", "subdomain")]),
        (csi(nodeStageSecretRef={"name": "s"}), [("spec.csi.nodeStageSecretRef.namespace", "Required value")]),
        (volume(nfs=NFS, volumeAttributesClassName="a"), [("spec.csi", "has to be specified")]),
        (volume(cinder={"volumeID": "v", "secretRef": {"name": "s"}}), [("spec.cinder.secretRef.namespace", "Req")]),
        (volume(rbd={"monitors": ["m"], "image": ""}), [("spec.rbd.image", "Required value")]),
        (claim(), []),
        (claim(resources={"requests": {"storage": "0"}}), [("spec.resources[storage]", "greater than zero")]),
        (claim(storageClassName="Not_Good"), [("spec.storageClassName", "subdomain")]),
        (claim(dataSource={"kind": "PersistentVolumeClaim", "name": "other"}), []),
        (claim(dataSource={"kind": "ConfigMap", "name": "other"}), []),
        (
            claim(dataSourceRef={"kind": "ConfigMap", "name": "other"}),
            [("spec.dataSource", "must be 'Pers"), ("spec.dataSourceRef", "must be 'PersistentVolumeClaim'")],
        ),
        (made(STORAGE, "StorageClass", provisioner="a.test/Disk"), []),
        (made(STORAGE, "StorageClass", provisioner="a b"), [("provisioner", "name part")]),
        (made(STORAGE, "StorageClass", provisioner="a", parameters={"": "x"}), [("parameters", "can not be empty")]),
        (
            made(
                STORAGE, "StorageClass", provisioner="a", allowedTopologies=[{"matchLabelExpressions": [{"key": "z"}]}]
            ),
            [("allowedTopologies[0].matchLabelExpressions[0].values", "Required value")],
        ),
        (
            made(STORAGE, "VolumeAttributesClass", driverName="a.test"),
            [("parameters", "at least one key/value pair")],
        ),
        (made(STORAGE, "CSIDriver", spec={}), []),
        (
            made(STORAGE, "CSIDriver", spec={"tokenRequests": [{"audience": "a", "expirationSeconds": 60}]}),
            [("spec.tokenRequests[0].expirationSeconds", "less than 10 minutes")],
        ),
        (made(STORAGE, "CSINode", spec={"drivers": [{"name": "a.test", "nodeID": "n"}]}), []),
        (made(STORAGE, "CSINode", spec={"drivers": [{"name": "a.test"}]}), [("spec.drivers[0].nodeID", "Required")]),
        (
            made(STORAGE, "CSIStorageCapacity", storageClassName="a", capacity="-1"),
            [("capacity", "greater than or equal to 0")],
        ),
        (
            made(
                STORAGE,
                "VolumeAttachment",
                spec={"attacher": "a.test", "nodeName": "n", "source": {"persistentVolumeName": ""}},
            ),
            [("spec.source.persistentVolumeName", "must specify non empty")],
        ),
    ],
)
def test_faults(value: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    found = [(field, message) for _, field, message in faults(value)]
    assert [field for field, _ in found] == [field for field, _ in expected]
    for (_, message), (_, text) in zip(found, expected, strict=True):
        assert text in message


def changed(new: dict[str, Any], old: dict[str, Any], **status: Any) -> list[str]:
    """The fields blamed when a claim in some state changes."""
    _, before = create(old)
    for name, value in status.items():
        setattr(before.status, name, value)
    resource, message = update(new, before)
    context = context_of(resource, "update")
    return [field for _, field, _ in told(strategy_for(resource).validate_update(context, message, before))]


def test_a_bound_claim_may_grow() -> None:
    def sized(size: str) -> dict[str, Any]:
        return claim(resources={"requests": {"storage": size}})

    assert changed(sized("3Gi"), claim()) == ["spec"]
    assert changed(sized("3Gi"), claim(), phase="Bound") == []
    assert changed(sized("1Gi"), claim(), phase="Bound") == []


def test_a_claim_finds_its_volume_and_class_once() -> None:
    assert changed(claim(volumeName="v"), claim()) == []
    assert changed(claim(volumeName="w"), claim(volumeName="v")) == ["spec"]
    assert changed(claim(storageClassName="fast"), claim()) == []
    assert changed(claim(storageClassName="fast"), claim(storageClassName="slow")) == ["spec"]


def test_a_volume_stays_where_it_is_under_the_new_names_of_labels() -> None:
    old = volume(nfs=NFS, nodeAffinity=affinity("failure-domain.beta.kubernetes.io/zone"))
    assert update_faults(volume(nfs=NFS, nodeAffinity=affinity("topology.kubernetes.io/zone")), old) == []
    moved = update_faults(volume(nfs=NFS, nodeAffinity=affinity("elsewhere")), old)
    assert [field for _, field, _ in moved] == ["spec.nodeAffinity"]
