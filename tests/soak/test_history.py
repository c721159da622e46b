"""The checker's judgement: it lets a sound history pass, and catches each way in which one can be unsound."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.soak.history import (
    Attempt,
    Event,
    Frame,
    Log,
    Outcome,
    Snapshot,
    Standing,
    Verb,
    Violation,
    judge,
)


@dataclass(frozen=True)
class Record:
    attempts: list[Attempt]
    logs: dict[str, Log]
    final: Snapshot

    def violations(self) -> list[Violation]:
        return judge(self.attempts, self.logs, self.final)

    def kinds(self) -> set[str]:
        return {violation.kind for violation in self.violations()}


class Model:
    """A store that takes some writes and loses some answers, and watchers of all of it."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.revision = 10
        self.state: dict[str, Standing] = {}
        self.attempts: list[Attempt] = []
        self.events: list[Event] = []
        self.states = {10: dict(self.state)}

    def write(self, key: str, token: int) -> None:
        outcome = self.random.choices(list(Outcome), (8, 1, 2))[0]
        applied = outcome is Outcome.ACKNOWLEDGED or (outcome is Outcome.UNKNOWN and self.random.random() < 0.5)
        standing = self.state.get(key)
        verb: Verb = "create"
        if standing:
            verb = "delete" if self.random.random() < 0.3 else "update"
        if applied:
            # Several keys may share a revision, as writes that share a transaction do.
            taken = {event.key for event in self.events if event.revision == self.revision}
            self.revision += 1 if not taken or key in taken or self.random.random() < 0.7 else 0
            self.apply(key, verb, token, standing)
        known = self.revision if outcome is Outcome.ACKNOWLEDGED and verb != "delete" else 0
        self.attempts.append(Attempt(key, verb, token, outcome, known))

    def apply(self, key: str, verb: str, token: int, standing: Standing | None) -> None:
        if verb == "delete" and standing:
            del self.state[key]
            self.events.append(Event(self.revision, key, "DELETED", standing.token))
        else:
            self.state[key] = Standing(self.revision, token)
            self.events.append(Event(self.revision, key, "MODIFIED" if standing else "ADDED", token))
        self.states[self.revision] = dict(self.state)

    def log(self, relists: bool) -> Log:
        """A watcher's log: frames of whole revisions, and some starts again from a snapshot."""
        entries: list[Frame | Snapshot] = [Snapshot(10, {})]
        position, revisions = 10, sorted(self.states)
        while position < self.revision:
            later = [revision for revision in revisions if revision > position]
            end = later[self.random.randrange(min(3, len(later)))]
            if relists and self.random.random() < 0.1:
                entries.append(Snapshot(end, self.states[end]))
            else:
                entries.append(Frame(end, tuple(event for event in self.events if position < event.revision <= end)))
            position = end
        return entries


def recorded(seed: int, writes: int = 60, relists: bool = True) -> Record:
    model = Model(seed)
    # The first and the last write of the model are acknowledged creations, so that there is something to break.
    for token in range(1, writes):
        model.write(f"key-{model.random.randrange(5)}", token)
    model.revision += 1
    model.apply("last", "create", writes, None)
    model.attempts.append(Attempt("last", "create", writes, Outcome.ACKNOWLEDGED, model.revision))
    logs = {"steady": model.log(False), "other": model.log(False), "third": model.log(relists)}
    return Record(model.attempts, logs, Snapshot(model.revision, dict(model.state)))


def edited(record: Record, name: str, edit: Callable[[Event], tuple[Event, ...]]) -> Record:
    """The record with each event of one watcher replaced by others."""

    def frame(entry: Frame | Snapshot) -> Frame | Snapshot:
        if isinstance(entry, Snapshot):
            return entry
        return Frame(entry.revision, tuple(new for event in entry.events for new in edit(event)))

    return replace(record, logs={**record.logs, name: [frame(entry) for entry in record.logs[name]]})


def some_event(record: Record, seed: int) -> Event:
    events = [event for entry in record.logs["other"] if isinstance(entry, Frame) for event in entry.events]
    return random.Random(seed).choice(events)


seeds = st.integers(0, 10_000)


@given(seeds)
def test_a_sound_history_passes(seed: int) -> None:
    assert recorded(seed).violations() == []


@given(seeds)
def test_an_event_that_one_watcher_missed_is_caught(seed: int) -> None:
    record = recorded(seed)
    gone = some_event(record, seed)
    assert "lost event" in edited(record, "other", lambda event: () if event == gone else (event,)).kinds()


@given(seeds)
def test_an_event_that_came_twice_is_caught(seed: int) -> None:
    record = recorded(seed)
    twice = some_event(record, seed)
    assert "doubled" in edited(record, "other", lambda event: (event, event) if event == twice else (event,)).kinds()


@given(seeds)
def test_a_frame_that_came_twice_is_caught(seed: int) -> None:
    record = recorded(seed)
    log = list(record.logs["other"])
    index = next(n for n, entry in enumerate(log) if isinstance(entry, Frame) and entry.events)
    log.insert(index, log[index])
    assert "doubled" in replace(record, logs={**record.logs, "other": log}).kinds()


@given(seeds)
def test_frames_out_of_order_are_caught(seed: int) -> None:
    record = recorded(seed)
    log = list(record.logs["other"])
    index = random.Random(seed).randrange(1, len(log) - 1)
    log[index], log[index + 1] = log[index + 1], log[index]
    assert "reordered" in replace(record, logs={**record.logs, "other": log}).kinds()


