"""`python -m bench`: measures, prints a table, keeps it as JSON; exit status 1 when a figure falls short of its bar."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

import uvloop

from bench.cpu import Effort, measured, scaled
from bench.rows import Row, keep, show
from bench.startup import start
from bench.watching import fan_out

LATEST = Path(__file__).parent / "results" / "latest.json"
NAMES = ("get", "list", "update", "create", "scale", "watch", "latency", "ready", "memory")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--only", default=",".join(NAMES), help=f"comma-separated: {', '.join(NAMES)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="few operations: shows that it works, proves no figure")
    parser.add_argument("--json", type=Path, help="where to keep the figures; a full run: bench/results/latest.json")
    parsed = parser.parse_args()
    if unknown := set(parsed.only.split(",")) - set(NAMES):
        parser.error(f"--only: no figure is called {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    return parsed


async def run(only: set[str], quick: bool, directory: Path) -> list[Row]:
    rows: list[Row] = []
    wanted = only.__contains__
    if only & {"get", "list", "update", "create", "memory"}:
        rows += await measured(directory / "cpu", Effort(quick), wanted)
    if "scale" in only:
        rows += await scaled(directory / "scale", Effort(quick))
    if only & {"watch", "latency"}:
        rows += await fan_out(directory / "watch", quick, wanted)
    if only & {"ready", "memory"}:
        rows += await start(directory / "start", quick, wanted)
    return rows


def main() -> int:
    options = arguments()
    only = set(options.only.split(","))
    with (
        tempfile.TemporaryDirectory(prefix="pilothouse-bench-") as directory,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        rows = runner.run(run(only, options.quick, Path(directory)))
    show(rows)
    whole = only == set(NAMES) and not options.quick
    if path := options.json or (LATEST if whole else None):
        keep(rows, path, options.quick)
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
