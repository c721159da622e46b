"""Why a request is allowed or not, by rpc and on the command line."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from os import environ
from typing import Any
from uuid import uuid4

import pytest
from pilothouse.api.dynamic.v1 import dynamic_pb2 as dynamic
from pilothouse.api.meta.v1 import requests_pb2 as requests

from tests.authorization.cluster import GROUP, binding, role, subject
from tests.e2e.requests import DYNAMIC, MAPS, make_namespace, writing_json
from tests.support.caller import Caller, admin_of, user_of
from tests.support.server import ServerProcess

PODS = dynamic.ResourceName(version="v1", resource="pods")
QUOTAS = dynamic.ResourceName(version="v1", resource="resourcequotas")
READ_PODS = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}
MAKE_PODS = {"apiGroups": [""], "resources": ["pods"], "verbs": ["create"]}
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "pear"},
    "spec": {"containers": [{"name": "a", "image": "i"}]},
}


@pytest.fixture
async def admin(server: ServerProcess) -> AsyncIterator[Caller]:
    async with Caller(server.grpc_port, admin_of(server)) as caller:
        yield caller


@pytest.fixture
async def namespace(admin: Caller) -> str:
    """With the account that pods act for, which the server makes."""
    name = await make_namespace(admin, f"place-{uuid4().hex[:8]}")
    watched = requests.WatchRequest(namespace=name, options={"field_selector": "metadata.name=default"})
    stream = admin.stream("pilothouse.api.core.v1.ServiceAccounts/Watch", watched)
    while b"default" not in await stream.read():
        pass
    stream.cancel()
    return name


@pytest.fixture
async def user(admin: Caller, namespace: str) -> str:
    """Reads and makes pods in the namespace."""
    name = f"user-{uuid4().hex[:8]}"
    own = role("own", READ_PODS, MAKE_PODS, namespace=namespace)
    bound = binding("own", "own", subject("User", name), namespace=namespace, kind="Role")
    for plural, manifest in (("roles", own), ("rolebindings", bound)):
        resource = dynamic.ResourceName(group=GROUP, version="v1", resource=plural)
        body = json.dumps({"apiVersion": f"{GROUP}/v1", **manifest}).encode()
        await admin.call(DYNAMIC + "Create", writing_json(namespace, body, resource))
    # Once a read is answered at a later revision, what came before is known to the authorizer.
    await admin.call(MAPS + "List", requests.ListRequest(namespace=namespace))
    return name


async def explained(caller: Caller, verb: str, **asked: Any) -> dynamic.ExplainResponse:
    request = dynamic.ExplainRequest(verb=verb, **{"resource": PODS, **asked})
    return dynamic.ExplainResponse.FromString(await caller.call(DYNAMIC + "Explain", request))


async def test_an_allowed_request_names_its_rule(admin: Caller, namespace: str, user: str) -> None:
    answer = await explained(admin, "get", namespace=namespace, name="pear", user=user)
    assert answer.allowed
    assert answer.granted_by.binding == f'RoleBinding "own/{namespace}" of Role "own"'
    assert (list(answer.granted_by.resources), list(answer.granted_by.verbs)) == (["pods"], ["get", "list"])
    assert not answer.nearest


async def test_a_refused_request_names_what_comes_nearest(admin: Caller, namespace: str, user: str) -> None:
    answer = await explained(admin, "delete", namespace=namespace, user=user)
    assert not answer.allowed
    assert list(answer.nearest[0].lacks) == ["verb"]
    assert answer.nearest[0].subject == f'User "{user}"'
    elsewhere = await explained(admin, "get", namespace="default", user=user)
    assert list(elsewhere.nearest[0].lacks) == ["namespace"]
    nothing = await explained(admin, "get", resource=QUOTAS, namespace="default", user=user)
    assert not nothing.allowed
    assert not nothing.nearest


async def test_everybody_asks_about_himself_and_only_some_about_others(
    server: ServerProcess, admin: Caller, namespace: str, user: str
) -> None:
    async with Caller(server.grpc_port, user_of(server, user)) as own:
        assert (await explained(own, "get", namespace=namespace)).allowed
        assert not (await explained(own, "get", namespace="default")).allowed
        for groups in ([], ["system:masters"]):
            request = dynamic.ExplainRequest(verb="get", resource=PODS, user="somebody", groups=groups)
            refused = await own.refused(DYNAMIC + "Explain", request)
            assert "cannot create" in refused.message
        # To claim groups is to ask about another.
        request = dynamic.ExplainRequest(verb="get", resource=PODS, user=user, groups=["system:masters"])
        assert (await own.refused(DYNAMIC + "Explain", request)).reason == "Forbidden"


async def test_admission_is_shown_change_by_change_and_writes_nothing(
    server: ServerProcess, admin: Caller, namespace: str, user: str
) -> None:
    body: dict[str, Any] = {"object": json.dumps(POD).encode(), "encoding": dynamic.JSON, "namespace": namespace}
    async with Caller(server.grpc_port, user_of(server, user)) as own:
        answer = await explained(own, "create", **body)
    assert answer.allowed
    assert not answer.failure
    changes = {change.path: change.after for step in answer.admission for change in step.changes}
    assert changes["spec.serviceAccountName"] == '"default"'
    assert changes["spec.priority"] == "0"
    gone = await admin.refused(DYNAMIC + "Get", dynamic.GetRequest(resource=PODS, namespace=namespace, name="pear"))
    assert gone.reason == "NotFound"


async def test_a_refusal_of_admission_names_the_plugin(admin: Caller, namespace: str, user: str) -> None:
    pod = {**POD, "spec": {**POD["spec"], "serviceAccountName": "ghost"}}  # type: ignore[dict-item]
    asked = {"object": json.dumps(pod).encode(), "encoding": dynamic.JSON, "namespace": namespace, "user": user}
    answer = await explained(admin, "create", **asked)
    assert answer.allowed
    assert answer.admission[-1].plugin == "ServiceAccount"
    assert 'serviceaccount "ghost" not found' in answer.admission[-1].refusal
    assert answer.failure == answer.admission[-1].refusal


async def test_what_a_quota_counts_is_shown(admin: Caller, namespace: str) -> None:
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "q"}, "spec": {"hard": {"pods": "3"}}}
    await admin.call(DYNAMIC + "Create", writing_json(namespace, json.dumps(quota).encode(), QUOTAS))
    quota["status"] = {"hard": {"pods": "3"}, "used": {"pods": "2"}}
    update = writing_json(namespace, json.dumps(quota).encode(), QUOTAS)
    update.subresource = "status"
    await admin.call(DYNAMIC + "Update", update)
    await admin.call(MAPS + "List", requests.ListRequest(namespace=namespace))
    body: dict[str, Any] = {"object": json.dumps(POD).encode(), "encoding": dynamic.JSON, "namespace": namespace}
    answer = await explained(admin, "create", **body)
    notes = [note for step in answer.admission if step.plugin == "ResourceQuota" for note in step.notes]
    assert notes == ["quota q: requested: pods=1, used: pods=2, limited: pods=3"]


async def test_what_is_created_for_an_object_is_explained_as_that(admin: Caller, namespace: str) -> None:
    """And not as the creation of an object; nothing comes of it."""
    await admin.call(DYNAMIC + "Create", writing_json(namespace, json.dumps(POD).encode(), PODS))
    node = {"metadata": {"name": f"n-{namespace}", "labels": {"topology.kubernetes.io/zone": "east"}}}
    nodes = dynamic.ResourceName(version="v1", resource="nodes")
    await admin.call(DYNAMIC + "Create", writing_json("", json.dumps(node).encode(), nodes))
    binding = {"metadata": {"name": "pear"}, "target": {"kind": "Node", "name": f"n-{namespace}"}}
    body: dict[str, Any] = {"object": json.dumps(binding).encode(), "encoding": dynamic.JSON, "namespace": namespace}
    answer = await explained(admin, "create", name="pear", subresource="binding", **body)
    assert not answer.failure
    assert [step.plugin for step in answer.admission if step.changes] == ["PodTopologyLabels"]
    read = dynamic.GetRequest(resource=PODS, namespace=namespace, name="pear", encoding=dynamic.JSON)
    found = dynamic.Object.FromString(await admin.call(DYNAMIC + "Get", read))
    assert "nodeName" not in json.loads(found.object)["spec"]


async def test_to_see_what_becomes_of_anothers_object_is_to_act_as_him(
    server: ServerProcess, admin: Caller, namespace: str, user: str
) -> None:
    name = f"auditor-{uuid4().hex[:8]}"
    asking = {"apiGroups": ["authorization.k8s.io"], "resources": ["subjectaccessreviews"], "verbs": ["create"]}
    for plural, manifest in (
        ("clusterroles", role(name, asking)),
        ("clusterrolebindings", binding(name, name, subject("User", name))),
    ):
        resource = dynamic.ResourceName(group=GROUP, version="v1", resource=plural)
        body = json.dumps({"apiVersion": f"{GROUP}/v1", **manifest}).encode()
        await admin.call(DYNAMIC + "Create", writing_json("", body, resource))
    await admin.call(MAPS + "List", requests.ListRequest(namespace=namespace))
    async with Caller(server.grpc_port, user_of(server, name)) as auditor:
        assert (await explained(auditor, "create", namespace=namespace, user=user)).allowed
        request = dynamic.ExplainRequest(
            verb="create",
            resource=PODS,
            namespace=namespace,
            user=user,
            object=json.dumps(POD).encode(),
            encoding=dynamic.JSON,
        )
        refused = await auditor.refused(DYNAMIC + "Explain", request)
        assert 'cannot impersonate resource "users"' in refused.message


@pytest.fixture
def cli(server: ServerProcess, namespace: str) -> Callable[..., tuple[int, str]]:
    program = [sys.executable, "-c", "from pilothouse.client.cli import main; main()"]

    def run(*args: str, stdin: str = "") -> tuple[int, str]:
        done = subprocess.run(
            [*program, *args, "-n", namespace],
            input=stdin,
            env={**environ, "PILOTHOUSE_CONFIG": str(server.config)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=30,
            check=False,
        )
        return done.returncode, done.stdout

    return run


async def test_the_command_line_says_yes_or_no(cli: Callable[..., tuple[int, str]], user: str) -> None:
    assert cli("auth", "can-i", "delete", "pods") == (0, "yes\n")
    assert cli("auth", "can-i", "list", "po", "--as", user) == (0, "yes\n")
    assert cli("auth", "can-i", "delete", "pods/pear", "--as", user) == (1, "no\n")
    code, text = cli("auth", "can-i", "get", "/healthz", "--as", user)
    assert (code, text) == (0, "yes\n")
    assert cli("auth", "can-i", "get", "pods", "--as-group", "x")[0] == 1


async def test_the_command_line_explains(cli: Callable[..., tuple[int, str]], user: str) -> None:
    code, text = cli("auth", "explain", "delete", "pods", "pear", "--as", user)
    assert code == 1
    assert text.startswith("not allowed\nnearest rules that do not allow it:\n")
    assert "does not cover the verb" in text
    code, text = cli("auth", "explain", "create", "pods", "--as", user, "-f", "-", stdin=json.dumps(POD))
    assert code == 0, text
    assert '  by the rule apiGroups [""], resources ["pods"], verbs ["create"]\n' in text
    assert '    spec.serviceAccountName: (unset) -> "default"\n' in text
    assert text.endswith("would succeed\n")
