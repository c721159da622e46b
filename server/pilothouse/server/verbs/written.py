"""What this server wrote last: objects that are known to be in normal form."""

from ..meta.resource import ResourceType

KEYS_AT_MOST = 16_384


class Written:
    """The revision of each key's last write, and the type that it was written as. Some keys are forgotten."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[int, ResourceType]] = {}

    def add(self, resource: ResourceType, key: str, revision: int) -> None:
        if len(self._last) >= KEYS_AT_MOST:
            self._last.clear()
        self._last[key] = revision, resource

    def has(self, resource: ResourceType, key: str, revision: int) -> bool:
        """Whether the object at this revision is one that was written here, as this type."""
        return self._last.get(key) == (revision, resource)
