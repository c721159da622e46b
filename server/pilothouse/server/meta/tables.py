"""What a row of a Table is made of. How the objects of a type become rows is a Printer's business.

The shapes are those of meta.k8s.io: a Table has column definitions, and rows of cells.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from .scalars import JsonValue

Cells = list[JsonValue]


class Column(NamedTuple):
    """type: of its cells, an OpenAPI type or "date"; format: "name" for the column that names the object; priority: 0
    for columns that are always shown, higher ones are left out where there is little room."""

    name: str
    description: str
    type: str = "string"
    format: str = ""
    priority: int = 0

    @property
    def value(self) -> dict[str, JsonValue]:
        """As a TableColumnDefinition."""
        return {
            "name": self.name,
            "type": self.type,
            "format": self.format,
            "description": self.description,
            "priority": self.priority,
        }


class Row(NamedTuple):
    """conditions: TableRowConditions, () for none; rank: rows of a list are sorted by it, where it is not ()."""

    cells: Cells
    conditions: Sequence[dict[str, JsonValue]] = ()
    rank: tuple[int | str, ...] = ()


class Printer(Protocol):
    """Makes rows of the objects of one type."""

    @property
    def columns(self) -> Sequence[Column]: ...

    def row(self, body: bytes, now: float) -> Row:
        """The row of an object. body: as the type serves it; now: seconds since the epoch, for ages."""
        ...
