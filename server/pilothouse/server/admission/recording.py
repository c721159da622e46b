"""A chain that writes down what each plugin did: for people who ask what becomes of an object, and why."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from google.protobuf.message import Message

from ..errors import ApiError
from ..meta.scalars import JsonValue
from .base import AdmissionRequest, Operation, Plugin
from .chain import Chain

MUTATE, VALIDATE = "mutate", "validate"

K = TypeVar("K", str, int)


@dataclass(frozen=True, slots=True)
class Change:
    """path: as "spec.containers[0].image"; before, after: JSON, "" for what is not there."""

    path: str
    before: str
    after: str


@dataclass(slots=True)
class Step:
    """What one plugin did in one phase; refusal: why it refused, "" where it did not."""

    plugin: str
    phase: str
    changes: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    refusal: str = ""


class RecordingChain(Chain):
    """The plugins of another chain, for one request. steps: what they did, of its last try."""

    def __init__(self, chain: Chain, show: Callable[[Message], JsonValue]) -> None:
        """show: an object as its JSON."""
        super().__init__(chain.plugins)
        self.steps: list[Step] = []
        self._show = show

    async def mutate(self, request: AdmissionRequest) -> None:
        self.steps.clear()
        for plugin in self._of(request):
            before = self._shown(request)
            step = await self._run(plugin, MUTATE, request)
            step.changes.extend(changes(before, self._shown(request)))

    async def validate(self, request: AdmissionRequest) -> None:
        if request.operation is Operation.DELETE:
            self.steps.clear()
        try:
            for plugin in self._of(request):
                await self._run(plugin, VALIDATE, request)
        except BaseException:
            request.context.settled(0)
            raise

    def _shown(self, request: AdmissionRequest) -> JsonValue:
        return None if request.object is None else self._show(request.object)

    async def _run(self, plugin: Plugin, phase: str, request: AdmissionRequest) -> Step:
        step = Step(plugin.name, phase)
        self.steps.append(step)
        request.notes = step.notes
        try:
            await (plugin.mutate(request) if phase == MUTATE else plugin.validate(request))
        except ApiError as error:
            step.refusal = error.message
            raise
        return step


def changes(before: JsonValue, after: JsonValue, path: str = "") -> Iterator[Change]:
    """Where two JSON values differ, member by member and item by item."""
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            yield from _changes_at(before, after, name, f"{path}.{name}" if path else name)
    elif isinstance(before, list) and isinstance(after, list):
        old, new = dict(enumerate(before)), dict(enumerate(after))
        for index in sorted(old.keys() | new.keys()):
            yield from _changes_at(old, new, index, f"{path}[{index}]")
    else:
        yield Change(path, _text(before), _text(after))


def _changes_at(before: dict[K, JsonValue], after: dict[K, JsonValue], key: K, path: str) -> Iterator[Change]:
    if key not in before:
        yield Change(path, "", _text(after[key]))
    elif key not in after:
        yield Change(path, _text(before[key]), "")
    else:
        yield from changes(before[key], after[key], path)


def _text(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
