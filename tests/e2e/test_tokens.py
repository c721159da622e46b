"""Tokens against a running server: over the gRPC port that takes them, by kubectl, and by other clients."""

import asyncio
import json
import os
import subprocess
import time
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest
from grpc import StatusCode
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2
from pilothouse.api.authentication.v1 import authentication_pb2 as authentication
from pilothouse.api.authentication.v1 import rpc_pb2 as authentication_rpc
from pilothouse.api.core.v1.core_pb2 import ConfigMap, ServiceAccount
from pilothouse.api.dynamic.v1 import dynamic_pb2 as dynamic
from pilothouse.api.meta.v1 import requests_pb2 as requests
from pilothouse.client import Client, ClientConfig
from pilothouse.client.errors import Unauthorized
from pilothouse.server.authentication.account_keys import read_signing_key
from pilothouse.server.authentication.jws import signed
from pilothouse.server.doors.grpc.health import WATCHES_AT_MOST

from tests.authorization.cluster import GROUP, binding, role
from tests.e2e.requests import CONFIG_MAPS, DYNAMIC, MAPS, make_namespace, writing_json
from tests.support.caller import Caller, Identity, admin_of, refusal, user_of
from tests.support.kubectl import SECONDS, environment_of, kubectl_program
from tests.support.metrics import eventually
from tests.support.server import ServerProcess

ACCOUNTS = "pilothouse.api.core.v1.ServiceAccounts/"
REVIEWS = "pilothouse.api.authentication.v1.SelfSubjectReviews/"
READ_MAPS = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "watch"]}
SERVING = health_pb2.HealthCheckResponse.SERVING


@pytest.fixture(scope="module")
def log_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("audit") / "audit.log"


@pytest.fixture(scope="module")
def issuing(tmp_path_factory: pytest.TempPathFactory, log_path: Path) -> Iterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("issuing")
    (folder / "tokens.csv").write_text("tell-nobody,ann,7,staff\n")
    flags = ("--audit-log-path", str(log_path), "--token-auth-file", str(folder / "tokens.csv"), "--log-level", "debug")
    process = ServerProcess(folder, flags)
    process.start()
    yield process
    process.stop()


@pytest.fixture
async def admin(issuing: ServerProcess) -> AsyncIterator[Caller]:
    async with Caller(issuing.grpc_port, admin_of(issuing)) as caller:
        yield caller


@pytest.fixture
async def namespace(admin: Caller) -> str:
    """Where the account `clerk` may read config maps."""
    name = await make_namespace(admin, f"shop-{uuid4().hex[:8]}")
    clerk = {"kind": "ServiceAccount", "name": "clerk", "namespace": name}
    for plural, manifest in (
        ("roles", role("read", READ_MAPS, namespace=name)),
        ("rolebindings", binding("read", "read", clerk, namespace=name, kind="Role")),
    ):
        body = json.dumps({"apiVersion": f"{GROUP}/v1", **manifest}).encode()
        resource = dynamic.ResourceName(group=GROUP, version="v1", resource=plural)
        await admin.call(DYNAMIC + "Create", writing_json(name, body, resource))
    await add_account(admin, name)
    return name


async def add_account(admin: Caller, namespace: str) -> None:
    account = ServiceAccount(metadata={"name": "clerk"}).SerializeToString()
    resource = dynamic.ResourceName(version="v1", resource="serviceaccounts")
    await admin.call(DYNAMIC + "Create", dynamic.WriteRequest(resource=resource, namespace=namespace, object=account))


async def token_of(admin: Caller, namespace: str) -> str:
    request = authentication_rpc.CreateTokenRequestRequest(namespace=namespace, name="clerk")
    answer = await admin.call(ACCOUNTS + "CreateToken", request)
    return authentication.TokenRequest.FromString(answer).status.token


class Bearer:
    """Calls of the port for tokens."""

    def __init__(self, server: ServerProcess) -> None:
        self._caller = Caller(server.token_port, Identity(admin_of(server).ca))

    async def __aenter__(self) -> "Bearer":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._caller.channel.close()

    async def call(self, method: str, request: Any, *metadata: tuple[str, str]) -> bytes:
        call = self._caller.channel.unary_unary("/" + method)
        answer: bytes = await call(request.SerializeToString(), timeout=15, metadata=metadata)
        return answer

    async def code(self, method: str, request: Any, *metadata: tuple[str, str]) -> StatusCode:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await self.call(method, request, *metadata)
        code: StatusCode = caught.value.code()
        return code

    def conversation(self, method: str, *metadata: tuple[str, str]) -> Any:
        return self._caller.channel.stream_stream("/" + method)(timeout=15, metadata=metadata)

    def stream(self, method: str, request: Any, *metadata: tuple[str, str]) -> Any:
        return self._caller.channel.unary_stream("/" + method)(
            request.SerializeToString(), timeout=30, metadata=metadata
        )


