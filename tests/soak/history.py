"""Judges what writers were told and what watchers saw. Pure: records in, violations out.

What must hold: an acknowledged write is there, a refused one is not, one whose answer was lost may be either; every
watcher sees the revisions of each object in order, none twice, and none left out between two points of its stream; a
watcher that was told Expired starts again from a snapshot, and only then may skip; in the end all have the same state.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Literal, NamedTuple

Verb = Literal["create", "update", "delete"]
Change = Literal["ADDED", "MODIFIED", "DELETED"]
CHANGES: Mapping[str, Change] = {"ADDED": "ADDED", "MODIFIED": "MODIFIED", "DELETED": "DELETED"}


class Outcome(Enum):
    ACKNOWLEDGED = auto()
    REFUSED = auto()
    UNKNOWN = auto()


class Attempt(NamedTuple):
    """A write that was tried. Each key has one writer, which tries one write at a time.

    token: what the write puts into the object, unique among all writes; also a deletion has one, which nobody sees.
    revision: what the acknowledgement said; 0 where it did not say.
    """

    key: str
    verb: Verb
    token: int
    outcome: Outcome
    revision: int = 0


class Event(NamedTuple):
    """A change as a watcher saw it; of a deletion `token` is that of the last state."""

    revision: int
    key: str
    type: Change
    token: int


class Frame(NamedTuple):
    revision: int
    events: tuple[Event, ...]


class Standing(NamedTuple):
    revision: int
    token: int


class Snapshot(NamedTuple):
    """Every object as of `revision`: the start of a watch, or a list."""

    revision: int
    objects: Mapping[str, Standing]


Log = Sequence[Frame | Snapshot]


class Violation(NamedTuple):
    kind: Literal["lost event", "doubled", "reordered", "lost write", "phantom", "torn", "state", "disagreement"]
    detail: str


@dataclass(slots=True)
class Stretch:
    """A part of a watcher's stream without gap: it should have seen every change in (start, end]."""

    start: int
    end: int
    events: dict[tuple[int, str], Event] = field(default_factory=dict)


@dataclass(slots=True)
class Watched:
    """What a watcher's log came to. It watches the keys that begin with one of `scope`."""

    name: str
    scope: tuple[str, ...] = ("",)
    stretches: list[Stretch] = field(default_factory=list)
    state: dict[str, Standing] = field(default_factory=dict)
    violations: list[Violation] = field(default_factory=list)

    @property
    def position(self) -> int:
        return self.stretches[-1].end if self.stretches else 0


def follow(name: str, log: Log, scope: tuple[str, ...] = ("",)) -> Watched:
    """Walks through one watcher's log and judges what it alone can show."""
    watched = Watched(name, scope)
    for entry in log:
        if isinstance(entry, Snapshot):
            if entry.revision < watched.position:
                text = f"{name}: a snapshot of {entry.revision} after it had come to {watched.position}"
                watched.violations.append(Violation("reordered", text))
            watched.stretches.append(Stretch(entry.revision, entry.revision))
            watched.state = dict(entry.objects)
        else:
            _take(watched, entry)
    return watched


def _take(watched: Watched, frame: Frame) -> None:
    stretch, found, name = watched.stretches[-1], watched.violations, watched.name
    if frame.revision < stretch.end:
        found.append(Violation("reordered", f"{name}: a frame of {frame.revision} after {stretch.end}"))
    last = stretch.end
    for event in frame.events:
        if (event.revision, event.key) in stretch.events:
            found.append(Violation("doubled", f"{name}: {event} came twice"))
        elif event.revision <= stretch.end or event.revision < last:
            found.append(Violation("reordered", f"{name}: {event} after {max(stretch.end, last)}"))
        elif event.revision > frame.revision:
            found.append(Violation("torn", f"{name}: {event} in a frame that ends at {frame.revision}"))
        last = max(last, event.revision)
        stretch.events[event.revision, event.key] = event
        _apply(watched, event)
    stretch.end = max(stretch.end, frame.revision)


def _apply(watched: Watched, event: Event) -> None:
    before = watched.state.get(event.key)
    if (before is None) != (event.type == "ADDED"):
        watched.violations.append(Violation("state", f"{watched.name}: {event} though it stood at {before}"))
    if event.type == "DELETED":
        watched.state.pop(event.key, None)
        if before is not None and before.token != event.token:
            text = f"{watched.name}: {event} does not bear the last state, {before}"
            watched.violations.append(Violation("state", text))
    else:
        watched.state[event.key] = Standing(event.revision, event.token)


