"""Stores for the cache to follow."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pilothouse.server.store.base import Store
from pilothouse.server.store.etcd import EtcdConfig, EtcdStore
from pilothouse.server.store.sqlite import SqliteStore


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    made = SqliteStore(tmp_path / "store.db")
    yield made
    await made.close()


@pytest.fixture
async def etcd_store(etcd_url: str, etcd_prefix: str) -> AsyncIterator[EtcdStore]:
    made = EtcdStore(EtcdConfig((etcd_url,), prefix=etcd_prefix))
    yield made
    await made.close()


@pytest.fixture(params=["store", "etcd_store"])
def either_store(request: pytest.FixtureRequest) -> Store:
    found: Store = request.getfixturevalue(request.param)
    return found
