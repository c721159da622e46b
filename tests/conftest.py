"""Fixtures that several rooms share."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.support.etcd import Etcd


@pytest.fixture(scope="session")
def etcd_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Etcd]:
    """One etcd for the whole session. Tests that stop or fill it start one of their own."""
    etcd = Etcd(tmp_path_factory.mktemp("etcd"))
    etcd.start()
    yield etcd
    etcd.stop()


@pytest.fixture
def etcd_url(etcd_server: Etcd) -> str:
    return etcd_server.url


@pytest.fixture
def etcd_prefix() -> str:
    """A key prefix of this test alone, for the etcd that all tests share."""
    return f"/test-{uuid4().hex}"
