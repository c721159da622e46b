"""What the server accepted and answered, it accepts again and leaves as it is."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pilothouse.server.errors import Invalid
from pilothouse.server.verbs.patch import PatchType

from tests.properties.alike import bare, comparable
from tests.properties.objects import KINDS, Json
from tests.properties.world import World

EXAMPLES = settings(max_examples=20, deadline=None)
every_kind = pytest.mark.parametrize("of", KINDS, ids=" ".join)


def created(world: World, of: tuple[str, str], data: st.DataObject) -> Json | None:
    """An object that was accepted; None where what was drawn was not."""
    try:
        return world.kind(of).create(data.draw(KINDS[of]), world.fresh_name())
    except Invalid:
        return None


@every_kind
@EXAMPLES
@given(data=st.data())
def test_writing_back_what_was_answered_changes_nothing(world: World, of: tuple[str, str], data: st.DataObject) -> None:
    kind, was = world.kind(of), created(world, of, data)
    if was is None:
        return
    name = was["metadata"]["name"]
    assert kind.get(name) == was
    assert kind.update(was) == was
    without = deepcopy(was)
    del without["metadata"]["resourceVersion"]
    if not kind.type.conditional_update:
        assert kind.update(without) == was
    for how in (PatchType.MERGE, PatchType.STRATEGIC_MERGE):
        assert kind.patch(name, {}, how=how) == was
        assert kind.patch(name, without, how=how) == was
    if any(subresource.name == "status" for subresource in kind.type.subresources):
        assert kind.update(was, "status") == was


@every_kind
@EXAMPLES
@given(data=st.data())
def test_a_copy_of_what_was_answered_becomes_the_same(world: World, of: tuple[str, str], data: st.DataObject) -> None:
    """Defaults and plugins add nothing to what they have seen already."""
    was = created(world, of, data)
    if was is None:
        return
    copy = world.kind(of).create(bare(was), world.fresh_name())
    assert comparable(copy) == comparable(was)


@every_kind
def test_most_of_what_is_drawn_is_accepted(world: World, of: tuple[str, str]) -> None:
    """The properties above say something."""
    outcomes: list[bool] = []

    @settings(max_examples=30, deadline=None, database=None)
    @given(data=st.data())
    def draw(data: st.DataObject) -> Any:
        outcomes.append(created(world, of, data) is not None)

    draw()
    assert sum(outcomes) > len(outcomes) // 4
