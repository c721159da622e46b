"""What the server writes down of requests, among them those that it refuses."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pilothouse.api.core.v1.core_pb2 import ConfigMap
from pilothouse.api.dynamic.v1 import dynamic_pb2 as dynamic
from pilothouse.api.meta.v1 import requests_pb2 as requests
from pilothouse.server.authentication.pki import Pki

from tests.authorization.cluster import GROUP, binding, role, subject
from tests.e2e.requests import CONFIG_MAPS, DYNAMIC, MAPS, SECRETS, make_namespace, writing_json
from tests.support.caller import Caller, Identity, admin_of, user_of
from tests.support.server import ServerProcess

DEADLINE = 15.0
NAMES = {"role": "roles", "rolebinding": "rolebindings", "clusterrole": "clusterroles"}
EVERYTHING_OF_RBAC = {"apiGroups": [GROUP], "resources": ["*"], "verbs": ["create", "update", "patch", "get"]}


@pytest.fixture(scope="module")
def log_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("audit") / "audit.log"


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory, log_path: Path) -> Iterator[ServerProcess]:
    process = ServerProcess(tmp_path_factory.mktemp("audited"), ("--audit-log-path", str(log_path)))
    process.start()
    yield process
    process.stop()


@pytest.fixture
async def admin(audited: ServerProcess) -> AsyncIterator[Caller]:
    async with Caller(audited.grpc_port, admin_of(audited)) as caller:
        yield caller


@pytest.fixture
async def namespace(admin: Caller) -> str:
    return await make_namespace(admin, f"place-{uuid4().hex[:8]}")


def rbac(plural: str) -> dynamic.ResourceName:
    return dynamic.ResourceName(group=GROUP, version="v1", resource=plural)


def writing_rbac(namespace: str, manifest: dict[str, Any]) -> dynamic.WriteRequest:
    body = json.dumps({"apiVersion": f"{GROUP}/v1", **manifest}).encode()
    return writing_json(namespace, body, rbac(NAMES[str(manifest["kind"]).lower()]))


@pytest.fixture
async def climber(audited: ServerProcess, admin: Caller, namespace: str) -> AsyncIterator[Caller]:
    """One who may write roles in the namespace, and holds nothing else."""
    name = f"climber-{uuid4().hex[:8]}"
    bound = binding("own", "own", subject("User", name), namespace=namespace, kind="Role")
    for manifest in (role("own", EVERYTHING_OF_RBAC, namespace=namespace), bound):
        await admin.call(DYNAMIC + "Create", writing_rbac(namespace, manifest))
    async with Caller(audited.grpc_port, user_of(audited, name)) as caller:
        yield caller


async def events(path: Path, fits: Callable[[Any], bool], count: int = 1) -> list[Any]:
    """Waits until so many lines fit."""
    deadline = time.monotonic() + DEADLINE
    while True:
        found = [event for line in path.read_bytes().splitlines() if fits(event := json.loads(line))]
        if len(found) >= count:
            return found
        assert time.monotonic() < deadline, path.read_text()[-3000:]
        await asyncio.sleep(0.05)


async def test_escalation_is_refused_and_told(log_path: Path, climber: Caller, namespace: str) -> None:
    more = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}
    everybody = subject("Group", "system:authenticated")
    own = dynamic.PatchRequest(
        resource=rbac("roles"),
        namespace=namespace,
        name="own",
        type=requests.MERGE_PATCH,
        patch=json.dumps({"rules": [EVERYTHING_OF_RBAC, more]}).encode(),
    )
    attempts = (
        ("Create", writing_rbac(namespace, role("more", more, namespace=namespace))),
        ("Update", writing_rbac(namespace, role("own", more, namespace=namespace))),
        ("Patch", own),
        ("Create", writing_rbac(namespace, binding("more", "cluster-admin", everybody, namespace=namespace))),
        ("Create", writing_rbac("", role("more", more))),
    )
    for method, request in attempts:
        assert (await climber.refused(DYNAMIC + method, request)).reason == "Forbidden"
    transaction = dynamic.TransactRequest(operations=[{"create": attempts[0][1]}])
    assert (await climber.refused(DYNAMIC + "Transact", transaction)).reason == "Forbidden"

    def is_refusal(event: Any) -> bool:
        own = str(event["user"].get("username", "")).startswith("climber-")
        here = event.get("objectRef", {}).get("namespace", namespace) == namespace
        return bool(own and here and event["responseStatus"]["code"] == 403)

    found = await events(log_path, is_refusal, len(attempts) + 1)
    assert [event["verb"] for event in found] == ["create", "update", "patch", "create", "create", "create"]
    messages = [event["responseStatus"]["message"] for event in found]
    assert sum("attempting to grant RBAC permissions not currently held" in text for text in messages) == 5
    assert found[0]["objectRef"] == {
        "resource": "roles",
        "namespace": namespace,
        "name": "more",
        "apiGroup": GROUP,
        "apiVersion": "v1",
    }
    # By its role it may write roles; that it grants too much was found out later.
    assert found[0]["annotations"]["authorization.k8s.io/decision"] == "allow"
    assert "RoleBinding" in found[0]["annotations"]["authorization.k8s.io/reason"]
    assert found[4]["annotations"]["authorization.k8s.io/decision"] == "forbid"


async def test_a_body_smuggles_nothing_into_another_namespace(
    log_path: Path, climber: Caller, admin: Caller, namespace: str
) -> None:
    elsewhere = await make_namespace(admin, f"place-{uuid4().hex[:8]}")
    manifest = role("smuggled", EVERYTHING_OF_RBAC, namespace=elsewhere)
    found = await climber.refused(DYNAMIC + "Create", writing_rbac(namespace, manifest))
    assert found.reason == "BadRequest"
    found = await climber.refused(DYNAMIC + "Create", writing_rbac("", manifest))
    assert found.reason == "Forbidden"
    get = dynamic.GetRequest(resource=rbac("roles"), namespace=elsewhere, name="smuggled")
    assert (await admin.refused(DYNAMIC + "Get", get)).reason == "NotFound"
    told = await events(
        log_path, lambda e: e.get("objectRef", {}).get("namespace") == elsewhere and e["verb"] == "create"
    )
    assert told[0]["responseStatus"]["code"] == 403


def nameless(server: ServerProcess) -> Identity:
    """A certificate of the right authority that names no user."""
    authority, key = Pki(server.data / "pki").authority(), ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "system:masters")]))
        .issuer_name(authority.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
    )
    certificate = builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.PEM)
    return Identity(authority.pem, certificate, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


async def test_a_caller_whom_nobody_knows_is_told_of(log_path: Path, audited: ServerProcess, namespace: str) -> None:
    async with Caller(audited.grpc_port, nameless(audited)) as stranger:
        refused = await stranger.refused(MAPS + "List", requests.ListRequest(namespace=namespace))
        assert refused.reason == "Unauthorized"
        refused = await stranger.refused(MAPS + "Watch", requests.WatchRequest(namespace=namespace))
        assert refused.reason == "Unauthorized"
    found = await events(log_path, lambda e: e["responseStatus"].get("reason") == "Unauthorized", 2)
    for event, verb in zip(found, ("list", "watch"), strict=True):
        assert (event["verb"], event["user"], event["responseStatus"]["code"]) == (verb, {}, 401)
        assert event["objectRef"]["resource"] == "configmaps"
        assert event["sourceIPs"] == ["127.0.0.1"]


async def test_a_watch_is_told_when_it_begins_and_when_it_ends(log_path: Path, admin: Caller, namespace: str) -> None:
    scope = {"resource": CONFIG_MAPS, "namespace": namespace}
    stream = admin.stream(DYNAMIC + "Watch", dynamic.WatchRequest(scopes=[scope]))
    await stream.read()

    def is_watch(event: Any) -> bool:
        return bool(event["verb"] == "watch" and event.get("objectRef", {}).get("namespace") == namespace)

    assert [event["stage"] for event in await events(log_path, is_watch)] == ["ResponseStarted"]
    stream.cancel()
    first, last = await events(log_path, is_watch, 2)
    assert (last["stage"], last["auditID"]) == ("ResponseComplete", first["auditID"])


async def test_no_content_is_ever_written(log_path: Path, admin: Caller, namespace: str) -> None:
    marker = f"hush{uuid4().hex}"
    encoded = base64.b64encode(marker.encode()).decode()
    body = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"k": encoded}}
    good = json.dumps(body).encode()
    await admin.call(DYNAMIC + "Create", writing_json(namespace, good, SECRETS))
    for wrong in (good, good.replace(b"data", b"date"), json.dumps(body | {"data": {"k": marker + "%"}}).encode()):
        await admin.refused(DYNAMIC + "Create", writing_json(namespace, wrong, SECRETS))
    value = ConfigMap(metadata={"name": marker.upper()}, data={"k": marker}).SerializeToString()
    await admin.refused(MAPS + "Create", dynamic.WriteRequest(namespace=namespace, object=value))
    await events(log_path, lambda e: e.get("objectRef", {}).get("namespace") == namespace, 5)
    text = log_path.read_text()
    assert marker not in text
    assert encoded not in text


async def test_what_waits_is_written_when_the_server_ends(tmp_path: Path) -> None:
    path = tmp_path / "audit.log"
    server = ServerProcess(tmp_path, ("--audit-log-path", str(path)))
    server.start()
    try:
        async with Caller(server.grpc_port, admin_of(server)) as admin:
            await make_namespace(admin, "last-of-all")
    finally:
        server.stop()
    assert '"name":"last-of-all"' in path.read_text()
