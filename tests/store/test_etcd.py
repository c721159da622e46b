"""What only the store over etcd does: failing over, TLS, prefixes, leases, progress requests."""

import asyncio
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import grpc.aio
import pytest
from pilothouse.server.store import etcd_wire_pb2 as wire
from pilothouse.server.store.base import (
    Committed,
    Put,
    Remove,
    RevisionWentBack,
    StoreFull,
    StoreUnavailable,
)
from pilothouse.server.store.batching import Batcher
from pilothouse.server.store.etcd import EtcdConfig, EtcdStore, progress_is_sound
from pilothouse.server.store.etcd_leases import Leases

from tests.support.certificates import Authority, Pair
from tests.support.etcd import Etcd, ServerTls, find_etcd, free_port
from tests.support.proxy import Proxy
from tests.support.watching import Follower


def serving(etcd: Etcd) -> Iterator[Etcd]:
    etcd.start()
    yield etcd
    etcd.stop()


@pytest.fixture
def own_etcd(tmp_path: Path) -> Iterator[Etcd]:
    """An etcd that this test may kill."""
    yield from serving(Etcd(tmp_path / "etcd", durable=True))


@asynccontextmanager
async def connect(
    *urls: str,
    prefix: str = "",
    request_timeout: float = 5.0,
    progress_requests: bool | None = None,
    ca_file: Path | None = None,
    client: Pair | None = None,
) -> AsyncIterator[EtcdStore]:
    config = EtcdConfig(
        urls,
        prefix,
        ca_file,
        cert_file=client.cert if client else None,
        key_file=client.key if client else None,
        request_timeout=request_timeout,
    )
    store = EtcdStore(config, progress_requests)
    try:
        yield store
    finally:
        await store.close()


def installed_version() -> str:
    output = subprocess.run([find_etcd(), "--version"], capture_output=True, text=True, check=True).stdout
    return output.split()[2]


