"""What a node may read and write: by the authorizer alone, fed with objects, and through the verbs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st
from pilothouse.api.meta.v1 import meta_pb2 as meta
from pilothouse.server.authorization.base import Attributes, Decision, OnChange
from pilothouse.server.authorization.node import NodeAuthorizer
from pilothouse.server.authorization.union import Union
from pilothouse.server.errors import Forbidden
from pilothouse.server.furniture import lay_down
from pilothouse.server.meta.resource import ResourceType
from pilothouse.server.meta.user import User
from pilothouse.server.store.sqlite import SqliteStore
from pilothouse.server.verbs.delete_collection import delete_collection
from pilothouse.server.verbs.plane import Plane
from pilothouse.server.verbs.watch import open_watch

from tests.authorization.cluster import REGISTRY, Cluster
from tests.support.plane import ADMIN, Requests, add_namespace, admitting_plane, version

OAK, ELM = (User(f"system:node:{name}", ("system:nodes", "system:authenticated")) for name in ("oak", "elm"))
NO_RELATION = "no relationship found between node 'oak' and this object"
Json = dict[str, Any]


class Nodes:
    """A NodeAuthorizer, and the objects that it follows."""

    def __init__(self, *manifests: Json) -> None:
        self._followers: dict[str, tuple[ResourceType, OnChange]] = {}
        self.authorizer = NodeAuthorizer(REGISTRY, self._follow)
        for manifest in manifests:
            self.put(manifest)

    def _follow(self, resource: ResourceType, on_change: OnChange) -> None:
        self._followers[resource.kind] = (resource, on_change)

    def put(self, manifest: Json) -> None:
        resource, on_change = self._followers[manifest["kind"]]
        on_change(self._key(resource, manifest), parsed(resource, manifest))

    def delete(self, manifest: Json) -> None:
        resource, on_change = self._followers[manifest["kind"]]
        on_change(self._key(resource, manifest), None)

    def _key(self, resource: ResourceType, manifest: Json) -> str:
        return resource.key(manifest["metadata"].get("namespace", ""), manifest["metadata"]["name"])

    def may(self, user: User, verb: str, resource: str, name: str = "a", namespace: str = "n", **more: str) -> bool:
        """resource: "pods/status" or "storage.k8s.io csinodes"."""
        return self.asked(user, verb, resource, name, namespace, **more)[0] is Decision.ALLOW

    def asked(
        self, user: User, verb: str, resource: str, name: str = "a", namespace: str = "n", **more: str
    ) -> tuple[Decision, str]:
        group, _, plural = resource.rpartition(" ")
        plural, _, subresource = plural.partition("/")
        return self.authorizer.authorize(Attributes(user, verb, group, plural, subresource, namespace, name, **more))


def parsed(resource: ResourceType, manifest: Mapping[str, Any]) -> Message:
    fields = {name: value for name, value in manifest.items() if name != "kind"}
    return json_format.ParseDict(fields, resource.message())


def pod(name: str = "a", node: str = "oak", **spec: Any) -> Json:
    """spec as in the protobuf's JSON, where a volume's source and a reference to an object are members."""
    return {"kind": "Pod", "metadata": {"name": name, "namespace": "n"}, "spec": {"nodeName": node, **spec}}


def volume(name: str = "v", claim: str = "claim", **source: Any) -> Json:
    spec = {"claimRef": {"namespace": "n", "name": claim}, "persistentVolumeSource": source}
    return {"kind": "PersistentVolume", "metadata": {"name": name}, "spec": spec if claim else {}}


def of(name: str) -> Json:
    return {"localObjectReference": {"name": name}}


def mounted(**source: Any) -> Json:
    return {"volumes": [{"name": "data", "volumeSource": source}]}


SECRETS: list[Json] = [
    {"imagePullSecrets": [{"name": "s"}]},
    {"containers": [{"envFrom": [{"secretRef": of("s")}]}]},
    {"initContainers": [{"env": [{"name": "A", "valueFrom": {"secretKeyRef": of("s")}}]}]},
    {"ephemeralContainers": [{"ephemeralContainerCommon": {"envFrom": [{"secretRef": of("s")}]}}]},
    mounted(secret={"secretName": "s"}),
    mounted(projected={"sources": [{"secret": of("s")}]}),
    mounted(azureFile={"secretName": "s"}),
    mounted(csi={"driver": "d", "nodePublishSecretRef": {"name": "s"}}),
    *(mounted(**{k: {"secretRef": {"name": "s"}}}) for k in ("rbd", "cephfs", "cinder", "iscsi", "scaleIO")),
    *(mounted(**{k: {"secretRef": {"name": "s"}}}) for k in ("flexVolume", "storageos")),
]


@pytest.mark.parametrize("spec", SECRETS, ids=str)
def test_a_node_reads_the_secrets_that_its_pods_use_and_no_others(spec: Json) -> None:
    nodes = Nodes(pod(**spec))
    for verb in ("get", "list", "watch"):
        assert nodes.may(OAK, verb, "secrets", "s")
        assert not nodes.may(ELM, verb, "secrets", "s")
        assert not nodes.may(OAK, verb, "secrets", "t")
        assert not nodes.may(OAK, verb, "secrets", "s", "elsewhere")
        assert not nodes.may(OAK, verb, "configmaps", "s")


@pytest.mark.parametrize(
    "spec",
    [
        {"containers": [{"envFrom": [{"configMapRef": of("c")}]}]},
        {"containers": [{"env": [{"name": "A", "valueFrom": {"configMapKeyRef": of("c")}}]}]},
        mounted(configMap=of("c")),
        mounted(projected={"sources": [{"configMap": of("c")}]}),
    ],
    ids=str,
)
def test_a_node_reads_the_config_maps_that_its_pods_use(spec: Json) -> None:
    nodes = Nodes(pod(**spec))
    assert nodes.may(OAK, "get", "configmaps", "c")
    assert not nodes.may(ELM, "get", "configmaps", "c")
    assert not nodes.may(OAK, "get", "secrets", "c")


@pytest.mark.parametrize(
    ("verb", "resource", "name", "namespace", "reason"),
    [
        ("list", "secrets", "", "n", "No Object name found"),
        ("watch", "configmaps", "", "n", "No Object name found"),
        ("list", "secrets", "s", "", "can only read namespaced object of this type"),
        ("update", "secrets", "s", "n", "can only read resources of this type"),
        ("get", "secrets/x", "s", "n", "cannot read subresource"),
        ("get", "secrets", "t", "n", NO_RELATION),
        ("list", "persistentvolumes", "", "", "can only get individual resources of this type"),
        ("get", "persistentvolumeclaims/x", "c", "n", "cannot get subresource"),
        ("get", "persistentvolumeclaims/status", "c", "n", "can only get/update/patch this type"),
        ("create", "serviceaccounts", "robot", "n", "can only create token subresource of serviceaccount"),
        ("list", "serviceaccounts", "", "n", "can only create tokens for individual service accounts"),
        ("create", "serviceaccounts/token", "other", "n", NO_RELATION),
        ("list", "pods", "", "", "can only list/watch pods with spec.nodeName field selector"),
        ("get", "nodes", "elm", "", "node 'oak' cannot read 'elm', only its own Node object"),
        ("list", "nodes", "", "", "node 'oak' cannot read all nodes, only its own Node object"),
    ],
)
def test_refusals_say_why(verb: str, resource: str, name: str, namespace: str, reason: str) -> None:
    nodes = Nodes(pod(serviceAccountName="robot", **SECRETS[0]))
    assert nodes.asked(OAK, verb, resource, name, namespace) == (Decision.NO_OPINION, reason)


def test_a_node_acts_for_the_accounts_of_its_pods() -> None:
    nodes = Nodes(pod(serviceAccountName="robot"))
    assert nodes.may(OAK, "create", "serviceaccounts/token", "robot")
    assert nodes.may(OAK, "get", "serviceaccounts", "robot")
    assert not nodes.may(ELM, "create", "serviceaccounts/token", "robot")
    assert not nodes.may(OAK, "create", "serviceaccounts/token", "robot", "elsewhere")
    assert not nodes.may(OAK, "create", "serviceaccounts/token", "")
    assert not nodes.may(OAK, "update", "serviceaccounts", "robot")


def test_a_node_reads_its_pods_and_may_look_for_them_by_its_name() -> None:
    nodes = Nodes(pod("mine"), pod("theirs", "elm"), pod("waiting", ""))
    assert nodes.may(OAK, "get", "pods", "mine")
    assert nodes.may(OAK, "watch", "pods", "mine")
    assert not nodes.may(OAK, "get", "pods", "theirs")
    assert not nodes.may(OAK, "list", "pods", "theirs")
    assert not nodes.may(OAK, "get", "pods", "waiting")
    for verb in ("list", "watch"):
        assert nodes.may(OAK, verb, "pods", "", "", field_selector="status.phase!=Failed,spec.nodeName=oak")
        for selector in ("spec.nodeName=elm", "spec.nodeName!=oak", "metadata.name=oak", "spec.nodeName", ""):
            assert not nodes.may(OAK, verb, "pods", "", "", field_selector=selector)
    assert not nodes.may(OAK, "deletecollection", "pods", "", "n", field_selector="spec.nodeName=oak")
    assert nodes.may(OAK, "patch", "pods/status", "mine")
    assert nodes.may(OAK, "create", "pods/eviction", "mine")
    assert not nodes.may(OAK, "update", "pods", "mine")
    assert not nodes.may(OAK, "create", "pods/exec", "mine")
    assert not nodes.may(OAK, "create", "pods/binding", "mine")


def test_a_pod_that_goes_takes_along_what_it_opened() -> None:
    nodes = Nodes(pod("a", **SECRETS[0]), pod("b", **SECRETS[0]))
    before = nodes.authorizer.generation
    nodes.delete(pod("a"))
    assert nodes.may(OAK, "get", "secrets", "s")
    nodes.put(pod("b", "elm", **SECRETS[0]))
    assert not nodes.may(OAK, "get", "secrets", "s")
    assert not nodes.may(OAK, "get", "pods", "b")
    assert nodes.may(ELM, "get", "secrets", "s")
    assert nodes.authorizer.generation > before
    nodes.delete(pod("b"))
    assert not nodes.may(ELM, "get", "secrets", "s")


def test_only_a_loss_has_watches_judged_again() -> None:
    nodes = Nodes(pod("a", **SECRETS[0]))
    nodes.put({**pod("a", **SECRETS[0]), "status": {"phase": "Running"}})
    nodes.put(pod("b", **SECRETS[0]))
    assert nodes.authorizer.generation == 0
    nodes.put(pod("b"))
    assert nodes.authorizer.generation == 0, "the other pod still uses the Secret"
    nodes.put(pod("a"))
    assert nodes.authorizer.generation == 1


def test_a_mirror_pod_opens_nothing() -> None:
    mirror = pod("a", serviceAccountName="robot", **SECRETS[0])
    mirror["metadata"]["annotations"] = {"kubernetes.io/config.mirror": "x"}
    nodes = Nodes(mirror)
    assert nodes.may(OAK, "get", "pods", "a")
    assert not nodes.may(OAK, "get", "secrets", "s")
    assert not nodes.may(OAK, "create", "serviceaccounts/token", "robot")


def test_a_claim_leads_to_its_volume_and_the_secrets_to_mount_it() -> None:
    csi = {
        "driver": "d",
        "nodeStageSecretRef": {"namespace": "csi", "name": "stage"},
        "nodePublishSecretRef": {"name": "publish"},
        "controllerPublishSecretRef": {"namespace": "csi", "name": "controller"},
    }
    nodes = Nodes(pod(**mounted(persistentVolumeClaim={"claimName": "claim"})), volume(csi=csi), volume("w", "other"))
    for user, answer in ((OAK, True), (ELM, False)):
        assert nodes.may(user, "get", "persistentvolumeclaims", "claim") is answer
        assert nodes.may(user, "patch", "persistentvolumeclaims/status", "claim") is answer
        assert nodes.may(user, "get", "persistentvolumes", "v", "") is answer
        assert nodes.may(user, "get", "secrets", "stage", "csi") is answer
        assert nodes.may(user, "get", "secrets", "publish", "n") is answer
    assert not nodes.may(OAK, "get", "secrets", "controller", "csi")
    assert not nodes.may(OAK, "get", "secrets", "stage", "n")
    assert not nodes.may(OAK, "get", "persistentvolumes", "w", "")
    assert not nodes.may(OAK, "update", "persistentvolumeclaims", "claim")
    nodes.put(volume(claim="", csi=csi))
    assert not nodes.may(OAK, "get", "persistentvolumes", "v", "")
    assert not nodes.may(OAK, "get", "secrets", "stage", "csi")
    assert nodes.may(OAK, "get", "persistentvolumeclaims", "claim")


def test_claims_that_are_made_for_a_pod_are_its_own() -> None:
    claims = [
        {"name": "x", "resourceClaimName": "given"},
        {"name": "y", "resourceClaimTemplateName": "t"},
        {"name": "z", "resourceClaimTemplateName": "t"},
    ]
    status = {
        "resourceClaimStatuses": [{"name": "y", "resourceClaimName": "made"}],
        "extendedResourceClaimStatus": {"resourceClaimName": "extended"},
    }
    nodes = Nodes({**pod(resourceClaims=claims, **mounted(ephemeral={})), "status": status})
    assert nodes.may(OAK, "get", "persistentvolumeclaims", "a-data")
    for name, answer in (("given", True), ("made", True), ("extended", True), ("t", False), ("y", False)):
        assert nodes.may(OAK, "get", "resource.k8s.io resourceclaims", name) is answer
        assert not nodes.may(ELM, "get", "resource.k8s.io resourceclaims", name)
    assert not nodes.may(OAK, "update", "resource.k8s.io resourceclaims/status", "given")


def test_what_names_its_node_belongs_to_it() -> None:
    nodes = Nodes(
        {"kind": "VolumeAttachment", "metadata": {"name": "a"}, "spec": {"nodeName": "oak"}},
        {"kind": "ResourceSlice", "metadata": {"name": "a"}, "spec": {"nodeName": "oak"}},
        {"kind": "ResourceSlice", "metadata": {"name": "all"}, "spec": {"allNodes": True}},
    )
    slices = "resource.k8s.io resourceslices"
    assert nodes.may(OAK, "get", "storage.k8s.io volumeattachments", "a", "")
    assert not nodes.may(ELM, "get", "storage.k8s.io volumeattachments", "a", "")
    for verb in ("get", "update", "patch", "delete"):
        assert nodes.may(OAK, verb, slices, "a", "")
        assert not nodes.may(ELM, verb, slices, "a", "")
        assert not nodes.may(OAK, verb, slices, "all", "")
    for verb in ("list", "watch", "deletecollection"):
        assert nodes.may(OAK, verb, slices, "", "", field_selector="spec.nodeName=oak")
        assert not nodes.may(OAK, verb, slices, "", "", field_selector="spec.nodeName=elm")
        assert not nodes.may(OAK, verb, slices, "", "")


def test_a_node_has_its_own_lease_and_driver_object() -> None:
    nodes = Nodes()
    leases, drivers = "coordination.k8s.io leases", "storage.k8s.io csinodes"
    for verb in ("get", "update", "patch", "delete"):
        assert nodes.may(OAK, verb, leases, "oak", "kube-node-lease")
        assert not nodes.may(OAK, verb, leases, "elm", "kube-node-lease")
        assert not nodes.may(OAK, verb, leases, "oak", "n")
        assert nodes.may(OAK, verb, drivers, "oak", "")
        assert not nodes.may(OAK, verb, drivers, "elm", "")
    assert nodes.may(OAK, "create", leases, "", "kube-node-lease")
    assert not nodes.may(OAK, "list", leases, "", "kube-node-lease")
    assert nodes.may(OAK, "create", drivers, "", "")
    assert nodes.may(OAK, "get", "nodes", "oak", "")
    assert nodes.may(OAK, "patch", "nodes/status", "oak", "")
    assert not nodes.may(OAK, "delete", "nodes", "oak", "")


def test_what_is_not_subdivided_follows_the_default_role() -> None:
    nodes = Nodes()
    assert nodes.may(OAK, "list", "services", "", "")
    assert nodes.may(OAK, "create", "events", "", "n")
    assert nodes.may(OAK, "create", "authorization.k8s.io subjectaccessreviews", "", "")
    assert not nodes.may(OAK, "delete", "services", "a")
    assert not nodes.may(OAK, "list", "apps deployments", "", "n")


def test_only_nodes_by_name_and_group_are_nodes() -> None:
    nodes = Nodes(pod(**SECRETS[0]))
    impostors = User("system:node:oak", ("system:authenticated",)), User("oak", ("system:nodes",))
    for user in impostors:
        assert nodes.asked(user, "get", "secrets", "s") == (Decision.NO_OPINION, "")
        assert nodes.asked(user, "list", "services") == (Decision.NO_OPINION, "")
    nameless = User("system:node:", ("system:nodes",))
    reason = 'unknown node for user "system:node:"'
    assert nodes.asked(nameless, "get", "secrets", "s") == (Decision.NO_OPINION, reason)
    assert nodes.authorizer.authorize(Attributes(OAK, "get", path="/metrics")) == (Decision.NO_OPINION, "")


def test_what_a_role_grants_a_node_holds_beside() -> None:
    nodes, cluster = Nodes(), Cluster()
    union = Union(nodes.authorizer, cluster.rbac)
    asked = Attributes(OAK, "list", "", "secrets", "", "n")
    assert union.authorize(asked) == (Decision.NO_OPINION, "No Object name found")
    cluster.put(_grant("ClusterRole", rules=[{"apiGroups": [""], "resources": ["secrets"], "verbs": ["list"]}]))
    subjects = [{"kind": "Group", "name": "system:nodes", "apiGroup": "rbac.authorization.k8s.io"}]
    cluster.put(_grant("ClusterRoleBinding", subjects=subjects, roleRef={"kind": "ClusterRole", "name": "r"}))
    assert union.authorize(asked)[0] is Decision.ALLOW


def _grant(kind: str, **members: Any) -> Json:
    return {"kind": kind, "metadata": {"name": "r"}, **members}


changes = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.sampled_from(("", "oak", "elm", None)),
        st.lists(st.sampled_from("stu"), max_size=3),
    ),
    max_size=20,
)


@given(changes)
def test_after_any_changes_the_answers_are_those_of_a_fresh_start(
    steps: list[tuple[str, str | None, list[str]]],
) -> None:
    """A step puts a pod on a node, with Secrets; None deletes it."""
    nodes, present = Nodes(), dict[str, Json]()
    for name, node, secrets in steps:
        if node is None:
            if name in present:
                nodes.delete(present.pop(name))
            continue
        present[name] = pod(name, node, imagePullSecrets=[{"name": secret} for secret in secrets])
        nodes.put(present[name])
    for user, node in ((OAK, "oak"), (ELM, "elm")):
        mine = [p["spec"] for p in present.values() if p["spec"]["nodeName"] == node]
        for secret in "stu":
            used = any({"name": secret} in spec["imagePullSecrets"] for spec in mine)
            assert nodes.may(user, "get", "secrets", secret) is used


class Verbs:
    """Requests of nodes to a plane, for attacks."""

    def __init__(self, plane: Plane) -> None:
        self.plane = plane

    def requests(self, plural: str, user: User = ADMIN, namespace: str = "n") -> Requests:
        return Requests(self.plane, self.plane.registry.get("", "v1", plural), namespace, user)

    async def seen(self, written: Any) -> Any:
        assert await self.plane.cache.wait_for(version(written), 5)
        return written


@pytest.fixture
async def verbs(tmp_path: Path) -> Any:
    """A pod of the node oak with the Secret "mine", and one of the node elm with "theirs"."""
    store = SqliteStore(tmp_path / "store.db")
    try:
        async with admitting_plane(store) as plane:
            found = Verbs(plane)
            await add_namespace(plane, "n")
            for secret, node in (("mine", "oak"), ("theirs", "elm")):
                await found.requests("secrets").create({"metadata": {"name": secret}})
                spec = {"nodeName": node, "containers": [{"name": "c", "image": "i"}]}
                spec["volumes"] = [{"name": "v", "secret": {"secretName": secret}}]
                await found.seen(await found.requests("pods").create({"metadata": {"name": secret}, "spec": spec}))
            yield found
    finally:
        await store.close()


async def test_a_node_gets_the_secret_of_its_pod_only(verbs: Verbs) -> None:
    assert (await verbs.requests("secrets", OAK).get("mine")).metadata.name == "mine"
    with pytest.raises(Forbidden, match=NO_RELATION):
        await verbs.requests("secrets", OAK).get("theirs")


@pytest.mark.parametrize(
    ("selector", "namespace"),
    [
        ("", "n"),
        ("", ""),
        ("metadata.name=theirs", "n"),
        ("metadata.name=mine", ""),
        ("metadata.name!=mine", "n"),
        ("metadata.namespace=n", "n"),
        ("metadata.name=theirs,metadata.namespace=n", ""),
    ],
)
async def test_no_selector_shows_a_node_other_secrets(verbs: Verbs, selector: str, namespace: str) -> None:
    requests = verbs.requests("secrets", OAK, namespace)
    with pytest.raises(Forbidden):
        await requests.list(field_selector=selector)
    with pytest.raises(Forbidden):
        await open_watch(verbs.plane, requests.context("watch"), meta.ListOptions(field_selector=selector), 60)


async def test_a_selector_of_two_names_shows_nothing(verbs: Verbs) -> None:
    """Whichever name counts for the decision, the answer holds what fits both."""
    requests = verbs.requests("secrets", OAK)
    for selector in ("metadata.name=mine,metadata.name=theirs", "metadata.name=theirs,metadata.name=mine"):
        try:
            listing = await requests.list(field_selector=selector)
        except Forbidden:
            continue
        assert not listing.items


async def test_a_node_lists_what_it_may_by_name(verbs: Verbs) -> None:
    listing = await verbs.requests("secrets", OAK).list(field_selector="metadata.name=mine")
    assert [item.name for item in listing.items] == ["mine"]
    pods = await verbs.requests("pods", OAK, "").list(field_selector="spec.nodeName=oak")
    assert [item.name for item in pods.items] == ["mine"]


async def test_a_node_does_not_delete_by_collections(verbs: Verbs) -> None:
    context = verbs.requests("pods", OAK).context("deletecollection")
    options = meta.ListOptions(field_selector="spec.nodeName=oak")
    with pytest.raises(Forbidden):
        await delete_collection(verbs.plane, context, options, meta.DeleteOptions())


async def test_a_watch_of_a_secret_ends_with_the_pod(verbs: Verbs) -> None:
    requests = verbs.requests("secrets", OAK)
    options = meta.ListOptions(field_selector="metadata.name=mine")
    frames = await open_watch(verbs.plane, requests.context("watch"), options, 60)
    await anext(frames)
    deleted = await verbs.requests("pods").delete("mine", grace_period_seconds=0)
    assert deleted.removed
    await verbs.seen(await verbs.requests("secrets").patch("mine", {"metadata": {"labels": {"a": "b"}}}))
    with pytest.raises(Forbidden, match=NO_RELATION):
        async for _ in frames:
            pass
    with pytest.raises(Forbidden, match=NO_RELATION):
        await requests.get("mine")


async def _review(verbs: Verbs, plural: str, user: User, spec: Json) -> Any:
    """With the default roles, by which everybody may ask about himself."""
    await lay_down(verbs.plane)
    assert await verbs.plane.cache.wait_for(await verbs.plane.store.revision(), 5)
    resource = verbs.plane.registry.get("authorization.k8s.io", "v1", plural)
    return (await Requests(verbs.plane, resource, "", user).create({"spec": spec})).status


async def test_a_review_takes_the_selector_into_account(verbs: Verbs) -> None:
    asked = {"verb": "list", "resource": "pods"}
    for node, answer in (("oak", True), ("elm", False)):
        exact = [{"key": "spec.nodeName", "operator": "In", "values": [node]}]
        for selector in ({"requirements": exact}, {"rawSelector": f"spec.nodeName={node}"}):
            attributes = {**asked, "fieldSelector": selector}
            status = await _review(verbs, "selfsubjectaccessreviews", OAK, {"resourceAttributes": attributes})
            assert status.allowed is answer
    both = [{"key": "spec.nodeName", "operator": "In", "values": ["oak", "elm"]}]
    attributes = {**asked, "fieldSelector": {"requirements": both}}
    assert not (await _review(verbs, "selfsubjectaccessreviews", OAK, {"resourceAttributes": attributes})).allowed


async def test_what_a_node_may_cannot_be_listed(verbs: Verbs) -> None:
    status = await _review(verbs, "selfsubjectrulesreviews", OAK, {"namespace": "n"})
    assert status.incomplete
    assert status.evaluation_error == "node authorizer does not support user rule resolution"
