"""Both stores behave as the model does, whatever the sequence of operations."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from pilothouse.server.store.base import Store
from pilothouse.server.store.etcd import EtcdConfig, EtcdStore
from pilothouse.server.store.sqlite import SqliteStore

from tests.conformance.store_model import StoreMachine


@pytest.mark.parametrize("kind", ["etcd", "sqlite"])
def test_random_sequences(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    async def make() -> Store:
        if kind == "sqlite":
            return SqliteStore(tmp_path / "store.db")
        url, prefix = request.getfixturevalue("etcd_url"), request.getfixturevalue("etcd_prefix")
        return EtcdStore(EtcdConfig((url,), prefix=prefix))

    with asyncio.Runner() as its_runner:
        its_store = its_runner.run(make())

        class Machine(StoreMachine):
            store = its_store
            runner = its_runner

        try:
            run_state_machine_as_test(
                Machine,
                settings=settings(
                    # etcd takes a tenth of a second to begin a watch in the past.
                    max_examples=10 if kind == "etcd" else 60,
                    stateful_step_count=25,
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            its_runner.run(its_store.close())
