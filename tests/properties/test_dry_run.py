"""A dry run changes nothing, and answers as the request itself would."""

from collections.abc import Callable
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pilothouse.server.errors import ApiError, Invalid, NotFound

from tests.properties.alike import comparable
from tests.properties.objects import KINDS, Json
from tests.properties.world import World

EXAMPLES = settings(max_examples=20, deadline=None)
every_kind = pytest.mark.parametrize("of", KINDS, ids=" ".join)


def outcome(request: Callable[[], Json]) -> Json | tuple[int, str, tuple[object, ...]]:
    """The object that the answer holds, or the refusal. A conflict of claims is not tried here."""
    try:
        return comparable(request())
    except ApiError as error:
        return error.code, error.message, tuple(error.causes)


@every_kind
@EXAMPLES
@given(data=st.data())
def test_create(world: World, of: tuple[str, str], data: st.DataObject) -> None:
    kind, value, name = world.kind(of), data.draw(KINDS[of]), world.fresh_name()
    before = world.revision()
    dry = outcome(lambda: kind.create(value, name, dry_run=True))
    assert world.revision() == before
    with pytest.raises(NotFound):
        kind.get(name)
    assert outcome(lambda: kind.create(value, name)) == dry


@every_kind
@EXAMPLES
@given(data=st.data())
def test_update(world: World, of: tuple[str, str], data: st.DataObject) -> None:
    kind = world.kind(of)
    try:
        was = kind.create(data.draw(KINDS[of]), world.fresh_name())
    except Invalid:
        return
    name, drawn = was["metadata"]["name"], data.draw(KINDS[of])
    kept = {k: was["metadata"][k] for k in ("name", "resourceVersion")}
    value = {**deepcopy(drawn), "metadata": {**drawn.get("metadata", {}), **kept}}
    before = world.revision()
    dry = outcome(lambda: kind.update(value, dry_run=True))
    assert world.revision() == before
    assert kind.get(name) == was
    assert outcome(lambda: kind.update(value)) == dry


@every_kind
@EXAMPLES
@given(data=st.data())
def test_delete(world: World, of: tuple[str, str], data: st.DataObject) -> None:
    kind = world.kind(of)
    try:
        was = kind.create(data.draw(KINDS[of]), world.fresh_name())
    except Invalid:
        return
    name, before = was["metadata"]["name"], world.revision()
    kind.delete(name, dry_run=True)
    assert world.revision() == before
    assert kind.get(name) == was
