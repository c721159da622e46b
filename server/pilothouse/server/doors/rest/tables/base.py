"""How a kind is shown: its columns, and the function that makes the cells of an object."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ....conversion import to_stored
from ....meta.resource import ResourceType
from ....meta.scalars import JsonValue
from ....meta.tables import Cells, Column, Row

M = TypeVar("M")

NAME = Column("Name", "Name of the object, unique among those of its kind in its namespace.", format="name")
AGE = Column("Age", "How long ago the object was created.")
CREATED = Column("Created At", "When the object was created.", "date")
CONTAINERS = Column("Containers", "Names of the containers in the template.", priority=1)
IMAGES = Column("Images", "Images that the containers in the template use.", priority=1)
SELECTOR = Column("Selector", "Labels that the selected pods have.", priority=1)
REPLICAS = (
    NAME,
    Column("Desired", "How many pods there should be.", "integer"),
    Column("Current", "How many pods there are.", "integer"),
    Column("Ready", "How many pods are ready.", "integer"),
    AGE,
    CONTAINERS,
    IMAGES,
    SELECTOR,
)
"""Of what keeps a number of pods, and does no more."""


@dataclass(frozen=True, slots=True)
class Shown(Generic[M]):
    """cells: of an object at a moment, in the order of the columns; conditions, rank: as in Row."""

    columns: tuple[Column, ...]
    cells: Callable[[M, float], Cells]
    conditions: Callable[[M], Sequence[dict[str, JsonValue]]] | None = None
    rank: Callable[[M], tuple[int | str, ...]] | None = None


class MessagePrinter:
    """Rows of a type whose objects are protobuf. An identity with several versions is shown as it is stored, so that
    all of them look alike."""

    def __init__(self, resource: ResourceType, shown: Shown[Any]) -> None:
        self.columns = shown.columns
        self._parse = resource.message.FromString
        self._convert = to_stored(resource)
        self._shown = shown

    def row(self, body: bytes, now: float) -> Row:
        message: Any = self._parse(body)
        if self._convert is not None:
            message = self._convert(message)
        shown = self._shown
        return Row(
            shown.cells(message, now),
            shown.conditions(message) if shown.conditions is not None else (),
            shown.rank(message) if shown.rank is not None else (),
        )
