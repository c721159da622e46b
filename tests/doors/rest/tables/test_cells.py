"""What cells of many kinds are made of."""

import pytest
from pilothouse.api.meta.v1 import meta_pb2 as meta
from pilothouse.server.doors.rest.tables.cells import first_few, selector_text, since
from pilothouse.server.meta.durations import duration

DAY = 86400


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "<invalid>"),
        (-1.5, "0s"),
        (0.9, "0s"),
        (119, "119s"),
        (120, "2m"),
        (190, "3m10s"),
        (600, "10m"),
        (3 * 3600 - 1, "179m"),
        (3 * 3600, "3h"),
        (5 * 3600 + 60, "5h1m"),
        (8 * 3600, "8h"),
        (2 * DAY - 1, "47h"),
        (2 * DAY, "2d"),
        (2 * DAY + 4 * 3600, "2d4h"),
        (8 * DAY + 4 * 3600, "8d"),
        (2 * 365 * DAY - 1, "729d"),
        (2 * 365 * DAY, "2y"),
        (2 * 365 * DAY + 100 * DAY, "2y100d"),
        (9 * 365 * DAY + 100 * DAY, "9y"),
    ],
)
def test_lengths_of_time_are_for_people(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_no_time_is_no_age() -> None:
    assert since(meta.Time(), 100.0) == "<unknown>"
    assert since(meta.MicroTime(seconds=90, nanos=500_000_000), 100.0) == "9s"


def test_selectors_are_in_the_form_that_clients_take() -> None:
    selector = meta.LabelSelector(match_labels={"b": "2", "a": "1"})
    selector.match_expressions.add(key="c", operator="In", values=["z", "y"])
    selector.match_expressions.add(key="d", operator="DoesNotExist")
    assert selector_text(selector, "bad") == "a=1,b=2,c in (y,z),!d"
    assert selector_text(meta.LabelSelector(), "bad") == selector_text(None, "bad") == ""
    selector.match_expressions.add(key="e", operator="Likes")
    assert selector_text(selector, "bad") == "bad"


def test_long_lists_are_cut_short() -> None:
    assert first_few(["a", "b", "c"]) == "a,b,c"
    assert first_few(["a", "b", "c", "d", "e"]) == "a,b,c + 2 more..."
