"""`python -m bench`: measures, prints a table, keeps it as JSON; exit status 1 when a figure falls short of its bar."""

import argparse
import asyncio
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import uvloop
from pilothouse.server.admission.plugins import DEFAULT_ON

from bench import rest
from bench.cpu import Effort, measured, scaled
from bench.rows import Row, cells, keep, show
from bench.startup import start
from bench.watching import fan_out

LATEST = Path(__file__).parent / "results" / "latest.json"
NAMES = (
    *("get", "list", "update", "create", "scale", "watch", "latency", "ready", "memory"),
    *("rest-get", "rest-list", "rest-watch"),
)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--only", default=",".join(NAMES), help=f"comma-separated: {', '.join(NAMES)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="few operations: shows that it works, proves no figure")
    parser.add_argument(
        "--without-admission", action="store_true", help="rows against the floor: with no admission plugin"
    )
    parser.add_argument("--json", type=Path, help="where to keep the figures; a full run: bench/results/latest.json")
    parsed = parser.parse_args()
    if unknown := set(parsed.only.split(",")) - set(NAMES):
        parser.error(f"--only: no figure is called {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    return parsed


async def figures(only: set[str], quick: bool, directory: Path, arguments: tuple[str, ...]) -> AsyncIterator[Row]:
    """Each figure as soon as it is measured."""
    wanted, effort = only.__contains__, Effort(quick)
    parts: list[AsyncIterator[Row]] = []
    if only & {"get", "list", "update", "create", "memory"}:
        parts.append(measured(directory / "cpu", effort, wanted, arguments))
    if "scale" in only:
        parts.append(scaled(directory / "scale", effort))
    if only & {"rest-get", "rest-list"}:
        parts.append(rest.measured(directory / "rest", effort, wanted, arguments))
    if only & {"watch", "latency", "rest-watch"}:
        parts.append(fan_out(directory / "watch", quick, wanted))
    if only & {"ready", "memory"}:
        parts.append(start(directory / "start", quick, wanted))
    for part in parts:
        async for row in part:
            yield row


async def run(only: set[str], quick: bool, directory: Path, rows: list[Row], arguments: tuple[str, ...]) -> None:
    """Measures into `rows`. arguments: flags of the server in the rows against the floor."""
    # To be told to end must end the servers too.
    if task := asyncio.current_task():
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async for row in figures(only, quick, directory, arguments):
        print("; ".join(filter(None, cells(row))), file=sys.stderr, flush=True)
        rows.append(row)


def main() -> int:
    options = arguments()
    only, rows = set(options.only.split(",")), list[Row]()
    plain = ("--disable-admission-plugins", ",".join(sorted(DEFAULT_ON))) if options.without_admission else ()
    with (
        tempfile.TemporaryDirectory(prefix="pilothouse-bench-") as directory,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        try:
            runner.run(run(only, options.quick, Path(directory), rows, plain))
        finally:
            show(rows)
    whole = only == set(NAMES) and not (options.quick or options.without_admission)
    if path := options.json or (LATEST if whole else None):
        keep(rows, path, options.quick)
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