@pytest.fixture
async def bearer(issuing: ServerProcess) -> AsyncIterator[Bearer]:
    async with Bearer(issuing) as made:
        yield made


def shown(token: str) -> tuple[str, str]:
    return "authorization", f"Bearer {token}"


async def test_a_token_opens_its_port(admin: Caller, bearer: Bearer, namespace: str) -> None:
    token = await token_of(admin, namespace)
    await bearer.call(MAPS + "List", requests.ListRequest(namespace=namespace), shown(token))
    assert await bearer.code(MAPS + "List", requests.ListRequest(), shown(token)) is StatusCode.PERMISSION_DENIED
    review = await bearer.call(REVIEWS + "Create", authentication_rpc.CreateSelfSubjectReviewRequest(), shown(token))
    info = authentication.SelfSubjectReview.FromString(review).status.user_info
    assert info.username == f"system:serviceaccount:{namespace}:clerk"
    assert info.extra["authentication.kubernetes.io/credential-id"].items[0].startswith("JTI=")
    static = await bearer.call(
        REVIEWS + "Create", authentication_rpc.CreateSelfSubjectReviewRequest(), shown("tell-nobody")
    )
    assert authentication.SelfSubjectReview.FromString(static).status.user_info.username == "ann"


async def test_the_dynamic_service_makes_tokens_too(admin: Caller, bearer: Bearer, namespace: str) -> None:
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 900}}
    resource = dynamic.ResourceName(version="v1", resource="serviceaccounts")
    request = writing_json(namespace, json.dumps(body).encode(), resource)
    request.subresource, request.name = "token", "clerk"
    answer = json.loads(dynamic.Object.FromString(await admin.call(DYNAMIC + "Create", request)).object)
    assert (answer["kind"], answer["spec"]["expirationSeconds"]) == ("TokenRequest", 900)
    token = answer["status"]["token"]
    await bearer.call(MAPS + "List", requests.ListRequest(namespace=namespace), shown(token))


@pytest.mark.parametrize(
    "metadata",
    [
        (),
        (("authorization", ""),),
        (("authorization", "Bearer"),),
        (("authorization", "Bearer x.y.z"),),
        (("authorization", "Basic dGVsbDo="),),
        (("authorization", "tell-nobody"),),
        (("authorization", "Bearer tell-nobody"), ("authorization", "Bearer tell-nobody")),
        (("authorization", "Bearer " + "x" * 12_000),),
        (("impersonate-user", "admin"),),
    ],
)
async def test_whoever_shows_no_good_token_is_refused(bearer: Bearer, metadata: Any) -> None:
    for method, request in (
        (MAPS + "List", requests.ListRequest()),
        (DYNAMIC + "Discover", dynamic.DiscoverRequest()),
    ):
        assert await bearer.code(method, request, *metadata) is StatusCode.UNAUTHENTICATED
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await bearer.stream(MAPS + "Watch", requests.WatchRequest(), *metadata).read()
    assert refusal(caught.value).reason == "Unauthorized"
    await bearer.call("grpc.health.v1.Health/Check", health_pb2.HealthCheckRequest(), *metadata)


async def to_the_end(stream: Any) -> None:
    """Raises what the stream ends with."""
    async with asyncio.timeout(15):
        while True:
            await stream.read()


async def test_each_port_knows_callers_in_its_own_way(issuing: ServerProcess, namespace: str) -> None:
    async with Caller(issuing.token_port, admin_of(issuing)) as certified:
        refused = await certified.refused(MAPS + "List", requests.ListRequest(namespace=namespace))
        assert (refused.code, "no bearer token was presented" in refused.message) == (StatusCode.UNAUTHENTICATED, True)
    async with Caller(issuing.grpc_port, user_of(issuing, "bob")) as bob:
        review = authentication_rpc.CreateSelfSubjectReviewRequest().SerializeToString()
        call = bob.channel.unary_unary(f"/{REVIEWS}Create")
        answer = await call(review, timeout=15, metadata=(shown("tell-nobody"),))
        assert authentication.SelfSubjectReview.FromString(answer).status.user_info.username == "bob"


async def test_a_watch_ends_with_the_account(admin: Caller, bearer: Bearer, namespace: str) -> None:
    token = await token_of(admin, namespace)
    stream = bearer.stream(MAPS + "Watch", requests.WatchRequest(namespace=namespace), shown(token))
    await stream.read()
    resource = dynamic.ResourceName(version="v1", resource="serviceaccounts")
    await admin.call(DYNAMIC + "Delete", dynamic.DeleteRequest(resource=resource, namespace=namespace, name="clerk"))
    await add_account(admin, namespace)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await to_the_end(stream)
    assert caught.value.code() is StatusCode.UNAUTHENTICATED
    assert await bearer.code(MAPS + "List", requests.ListRequest(namespace=namespace), shown(token)) is (
        StatusCode.UNAUTHENTICATED
    )


