"""What a strategic merge needs to know of the types it merges; derived elsewhere from the messages' options."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class MergeField:
    """How one member merges.

    patch_strategy: of "merge", "replace", "retainKeys"; merge_key: the member that tells list items apart, "" when the
    items are scalars; child: the schema of the object, or of the list's items. A map's child answers every key.
    """

    patch_strategy: frozenset[str] = frozenset()
    merge_key: str = ""
    child: "MergeSchema | None" = None


class MergeSchema(Protocol):
    """What a strategic merge needs to know of an object's type."""

    def field(self, json_name: str) -> MergeField | None:
        """The member of that name, None when the type has none."""
        ...


@dataclass(frozen=True, slots=True)
class MapSchema:
    """The schema of a map: every key has a value of the same schema."""

    values: MergeSchema | None

    def field(self, json_name: str) -> MergeField:
        return MergeField(child=self.values)
