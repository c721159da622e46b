"""A small server for each test, and a client of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pilothouse.client import Client, ClientConfig

from tests.client.small_server import SmallServer
from tests.support.certificates import Authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
async def small_server(authority: Authority) -> AsyncIterator[SmallServer]:
    server = SmallServer(authority)
    await server.start()
    yield server
    await server.stop()


def config_for(server: SmallServer) -> ClientConfig:
    pair = server.authority.issue("client")
    return ClientConfig(
        server=f"127.0.0.1:{server.proxy.port}",
        certificate_authority=Path(server.authority.cert),
        client_certificate=pair.cert,
        client_key=pair.key,
    )


@pytest.fixture
def warnings_seen() -> list[str]:
    return []


@pytest.fixture
async def client(small_server: SmallServer, warnings_seen: list[str]) -> AsyncIterator[Client]:
    async with Client.connect(config_for(small_server), on_warning=warnings_seen.append) as client:
        yield client