async def test_a_watch_ends_with_its_token(
    issuing: ServerProcess, admin: Caller, bearer: Bearer, namespace: str
) -> None:
    long = (await token_of(admin, namespace)).split(".")[1]
    claims = json.loads(urlsafe_b64decode(long + "=="))
    key = read_signing_key(issuing.data / "pki" / "service-accounts.key")
    short = signed(claims | {"exp": int(time.time()) + 3}, key)
    request = requests.WatchRequest(namespace=namespace, heartbeat_seconds=0)
    stream = bearer.stream(MAPS + "Watch", request, shown(short))
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await to_the_end(stream)
    assert caught.value.code() is StatusCode.UNAUTHENTICATED
    assert time.time() < claims["iat"] + 20
    assert await bearer.code(MAPS + "List", requests.ListRequest(namespace=namespace), shown(short)) is (
        StatusCode.UNAUTHENTICATED
    )


async def test_who_may_ask_for_descriptions(admin: Caller, bearer: Bearer, namespace: str) -> None:
    token = await token_of(admin, namespace)
    question = reflection_pb2.ServerReflectionRequest(list_services="").SerializeToString()
    for metadata, allowed in (((), False), ((shown(token),), True)):
        conversation = bearer.conversation("grpc.reflection.v1.ServerReflection/ServerReflectionInfo", *metadata)
        await conversation.write(question)
        await conversation.done_writing()
        if allowed:
            answer = reflection_pb2.ServerReflectionResponse.FromString(await conversation.read())
            assert "pilothouse.api.core.v1.Pods" in [found.name for found in answer.list_services_response.service]
        else:
            assert await conversation.code() is StatusCode.UNAUTHENTICATED


async def test_strangers_watch_the_health_of_a_server_within_reason(issuing: ServerProcess, admin: Caller) -> None:
    watch, check = "grpc.health.v1.Health/Watch", "grpc.health.v1.Health/Check"
    async with Bearer(issuing) as strangers:
        opened = [strangers.stream(watch, health_pb2.HealthCheckRequest()) for _ in range(WATCHES_AT_MOST)]
        for stream in opened:
            assert health_pb2.HealthCheckResponse.FromString(await stream.read()).status == SERVING
        assert (await admin.refused(watch, b"")).code is StatusCode.RESOURCE_EXHAUSTED
        await strangers.call(check, health_pb2.HealthCheckRequest())
    async with asyncio.timeout(15):
        while await anew(admin, watch) != SERVING:
            continue


async def anew(admin: Caller, watch: str) -> int:
    """What a new watch begins with; 0 where there is no room for it."""
    stream = admin.stream(watch, b"")
    try:
        state: int = health_pb2.HealthCheckResponse.FromString(await stream.read()).status
    except grpc.aio.AioRpcError:
        return 0
    stream.cancel()
    return state


async def test_callers_act_as_others_where_they_may(
    issuing: ServerProcess, admin: Caller, bearer: Bearer, namespace: str
) -> None:
    review, extra = authentication_rpc.CreateSelfSubjectReviewRequest(), "impersonate-extra-floor"
    wanted = (("impersonate-user", "bob"), ("impersonate-group", "staff"), ("impersonate-uid", "9"), (extra, "two"))
    call = admin.channel.unary_unary(f"/{REVIEWS}Create")
    answer = await call(review.SerializeToString(), timeout=15, metadata=wanted)
    info = authentication.SelfSubjectReview.FromString(answer).status.user_info
    assert (info.username, info.uid, list(info.groups)) == ("bob", "9", ["staff", "system:authenticated"])
    assert list(info.extra["floor"].items) == ["two"]
    mine = shown(await token_of(admin, namespace))
    assert await bearer.code(REVIEWS + "Create", review, mine, wanted[0]) is StatusCode.PERMISSION_DENIED
    for alone in wanted[1:]:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call(review.SerializeToString(), timeout=15, metadata=(alone,))
        assert caught.value.code() is StatusCode.INVALID_ARGUMENT


async def names(client: Client) -> list[str]:
    return [found.metadata.name async for found in client.resource(ConfigMap).list()]


