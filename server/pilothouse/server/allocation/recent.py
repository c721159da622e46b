"""Recent: what was chosen a moment ago, so that it is not chosen again before the cache shows it as taken."""

from collections import OrderedDict
from collections.abc import Hashable
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)

SECONDS = 2.0


class Recent(Generic[T]):
    """Values added in the last SECONDS."""

    def __init__(self) -> None:
        self._until: OrderedDict[T, float] = OrderedDict()

    def add(self, value: T) -> None:
        self._until.pop(value, None)
        self._until[value] = monotonic() + SECONDS

    def __contains__(self, value: T) -> bool:
        self._prune()
        return value in self._until

    def _prune(self) -> None:
        now = monotonic()
        while self._until and next(iter(self._until.values())) < now:
            self._until.popitem(last=False)
