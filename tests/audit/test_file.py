"""The file of the audit log: appended to, rotated, cleaned up, by one process or several."""

import os
from pathlib import Path

import pytest
from pilothouse.server.audit.file import RotatingFile

LINE = b"x" * 99 + b"\n"


def rotated(path: Path) -> list[Path]:
    return sorted(p for p in path.parent.iterdir() if p != path)


def test_a_file_is_rotated_before_it_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "audit.log"
    file = RotatingFile(path, 250, 0, 0)
    for _ in range(7):
        file.write(LINE)
    file.close()
    assert [p.stat().st_size for p in (*rotated(path), path)] == [200, 200, 200, 100]
    assert all(p.name.startswith("audit-") and p.suffix == ".log" for p in rotated(path))


def test_what_is_there_is_kept_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "audit.log"
    path.write_bytes(LINE * 2)
    file = RotatingFile(path, 250, 0, 0)
    file.write(LINE)
    file.close()
    assert path.read_bytes() == LINE
    assert [p.read_bytes() for p in rotated(path)] == [LINE * 2]


def test_only_so_many_backups_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "audit.log"
    file = RotatingFile(path, 150, 2, 0)
    for number in range(6):
        file.write(b"%d" % number * 99 + b"\n")
    file.close()
    assert [p.read_bytes()[:1] for p in (*rotated(path), path)] == [b"3", b"4", b"5"]


def test_old_backups_go_and_other_files_stay(tmp_path: Path) -> None:
    path = tmp_path / "audit.log"
    old, foreign = tmp_path / "audit-2001-01-01T00-00-00.000000.log", tmp_path / "audit-notes.log"
    for file_path in (old, foreign):
        file_path.write_text("x")
        os.utime(file_path, (1e9, 1e9))
    file = RotatingFile(path, 150, 0, 30)
    file.write(LINE)
    file.write(LINE)
    file.close()
    assert not old.exists()
    assert foreign.exists()
    assert len(rotated(path)) == 2


def test_two_writers_lose_nothing_to_each_others_rotation(tmp_path: Path) -> None:
    path = tmp_path / "audit.log"
    one, two = RotatingFile(path, 250, 0, 0), RotatingFile(path, 250, 0, 0)
    for _ in range(10):
        one.write(LINE)
        two.write(LINE)
    one.close()
    two.close()
    everything = b"".join(p.read_bytes() for p in (*rotated(path), path))
    assert everything == LINE * 20
    assert all(p.stat().st_size <= 300 for p in (*rotated(path), path))


def test_a_file_that_cannot_be_made_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        RotatingFile(tmp_path / "nowhere" / "audit.log", 100, 0, 0)


def test_others_cannot_read_it(tmp_path: Path) -> None:
    path = tmp_path / "audit.log"
    RotatingFile(path, 100, 0, 0).close()
    assert path.stat().st_mode & 0o077 == 0
