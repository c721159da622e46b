"""`python -m tests.soak`: every scenario again and again; exit status 1 as soon as one shows a violation."""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from tests.soak.scenarios import Chaos, Report, compactions, crashes, play
from tests.support.etcd import Etcd

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


def main() -> int:
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="how long (default: 10); each scenario runs once")
    deadline = time.monotonic() + 60 * parser.parse_args().minutes
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