async def test_the_client_reads_its_token_again(
    issuing: ServerProcess, admin: Caller, namespace: str, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text("stale")
    text = f"server: 127.0.0.1:{issuing.token_port}\ncertificate-authority: {issuing.data}/pki/ca.crt\n"
    (tmp_path / "client.yaml").write_text(f"{text}token-file: token\nnamespace: {namespace}\n")
    async with Client.connect(ClientConfig.load(tmp_path / "client.yaml")) as client:
        with pytest.raises(Unauthorized):
            await names(client)
        file.write_text(await token_of(admin, namespace) + "\n")
        assert set(await names(client)) <= {"kube-root-ca.crt"}


def kubectl(*words: str, home: Path, code: int = 0) -> str:
    command = [kubectl_program(), *words]
    environment = environment_of(home)
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=SECONDS, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout if not code else done.stderr


def test_kubectl_makes_and_shows_tokens(issuing: ServerProcess, tmp_path: Path) -> None:
    known = ("--kubeconfig", str(issuing.data / "kubeconfig"))
    name = f"desk-{uuid4().hex[:8]}"
    kubectl(*known, "create", "serviceaccount", name, home=tmp_path)
    token = kubectl(*known, "create", "token", name, "--duration", "30m", home=tmp_path).strip()
    server = ("--server", f"https://127.0.0.1:{issuing.secure_port}")
    stranger = (*server, "--certificate-authority", str(issuing.data / "pki" / "ca.crt"), "--kubeconfig", os.devnull)
    answer = json.loads(kubectl(*stranger, "--token", token, "auth", "whoami", "-o", "json", home=tmp_path))
    info = answer["status"]["userInfo"]
    assert info["username"] == f"system:serviceaccount:default:{name}"
    assert "system:serviceaccounts:default" in info["groups"]
    refused = kubectl(*stranger, "--token", token, "get", "secrets", home=tmp_path, code=1)
    assert f'User "{info["username"]}" cannot list resource "secrets"' in refused
    assert "Unauthorized" in kubectl(*stranger, "--token", token[:-8], "get", "secrets", home=tmp_path, code=1)
    keys = json.loads(kubectl(*known, "get", "--raw", "/openid/v1/jwks", home=tmp_path))["keys"]
    assert [key["alg"] for key in keys] == ["ES256"]


async def test_another_client_comes_with_a_token(issuing: ServerProcess, admin: Caller, namespace: str) -> None:
    library = pytest.importorskip("kubernetes", reason="the Python client of Kubernetes is not installed")
    settings = library.client.Configuration()
    settings.host = f"https://127.0.0.1:{issuing.secure_port}"
    settings.ssl_ca_cert = str(issuing.data / "pki" / "ca.crt")
    settings.api_key = {"authorization": f"Bearer {await token_of(admin, namespace)}"}

    def ask() -> tuple[set[str], int]:
        with library.client.ApiClient(settings) as api:
            core = library.client.CoreV1Api(api)
            listed = core.list_namespaced_config_map(namespace)
            with pytest.raises(library.client.ApiException) as caught:
                core.list_namespaced_secret(namespace)
            return {item.metadata.name for item in listed.items}, caught.value.status

    found, refused = await asyncio.to_thread(ask)
    assert (found <= {"kube-root-ca.crt"}, refused) == (True, 403)


async def test_no_token_is_ever_written(
    issuing: ServerProcess, log_path: Path, admin: Caller, bearer: Bearer, namespace: str
) -> None:
    token = await token_of(admin, namespace)
    junk = f"hush{uuid4().hex}.e30.e30"
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": token}}
    reviews = dynamic.ResourceName(group="authentication.k8s.io", version="v1", resource="tokenreviews")
    await admin.call(DYNAMIC + "Create", writing_json("", json.dumps(body).encode(), reviews))
    await bearer.call(MAPS + "List", requests.ListRequest(namespace=namespace), shown(token))
    for method in (MAPS + "List", DYNAMIC + "Discover"):
        await bearer.code(method, requests.ListRequest(), shown(junk))
    wrong = {**body, "spec": {"token": {"hidden": token}}}
    await admin.refused(DYNAMIC + "Create", writing_json("", json.dumps(wrong).encode(), reviews))
    # What was asked before has been written when this has.
    await admin.refused(MAPS + "Get", requests.GetRequest(namespace=namespace, name="the-end"))
    await eventually(lambda: f'"namespace":"{namespace}","name":"the-end"' in log_path.read_text())
    written = log_path.read_text() + issuing.log
    assert f'"namespace":"{namespace}","name":"clerk","subresource":"token"' in written
    assert f'"username":"system:serviceaccount:{namespace}:clerk"' in written
    assert "authentication.kubernetes.io/issued-credential-id" in written
    for secret in (token, token.split(".")[2], junk, "tell-nobody"):
        assert secret not in written


async def test_both_ports_of_a_server_describe_themselves_to_whom_they_know(
    admin: Caller, bearer: Bearer, namespace: str
) -> None:
    listed = await bearer.call(DYNAMIC + "Discover", dynamic.DiscoverRequest(), shown(await token_of(admin, namespace)))
    assert CONFIG_MAPS in [info.name for info in dynamic.DiscoverResponse.FromString(listed).resources]
