"""Pages of a snapshot: where they end, and their bytes."""

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate

from .item import Item

# So many bytes of pages a snapshot remembers, for those who list the same; a page under the second number is soon made.
REMEMBERED_BYTES = 16 << 20
WORTH_REMEMBERING = 64 << 10


class Pages:
    """The items of a snapshot as lists carry them. Nothing is made before it is asked for."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = items
        self._joined: dict[tuple[int, int], bytes] = {}
        self._room = REMEMBERED_BYTES

    def fit(self, begin: int, end: int, size: int) -> int:
        """Where a page ends that starts at `begin` and has at most `size` bytes; it holds one item at least."""
        if begin >= end:
            return end
        before = self._ends[begin - 1] if begin else 0
        return max(bisect_right(self._ends, before + size, begin, end), begin + 1)

    def joined(self, begin: int, end: int) -> bytes:
        """The frames of these items."""
        known = self._joined.get((begin, end))
        if known is None:
            known = b"".join(self._frames[begin:end])
            if WORTH_REMEMBERING <= len(known) <= self._room:
                self._joined[begin, end] = known
                self._room -= len(known)
        return known

    @cached_property
    def _frames(self) -> list[bytes]:
        return [item.frame for item in self._items]

    @cached_property
    def _ends(self) -> list[int]:
        return list(accumulate(map(len, self._frames)))
