"""What an update and an apply make of who owns which field.

    walker = MessageWalker(Deployment)                      # one per kind
    managed = after_update(walker, managed, write, old, new)
    applied = after_apply(walker, managed, write, live, configuration, force)

Sets of fields are compared in the version of the write; what was owned in another version of the object is compared in
that version, through `Walker.in_version`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from google.protobuf.message import Message

from . import checking
from .managers import NOBODY, Managed, Manager, Owned, applier, capped, updater
from .merging import merge, reconciled
from .pruning import pruned_of
from .sets import EMPTY, FieldSet, difference, intersection, of_paths, paths, union, without
from .values import Comparison, compare, field_set, same
from .walking import Object, Resets, Walker, as_object

BEFORE_FIRST_APPLY = "before-first-apply"

_NEVER_OWNED = (
    ("f:apiVersion",),
    ("f:kind",),
    ("f:metadata",),
    *(
        ("f:metadata", f"f:{name}")
        for name in (
            "name",
            "namespace",
            "creationTimestamp",
            "selfLink",
            "uid",
            "clusterName",
            "generation",
            "managedFields",
            "resourceVersion",
        )
    ),
)
NEVER_OWNED: FieldSet = of_paths(_NEVER_OWNED)
"""Fields that no manager owns: they are the object's identity, or the server's."""

UNWATCHED = (
    *(tuple(step[2:] for step in path) for path in _NEVER_OWNED if path != ("f:metadata",)),
    ("metadata", "deletionTimestamp"),
    ("metadata", "deletionGracePeriodSeconds"),
)
"""The same by JSON names, as walkers take them, with what a write cannot set."""


@dataclass(frozen=True, slots=True)
class Write:
    """Who writes. seconds: since the epoch; resets: what this way of writing cannot change."""

    manager: str
    seconds: int
    subresource: str = ""
    resets: Resets = frozenset()


class Conflicts(Exception):
    """Fields that an apply would change belong to others; `owned` holds them by manager."""

    def __init__(self, owned: dict[Manager, FieldSet]) -> None:
        super().__init__()
        self.owned = owned

    def list(self) -> list[tuple[Manager, tuple[str, ...]]]:
        """Each field, by its path of elements, with its owner."""
        return [(manager, path) for manager in sorted(self.owned) for path in paths(self.owned[manager])]


class Misfit(Exception):
    """A configuration that has not the shape of its type. The text is structured-merge-diff's."""


@dataclass(frozen=True, slots=True)
class Applied:
    """value: the object after the apply, None where no value changed."""

    value: Object | None
    managed: Managed


def after_update(walker: Walker, managed: Managed, write: Write, old: Message | None, new: Message) -> Managed:
    """Who owns what after an object was written as a whole. old: None for a new object. What nobody has owned since
    its creation stays nobody's."""
    if not managed and old is not None:
        return managed
    comparison = walker.compare(old, new, write.resets)
    if not (comparison.added or comparison.removed or comparison.modified):
        return managed
    me = updater(write.manager, walker.api_version, write.subresource)
    changed = difference(comparison.changed, NEVER_OWNED)
    if not managed:
        return {me: Owned(changed, walker.api_version, write.seconds)} if changed else managed

    def compared_in(api_version: str) -> Comparison | None:
        conversion = walker.in_version(api_version)
        if conversion is None:
            return None
        before, after = (conversion.convert(walker.value(obj)) for obj in (old, new))
        return compare(conversion.shape, before, after).apart_from(reset_fields(write.resets))

    mine = managed.get(me)
    if mine is not None and len(managed) == 1 and not comparison.removed and not difference(changed, mine.fields):
        # Nearly all updates: by the one who owns what changes.
        return {me: mine.since(write.seconds)} if changed else managed
    out = _released(walker, managed, me, comparison, compared_in)
    if changed:
        fields = union(difference(mine.fields, comparison.removed), changed) if mine is not None else changed
        out[me] = Owned(fields, walker.api_version, write.seconds)
    elif mine is not None:
        out[me] = mine.having(difference(mine.fields, comparison.removed))
    return capped({manager: owned for manager, owned in out.items() if owned.fields})


