"""Apply: configurations merged into objects, and who owns what since."""

import json
from typing import Any

import pytest
from pilothouse.server.errors import BadRequest, Conflict, Forbidden, Invalid, NotFound, Unclassified
from pilothouse.server.meta.user import User
from pilothouse.server.store.sqlite import SqliteStore
from pilothouse.server.verbs.apply import Document, apply
from pilothouse.server.verbs.body import FieldValidation
from pilothouse.server.verbs.plane import Plane

from tests.support.plane import Requests, add_namespace, admitting_plane

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def jar(**data: str) -> dict[str, Any]:
    return {"metadata": {"name": "jar"}, "data": data}


def owners(obj: Any) -> dict[str, Any]:
    """What each manager owns, by its name, operation and subresource."""
    found = {}
    for entry in obj.metadata.managed_fields:
        name = " ".join(filter(None, (entry.manager, entry.operation, entry.subresource)))
        found[name] = json.loads(entry.fields_v1.raw)
    return found


def press(**spec: Any) -> dict[str, Any]:
    template = {
        "metadata": {"labels": {"app": "press"}},
        "spec": {"containers": [{"name": "press", "image": "registry.test/press:1"}]},
    }
    selector = {"matchLabels": {"app": "press"}}
    return {"metadata": {"name": "press"}, "spec": {"selector": selector, "template": template, **spec}}


async def test_what_is_not_there_is_made(configmaps: Requests) -> None:
    made = await configmaps.applied(jar(a="1"), "hand")
    assert made.created
    again = await configmaps.applied(jar(a="1"), "hand")
    assert (again.created, again.body) == (False, made.body)


async def test_an_apply_that_changes_no_value_says_no_time(configmaps: Requests) -> None:
    await configmaps.apply(jar(a="1"), "hand")
    shared = await configmaps.apply(jar(a="1"), "foot")
    assert owners(shared) == {"hand Apply": {"f:data": {"f:a": {}}}, "foot Apply": {"f:data": {"f:a": {}}}}
    times = {entry.manager: entry.HasField("time") for entry in shared.metadata.managed_fields}
    assert times == {"hand": True, "foot": False}


async def test_defaults_and_what_plugins_add_belong_to_nobody(sqlite_store: SqliteStore) -> None:
    async with admitting_plane(sqlite_store) as plane:
        await add_namespace(plane, "mill")
        pods = Requests(plane, plane.registry.get("", "v1", "pods"), "mill")
        spec = {"containers": [{"name": "press", "image": "registry.test/press:1"}]}
        applied = await pods.apply({"metadata": {"name": "a"}, "spec": spec}, "hand")
        created = await pods.create({"metadata": {"name": "b"}, "spec": spec})
    assert applied.spec.tolerations
    container: dict[str, Any] = {'k:{"name":"press"}': {".": {}, "f:image": {}, "f:name": {}}}
    assert owners(applied) == {"hand Apply": {"f:spec": {"f:containers": container}}}
    owned = owners(created)["pilothouse-server Update"]["f:spec"]
    assert "f:restartPolicy" in owned
    assert not {"f:tolerations", "f:serviceAccountName", "f:volumes"} & set(owned)


async def test_conflicts_are_told_field_by_field(configmaps: Requests) -> None:
    await configmaps.create(jar(a="1", b="1"))
    await configmaps.apply(jar(c="1"), "hand")
    with pytest.raises(Conflict) as raised:
        await configmaps.apply(jar(a="2", b="2", c="2"), "foot")
    assert raised.value.message == (
        'Apply failed with 3 conflicts: conflicts with "hand":\n- .data.c\n'
        'conflicts with "pilothouse-server" using v1:\n- .data.a\n- .data.b'
    )
    assert {(c.reason, c.field) for c in raised.value.causes} == {
        ("FieldManagerConflict", f".data.{key}") for key in "abc"
    }
    forced = await configmaps.apply(jar(a="2", b="2", c="2"), "foot", force=True)
    assert dict(forced.data) == {"a": "2", "b": "2", "c": "2"}
    assert set(owners(forced)) == {"foot Apply", "pilothouse-server Update"}
    assert owners(forced)["pilothouse-server Update"] == {"f:data": {}}


async def test_what_is_left_out_goes_unless_somebody_else_wants_it(deployments: Requests) -> None:
    side = {"name": "side", "image": "registry.test/side:1"}
    whole = press()
    whole["spec"]["template"]["spec"]["containers"].append(side)
    await deployments.apply(whole, "hand")
    less = await deployments.apply(press(), "hand")
    assert [c.name for c in less.spec.template.spec.containers] == ["press"]
    await deployments.apply(whole, "hand")
    shared = {"metadata": {"name": "press"}, "spec": {"template": {"spec": {"containers": [side]}}}}
    await deployments.apply(shared, "foot")
    kept = await deployments.apply(press(), "hand")
    assert [c.name for c in kept.spec.template.spec.containers] == ["press", "side"]


