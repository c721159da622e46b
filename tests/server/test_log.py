"""The form of log lines, and what never gets into them."""

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest
from pilothouse.server.log import redact, set_up_logging

Written = Callable[[str, str], io.StringIO]


@pytest.fixture
def logging_to() -> Iterator[Written]:
    root = logging.getLogger()
    before = root.handlers[:], root.level

    def start(level: str, form: str) -> io.StringIO:
        stream = io.StringIO()
        set_up_logging(level, form, stream)
        return stream

    yield start
    root.handlers[:] = before[0]
    root.setLevel(before[1])


def test_text_is_one_line_with_its_values(logging_to: Written) -> None:
    stream = logging_to("info", "text")
    logging.getLogger("pilothouse.tap").info("poured %d", 3, extra={"cask": "oak\nINFO forged"})
    (line,) = stream.getvalue().splitlines()
    assert line.endswith(r"Z INFO    pilothouse.tap: poured 3 cask=oak\nINFO forged")


def test_json_is_one_object_per_line(logging_to: Written) -> None:
    stream = logging_to("info", "json")
    log = logging.getLogger("pilothouse.tap")
    log.warning("low", extra={"liters": 2, "cask": "oak", "message_id": None})
    try:
        raise ValueError("empty")
    except ValueError:
        log.exception("dry")
    low, dry = map(json.loads, stream.getvalue().splitlines())
    del low["time"]
    assert low == {
        "level": "warning",
        "logger": "pilothouse.tap",
        "message": "low",
        "liters": 2,
        "cask": "oak",
        "message_id": None,
    }
    assert dry["error"].endswith("ValueError: empty")


def test_what_is_less_severe_is_left_out(logging_to: Written) -> None:
    stream = logging_to("warning", "text")
    logging.getLogger("pilothouse.tap").info("poured")
    assert stream.getvalue() == ""


def test_setting_up_twice_writes_once(logging_to: Written) -> None:
    first, second = logging_to("info", "text"), logging_to("info", "text")
    logging.getLogger("pilothouse.tap").info("poured")
    assert first.getvalue() == ""
    assert len(second.getvalue().splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Authorization: Bearer abcdefghijklmnop", "abcdefghijklmnop"),
        ("token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl", "c2lnbmF0dXJl"),
        ("-----BEGIN EC PRIVATE KEY-----\nMHcCAQ\n-----END EC PRIVATE KEY-----", "MHcCAQ"),
        ("-----BEGIN PRIVATE KEY-----\nMHcCAQ", "MHcCAQ"),
        ("https://root:hunter2@etcd:2379", "hunter2"),
    ],
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_secrets_are_not_written(logging_to: Written, text: str, secret: str, form: str) -> None:
    stream = logging_to("info", form)
    logging.getLogger("pilothouse.tap").info("said %s", text, extra={"header": text})
    assert secret not in stream.getvalue()
    assert "[redacted]" in stream.getvalue()


def test_ordinary_text_is_left_alone() -> None:
    text = 'the bearer of a cask at https://etcd:2379 said "basic" twice'
    assert redact(text) == text