@given(seeds)
def test_events_out_of_order_within_a_frame_are_caught(seed: int) -> None:
    record = recorded(seed)
    joined = Frame(
        record.final.revision, tuple(e for f in record.logs["other"] if isinstance(f, Frame) for e in f.events)
    )
    turned = Frame(joined.revision, tuple(sorted(joined.events, key=lambda event: -event.revision)))
    assert replace(record, logs={**record.logs, "other": [Snapshot(10, {}), joined]}).violations() == []
    assert "reordered" in replace(record, logs={**record.logs, "other": [Snapshot(10, {}), turned]}).kinds()


@given(seeds)
def test_a_revision_torn_between_frames_is_caught(seed: int) -> None:
    record = recorded(seed)
    log = list(record.logs["other"])
    index = next(n for n, entry in enumerate(log) if isinstance(entry, Frame) and entry.events)
    frame = log[index]
    assert isinstance(frame, Frame)
    early = replace_frame(frame, frame.events[-1].revision - 1)
    assert "torn" in replace(record, logs={**record.logs, "other": [*log[:index], early, *log[index + 1 :]]}).kinds()


def replace_frame(frame: Frame, revision: int) -> Frame:
    return Frame(revision, frame.events)


@given(seeds)
def test_an_acknowledged_write_that_nobody_ever_saw_is_caught(seed: int) -> None:
    record = recorded(seed, relists=False)
    for name in record.logs:
        record = edited(record, name, lambda event: () if event.key == "last" else (event,))
    final = Snapshot(record.final.revision, {k: v for k, v in record.final.objects.items() if k != "last"})
    assert "lost write" in replace(record, final=final).kinds()


def test_an_acknowledged_deletion_that_did_not_happen_is_caught() -> None:
    attempts = [Attempt("a", "create", 1, Outcome.ACKNOWLEDGED, 2), Attempt("a", "delete", 2, Outcome.ACKNOWLEDGED)]
    log: Log = [Snapshot(1, {}), Frame(2, (Event(2, "a", "ADDED", 1),)), Frame(9, ())]
    kinds = {violation.kind for violation in judge(attempts, {"w": log}, Snapshot(9, {"a": Standing(2, 1)}))}
    assert kinds == {"lost write"}


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, None])
def test_a_write_that_was_refused_or_never_tried_but_happened_is_caught(outcome: Outcome | None) -> None:
    attempts = [Attempt("a", "create", 1, Outcome.ACKNOWLEDGED, 2)]
    attempts += [Attempt("a", "update", 2, outcome)] if outcome else []
    log: Log = [Snapshot(1, {}), Frame(3, (Event(2, "a", "ADDED", 1), Event(3, "a", "MODIFIED", 2)))]
    kinds = {violation.kind for violation in judge(attempts, {"w": log}, Snapshot(3, {"a": Standing(3, 2)}))}
    assert kinds == {"phantom"}


@pytest.mark.parametrize("happened", [True, False])
def test_a_write_whose_answer_was_lost_may_have_happened_or_not(happened: bool) -> None:
    attempts = [Attempt("a", "create", 1, Outcome.ACKNOWLEDGED, 2), Attempt("a", "delete", 2, Outcome.UNKNOWN)]
    events = (Event(2, "a", "ADDED", 1), *([Event(3, "a", "DELETED", 1)] if happened else []))
    final = Snapshot(3, {} if happened else {"a": Standing(2, 1)})
    assert judge(attempts, {"w": [Snapshot(1, {}), Frame(3, events)]}, final) == []


def test_a_watcher_that_skips_without_a_snapshot_is_caught_and_with_one_is_not() -> None:
    attempts = [Attempt("a", "create", 1, Outcome.ACKNOWLEDGED, 2), Attempt("a", "update", 2, Outcome.ACKNOWLEDGED, 3)]
    final = Snapshot(4, {"a": Standing(3, 2)})
    skipping: Log = [Snapshot(1, {}), Frame(2, (Event(2, "a", "ADDED", 1),)), Frame(4, ())]
    again: Log = [Snapshot(1, {}), Frame(2, (Event(2, "a", "ADDED", 1),)), final]
    assert {violation.kind for violation in judge(attempts, {"w": skipping}, final)} == {"lost event", "state"}
    assert judge(attempts, {"w": again}, final) == []


def test_a_snapshot_older_than_it_says_is_caught() -> None:
    attempts = [Attempt("a", "create", 1, Outcome.ACKNOWLEDGED, 2), Attempt("a", "update", 2, Outcome.ACKNOWLEDGED, 3)]
    final = Snapshot(4, {"a": Standing(3, 2)})
    log: Log = [Snapshot(3, {"a": Standing(2, 1)}), Frame(4, ())]
    assert "state" in {violation.kind for violation in judge(attempts, {"w": log}, final)}


def test_a_watcher_that_never_arrives_is_caught() -> None:
    attempts = [Attempt("a", "create", 1, Outcome.ACKNOWLEDGED, 2)]
    final = Snapshot(2, {"a": Standing(2, 1)})
    assert {violation.kind for violation in judge(attempts, {"w": [Snapshot(1, {})]}, final)} == {"lost event"}


def test_two_watchers_that_saw_different_writes_at_one_revision_are_caught() -> None:
    attempts = [Attempt("a", "create", 1, Outcome.ACKNOWLEDGED, 2), Attempt("a", "create", 5, Outcome.UNKNOWN)]
    final = Snapshot(2, {"a": Standing(2, 1)})
    logs: dict[str, Log] = {
        "w": [Snapshot(1, {}), Frame(2, (Event(2, "a", "ADDED", 1),))],
        "v": [Snapshot(1, {}), Frame(2, (Event(2, "a", "ADDED", 5),))],
    }
    assert "disagreement" in {violation.kind for violation in judge(attempts, logs, final)}