class Fact(NamedTuple):
    """A change to one key that is certain to have happened."""

    revision: int
    deleted: bool
    token: int


class Truth:
    """What is certain, from all sources together: per key, its changes by revision."""

    def __init__(self) -> None:
        self.by_key: dict[str, dict[int, Fact]] = defaultdict(dict)
        self.violations: list[Violation] = []
        self._sorted: dict[str, list[Fact]] = {}

    def add(self, key: str, fact: Fact, source: str) -> None:
        known = self.by_key[key].setdefault(fact.revision, fact)
        same = known.deleted == fact.deleted and (fact.deleted or known.token == fact.token)
        if not same:
            self.violations.append(Violation("disagreement", f"{source}: {key} {fact}, elsewhere {known}"))

    def timeline(self, key: str) -> list[Fact]:
        """Complete once nothing is added any more."""
        if key not in self._sorted:
            self._sorted[key] = sorted(self.by_key.get(key, {}).values())
        return self._sorted[key]

    def at(self, key: str, revision: int) -> Fact | None:
        """The last certain change to the key up to `revision`."""
        timeline = self.timeline(key)
        index = bisect_right(timeline, revision, key=lambda fact: fact.revision)
        return timeline[index - 1] if index else None


def _gather(attempts: Iterable[Attempt], watched: Iterable[Watched], snapshots: Iterable[Snapshot]) -> Truth:
    truth = Truth()
    for attempt in attempts:
        if attempt.outcome is Outcome.ACKNOWLEDGED and attempt.revision:
            deleted = attempt.verb == "delete"
            truth.add(attempt.key, Fact(attempt.revision, deleted, attempt.token), f"the answer to {attempt}")
    for watcher in watched:
        for stretch in watcher.stretches:
            for event in stretch.events.values():
                truth.add(event.key, Fact(event.revision, event.type == "DELETED", event.token), watcher.name)
    for snapshot in snapshots:
        for key, standing in snapshot.objects.items():
            truth.add(key, Fact(standing.revision, False, standing.token), f"a snapshot of {snapshot.revision}")
    return truth


def _left_out(truth: Truth, watched: Watched) -> list[Violation]:
    """What is certain to have happened in a stretch that the watcher did not see there."""
    keys = [key for key in truth.by_key if key.startswith(watched.scope)]
    changes = {(fact.revision, key) for key in keys for fact in truth.by_key[key].values()}
    found = []
    for stretch in watched.stretches:
        expected = {change for change in changes if stretch.start < change[0] <= stretch.end}
        missing = sorted(expected - stretch.events.keys())
        for revision, key in missing:
            text = f"{watched.name}: {key} at {revision} is missing between {stretch.start} and {stretch.end}"
            found.append(Violation("lost event", text))
    return found


def _covered(watched: Iterable[Watched], key: str, start: int, end: int) -> bool:
    """Whether somebody watched the key all the time from `start` to `end`."""
    watching = (watcher for watcher in watched if key.startswith(watcher.scope))
    return any(part.start <= start and part.end >= end for watcher in watching for part in watcher.stretches)


def _match(truth: Truth, attempts: Sequence[Attempt], watched: Sequence[Watched], end: int) -> list[Violation]:
    """Holds one key's certain changes against what its writer tried, in order; `end` is the last revision of all."""
    key, place, before, found = attempts[0].key, 0, 0, list[Violation]()
    numbers = {attempt.token: number for number, attempt in enumerate(attempts) if attempt.verb != "delete"}
    timeline = truth.timeline(key)
    for index, fact in enumerate(timeline):
        following = next((later for later in timeline[index + 1 :] if not later.deleted), None)
        limit = numbers.get(following.token, len(attempts)) if following else len(attempts)
        number = _deletion(attempts, place, limit) if fact.deleted else numbers.get(fact.token, -1)
        if number < 0 or attempts[number].outcome is Outcome.REFUSED:
            found.append(Violation("phantom", f"{key}: nobody's write, or a refused one: {fact}"))
            continue
        if number < place:
            found.append(Violation("reordered", f"{key}: {fact} came after a later write"))
            continue
        found += _skipped(attempts[place:number], watched, before, fact.revision)
        place, before = number + 1, fact.revision
    return found + _skipped(attempts[place:], watched, before, end)


