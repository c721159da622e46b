"""Tables are aligned, and ages are told as kubectl tells them."""

from datetime import UTC, datetime, timedelta

import pytest
from pilothouse.client.cli.tables import Table, age

NOW = datetime(2030, 1, 1, tzinfo=UTC)
POD = {
    "metadata": {"name": "web-1", "namespace": "team-a"},
    "spec": {"nodeName": "n1", "containers": [{"name": "c"}, {"name": "d"}]},
    "status": {"phase": "Running", "containerStatuses": [{"ready": True, "restartCount": 3}, {"ready": False}]},
}


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (-5, "0s"),
        (0, "0s"),
        (119, "119s"),
        (120, "2m"),
        (190, "3m10s"),
        (600, "10m"),
        (10799, "179m"),
        (10800, "3h"),
        (11000, "3h3m"),
        (28800, "8h"),
        (172800, "2d"),
        (190000, "2d4h"),
        (691200, "8d"),
        (729 * 86400, "729d"),
        (800 * 86400, "2y70d"),
        (4000 * 86400, "10y"),
    ],
)
def test_ages(seconds: int, told: str) -> None:
    created = (NOW - timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")
    assert age(created, NOW) == told


def test_columns_line_up_and_go_on_lining_up() -> None:
    table = Table(("", "Pod"), wide=True, namespaces=True, prefix="")
    assert table.lines([]) == []
    assert table.lines([POD]) == [
        "NAMESPACE   NAME    READY   STATUS    RESTARTS   AGE         IP       NODE",
        "team-a      web-1   1/2     Running   3          <unknown>   <none>   n1",
    ]
    gone = {"metadata": {"name": "w", "namespace": "t", "deletionTimestamp": "2030-01-01T00:00:00Z"}}
    assert table.lines([gone]) == [
        "t           w       0/0     Terminating   0          <unknown>   <none>   <none>",
    ]


def test_a_kind_without_columns_of_its_own_has_name_and_age() -> None:
    table = Table(("example.com", "Boat"), wide=False, namespaces=False, prefix="boat.example.com/")
    assert table.lines([{"metadata": {"name": "x"}}]) == [
        "NAME                 AGE",
        "boat.example.com/x   <unknown>",
    ]
