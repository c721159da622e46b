"""How the server logs: one line per event on standard error, as text or as JSON.

Code logs through `logging.getLogger(__name__)`, and what varies goes into `extra`, as in
`log.info("compacted", extra={"revision": 7})`.
"""

import logging
import re
import sys
import time
from typing import TextIO

import orjson

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

# The last line of defence: whoever logs leaves secrets out. What looks like one all the same is not written.
_SECRETS = re.compile(
    r"(?P<scheme>\b(?:bearer|basic)\s+)[A-Za-z0-9+/=._~-]{8,}"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|(?P<url>://[^/\s:@]*:)[^/\s@]+(?=@)",
    re.IGNORECASE | re.DOTALL,
)


def redact(text: str) -> str:
    """Without bearer tokens, JSON web tokens, private keys in PEM, and passwords in URLs."""
    return _SECRETS.sub(lambda found: f"{found['scheme'] or found['url'] or ''}[redacted]", text)


def set_up_logging(level: str, form: str, stream: TextIO | None = None) -> None:
    """Directs everything that is logged to `stream` (standard error). level: "debug", "info", "warning" or "error";
    form: "text" or "json". May be called again."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())


def _extra(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}


def _moment(record: logging.LogRecord) -> str:
    seconds = int(record.created)
    fraction = int((record.created - seconds) * 1000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{fraction:03d}Z"


class TextLines(logging.Formatter):
    """`2024-03-01T10:00:00.123Z INFO  pilothouse.server.process: serving port=7443`, a traceback below it."""

    def format(self, record: logging.LogRecord) -> str:
        values = "".join(f" {name}={_one_line(value)}" for name, value in _extra(record).items())
        line = f"{_moment(record)} {record.levelname:<7} {record.name}: {_one_line(record.getMessage())}{values}"
        trace = f"\n{self.formatException(record.exc_info)}" if record.exc_info else ""
        return redact(line + trace)


def _one_line(value: object) -> str:
    """A caller's text must not look like a line of ours."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in str(value))


class JsonLines(logging.Formatter):
    """One JSON object per line: time, level, logger, message, what `extra` held, and error with a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "time": _moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        for name, value in _extra(record).items():
            plain = value is None or isinstance(value, bool | int | float)
            entry.setdefault(name, value if plain else redact(str(value)))
        if record.exc_info:
            entry["error"] = redact(self.formatException(record.exc_info))
        return orjson.dumps(entry).decode()