async def test_a_required_field_that_is_left_out_is_missed(deployments: Requests) -> None:
    await deployments.apply(press(), "hand")
    bare = press()
    del bare["spec"]["template"]["spec"]["containers"]
    with pytest.raises(Invalid) as raised:
        await deployments.apply(bare, "hand")
    assert raised.value.causes[0].field == "spec.template.spec.containers"


async def test_status_is_owned_through_status(deployments: Requests) -> None:
    value = {**press(), "status": {"replicas": 3, "observedGeneration": 1}}
    made = await deployments.apply(value, "hand")
    assert not made.status.replicas
    assert "f:status" not in owners(made)["hand Apply"]
    told = await deployments.apply({"metadata": {"name": "press"}, "status": {"replicas": 3}}, "meter", False, "status")
    assert told.status.replicas == 3
    assert owners(told)["meter Apply status"] == {"f:status": {"f:replicas": {}}}
    assert told.spec == made.spec
    with pytest.raises(NotFound):
        await deployments.apply({"metadata": {"name": "none"}, "status": {"replicas": 3}}, "meter", False, "status")


async def test_a_dry_run_answers_and_changes_nothing(configmaps: Requests) -> None:
    tried = await configmaps.apply(jar(a="1"), "hand", dry_run=True)
    assert owners(tried) == {"hand Apply": {"f:data": {"f:a": {}}}}
    with pytest.raises(NotFound):
        await configmaps.get("jar")
    made = await configmaps.apply(jar(a="1"), "hand")
    tried = await configmaps.apply(jar(a="2"), "hand", dry_run=True)
    assert dict(tried.data) == {"a": "2"}
    assert await configmaps.get("jar") == made


async def test_a_version_guards_an_apply(configmaps: Requests) -> None:
    made = await configmaps.apply(jar(a="1"), "hand")
    value = jar(a="2")
    value["metadata"]["resourceVersion"] = str(int(made.metadata.resource_version) + 1)
    with pytest.raises(Conflict):
        await configmaps.apply(value, "hand")
    value["metadata"]["resourceVersion"] = made.metadata.resource_version
    assert dict((await configmaps.apply(value, "hand")).data) == {"a": "2"}


async def test_what_a_configuration_may_not_say(configmaps: Requests) -> None:
    with pytest.raises(BadRequest, match=r"metadata\.managedFields must be nil"):
        await configmaps.apply({"metadata": {"name": "jar", "managedFields": []}}, "hand")
    with pytest.raises(BadRequest, match="invalid object type: apps/v1, Kind=Deployment"):
        await configmaps.apply({**jar(), "apiVersion": "apps/v1", "kind": "Deployment"}, "hand")
    with pytest.raises(Unclassified) as misfit:
        await configmaps.apply({**jar(), "dat": {}}, "hand")
    assert misfit.value.message == (
        "failed to create typed patch object (/jar; /v1, Kind=ConfigMap): .dat: field not declared in schema"
    )
    with pytest.raises(Conflict, match="uid mismatch"):
        await configmaps.apply({"metadata": {"name": "jar", "uid": "u"}}, "hand")
    with pytest.raises(Invalid, match="is required for apply patch"):
        await configmaps.apply(jar(), "")


@pytest.mark.parametrize("document", [b"a: [", b"[1]", b"- 1", b'"text"', b"&a [*a]", b"\xff"])
async def test_documents_that_are_no_configurations(configmaps: Requests, document: bytes) -> None:
    context = configmaps.context("patch", "jar")
    context.field_manager = "hand"
    with pytest.raises(BadRequest):
        await apply(configmaps.plane, context, Document(document))


async def test_a_deep_document_does_no_harm(configmaps: Requests) -> None:
    context = configmaps.context("patch", "jar")
    context.field_manager = "hand"
    deep = (
        b'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"jar"},"data":'
        + b'{"a":' * 3000
        + b"1"
        + b"}" * 3001
    )
    with pytest.raises((BadRequest, Unclassified)):
        await apply(configmaps.plane, context, Document(deep))


async def test_keys_that_stand_twice(configmaps: Requests) -> None:
    text = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: jar}\ndata:\n  a: '1'\n  a: '2'\n"
    context = configmaps.context("patch", "jar")
    context.field_manager = "hand"
    with pytest.raises(BadRequest, match="already set in map"):
        await apply(configmaps.plane, context, Document(text))
    await apply(configmaps.plane, context, Document(text, False, FieldValidation.WARN))
    assert context.warnings == ['line 6: key "a" already set in map']


async def test_who_may_only_patch_creates_nothing(plane: Plane) -> None:
    roles = Requests(plane, plane.registry.get("rbac.authorization.k8s.io", "v1", "roles"), "orchard")
    bindings = Requests(plane, plane.registry.get("rbac.authorization.k8s.io", "v1", "rolebindings"), "orchard")
    rules = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["patch"]}]
    await roles.create({"metadata": {"name": "patcher"}, "rules": rules})
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "patcher"}
    subjects = [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "eve"}]
    made = await bindings.create({"metadata": {"name": "patcher"}, "roleRef": role, "subjects": subjects})
    assert await plane.cache.wait_for(int(made.metadata.resource_version), 10)
    maps = Requests(plane, plane.registry.get("", "v1", "configmaps"), "orchard", User("eve"))
    with pytest.raises(Forbidden):
        await maps.apply(jar(a="1"), "eve")


