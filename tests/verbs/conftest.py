"""A plane on either store."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pilothouse.server.store.base import Store
from pilothouse.server.store.etcd import EtcdConfig, EtcdStore
from pilothouse.server.store.sqlite import SqliteStore
from pilothouse.server.verbs.plane import Plane

from tests.support.plane import Requests, running_plane


@pytest.fixture
async def sqlite_store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(tmp_path / "store.db")
    yield store
    await store.close()


@pytest.fixture
async def etcd_store(etcd_url: str, etcd_prefix: str) -> AsyncIterator[EtcdStore]:
    store = EtcdStore(EtcdConfig((etcd_url,), prefix=etcd_prefix))
    yield store
    await store.close()


@pytest.fixture
async def plane(sqlite_store: SqliteStore) -> AsyncIterator[Plane]:
    async with running_plane(sqlite_store) as made:
        yield made


@pytest.fixture(params=["sqlite", "etcd"])
def either_store(request: pytest.FixtureRequest) -> Store:
    found: Store = request.getfixturevalue(f"{request.param}_store")
    return found


@pytest.fixture
async def either_plane(either_store: Store) -> AsyncIterator[Plane]:
    async with running_plane(either_store) as made:
        yield made


@pytest.fixture
def configmaps(plane: Plane) -> Requests:
    return Requests(plane, plane.registry.get("", "v1", "configmaps"), "orchard")


@pytest.fixture
def pods(plane: Plane) -> Requests:
    return Requests(plane, plane.registry.get("", "v1", "pods"), "orchard")


@pytest.fixture
def deployments(plane: Plane) -> Requests:
    return Requests(plane, plane.registry.get("apps", "v1", "deployments"), "orchard")


@pytest.fixture
def leases(plane: Plane) -> Requests:
    return Requests(plane, plane.registry.get("coordination.k8s.io", "v1", "leases"), "orchard")
