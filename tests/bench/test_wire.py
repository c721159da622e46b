"""What the load generators read off the wire is what protobuf would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pilothouse.api.core.v1 import rpc_pb2
from pilothouse.api.meta.v1 import requests_pb2

from bench import objects, wire
from bench.rows import Row
from bench.watching import percentile


@given(st.integers(0, 2**63 - 1), st.lists(st.text(max_size=300)), st.booleans())
def test_a_frame_is_counted_as_protobuf_decodes_it(revision: int, names: list[str], ended: bool) -> None:
    frame = rpc_pb2.ConfigMapWatchFrame(revision=revision, initial_events_end=ended)
    for name in names:
        frame.events.add(type=requests_pb2.ADDED).object.metadata.name = name
    raw = frame.SerializeToString()
    assert wire.count(raw, 2) == len(names)
    assert wire.first_integer(raw, 1) == revision
    assert wire.first_integer(raw, 3) == ended
    assert wire.first(raw, 2) == (frame.events[0].SerializeToString() if names else b"")


def test_a_wire_type_that_no_message_here_has_is_refused() -> None:
    with pytest.raises(ValueError, match="wire type 5"):
        wire.count(b"\x0d\0\0\0\0", 1)


@pytest.mark.parametrize("kind", [objects.config_map(1000), objects.pod(1950)], ids=lambda kind: kind.plural)
def test_a_prebuilt_request_bears_the_name_and_the_stamp_it_was_given(kind: objects.Kind) -> None:
    message = rpc_pb2.CreateConfigMapRequest if kind.plural == "configmaps" else rpc_pb2.CreatePodRequest
    request = message.FromString(kind.write(7, 1234))
    assert request.namespace == objects.NAMESPACE
    assert request.object.metadata.name == "item-000007"
    assert request.object.metadata.annotations["bench"] == "stamp:00000000000000001234"
    assert len(kind.write(7, 1234)) == len(kind.write(0, 0))


def test_a_row_is_held_against_its_floor_or_against_its_bar_itself() -> None:
    assert Row("a", 110, "us", 1.1, floor=100).ok
    assert not Row("a", 111, "us", 1.1, floor=100).ok
    assert Row("a", 60_001, "1/s", 60_000, sense="least").ok
    assert not Row("a", 59_999, "1/s", 60_000, sense="least").ok
    assert Row("for information", 5, "s").ok


def test_a_percentile_is_the_upper_edge_of_its_bucket_and_unknown_in_the_last() -> None:
    delays = [0] * 10_000
    delays[3], delays[9] = 99, 1
    assert percentile(delays, 0.99) == 2.0
    assert percentile(delays, 1.0) == 5.0
    delays[-1] = 1_000
    assert percentile(delays, 0.99) == float("inf")