async def test_kubectl_takes_over_what_it_applied_before_from_the_client(configmaps: Requests) -> None:
    last = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "jar"}, "data": {"a": "1", "b": "1"}}
    await configmaps.create(
        {**jar(a="1", b="1"), "metadata": {"name": "jar", "annotations": {LAST_APPLIED: json.dumps(last)}}}
    )
    with pytest.raises(Conflict):
        await configmaps.apply(jar(a="2"), "hand")
    taken = await configmaps.apply(jar(a="2", b="1"), "kubectl")
    assert dict(taken.data) == {"a": "2", "b": "1"}
    kept = json.loads(taken.metadata.annotations[LAST_APPLIED])
    assert kept["data"] == {"a": "2", "b": "1"}
    assert taken.metadata.annotations[LAST_APPLIED].endswith("}\n")


async def test_kubectl_still_meets_what_others_changed(configmaps: Requests) -> None:
    last = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "jar"}, "data": {"a": "1"}}
    await configmaps.create(
        {**jar(a="9"), "metadata": {"name": "jar", "annotations": {LAST_APPLIED: json.dumps(last)}}}
    )
    with pytest.raises(Conflict, match=r"1 conflict: .* \.data\.a"):
        await configmaps.apply(jar(a="2"), "kubectl")


async def test_a_client_may_hand_ownership_over(configmaps: Requests) -> None:
    made = await configmaps.apply(jar(a="1"), "hand")
    made.metadata.managed_fields[0].manager = "foot"
    renamed = await configmaps.replace(made)
    assert set(owners(renamed)) == {"foot Apply"}
    assert dict((await configmaps.apply(jar(a="2"), "foot")).data) == {"a": "2"}
    reset = await configmaps.patch("jar", {"metadata": {"managedFields": [{}]}})
    assert owners(reset) == {}
    long = {
        "manager": "m" * 129,
        "operation": "Apply",
        "apiVersion": "v1",
        "fieldsType": "FieldsV1",
        "fieldsV1": {"f:data": {}},
    }
    with pytest.raises(Invalid, match=r"managedFields\[0\].manager"):
        await configmaps.patch("jar", {"metadata": {"managedFields": [long]}})


async def test_to_write_the_same_again_writes_nothing(configmaps: Requests) -> None:
    await configmaps.create(jar(a="1"))
    was = await configmaps.patch("jar", {"data": {"a": "2"}})
    for value in (jar(a="2"), {"data": {"a": "2"}, "metadata": {"name": "jar", "managedFields": None}}):
        assert await configmaps.update(value) == was
    assert await configmaps.patch("jar", {"data": {"a": "2"}}) == was


async def test_replicas_belong_to_who_scales(deployments: Requests) -> None:
    await deployments.apply(press(replicas=1), "hand")
    context = deployments.context("patch", "press", "scale")
    context.field_manager = "lift"
    scale = {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": "press"}, "spec": {"replicas": 4}}
    with pytest.raises(Conflict, match=r'conflict with "hand": \.spec\.replicas'):
        await apply(deployments.plane, context, Document(json.dumps(scale).encode()))
    await apply(deployments.plane, context, Document(json.dumps(scale).encode(), force=True))
    scaled = await deployments.get("press")
    assert scaled.spec.replicas == 4
    assert owners(scaled)["lift Apply scale"] == {"f:spec": {"f:replicas": {}}}
    with pytest.raises(Conflict, match=r'conflict with "lift" with subresource "scale": \.spec\.replicas'):
        await deployments.apply(press(replicas=2), "hand")
    assert (await deployments.apply(press(), "hand")).spec.replicas == 4


async def test_versions_of_one_identity_share_their_owners(plane: Plane) -> None:
    group = "autoscaling"
    v1, v2 = (
        Requests(plane, plane.registry.get(group, v, "horizontalpodautoscalers"), "orchard") for v in ("v1", "v2")
    )
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "press"}
    spec = {"scaleTargetRef": target, "maxReplicas": 5}
    await v1.apply({"metadata": {"name": "press"}, "spec": {**spec, "minReplicas": 2}}, "hand")
    with pytest.raises(Conflict, match=r'conflict with "hand": \.spec\.maxReplicas'):
        await v2.apply({"metadata": {"name": "press"}, "spec": {"scaleTargetRef": target, "maxReplicas": 6}}, "foot")
    less = await v2.apply({"metadata": {"name": "press"}, "spec": spec}, "hand")
    assert less.spec.min_replicas == 1
    assert [e.api_version for e in less.metadata.managed_fields] == ["autoscaling/v2"]
