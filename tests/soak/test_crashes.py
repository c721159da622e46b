"""Crashes under load, in short; `make soak` does the same for longer."""

from pathlib import Path

import pytest

from tests.soak.scenarios import Report, compactions, crashes, play
from tests.support.etcd import Etcd


def assert_sound(report: Report) -> None:
    assert not report.violations, "\n".join(map(str, report.violations[:20]))
    assert report.acknowledged > 100
    assert report.events > report.acknowledged


@pytest.mark.parametrize("store", ["sqlite", "etcd"])
async def test_what_was_acknowledged_and_watched_survives_crashes(tmp_path: Path, store: str) -> None:
    etcd = Etcd(tmp_path / "etcd", durable=True) if store == "etcd" else None
    if etcd:
        etcd.start()
    try:
        report = await play(tmp_path, crashes(server_kills=5, etcd_kills=2, between=0.5), etcd)
    finally:
        if etcd:
            etcd.stop()
    assert_sound(report)
    assert report.resumed > 0


async def test_compaction_and_slow_watchers_lead_to_expired_and_never_to_a_gap(tmp_path: Path) -> None:
    etcd = Etcd(tmp_path / "etcd")
    etcd.start()
    try:
        report = await play(tmp_path, compactions(rounds=3, between=0.8), etcd, ("--watch-cache-bytes", "65536"))
    finally:
        etcd.stop()
    assert_sound(report)
    assert report.expired > 0
