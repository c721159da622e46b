"""OwnerReferencesPermissionEnforcement."""

from typing import Any

import pytest
from pilothouse.server.errors import Forbidden
from pilothouse.server.meta.user import User

from tests.admission.cluster import Cluster, named
from tests.admission.conftest import Start

ANN = User("ann", ("system:authenticated",))


def _owned(kind: str = "Namespace", **owner: Any) -> dict[str, Any]:
    return {"metadata": {"ownerReferences": [{"apiVersion": "v1", "kind": kind, "name": "o", "uid": "u", **owner}]}}


@pytest.fixture
async def cluster(start: Start) -> Cluster:
    cluster = await start("OwnerReferencesPermissionEnforcement")
    rules = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["create", "update", "patch"]}]
    group = "rbac.authorization.k8s.io"
    await cluster(f"roles.{group}").create({**named("writer"), "rules": rules})
    subjects = [{"kind": "User", "name": "ann", "apiGroup": group}]
    reference = {"apiGroup": group, "kind": "Role", "name": "writer"}
    await cluster(f"rolebindings.{group}").create({**named("writer"), "subjects": subjects, "roleRef": reference})
    await cluster.plane.cache.wait_for(await cluster.plane.store.revision(), 5)
    return cluster


async def test_who_may_not_delete_gives_no_owner(cluster: Cluster) -> None:
    jars = cluster("configmaps", ANN)
    await jars.create(named("jar"))
    await jars.patch("jar", {"data": {"a": "1"}})
    with pytest.raises(Forbidden, match="cannot set an ownerRef on a resource you can't delete: "):
        await jars.patch("jar", _owned())
    await cluster("configmaps").patch("jar", _owned())


async def test_who_creates_may_give_an_owner_but_not_hold_it_back(cluster: Cluster) -> None:
    jars = cluster("configmaps", ANN)
    metadata = _owned()["metadata"]
    await jars.create({"metadata": {**metadata, "name": "jar"}})
    metadata = _owned(blockOwnerDeletion=True)["metadata"]
    refused = "cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on"
    with pytest.raises(Forbidden, match=refused):
        await jars.create({"metadata": {**metadata, "name": "lid"}})
    metadata = _owned("Unheard", blockOwnerDeletion=True)["metadata"]
    with pytest.raises(Forbidden, match="cannot find RESTMapping for APIVersion v1 Kind Unheard"):
        await cluster("configmaps").create({"metadata": {**metadata, "name": "lid"}})
