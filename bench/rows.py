"""A figure with its bar, and the table of them."""

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.table import Table

from bench.stand import versions


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. With a floor, `value` divided by it is held against the bar, else `value` itself; `sense` says
    whether the bar is the most or the least that it may be. A row without bar is for information."""

    name: str
    value: float
    unit: str
    bar: float | None = None
    floor: float | None = None
    sense: Literal["most", "least"] = "most"
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.value / self.floor if self.floor else None

    @property
    def ok(self) -> bool:
        if self.bar is None:
            return True
        figure = self.value if self.floor is None else self.value / self.floor
        return figure <= self.bar if self.sense == "most" else figure >= self.bar


def cells(row: Row) -> list[str]:
    sign = "<=" if row.sense == "most" else ">="
    times = " x floor" if row.floor is not None else ""
    return [
        row.name,
        f"{row.value:,.4g} {row.unit}" if row.value < 10_000 else f"{row.value:,.0f} {row.unit}",
        "" if row.floor is None else f"{row.floor:,.4g} {row.unit}",
        "" if row.ratio is None else f"{row.ratio:.2f}",
        "" if row.bar is None else f"{sign} {row.bar:,.6g}{times}",
        "" if row.bar is None else "ok" if row.ok else "SHORT",
        row.note,
    ]


def show(rows: Sequence[Row], width: int | None = None) -> None:
    table = Table("figure", "value", "floor", "ratio", "bar", "", "note", title="Pilothouse benchmarks")
    for row in rows:
        table.add_row(*cells(row), style="red" if not row.ok else "dim" if row.bar is None else "")
    Console(width=width).print(table)


def keep(rows: Sequence[Row], path: Path, quick: bool) -> None:
    """Writes the rows as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    record = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": quick,
        "machine": platform.machine(),
        **versions(),
        "rows": [{**asdict(row), "ratio": row.ratio, "ok": row.ok} for row in rows],
    }
    path.write_text(json.dumps(record, indent=1) + "\n")
