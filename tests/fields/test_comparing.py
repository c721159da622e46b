"""Messages compared as messages and as JSON say the same."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pilothouse.api.apps.v1.apps_pb2 import Deployment
from pilothouse.api.core.v1.core_pb2 import ConfigMap
from pilothouse.api.core.v1.networking_pb2 import Service
from pilothouse.api.core.v1.pods_pb2 import Pod
from pilothouse.server.fields.comparing import MessageComparer
from pilothouse.server.fields.messages import shape_of
from pilothouse.server.fields.sets import FieldSet, without
from pilothouse.server.fields.values import Comparison, compare
from pilothouse.server.meta.codec import codec_for
from pilothouse.server.schema.presence import normalizer_for

from tests.meta.test_codec_random import messages

SPARED: FieldSet = {"f:metadata": {"f:managedFields": {}}}
OF_THE_WALK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def message(kind: type[Any], value: dict[str, Any]) -> Any:
    made = codec_for(kind).from_value(value)
    normalizer_for(kind)(made)
    return made


def as_values(kind: type[Any], old: Any, new: Any) -> Comparison:
    codec = codec_for(kind)
    found = compare(shape_of(kind), codec.to_value(old), codec.to_value(new))
    return Comparison(*(without(fields, SPARED) for fields in found))


def compared(kind: type[Any], old: dict[str, Any] | None, new: dict[str, Any]) -> Comparison:
    return MessageComparer(kind).compare(None if old is None else message(kind, old), message(kind, new))


def pod(*containers: dict[str, Any], **spec: Any) -> dict[str, Any]:
    return {"metadata": {}, "spec": {"containers": list(containers), **spec}}


@pytest.mark.parametrize("kind", [Deployment, Pod, Service, ConfigMap], ids=lambda kind: kind.__name__)
@OF_THE_WALK
@given(data=st.data())
def test_both_ways_to_compare_agree(kind: type[Any], data: st.DataObject) -> None:
    drawn = messages(kind.DESCRIPTOR)
    old, new = kind(**data.draw(drawn)), kind(**data.draw(drawn))
    for made in (old, new):
        made.metadata.ClearField("managed_fields")
        normalizer_for(kind)(made)
    comparer = MessageComparer(kind, [("metadata", "managedFields")])
    assert comparer.compare(old, new) == as_values(kind, old, new)
    assert comparer.compare(None, new) == as_values(kind, kind(), new)
    assert comparer.compare(new, new) == Comparison()


def test_what_is_new_is_owned_with_what_holds_it() -> None:
    found = compared(ConfigMap, None, {"metadata": {"labels": {"a": "1"}}, "data": {"k": "v"}})
    assert found.added == {"f:data": {".": {}, "f:k": {}}, "f:metadata": {"f:labels": {".": {}, "f:a": {}}}}
    assert not found.removed
    assert not found.modified


def test_items_are_known_by_their_keys() -> None:
    before = pod({"name": "a", "image": "x"}, {"name": "b", "image": "x"})
    after = pod({"name": "b", "image": "y"}, {"name": "a", "image": "x"}, {"name": "c", "image": "z"})
    found = compared(Pod, before, after)
    assert found.modified == containers({'k:{"name":"b"}': {"f:image": {}}})
    assert found.added == containers({'k:{"name":"c"}': {".": {}, "f:image": {}, "f:name": {}, "f:resources": {}}})
    assert not found.removed


def test_keys_have_defaults() -> None:
    before = pod({"name": "a", "ports": [{"containerPort": 80}]})
    after = pod({"name": "a", "ports": [{"containerPort": 80, "protocol": "TCP"}]})
    found = compared(Pod, before, after)
    port = 'k:{"containerPort":80,"protocol":"TCP"}'
    assert found == Comparison(containers({'k:{"name":"a"}': {"f:ports": {port: {"f:protocol": {}}}}}), {}, {})


def test_what_is_atomic_is_one_field() -> None:
    before = {"spec": {"selector": {"a": "1"}, "ports": [{"port": 80}]}}
    after = {"spec": {"selector": {"a": "1", "b": "2"}, "ports": [{"port": 80}]}}
    assert compared(Service, before, after).changed == {"f:spec": {"f:selector": {}}}
    of = {"name": "a", "env": [{"name": "e", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]}
    source = compared(Pod, None, pod(of)).changed["f:spec"]["f:containers"]['k:{"name":"a"}']["f:env"]
    assert source['k:{"name":"e"}']["f:valueFrom"] == {".": {}, "f:secretKeyRef": {}}


def test_sets_are_owned_item_by_item() -> None:
    before, after = {"metadata": {"finalizers": ["a/a", "b/b"]}}, {"metadata": {"finalizers": ["c/c", "a/a"]}}
    found = compared(ConfigMap, before, after)
    assert found.added == {"f:metadata": {"f:finalizers": {'v:"c/c"': {}}}}
    assert found.removed == {"f:metadata": {"f:finalizers": {'v:"b/b"': {}}}}


def test_owners_are_owned_whole() -> None:
    owner = {"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "u"}
    found = compared(ConfigMap, None, {"metadata": {"ownerReferences": [owner]}})
    assert found.added == {"f:metadata": {"f:ownerReferences": {".": {}, 'k:{"uid":"u"}': {}}}}


def test_an_item_that_stands_twice_is_told_once() -> None:
    once, twice = pod({"name": "a", "image": "x"}), pod({"name": "a", "image": "x"}, {"name": "a", "image": "y"})
    found = compared(Pod, once, twice)
    assert found.added == containers({'k:{"name":"a"}': {}})
    assert found.removed["f:spec"]["f:containers"]['k:{"name":"a"}'].keys() >= {".", "f:image"}
    again = compared(Pod, twice, once)
    assert (again.added, again.removed) == (found.removed, found.added)


def test_what_is_ignored_is_not_looked_at() -> None:
    comparer = MessageComparer(Deployment, [("status",), ("metadata", "labels")])
    value = {"metadata": {"labels": {"a": "1"}, "annotations": {"b": "2"}}, "status": {"replicas": 3}}
    found = comparer.compare(None, message(Deployment, value))
    assert found.changed == {"f:metadata": {"f:annotations": {".": {}, "f:b": {}}}}


def containers(items: FieldSet) -> FieldSet:
    return {"f:spec": {"f:containers": items}}
