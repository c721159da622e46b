from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pilothouse.server.meta.times import (
    SECOND,
    ZERO_SECONDS,
    TimeError,
    format_duration,
    format_micro_time,
    format_time,
    parse_duration,
    parse_micro_time,
    parse_time,
)

moments = st.datetimes(
    min_value=datetime(2, 1, 1),
    max_value=datetime(9998, 1, 1),
    timezones=st.integers(-1439, 1439).map(lambda m: timezone(timedelta(minutes=m))),
)


@given(moments)
def test_times_agree_with_datetime(moment: datetime) -> None:
    seconds, nanos = parse_time(moment.isoformat())
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds, microseconds=nanos // 1000) == moment
    assert parse_time(format_time(seconds)) == (seconds, 0)
    assert parse_micro_time(format_micro_time(seconds, nanos)) == (seconds, nanos)


def test_the_written_forms() -> None:
    assert format_time(0) == "1970-01-01T00:00:00Z"
    assert format_micro_time(1, 2_999) == "1970-01-01T00:00:01.000002Z"
    assert parse_time("0001-01-01T00:00:00Z") == (ZERO_SECONDS, 0)
    assert parse_time("1970-01-01T00:00:00,123456789123Z") == (0, 123456789)


@pytest.mark.parametrize(
    ("parse", "text", "message"),
    [
        (parse_time, "noon", 'parsing time "noon" as "2006-01-02T15:04:05Z07:00": cannot parse "noon" as "2006"'),
        (parse_time, "", 'parsing time "" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "2006"'),
        (
            parse_time,
            "2024-03-01T10:00:00",
            'parsing time "2024-03-01T10:00:00" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "Z07:00"',
        ),
        (parse_time, "2024-13-01T10:00:00Z", 'parsing time "2024-13-01T10:00:00Z": month out of range'),
        (parse_time, "2023-02-29T10:00:00Z", 'parsing time "2023-02-29T10:00:00Z": day out of range'),
        (parse_time, "2023-02-28T24:00:00Z", 'parsing time "2023-02-28T24:00:00Z": hour out of range'),
        (parse_time, "2023-02-28T20:00:00Z!", 'parsing time "2023-02-28T20:00:00Z!": extra text: "!"'),
        (
            parse_micro_time,
            "2024-03-01T10:00:00.5Z",
            'parsing time "2024-03-01T10:00:00.5Z" as "2006-01-02T15:04:05.000000Z07:00": '
            'cannot parse ".5Z" as ".000000"',
        ),
    ],
)
def test_what_is_no_time_is_refused_in_words(parse: Callable[[str], object], text: str, message: str) -> None:
    with pytest.raises(TimeError) as error:
        parse(text)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("text", "nanos", "written"),
    [
        ("1h2m3s", 3723 * SECOND, "1h2m3s"),
        ("90s", 90 * SECOND, "1m30s"),
        ("1.5h", 5400 * SECOND, "1h30m0s"),
        ("-1.5s", -1_500_000_000, "-1.5s"),
        ("1500us", 1_500_000, "1.5ms"),
        ("1µs", 1_000, "1µs"),
        ("+5ns", 5, "5ns"),
        ("0", 0, "0s"),
        (".5s", 500_000_000, "500ms"),
        ("2562047h47m16.854775807s", (1 << 63) - 1, "2562047h47m16.854775807s"),
    ],
)
def test_durations(text: str, nanos: int, written: str) -> None:
    assert parse_duration(text) == nanos
    assert format_duration(nanos) == written


@given(st.integers(-(1 << 63), (1 << 63) - 1))
def test_every_duration_can_be_written_and_read(nanos: int) -> None:
    assert parse_duration(format_duration(nanos)) == nanos


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", 'time: invalid duration ""'),
        ("-", 'time: invalid duration "-"'),
        ("3", 'time: missing unit in duration "3"'),
        ("3d", 'time: unknown unit "d" in duration "3d"'),
        ("soon", 'time: invalid duration "soon"'),
        ("3000000h", 'time: invalid duration "3000000h"'),
    ],
)
def test_what_is_no_duration_is_refused_in_words(text: str, message: str) -> None:
    with pytest.raises(TimeError) as error:
        parse_duration(text)
    assert str(error.value) == message
