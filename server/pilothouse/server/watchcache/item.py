"""Items: objects as they are served, and the wire format that they are kept in.

An item's bytes are made once, when its change arrives: the object's protobuf, with its resourceVersion merged into its
metadata, framed as field 2 of a list or of a watch event (`12 <length> <object>`). A list is then a join, a get a
slice.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

from google.protobuf.message import Message

from ..meta.resource import ResourceType
from ..meta.wire import framed, with_revision

NO_LABELS: Mapping[str, str] = {}


class StoredForm(Protocol):
    """How a type's stored values become what is served."""

    def served(self, key: str, value: bytes) -> tuple[bytes, Message]:
        """The object's protobuf without resourceVersion, and the message it decodes to. Raises Undecodable."""
        ...


class Item:
    """One object at one revision. `labels` is never written to; `held` is how many changes in rings refer to it."""

    __slots__ = ("_end", "_fields", "_start", "frame", "held", "key", "labels", "name", "namespace", "revision")

    def __init__(self, key: str, place: tuple[str, str], revision: int, raw: bytes, labels: Mapping[str, str]) -> None:
        """place: namespace ("" for none) and name."""
        self.key = key
        self.namespace, self.name = place
        self.revision = revision
        self.labels = labels
        body = with_revision(raw, revision)
        self.frame = framed(body)
        self.held = 0
        # Where the object begins in the frame, and where what with_revision appended does.
        self._start = len(self.frame) - len(body)
        self._end = self._start + len(raw)
        self._fields: Mapping[str, str] | None = None

    @property
    def body(self) -> bytes:
        """The object's protobuf, with resourceVersion."""
        return self.frame[self._start :]

    @property
    def raw(self) -> bytes:
        """The object's protobuf, without resourceVersion."""
        return self.frame[self._start : self._end]

    def fields(self, compute: Callable[["Item"], Mapping[str, str]]) -> Mapping[str, str]:
        """The selectable fields; computed when a selector first asks."""
        if self._fields is None:
            self._fields = compute(self)
        return self._fields

    def at(self, revision: int) -> "Item":
        """The same object as of another revision: what a deletion shows."""
        item = Item(self.key, (self.namespace, self.name), revision, self.raw, self.labels)
        item._fields = self._fields
        return item


def make_item(resource: ResourceType, form: StoredForm, key: str, value: bytes, revision: int) -> tuple[Item, Message]:
    """The item of a stored value, and its message. Raises Undecodable."""
    raw, message = form.served(key, value)
    labels: Mapping[str, str] = dict(message.metadata.labels) or NO_LABELS  # type: ignore[attr-defined]
    return Item(key, split_key(resource, key), revision, raw, labels), message


def split_key(resource: ResourceType, key: str) -> tuple[str, str]:
    """The namespace and name that a key of this type stands for."""
    rest = key[len(resource.storage.prefix) :]
    if not resource.namespaced:
        return "", rest
    namespace, _, name = rest.partition("/")
    return namespace, name
