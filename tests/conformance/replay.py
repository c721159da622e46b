"""Replays a directory of recorded cases through the REST door: `python -m tests.conformance.replay DIR`.

Prints a table by area; `--list different` names the cases that differ (also `equal`, `needs`), `--show NAME` shows what
differs in one, `--only TEXT` runs the cases whose names hold the text. Ends with code 1 where a case differs.
"""

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.conformance.cases import Case, load_cases
from tests.conformance.replaying import Outcome, replay
from tests.conformance.rest_transport import rest_transport

TOGETHER = 16


async def replay_all(cases: Sequence[Case], directory: Path) -> list[Outcome]:
    """All cases against one server, its store a file in `directory`. Many run at a time: each has a
    namespace of its own. Those that do something to the store itself come after the others, one by one."""
    outcomes: dict[str, Outcome] = {}
    room = asyncio.Semaphore(TOGETHER)
    async with rest_transport(directory) as transport:

        async def run(case: Case) -> None:
            async with room:
                outcomes[case.name] = await replay(case, transport)

        await asyncio.gather(*(run(case) for case in cases if not _alone(case)))
        for case in filter(_alone, cases):
            await run(case)
    return [outcomes[case.name] for case in cases]


def _alone(case: Case) -> bool:
    return any("external" in step for step in case.setup)


def table(outcomes: Sequence[Outcome]) -> str:
    """Total, equal, different and not replayable, by area; then what those not replayable need."""
    rows: list[tuple[str, ...]] = [("area", "total", "equal", "different", "not replayable")]
    areas = list(dict.fromkeys(o.case.area for o in outcomes))
    for area in (*areas, ""):
        some = [o for o in outcomes if o.case.area == area or not area]
        equal, needs = sum(o.equal for o in some), sum(bool(o.needs) for o in some)
        numbers = (len(some), equal, len(some) - equal - needs, needs)
        rows.append((area or "all", *map(str, numbers)))
    lines = [f"{row[0]:<12}" + "".join(f"{cell:>16}" for cell in row[1:]) for row in rows]
    lacking = Counter(o.needs for o in outcomes if o.needs)
    return "\n".join((*lines, "", "needed:", *(f"{count:>5}  {what}" for what, count in lacking.most_common())))


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="tests.conformance.replay")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--only", default="", metavar="TEXT")
    parser.add_argument("--show", default="", metavar="NAME")
    parser.add_argument("--list", choices=("equal", "different", "needs"))
    options = parser.parse_args(arguments)
    cases = [c for c in load_cases(options.directory) if options.only in c.name]
    if options.show:
        cases = [c for c in cases if c.name == options.show]
    with tempfile.TemporaryDirectory() as directory:
        outcomes = asyncio.run(replay_all(cases, Path(directory)))
    if options.show:
        print("\n".join(map(str, outcomes)) or f"no case is called {options.show}")  # noqa: T201
    elif options.list:
        for outcome in outcomes:
            state = "needs" if outcome.needs else "equal" if outcome.equal else "different"
            if state == options.list:
                print(outcome)  # noqa: T201
    else:
        print(table(outcomes))  # noqa: T201
    return 0 if all(o.equal or o.needs for o in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