class TestReconnection:
    async def test_a_watch_survives_a_killed_etcd(self, own_etcd: Etcd) -> None:
        async with connect(own_etcd.url, request_timeout=1.0) as store:
            follower = Follower(store, "/a/", await store.revision())
            last = (await store.transact([Put(f"/a/{n}", b"v") for n in range(50)])).revision
            await follower.reaches(last)
            for restart in range(2):
                own_etcd.kill()
                own_etcd.start()
                last = await self.written(store, f"/a/after-{restart}")
                await follower.reaches(last)
            keys = [c.key for c in follower.changes]
            assert len(keys) == len(set(keys)) == 52
            assert sorted(keys) == [e.key for e in (await store.list("/a/")).entries]
            await follower.stop()

    async def test_a_watch_misses_nothing_when_etcd_ends_under_load(self, own_etcd: Etcd) -> None:
        async with connect(own_etcd.url, request_timeout=1.0) as store:
            follower = Follower(store, "/a/", await store.revision())
            writers = [asyncio.create_task(self.write_on(store, f"/a/{n}")) for n in range(4)]
            # These versions can lose data by themselves when they are killed while they write.
            end = own_etcd.stop if installed_version() in ("3.5.0", "3.5.1", "3.5.2") else own_etcd.kill
            for _ in range(3):
                await follower.reaches(follower.revision + 200)
                end()
                own_etcd.start()
            for writer in writers:
                writer.cancel()
            await asyncio.gather(*writers, return_exceptions=True)
            last = await self.written(store, "/a/last")
            await follower.reaches(last)
            page = await store.list("/a/", revision=last)
            assert sorted(c.key for c in follower.changes) == [e.key for e in page.entries]
            assert [c.revision for c in follower.changes] == sorted({c.revision for c in follower.changes})
            await follower.stop()

    async def test_a_watch_misses_and_doubles_nothing_when_connections_break(
        self, etcd_server: Etcd, etcd_prefix: str
    ) -> None:
        proxies = [Proxy(etcd_server.port), Proxy(etcd_server.port)]
        for proxy in proxies:
            await proxy.start()
        direct = connect(etcd_server.url, prefix=etcd_prefix)
        through = connect(*(p.url for p in proxies), prefix=etcd_prefix)
        async with direct as writer, through as reader:
            after = last = await writer.revision()
            follower = Follower(reader, "/a/", after)
            await follower.reaches((await writer.transact([Put("/a/first", b"v")])).revision)
            for n in range(200):
                # Large enough that a break often falls into the middle of an answer.
                outcomes = await writer.commit([[Put(f"/a/{k}", bytes(30_000))] for k in range(5)])
                last = outcomes[0].revision
                if n % 10 == 5:
                    for proxy in proxies:
                        proxy.cut()
            await follower.reaches(last)
            expected = [(revision, f"/a/{k}") for revision in range(after + 2, last + 1) for k in range(5)]
            assert [(c.revision, c.key) for c in follower.changes[1:]] == expected
            assert sum(proxy.accepted for proxy in proxies) > 5
            await follower.stop()
        for proxy in proxies:
            await proxy.close()

    async def test_another_endpoint_serves_when_one_goes(self, etcd_server: Etcd, etcd_prefix: str) -> None:
        proxies = [Proxy(etcd_server.port), Proxy(etcd_server.port)]
        for proxy in proxies:
            await proxy.start()
        async with connect(*(p.url for p in proxies), prefix=etcd_prefix) as store:
            follower = Follower(store, "/a/", await store.revision())
            for going, staying in (proxies, proxies[::-1]):
                await going.close()
                await follower.reaches(await self.written(store, "/a/x"))
                for _ in range(10):
                    await store.get("/a/x")
                await going.start()
                await staying.close()
                await follower.reaches(await self.written(store, "/a/x"))
                await staying.start()
            await follower.stop()
        for proxy in proxies:
            await proxy.close()

    async def test_a_silent_endpoint_is_left_for_another(self, own_etcd: Etcd, etcd_url: str) -> None:
        # Two etcds that are not one cluster: only who answers is looked at here.
        async with connect(own_etcd.url, etcd_url, request_timeout=0.5) as store:
            for _ in range(4):
                await store.get("/a/x")
            own_etcd.pause()
            failures = 0
            for _ in range(10):
                try:
                    await store.get("/a/x")
                except StoreUnavailable:
                    failures += 1
            own_etcd.resume()
        assert failures <= 1

    async def test_no_etcd_is_unavailable_within_the_timeout(self) -> None:
        begun = time.monotonic()
        for urls in ((f"http://127.0.0.1:{free_port()}",), tuple(f"http://127.0.0.1:{free_port()}" for _ in "ab")):
            async with connect(*urls, request_timeout=0.3) as store:
                with pytest.raises(StoreUnavailable):
                    await store.transact([Put("/a/x", b"v")])
        assert time.monotonic() - begun < 15

    async def test_an_etcd_without_its_data_is_noticed(self, own_etcd: Etcd, tmp_path: Path) -> None:
        async with connect(own_etcd.url, request_timeout=1.0) as store:
            for n in range(5):
                last = (await store.transact([Put(f"/a/{n}", b"v", ttl=60)])).revision
            follower = Follower(store, "/a/", last - 5)
            await follower.reaches(last)
            own_etcd.kill()
            empty = Etcd(tmp_path / "empty", port=own_etcd.port)
            empty.start()
            try:
                with pytest.raises(RevisionWentBack) as raised:
                    await follower.ends()
                assert raised.value.seen == last
                # Its leases are gone too, and new ones are made.
                assert isinstance(await store.transact([Put("/a/x", b"v", ttl=60)]), Committed)
            finally:
                empty.stop()

    @staticmethod
    async def written(store: EtcdStore, key: str) -> int:
        """The revision of a write that was tried until it was answered."""
        async with asyncio.timeout(20):
            while True:
                try:
                    return (await store.transact([Put(key, b"v", None)])).revision
                except StoreUnavailable:
                    continue

    @staticmethod
    async def write_on(store: EtcdStore, key: str) -> None:
        n = 0
        while True:
            n += 1
            try:
                await store.transact([Put(f"{key}/{n}", b"v", 0)])
            except StoreUnavailable:
                continue


