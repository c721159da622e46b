"""Sizes of what expressions look at: as types declare them, or as values have them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .costs import Path, SizeAt
from .declared import Declared
from .limits import ENDLESS
from .ranges import Range


def nothing_known(path: Path) -> Range | None:
    return None


def declared_sizes(root: Declared) -> SizeAt:
    """Sizes by the type that all variables are of."""

    def size_at(path: Path) -> Range | None:
        found: Declared | None = root
        for step in path[1:]:
            found = found.at(step) if found is not None else None
        if found is None or not path:
            return None
        return Range(0, ENDLESS if found.max_elements < 0 else found.max_elements)

    return size_at


class ValueSizes:
    """Sizes by the values that an evaluation is given, the largest of those that are found at a path."""

    def __init__(self, values: Mapping[str, Any], variable: Callable[[str], Any]) -> None:
        """variable: the value of a variable of a policy, None where there is none."""
        self._values = values
        self._variable = variable
        self._found: dict[Path, list[Any]] = {}

    def __call__(self, path: Path) -> Range | None:
        if not path:
            return None
        return Range(0, max(map(_size, self._at(path)), default=0))

    def _at(self, path: Path) -> list[Any]:
        found = self._found.get(path)
        if found is None:
            found = self._found[path] = self._look(path)
        return found

    def _look(self, path: Path) -> list[Any]:
        if len(path) == 1:
            return [self._values.get(path[0])]
        if path[0] == "variables" and len(path) == 2:
            return [self._variable(path[1])]
        return list(_stepped(self._at(path[:-1]), path[-1]))


def _stepped(values: Iterable[Any], step: str) -> Iterable[Any]:
    for value in values:
        if isinstance(value, dict):
            if step == "@keys":
                yield from value
            elif step in ("@values", "@items"):
                # What is dynamic to the checker may be a map where a list was expected.
                yield from value if step == "@items" else value.values()
            elif step in value:
                yield value[step]
        elif isinstance(value, list) and step in ("@items", "@values", "@keys"):
            yield from value


def _size(value: Any) -> int:
    return len(value) if isinstance(value, str | bytes | list | dict) else 1


def total_size(value: Any) -> int:
    """The characters, items and entries of a value and all below it."""
    total, pending = 0, [value]
    while pending:
        found = pending.pop()
        if isinstance(found, str):
            total += len(found)
        elif isinstance(found, dict):
            total += len(found) + sum(map(_size, found))
            pending.extend(found.values())
        elif isinstance(found, list):
            total += len(found)
            pending.extend(found)
        else:
            total += _size(found)
    return total
