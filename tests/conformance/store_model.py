"""A store against a model of it in memory, in random sequences of operations.

The model is the plainest thing that can be right: the list of all changes ever made.
"""

import asyncio
import itertools
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from pilothouse.server.store.base import (
    Change,
    Committed,
    Entry,
    Op,
    Outcome,
    Put,
    Refused,
    Remove,
    RevisionCompacted,
    RevisionInFuture,
    Store,
    StoreError,
)

from tests.support.watching import changes_until

Result = TypeVar("Result")

_scopes = itertools.count()
names = st.sampled_from(["a", "a/b", "a/c", "a0", "b", "é"])
values = st.binary(max_size=20)
# Which revision an operation expects: the right one, none, absence, or one that is off.
expectations = st.sampled_from(["right", "any", "absent", "off"])


@dataclass
class Model:
    """All changes in order; what stands is what they leave."""

    revision: int
    compacted: int = 0
    log: list[Change] = field(default_factory=list)

    def at(self, revision: int) -> dict[str, Entry]:
        standing: dict[str, Entry] = {}
        for change in self.log:
            if change.revision > revision:
                break
            if change.value is None:
                del standing[change.key]
            else:
                standing[change.key] = Entry(change.key, change.value, change.revision)
        return standing

    def commit(self, groups: list[list[Op]]) -> list[Outcome]:
        standing = self.at(self.revision)
        new: list[Change] = []
        failures: list[tuple[int, Entry | None] | None] = []
        for group in groups:
            failure = None
            for index, op in enumerate(group):
                entry = standing.get(op.key)
                expected = op.expected_revision
                wrong = expected is not None and expected != (entry.revision if entry else 0)
                if wrong or (isinstance(op, Remove) and entry is None):
                    failure = (index, entry)
                    break
            failures.append(failure)
            if failure is None:
                for op in group:
                    value = op.value if isinstance(op, Put) else None
                    new.append(Change(op.key, value, self.revision + 1))
        if new:
            self.revision += 1
            self.log += new
        return [Refused(self.revision, f[1], f[0]) if f else Committed(self.revision) for f in failures]


class StoreMachine(RuleBasedStateMachine):
    """Subclasses give the store, and the runner whose loop it lives on. The store may outlive one run."""

    store: Store
    runner: asyncio.Runner

    @initialize()
    def begin(self) -> None:
        self.scope = f"/model-{next(_scopes)}/"
        self.model = Model(self.do(self.store.revision()))
        self.base = self.model.revision

    def do(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        return self.runner.run(coroutine)

    def op(self, name: str, value: bytes | None, expectation: str) -> Op:
        key = self.scope + name
        entry = self.model.at(self.model.revision).get(key)
        revision = entry.revision if entry else 0
        expected = {"right": revision, "any": None, "absent": 0, "off": revision + 1}[expectation]
        return Remove(key, expected or None) if value is None else Put(key, value, expected)

    @rule(name=names, value=st.none() | values, expectation=expectations)
    def write(self, name: str, value: bytes | None, expectation: str) -> None:
        op = self.op(name, value, expectation)
        assert [self.do(self.store.transact([op]))] == self.model.commit([[op]])

    @rule(
        writes=st.lists(
            st.tuples(names, st.none() | values, expectations, st.booleans()), min_size=2, unique_by=lambda w: w[0]
        )
    )
    def write_many(self, writes: list[tuple[str, bytes | None, str, bool]]) -> None:
        groups: list[list[Op]] = [[]]
        for name, value, expectation, new_group in writes:
            if new_group and groups[-1]:
                groups.append([])
            groups[-1].append(self.op(name, value, expectation))
        assert list(self.do(self.store.commit(groups))) == self.model.commit(groups)

    @rule(name=names)
    def get(self, name: str) -> None:
        key = self.scope + name
        expected = self.model.at(self.model.revision).get(key)
        assert self.do(self.store.get(key)) == (expected, self.model.revision)

    @rule(back=st.integers(-1, 6), prefix=st.sampled_from(["", "a", "a/", "x"]), limit=st.integers(0, 4), start=names)
    def list(self, back: int, prefix: str, limit: int, start: str) -> None:
        revision = max(self.base, self.model.revision - back)
        wanted = self.scope + prefix
        listing = self.store.list(wanted, limit, self.scope + start, revision)
        if revision > self.model.revision:
            assert isinstance(self.failure(listing), RevisionInFuture)
        elif revision < self.model.compacted:
            assert isinstance(self.failure(listing), RevisionCompacted)
        else:
            standing = self.model.at(revision)
            keys = sorted((k for k in standing if k.startswith(wanted) and k >= self.scope + start), key=str.encode)
            page = self.do(listing)
            assert list(page.entries) == [standing[k] for k in (keys[:limit] if limit else keys)]
            assert (page.revision, page.more) == (revision, bool(limit) and len(keys) > limit)

    @rule(back=st.integers(0, 8), prefix=st.sampled_from(["", "a", "a/"]))
    def watch(self, back: int, prefix: str) -> None:
        after = max(self.base, self.model.revision - back)
        wanted = self.scope + prefix
        fence = Put(self.scope + prefix + "~", b"")
        assert [self.do(self.store.transact([fence]))] == self.model.commit([[fence]])
        reading = changes_until(self.store, wanted, after, self.model.revision)
        if after < self.model.compacted:
            assert isinstance(self.failure(reading), RevisionCompacted)
            return
        expected = [c for c in self.model.log if c.revision > after and c.key.startswith(wanted)]
        found = self.do(reading)
        assert list(found) == expected

    @rule(back=st.integers(0, 4))
    def compact(self, back: int) -> None:
        revision = max(self.base, self.model.revision - back)
        if revision <= self.model.compacted:
            assert isinstance(self.failure(self.store.compact(revision)), RevisionCompacted)
        elif self.model.compacted or revision > self.base:
            self.do(self.store.compact(revision))
            self.model.compacted = revision

    @invariant()
    def revisions_agree(self) -> None:
        if hasattr(self, "model"):
            assert self.do(self.store.revision()) == self.model.revision

    def failure(self, coroutine: Coroutine[Any, Any, object]) -> StoreError:
        try:
            self.do(coroutine)
        except StoreError as error:
            return error
        raise AssertionError("it was expected to fail")
