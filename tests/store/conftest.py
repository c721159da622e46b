"""Both stores."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pilothouse.server.store.base import Store
from pilothouse.server.store.etcd import EtcdConfig, EtcdStore
from pilothouse.server.store.sqlite import SqliteStore


@pytest.fixture
async def etcd_store(etcd_url: str, etcd_prefix: str) -> AsyncIterator[EtcdStore]:
    store = EtcdStore(EtcdConfig((etcd_url,), prefix=etcd_prefix))
    yield store
    await store.close()


@pytest.fixture
async def sqlite_store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(tmp_path / "store.db")
    yield store
    await store.close()


@pytest.fixture(params=["etcd", "sqlite"])
def store(request: pytest.FixtureRequest) -> Store:
    found: Store = request.getfixturevalue(f"{request.param}_store")
    return found