def _deletion(attempts: Sequence[Attempt], place: int, limit: int) -> int:
    """Which attempt a deletion was, from `place` on and before `limit`: an acknowledged one if there is one, else the
    first whose outcome is unknown; -1: none."""
    tried = [number for number in range(place, limit) if attempts[number].verb == "delete"]
    for wanted in Outcome.ACKNOWLEDGED, Outcome.UNKNOWN:
        for number in tried:
            if attempts[number].outcome is wanted:
                return number
    return -1


def _skipped(attempts: Sequence[Attempt], watched: Sequence[Watched], start: int, end: int) -> list[Violation]:
    """Acknowledged writes of which nothing was found, though somebody watched all the time in which they fell."""
    return [
        Violation("lost write", f"{attempt} was acknowledged; nothing of it between {start} and {end}")
        for attempt in attempts
        if attempt.outcome is Outcome.ACKNOWLEDGED
        and (attempt.verb != "delete" or _covered(watched, attempt.key, start, end))
    ]


def _compare(truth: Truth, snapshot: Snapshot, attempts: Mapping[str, Sequence[Attempt]], name: str) -> list[Violation]:
    """Holds a snapshot against what is certain."""
    found = []
    for key in attempts:
        fact, standing = truth.at(key, snapshot.revision), snapshot.objects.get(key)
        if standing is None:
            if fact is not None and not fact.deleted and not _may_be_deleted(attempts[key], fact):
                found.append(Violation("lost write", f"{name} of {snapshot.revision} lacks {key}, certain at {fact}"))
        elif fact is not None and fact.revision != standing.revision:
            found.append(Violation("state", f"{name} of {snapshot.revision}: {key} is {standing}, certain is {fact}"))
    for key in snapshot.objects.keys() - attempts.keys():
        found.append(Violation("phantom", f"{name} of {snapshot.revision} has {key}, which nobody wrote"))
    return found


def _difference(watcher: Watched, final: Snapshot) -> list[str]:
    """The keys in which the watcher's state and the list differ."""
    listed = {item for item in final.objects.items() if item[0].startswith(watcher.scope)}
    return sorted({key for key, _ in listed ^ set(watcher.state.items())})


def _may_be_deleted(attempts: Sequence[Attempt], fact: Fact) -> bool:
    """Whether a deletion was tried after the write that the fact is of."""
    number = next((n for n, attempt in enumerate(attempts) if attempt.token == fact.token), len(attempts))
    return any(attempt.verb == "delete" and attempt.outcome is not Outcome.REFUSED for attempt in attempts[number:])


def judge(
    attempts: Sequence[Attempt],
    logs: Mapping[str, Log],
    final: Snapshot,
    scopes: Mapping[str, tuple[str, ...]] | None = None,
) -> list[Violation]:
    """Every violation that the record shows. `final` is a consistent list made after the last write, to which every
    watcher must have come. `scopes`: what the keys begin with that a watcher watches; all keys unless it says."""
    scopes = scopes or {}
    watched = [follow(name, log, scopes.get(name, ("",))) for name, log in logs.items()]
    starts = [(name, entry) for name, log in logs.items() for entry in log if isinstance(entry, Snapshot)]
    truth = _gather(attempts, watched, [*(start for _, start in starts), final])
    by_key: dict[str, list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        by_key[attempt.key].append(attempt)
    found = [violation for watcher in watched for violation in watcher.violations] + truth.violations
    for watcher in watched:
        found += _left_out(truth, watcher)
        if watcher.position < final.revision:
            text = f"{watcher.name} came only to {watcher.position} of {final.revision}"
            found.append(Violation("lost event", text))
        elif odd := _difference(watcher, final):
            found.append(Violation("state", f"{watcher.name} ends with another state than the list: {odd[:5]}"))
    for tried in by_key.values():
        found += _match(truth, tried, watched, final.revision)
    for name, start in starts:
        scope = scopes.get(name, ("",))
        tried_there = {key: tried for key, tried in by_key.items() if key.startswith(scope)}
        found += _compare(truth, start, tried_there, f"the start of {name}")
    return found + _compare(truth, final, by_key, "the list")
