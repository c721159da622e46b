"""One server for the session, a client of it, and a namespace for each test."""

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest
from pilothouse.api.core.v1.core_pb2 import Namespace, ServiceAccount
from pilothouse.client import Client, ClientConfig
from pilothouse.client.errors import AlreadyExists

from tests.support.kubectl import Kubectl
from tests.support.server import ServerProcess


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """Shared: tests that stop it start one of their own."""
    # A ConfigMap of the server's own in each namespace would be in the way of tests that count them.
    controllers = "*,-root-ca-certificate-publisher-controller"
    flags = ("--log-level", "debug", "--controllers", controllers)
    process = ServerProcess(tmp_path_factory.mktemp("server"), flags)
    process.start()
    yield process
    process.stop()


@pytest.fixture
async def client(server: ServerProcess) -> AsyncIterator[Client]:
    async with Client.connect(ClientConfig.load(server.config)) as client:
        yield client


@pytest.fixture
async def namespace(client: Client) -> str:
    name = f"test-{uuid4().hex[:12]}"
    await client.resource(Namespace).create(Namespace(metadata={"name": name}))
    # Pods act for it; a server whose controllers run makes it too.
    with suppress(AlreadyExists):
        await client.resource(ServiceAccount).create(ServiceAccount(metadata={"name": "default"}), namespace=name)
    return name


@pytest.fixture
def kubectl(server: ServerProcess, tmp_path: Path) -> Kubectl:
    namespace = f"test-{uuid4().hex[:12]}"
    kubectl = Kubectl(tmp_path, server.data / "kubeconfig", namespace)
    kubectl("create", "namespace", namespace)
    return kubectl
