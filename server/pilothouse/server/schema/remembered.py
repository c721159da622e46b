"""What was found out about a part of an object, remembered by the part's bytes.

Most writes repeat a part that was seen before: the pods of one workload share a spec, and an update of a status brings
the spec that is stored already. A rule that looks at nothing but the part need not be run on it again.
"""

from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """Facts by bytes, within a budget of bytes: when it is spent, what was not asked for lately goes.

    There are two generations. What is asked for moves to the young one; when that has half of the budget, it becomes
    the old one, and what was old is forgotten.
    """

    def __init__(self, limit: int = 8 << 20) -> None:
        """limit: bytes of the keys; a fact is taken to be no larger than its key."""
        self._half = limit // 2
        self._young: dict[bytes, T] = {}
        self._old: dict[bytes, T] = {}
        self._size = 0

    def get(self, data: bytes) -> T | None:
        found = self._young.get(data)
        if found is None:
            found = self._old.pop(data, None)
            if found is not None:
                self.put(data, found)
        return found

    def put(self, data: bytes, fact: T) -> None:
        """Remembers a fact, unless it alone would take an eighth of the room."""
        if len(data) * 4 > self._half:
            return
        self._young[data] = fact
        self._size += len(data)
        if self._size > self._half:
            self._old, self._young, self._size = self._young, {}, 0
