"""Who owns what after updates and applies, as properties and by example."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pilothouse.api.core.v1.core_pb2 import ConfigMap
from pilothouse.api.meta.v1.meta_pb2 import ManagedFieldsEntry, ObjectMeta
from pilothouse.server.fields.managers import (
    NOBODY,
    Managed,
    NotOwnership,
    applier,
    managers_in,
    managers_of,
    read_managers,
    updater,
    write_managers,
)
from pilothouse.server.fields.ownership import Applied, Conflicts, Write, after_apply, after_update
from pilothouse.server.fields.scale import managers_after_scale, managers_of_scale
from pilothouse.server.fields.sets import FieldSet, has, paths
from pilothouse.server.fields.walkers import MessageWalker
from pilothouse.server.meta.codec import codec_for
from pilothouse.server.meta.declared import registry_from_protos

WALKER = MessageWalker(registry_from_protos().get("", "v1", "configmaps"))
NAMES = ("hand", "foot", "pen")

values = st.dictionaries(st.sampled_from("abcd"), st.sampled_from("12"), max_size=4)
deeds = st.lists(st.tuples(st.sampled_from(NAMES), st.booleans(), values), max_size=8)


def config(data: dict[str, str]) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "jar"}, **({"data": data} if data else {})}


class Jar:
    """A ConfigMap to which things are done."""

    def __init__(self) -> None:
        self.live: ConfigMap | None = None
        self.managed: Managed = NOBODY
        self.clock = 0

    @property
    def data(self) -> dict[str, str]:
        return dict(self.live.data) if self.live is not None else {}

    def write(self, manager: str) -> Write:
        self.clock += 1
        return Write(manager, self.clock)

    def update(self, manager: str, data: dict[str, str]) -> None:
        new = ConfigMap(metadata={"name": "jar", "uid": "u"}, data=data)
        self.managed = after_update(WALKER, self.managed, self.write(manager), self.live, new)
        self.live = new

    def apply(self, manager: str, data: dict[str, str], force: bool = False) -> Applied:
        applied = after_apply(WALKER, self.managed, self.write(manager), self.live, config(data), force)
        if applied.value is not None:
            self.live = codec_for(ConfigMap).from_value(applied.value)
        self.managed = applied.managed
        return applied

    def owned(self, manager: str) -> set[str]:
        """The keys of data that an applier owns."""
        owned = self.managed.get(applier(manager, ""))
        return {path[1][2:] for path in paths(owned.fields) if len(path) == 2} if owned is not None else set()


def done(things: list[tuple[str, bool, dict[str, str]]]) -> Jar:
    jar = Jar()
    jar.apply("hand", {"a": "1"})
    for manager, applies, data in things:
        if applies:
            jar.apply(manager, data, force=True)
        else:
            jar.update(manager, data)
    return jar


@settings(max_examples=80, deadline=None)
@given(deeds, st.sampled_from(NAMES), values)
def test_what_is_applied_is_there_and_owned(things: Any, manager: str, data: dict[str, str]) -> None:
    jar = done(things)
    before = jar.data
    others = {key for name in NAMES if name != manager for key in jar.owned(name)}
    mine = jar.owned(manager)
    jar.apply(manager, data, force=True)
    assert jar.data == {**{k: v for k, v in before.items() if k not in mine or k in others}, **data} or any(
        m.operation == "Update" for m in jar.managed
    )
    assert jar.owned(manager) == set(data)
    for name in NAMES:
        if name != manager:
            assert {key for key in jar.owned(name) if key in data and before.get(key) != data[key]} == set()


@settings(max_examples=80, deadline=None)
@given(deeds, st.sampled_from(NAMES), values)
def test_to_apply_again_changes_nothing(things: Any, manager: str, data: dict[str, str]) -> None:
    jar = done(things)
    jar.apply(manager, data, force=True)
    managed, live = jar.managed, jar.data
    again = jar.apply(manager, data)
    assert (again.value, jar.managed, jar.data) == (None, managed, live)


@settings(max_examples=80, deadline=None)
@given(deeds)
def test_every_owned_field_is_there(things: Any) -> None:
    jar = done(things)
    for owned in jar.managed.values():
        for path in paths(owned.fields):
            if len(path) == 2 and path[0] == "f:data":
                assert path[1][2:] in jar.data


@settings(max_examples=80, deadline=None)
@given(deeds)
def test_entries_are_read_as_they_were_written(things: Any) -> None:
    jar = done(things)
    metadata = ObjectMeta()
    write_managers(metadata, jar.managed)
    found = read_managers(metadata.managed_fields)
    assert {m: (o.fields, o.api_version, o.seconds) for m, o in found.items()} == {
        m: (o.fields, o.api_version, o.seconds) for m, o in jar.managed.items()
    }


def test_conflicts_name_the_fields_of_others() -> None:
    jar = Jar()
    jar.apply("hand", {"a": "1", "b": "1"})
    with pytest.raises(Conflicts) as raised:
        jar.apply("foot", {"a": "2", "b": "1"})
    assert raised.value.list() == [(applier("hand", ""), ("f:data", "f:a"))]
    jar.apply("foot", {"b": "1"})
    assert (jar.owned("hand"), jar.owned("foot")) == ({"a", "b"}, {"b"})


def test_what_nobody_else_owns_goes_when_it_is_left_out() -> None:
    jar = Jar()
    jar.apply("hand", {"a": "1", "b": "1", "c": "1"})
    jar.apply("foot", {"b": "1"})
    jar.update("pen", {"a": "1", "b": "1", "c": "1", "d": "1"})
    jar.apply("hand", {"a": "1"})
    assert jar.data == {"a": "1", "b": "1", "d": "1"}


def test_updates_take_over_what_they_change() -> None:
    jar = Jar()
    jar.apply("hand", {"a": "1", "b": "1"})
    jar.update("pen", {"a": "2", "b": "1"})
    assert jar.owned("hand") == {"b"}
    assert has(jar.managed[updater("pen", "v1", "")].fields, ("f:data", "f:a"))
    jar.update("pen", {"b": "1"})
    assert updater("pen", "v1", "") not in jar.managed


def test_what_was_there_before_the_first_apply_is_owned_by_a_manager_for_all() -> None:
    jar = Jar()
    jar.live = ConfigMap(metadata={"name": "jar", "uid": "u"}, data={"a": "1"})
    with pytest.raises(Conflicts) as raised:
        jar.apply("hand", {"a": "2"})
    assert str(raised.value.list()[0][0]) == '"before-first-apply" using v1'


def test_of_many_updaters_the_oldest_become_one() -> None:
    jar = Jar()
    jar.update("pen-0", {"k0": "1"})
    data = {"k0": "1"}
    for number in range(1, 13):
        data[f"k{number}"] = "1"
        jar.update(f"pen-{number}", dict(data))
    names = {m.name for m in jar.managed}
    assert len(jar.managed) == 10
    assert "ancient-changes" in names
    assert {"pen-12", "pen-11", "pen-4"} <= names
    assert not {"pen-0", "pen-1", "pen-2"} & names
    ancient = jar.managed[updater("ancient-changes", "v1", "")]
    assert all(has(ancient.fields, ("f:data", f"f:k{n}")) for n in range(4))


def test_entries_of_another_version_that_nobody_knows_go() -> None:
    jar = Jar()
    jar.apply("hand", {"a": "1"})
    owned = jar.managed[applier("hand", "")]
    jar.managed = {updater("old", "v0", ""): type(owned)(owned.fields, "v0", 1), **jar.managed}
    jar.update("pen", {"a": "2"})
    assert {m.name for m in jar.managed} == {"pen"}


@pytest.mark.parametrize(
    "entry",
    [
        {"manager": "m", "operation": "Steal", "api_version": "v1", "fields_type": "FieldsV1"},
        {"manager": "m", "operation": "Apply", "api_version": "", "fields_type": "FieldsV1"},
        {"manager": "m", "operation": "Apply", "api_version": "v1", "fields_type": "FieldsV2"},
        {
            "manager": "m",
            "operation": "Apply",
            "api_version": "v1",
            "fields_type": "FieldsV1",
            "fields_v1": {"raw": b"["},
        },
    ],
)
def test_entries_that_mean_nothing_count_as_none(entry: dict[str, Any]) -> None:
    broken, live = ObjectMeta(managed_fields=[entry]), ObjectMeta()
    write_managers(live, {applier("hand", ""): next(iter(owned_jar().managed.values()))})
    with pytest.raises(NotOwnership):
        read_managers([ManagedFieldsEntry(**entry)])
    assert managers_of(live, broken, "") == managers_in(live)
    assert managers_in(broken) == NOBODY


def test_one_empty_entry_says_that_nobody_owns_anything() -> None:
    live = ObjectMeta()
    write_managers(live, owned_jar().managed)
    assert managers_of(live, ObjectMeta(managed_fields=[{}]), "") == NOBODY
    assert managers_of(live, ObjectMeta(managed_fields=[{}]), "status") == managers_in(live)
    assert managers_of(live, ObjectMeta(), "") == managers_in(live)


def test_replicas_change_hands_through_a_scale() -> None:
    hand, lift = applier("hand", ""), updater("lift", "autoscaling/v1", "scale")
    replicas: FieldSet = {"f:spec": {"f:replicas": {}}}
    owned = next(iter(owned_jar().managed.values()))
    managed = {hand: type(owned)({"f:spec": {"f:paused": {}, "f:replicas": {}}}, "apps/v1", 1)}
    assert managers_of_scale(managed, "autoscaling/v1")[hand].fields == replicas
    after = managers_after_scale(managed, {lift: type(owned)(replicas, "autoscaling/v1", 2)}, "apps/v1")
    assert {str(m): o.fields for m, o in after.items()} == {
        '"hand"': {"f:spec": {"f:paused": {}}},
        '"lift" with subresource "scale" using apps/v1': replicas,
    }
    same = managers_after_scale(managed, managers_of_scale(managed, "autoscaling/v1"), "apps/v1")
    assert same[hand].fields == managed[hand].fields


def owned_jar() -> Jar:
    jar = Jar()
    jar.apply("hand", {"a": "1"})
    return jar
