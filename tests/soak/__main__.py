"""`python -m tests.soak`: every scenario again and again; exit status 1 as soon as one shows a violation."""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from tests.soak.collecting import collect
from tests.soak.ending import end
from tests.soak.scenarios import Chaos, Report, compactions, crashes, play
from tests.support.etcd import Etcd

# How many times their quiet value the latencies of others may become while a tree is collected, at the 99th percentile.
SLOWDOWN = 3.0
KEPT = ("--watch-cache-bytes", "65536")
SCENARIOS: dict[str, tuple[Chaos, bool, tuple[str, ...]]] = {
    "crashes on SQLite": (crashes(5, 0, 3.0), False, ()),
    "crashes on etcd": (crashes(5, 2, 3.0), True, ()),
    "compaction on etcd": (compactions(6, 3.0), True, KEPT),
    "compaction on SQLite, crashes": (crashes(5, 0, 3.0), False, (*KEPT, "--etcd-compaction-interval", "1s")),
}


def once(name: str) -> Report:
    """Plays one scenario in a directory of its own."""
    chaos, on_etcd, arguments = SCENARIOS[name]
    with tempfile.TemporaryDirectory(prefix="pilothouse-soak-") as path:
        etcd = Etcd(Path(path) / "etcd", durable=True) if on_etcd else None
        if etcd:
            etcd.start()
        try:
            return asyncio.run(play(Path(path), chaos, etcd, arguments))
        finally:
            if etcd:
                etcd.stop()


def controllers(on_etcd: bool) -> bool:
    """Much is collected, and a full namespace ends; whether the server stayed quick for others meanwhile."""
    with tempfile.TemporaryDirectory(prefix="pilothouse-soak-") as path:
        etcd = Etcd(Path(path) / "etcd", durable=True) if on_etcd else None
        if etcd:
            etcd.start()
        try:
            ended = asyncio.run(end(Path(path) / "ending", 5_000, etcd))
            collected = asyncio.run(collect(Path(path) / "collecting", 10_000, 10.0, etcd))
        finally:
            if etcd:
                etcd.stop()
    sys.stdout.write(f"a namespace ends on {'etcd' if on_etcd else 'SQLite'}: {ended}\n")
    sys.stdout.write(f"a tree is collected on {'etcd' if on_etcd else 'SQLite'}: {collected}\n")
    sys.stdout.flush()
    return collected.slowdown < SLOWDOWN


def main() -> int:
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="how long (default: 10); each scenario runs once")
    deadline = time.monotonic() + 60 * parser.parse_args().minutes
    if not (controllers(False) and controllers(True)):
        return 1
    number = 0
    while number < len(SCENARIOS) or time.monotonic() < deadline:
        name = list(SCENARIOS)[number % len(SCENARIOS)]
        report = once(name)
        sys.stdout.write(f"{name}: {report}\n")
        sys.stdout.flush()
        if report.violations:
            sys.stdout.write("".join(f"  {violation.kind}: {violation.detail}\n" for violation in report.violations))
            return 1
        number += 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
