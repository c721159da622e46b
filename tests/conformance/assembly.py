"""A plane on a store of its own, as a server has it that has run for a while."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pilothouse.server.authentication.pki import Pki
from pilothouse.server.config import ServerConfig
from pilothouse.server.furniture import lay_down
from pilothouse.server.store.base import Put
from pilothouse.server.store.sqlite import SqliteStore
from pilothouse.server.verbs.plane import Plane

from tests.support.plane import admitting_plane


@asynccontextmanager
async def seasoned_plane(directory: Path) -> AsyncIterator[Plane]:
    """The store is a file in `directory`. Its first revisions are compacted, so that some are too old to be asked
    for; what a server lays down for itself is there."""
    store = SqliteStore(directory / "cases.db")
    try:
        for _ in range(3):
            await store.transact([Put("/registry/early", b"")])
        await store.compact(await store.revision())
        signing = Pki(directory / "pki").account_key()
        config = ServerConfig(
            service_account_issuer=("https://kubernetes.default.svc",), service_account_signing_key_file=signing
        )
        async with admitting_plane(store, ["NodeRestriction"], config=config) as plane:
            await lay_down(plane)
            yield plane
    finally:
        await store.close()
