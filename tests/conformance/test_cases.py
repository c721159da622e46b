"""Recorded cases, replayed through the verbs: what the server answers is what a Kubernetes API server answers."""

import os
from pathlib import Path

import pytest

from tests.conformance.cases import Case, load_cases
from tests.conformance.replay import replay_all

OWN = Path(__file__).parent.parent / "data/cases"
# Another directory with a folder `cases`, whose cases are tried too.
MORE = os.environ.get("PILOTHOUSE_KUBERNETES_DATA")


def areas() -> list[tuple[str, list[Case]]]:
    cases = [*load_cases(OWN), *(load_cases(Path(MORE) / "cases") if MORE else ())]
    return [(area, [c for c in cases if c.area == area]) for area in dict.fromkeys(c.area for c in cases)]


@pytest.mark.parametrize("cases", [pytest.param(cases, id=area) for area, cases in areas()])
async def test_answers_are_as_recorded(cases: list[Case], tmp_path: Path) -> None:
    outcomes = await replay_all(cases, tmp_path)
    assert any(o.equal for o in outcomes), "nothing could be compared"
    assert not [str(o) for o in outcomes if not (o.equal or o.needs)]


def test_every_case_has_a_name_of_its_own() -> None:
    names = [case.name for _, cases in areas() for case in cases]
    assert len(set(names)) == len(names)