class TestTls:
    @pytest.fixture
    def authority(self, tmp_path: Path) -> Authority:
        return Authority(tmp_path / "pki")

    @pytest.fixture
    def secured(self, tmp_path: Path, authority: Authority) -> Iterator[Etcd]:
        server = authority.issue("etcd")
        yield from serving(Etcd(tmp_path / "etcd", ServerTls(server.cert, server.key)))

    @pytest.fixture
    def mutual(self, tmp_path: Path, authority: Authority) -> Iterator[Etcd]:
        server = authority.issue("etcd")
        yield from serving(Etcd(tmp_path / "etcd", ServerTls(server.cert, server.key, client_ca=authority.cert)))

    async def test_tls_is_spoken_with_the_authority_named(self, secured: Etcd, authority: Authority) -> None:
        async with connect(secured.url, ca_file=authority.cert) as store:
            assert isinstance(await store.transact([Put("/a/x", b"v", 0)]), Committed)

    async def test_a_server_of_another_authority_is_refused(self, secured: Etcd, tmp_path: Path) -> None:
        other = Authority(tmp_path / "other")
        async with connect(secured.url, request_timeout=0.5, ca_file=other.cert) as store:
            with pytest.raises(StoreUnavailable):
                await store.get("/a/x")

    async def test_mutual_tls_takes_the_client_certificate(self, mutual: Etcd, authority: Authority) -> None:
        client = authority.issue("pilothouse")
        async with connect(mutual.url, ca_file=authority.cert, client=client) as store:
            revision = (await store.transact([Put("/a/x", b"v", 0)])).revision
            follower = Follower(store, "/a/", revision - 1)
            await follower.reaches(revision)
            await follower.stop()

    async def test_mutual_tls_without_a_client_certificate_fails(self, mutual: Etcd, authority: Authority) -> None:
        async with connect(mutual.url, request_timeout=0.5, ca_file=authority.cert) as store:
            with pytest.raises(StoreUnavailable):
                await store.get("/a/x")


class TestConfiguration:
    @pytest.mark.parametrize("url", ["127.0.0.1:2379", "ftp://etcd:2379", "http://", "http://etcd:2379/v3"])
    async def test_an_endpoint_that_is_no_url_is_named(self, url: str) -> None:
        with pytest.raises(ValueError, match="not of the form"):
            EtcdStore(EtcdConfig((url,)))

    async def test_no_endpoint_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="no etcd endpoint"):
            EtcdStore(EtcdConfig(()))

    async def test_a_certificate_needs_its_key(self, tmp_path: Path) -> None:
        pair = Authority(tmp_path).issue("client")
        with pytest.raises(ValueError, match="both"):
            EtcdStore(EtcdConfig(("https://etcd:2379",), cert_file=pair.cert))

    async def test_stores_of_different_prefixes_do_not_see_each_other(self, etcd_url: str, etcd_prefix: str) -> None:
        one, two = connect(etcd_url, prefix=f"{etcd_prefix}/one"), connect(etcd_url, prefix=f"{etcd_prefix}/two")
        async with one as first, two as second, connect(etcd_url) as whole:
            after = await first.revision()
            follower = Follower(second, "", after)
            await first.transact([Put("/a/x", b"1")])
            last = (await second.transact([Put("/a/x", b"2", 0)])).revision
            await follower.reaches(last)
            assert [(c.key, c.value) for c in follower.changes] == [("/a/x", b"2")]
            assert [(e.key, e.value) for e in (await first.list("")).entries] == [("/a/x", b"1")]
            stored = await whole.list(etcd_prefix)
            assert [e.key for e in stored.entries] == [f"{etcd_prefix}/one/a/x", f"{etcd_prefix}/two/a/x"]
            await follower.stop()


class TestSpace:
    @pytest.fixture
    def small_etcd(self, tmp_path: Path) -> Iterator[Etcd]:
        yield from serving(Etcd(tmp_path / "etcd", arguments=(f"--quota-backend-bytes={4 << 20}",)))

    async def test_in_a_full_etcd_a_shared_deletion_fares_as_if_alone(self, small_etcd: Etcd) -> None:
        async with connect(small_etcd.url) as store:
            await store.transact([Put("/a/doomed", b"v"), Put("/a/doomed-too", b"v")])
            with pytest.raises(StoreFull):
                await self.fill(store)
            # Whether a transaction that only deletes is taken depends on etcd's version.
            alone = (await asyncio.gather(store.transact([Remove("/a/doomed")]), return_exceptions=True))[0]
            batcher = Batcher(store)
            shared = await asyncio.gather(
                batcher.write([Put("/a/more", b"v")]),
                batcher.write([Remove("/a/doomed-too")]),
                batcher.write([Put("/a/even-more", b"v")]),
                return_exceptions=True,
            )
            await batcher.close()
            assert [type(outcome) for outcome in shared] == [StoreFull, type(alone), StoreFull]

    @staticmethod
    async def fill(store: EtcdStore) -> None:
        for n in range(100):
            await store.transact([Put(f"/a/{n}", bytes(200_000))])


