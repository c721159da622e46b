"""Much is collected, and a full namespace ends; `make soak` does the same with more, and looks at latencies."""

from pathlib import Path

from tests.soak.collecting import collect
from tests.soak.ending import end
from tests.support.etcd import Etcd


async def test_a_namespace_of_many_kinds_ends(tmp_path: Path) -> None:
    ended = await end(tmp_path, 400)
    assert ended.kinds == 40
    assert ended.held > 50


async def test_a_tree_is_collected_while_others_go_on(tmp_path: Path) -> None:
    etcd = Etcd(tmp_path / "etcd")
    etcd.start()
    try:
        collected = await collect(tmp_path, 1_000, 0.5, etcd)
    finally:
        etcd.stop()
    # Far above what `make soak` holds it to: a machine that is busy with other things must not fail the test.
    assert collected.slowdown < 30, str(collected)
