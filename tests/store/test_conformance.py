"""Both stores pass the one suite."""

from tests.conformance.store_suite import StoreSuite


class TestStore(StoreSuite):
    """With the fixture `store`, over etcd and SQLite."""