class TestLeases:
    async def test_keys_of_one_ttl_share_a_lease(self, etcd_store: EtcdStore, etcd_url: str, etcd_prefix: str) -> None:
        await etcd_store.transact([Put("/a/1", b"v", ttl=3600), Put("/a/other", b"v", ttl=60), Put("/a/none", b"v")])
        await etcd_store.commit([[Put("/a/2", b"v", ttl=3600)], [Put("/a/3", b"v", ttl=3600)]])
        leases = {}
        async with grpc.aio.insecure_channel(etcd_url.removeprefix("http://")) as channel:
            read = channel.unary_unary(
                "/etcdserverpb.KV/Range", wire.RangeRequest.SerializeToString, wire.RangeResponse.FromString
            )
            for name in ("1", "2", "3", "other", "none"):
                answer = await read(wire.RangeRequest(key=f"{etcd_prefix}/a/{name}".encode()))
                leases[name] = answer.kvs[0].lease
        assert leases["1"] == leases["2"] == leases["3"] != leases["other"]
        assert leases["none"] == 0

    async def test_a_lease_lasts_for_the_ttl_and_little_more(self) -> None:
        granted: list[int] = []

        async def grant(ttl: int) -> tuple[int, int]:
            granted.append(ttl)
            return len(granted), ttl

        leases = Leases(grant)
        for ttl in (1, 10, 300, 3600, 86400):
            await leases.lease_for(ttl, 1)
        for ttl, given in zip((1, 10, 300, 3600, 86400), granted, strict=True):
            assert ttl < given <= ttl + max(2, min(60, ttl * 0.05))

    async def test_a_lease_takes_a_thousand_keys_and_serves_no_longer_than_its_time(self) -> None:
        granted: list[int] = []

        async def grant(ttl: int) -> tuple[int, int]:
            granted.append(ttl)
            # One that runs out at once serves no second call.
            return len(granted), 0 if ttl < 20 else ttl

        leases = Leases(grant)
        assert [await leases.lease_for(3600, 400) for _ in range(4)] == [1, 1, 2, 2]
        assert [await leases.lease_for(10, 1) for _ in range(2)] == [3, 4]


class TestProgress:
    async def test_asked_a_watch_comes_to_revisions_of_other_keys(self, etcd_url: str, etcd_prefix: str) -> None:
        async with connect(etcd_url, prefix=etcd_prefix, progress_requests=True) as store:
            follower = Follower(store, "/a/", await store.revision())
            await follower.reaches((await store.transact([Put("/a/x", b"v")])).revision)
            elsewhere = (await store.transact([Put("/b/x", b"v")])).revision
            assert await store.request_progress()
            await follower.reaches(elsewhere)
            assert [c.key for c in follower.changes] == ["/a/x"]
            assert follower.batches[-1].changes == ()
            await follower.stop()

    async def test_an_etcd_whose_answers_are_not_sound_is_not_asked(self, etcd_url: str, etcd_prefix: str) -> None:
        async with connect(etcd_url, prefix=etcd_prefix, progress_requests=False) as store:
            follower = Follower(store, "/a/", await store.revision())
            await follower.reaches((await store.transact([Put("/a/x", b"v")])).revision)
            await store.transact([Put("/b/x", b"v")])
            assert not await store.request_progress()
            last = (await store.transact([Put("/a/y", b"v")])).revision
            await follower.reaches(last)
            assert all(batch.changes for batch in follower.batches)
            await follower.stop()

    async def test_the_version_decides(self, etcd_store: EtcdStore) -> None:
        assert await etcd_store.request_progress() is progress_is_sound(installed_version())

    @pytest.mark.parametrize(
        ("version", "sound"),
        [
            ("3.4.23", False),
            ("3.4.30", False),
            ("3.4.31", True),
            ("3.5.0", False),
            ("3.5.1", False),
            ("3.5.12", False),
            ("3.5.13", True),
            ("3.5.16", True),
            ("3.6.0-rc.3", True),
            ("4.0.0", True),
        ],
    )
    def test_versions_with_the_fix(self, version: str, sound: bool) -> None:
        assert progress_is_sound(version) is sound

    async def test_asking_costs_nothing_where_none_watches(self, etcd_url: str) -> None:
        async with connect(etcd_url, progress_requests=True) as store:
            assert await store.request_progress()

    async def test_an_etcd_that_cannot_be_asked_for_its_version_is_not_sound_yet(self) -> None:
        async with connect(f"http://127.0.0.1:{free_port()}", request_timeout=0.3) as store:
            assert not await store.request_progress()