def _released(
    walker: Walker,
    managed: Managed,
    me: Manager,
    comparison: Comparison,
    compared_in: Callable[[str], Comparison | None],
) -> dict[Manager, Owned]:
    """What all managers but one own when the fields that changed are no longer theirs."""
    compared: dict[str, Comparison | None] = {walker.api_version: comparison}
    lost: dict[str, FieldSet] = {}
    out: dict[Manager, Owned] = {}
    for manager, owned in managed.items():
        version = owned.api_version
        if version not in compared:
            compared[version] = compared_in(version)
        seen = compared[version]
        if manager == me:
            out[manager] = owned
        elif seen is not None:
            if version not in lost:
                lost[version] = union(seen.changed, seen.removed)
            touched = intersection(owned.fields, lost[version])
            out[manager] = owned.having(difference(owned.fields, touched)) if touched else owned
    return out


def after_apply(
    walker: Walker, managed: Managed, write: Write, live: Message | None, configuration: Object, force: bool
) -> Applied:
    """live: None for an object that is not there yet. Raises Misfit, Conflicts."""
    if not managed and live is not None:
        # What was there before anybody applied belongs to a manager that stands for all.
        managed = after_update(walker, NOBODY, _first(write), None, live)
    wrong = checking.faults(walker.shape, configuration)
    if wrong:
        raise Misfit(checking.joined(wrong))
    shape, version, before = walker.shape, walker.api_version, walker.value(live)
    managed = {
        m: owned.having(reconciled(shape, owned.fields)) if owned.api_version == version else owned
        for m, owned in managed.items()
    }
    ignored, me = reset_fields(write.resets), applier(write.manager, write.subresource)
    last = managed.get(me)
    fields = without(field_set(shape, configuration), ignored)
    claimed = {**managed, me: Owned(fields, version)}
    after = pruned_of(walker, as_object(merge(shape, before, configuration)), claimed, last)
    comparison = compare(shape, before, after).apart_from(ignored)

    def compared_in(api_version: str) -> Comparison | None:
        conversion = walker.in_version(api_version)
        if conversion is None:
            return None
        values = conversion.convert(before), conversion.convert(after)
        return compare(conversion.shape, *values).apart_from(ignored)

    if not force:
        _refuse_conflicts(walker, claimed, me, comparison, compared_in)
    out = _released(walker, claimed, me, comparison, compared_in)
    changed = not same(before, after)
    seconds = write.seconds if changed else last.seconds if last is not None else None
    fields = difference(fields, NEVER_OWNED)
    unchanged = last is not None and last.fields == fields and last.seconds == seconds and last.api_version == version
    out[me] = last if unchanged and last is not None else Owned(fields, version, seconds)
    return Applied(after if changed else None, {manager: owned for manager, owned in out.items() if owned.fields})


def _first(write: Write) -> Write:
    return Write(BEFORE_FIRST_APPLY, write.seconds, write.subresource, write.resets)


def _refuse_conflicts(
    walker: Walker,
    managed: Managed,
    me: Manager,
    comparison: Comparison,
    compared_in: Callable[[str], Comparison | None],
) -> None:
    """Raises Conflicts."""
    found: dict[Manager, FieldSet] = {}
    for manager, owned in managed.items():
        if manager == me:
            continue
        seen = comparison if owned.api_version == walker.api_version else compared_in(owned.api_version)
        disputed = intersection(owned.fields, seen.changed) if seen is not None else EMPTY
        if disputed:
            found[manager] = disputed
    if found:
        raise Conflicts(found)


@cache
def reset_fields(resets: Resets) -> FieldSet:
    """The fields of `resets`."""
    return of_paths(tuple(f"f:{name}" for name in path.split(".")) for path in sorted(resets))


def reset_paths(resets: Resets) -> Sequence[tuple[str, ...]]:
    """The members of `resets` with those that nobody owns, by JSON names, as walkers take them."""
    return (*UNWATCHED, *(tuple(path.split(".")) for path in resets))
