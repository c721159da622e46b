"""The rows of a table of custom objects, by the columns that their definition has."""

from collections.abc import Callable, Sequence
from typing import Any

import orjson
from pilothouse.api.apiextensions.v1.apiextensions_pb2 import CustomResourceColumnDefinition
from pilothouse.api.dynamic.v1.dynamic_pb2 import CustomObject

from ..meta.durations import duration
from ..meta.scalars import JsonValue
from ..meta.tables import Column, Row
from ..meta.times import parse_time
from .codec import content_of
from .embedded import write_metadata
from .jsonpath import Find, PathError, compile_path

_NAME = Column("Name", "Name of the object, unique among those of its kind in its namespace.", format="name")
_AGE = CustomResourceColumnDefinition(
    name="Age", type="date", json_path=".metadata.creationTimestamp", description="How long ago the object was created."
)
_Cell = Callable[[Any, float], JsonValue]


class CustomPrinter:
    """Makes rows of the objects of one version. columns: of the definition; the age where it has none."""

    def __init__(self, columns: Sequence[CustomResourceColumnDefinition]) -> None:
        given = [column for column in columns or (_AGE,) if _path_of(column) is not None]
        self.columns = (_NAME, *map(_column, given))
        self._cells: list[tuple[Find, _Cell]] = [(compile_path(c.json_path), _CELLS[c.type]) for c in given]

    def row(self, body: bytes, now: float) -> Row:
        message = CustomObject.FromString(body)
        value = {"metadata": write_metadata(message.metadata), **content_of(message)}
        cells: list[JsonValue] = [message.metadata.name]
        for find, cell in self._cells:
            found = find(value)
            cells.append(cell(found[0], now) if found else None)
        return Row(cells)


def _path_of(column: CustomResourceColumnDefinition) -> Find | None:
    """None for a column that cannot be shown."""
    try:
        return compile_path(column.json_path) if column.type in _CELLS else None
    except PathError:
        return None


def _column(column: CustomResourceColumnDefinition) -> Column:
    text = column.description or f"Custom resource definition column (in JSONPath format): {column.json_path}"
    return Column(column.name, text, column.type, column.format, column.priority)


def _text(value: Any, now: float) -> JsonValue:
    """As kubectl's templates print it."""
    if isinstance(value, str):
        return value
    return None if value is None else orjson.dumps(value).decode()


def _integer(value: Any, now: float) -> JsonValue:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _number(value: Any, now: float) -> JsonValue:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _boolean(value: Any, now: float) -> JsonValue:
    return value if isinstance(value, bool) else None


def _date(value: Any, now: float) -> JsonValue:
    if not isinstance(value, str):
        return None
    try:
        seconds, nanos = parse_time(value)
    except ValueError:
        return "<invalid>"
    return duration(now - seconds - nanos / 1e9)


_CELLS: dict[str, _Cell] = {
    "string": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
}
