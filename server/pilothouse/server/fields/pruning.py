"""What an applier set and sets no more, taken out of an object where nobody else owns it."""

from .managers import Managed, Owned
from .merging import remove, with_containers
from .sets import EMPTY, FieldSet, difference, intersection, union
from .shapes import MapShape
from .values import field_set
from .walking import Object, Walker, as_object


def pruned_of(walker: Walker, merged: Object, managed: Managed, last: Owned | None) -> Object:
    """The merged object without what the applier set last time, sets no more, and nobody else owns."""
    if last is None or not last.fields:
        return merged
    version = last.api_version
    conversion = None
    if version != walker.api_version:
        conversion = walker.in_version(version)
        if conversion is None:
            return merged
    shape = walker.shape if conversion is None else conversion.shape
    whole = merged if conversion is None else conversion.convert(merged)
    fields = with_containers(shape, last.fields)
    pruned = as_object(remove(shape, whole, fields))
    pruned = _with_owned(walker, whole, pruned, version, managed)
    had, left = (with_containers(shape, field_set(shape, value)) for value in (whole, pruned))
    dropped = intersection(difference(had, left), fields)
    pruned = as_object(remove(shape, whole, dropped))
    return pruned if conversion is None else conversion.back(pruned)


def _with_owned(walker: Walker, whole: Object, pruned: Object, version: str, managed: Managed) -> Object:
    """The pruned object with all that somebody owns; both are of the version."""
    by_version: dict[str, FieldSet] = {version: EMPTY}
    for owned in managed.values():
        by_version[owned.api_version] = union(by_version.get(owned.api_version, EMPTY), owned.fields)
    home = walker.in_version(version) if version != walker.api_version else None
    for other, fields in by_version.items():
        if other == version:
            shape = walker.shape if home is None else home.shape
            pruned = _restored(shape, whole, pruned, fields)
            continue
        # By way of the walker's own version, which every other is converted from.
        there = walker.in_version(other) if other != walker.api_version else None
        if there is None and other != walker.api_version:
            continue
        values = [home.back(value) if home is not None else value for value in (whole, pruned)]
        if there is not None:
            values = [there.convert(value) for value in values]
        restored = _restored(walker.shape if there is None else there.shape, values[0], values[1], fields)
        if there is not None:
            restored = there.back(restored)
        pruned = home.convert(restored) if home is not None else restored
    return pruned


def _restored(shape: MapShape, whole: Object, pruned: Object, owned: FieldSet) -> Object:
    had, left, kept = (
        with_containers(shape, fields) for fields in (field_set(shape, whole), field_set(shape, pruned), owned)
    )
    return as_object(remove(shape, whole, difference(had, union(left, kept))))
