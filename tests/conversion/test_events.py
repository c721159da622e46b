from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pilothouse.api.core.v1.core_pb2 import Event as CoreEvent
from pilothouse.api.events.v1.events_pb2 import Event
from pilothouse.server.conversion import to_served, to_stored
from pilothouse.server.conversion.events import from_core, to_core
from pilothouse.server.schema.options import descriptor_of

from tests.meta.test_codec_random import messages
from tests.support.objects import resource_of


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_nothing_is_lost_either_way(data: Any) -> None:
    served = Event(**data.draw(messages(descriptor_of(Event))))
    assert from_core(to_core(served)) == served
    stored = CoreEvent(**data.draw(messages(descriptor_of(CoreEvent))))
    assert to_core(from_core(stored)) == stored


def test_names() -> None:
    served = from_core(CoreEvent(involved_object={"name": "tree"}, message="fell", reporting_component="wind", count=2))
    assert served == Event(regarding={"name": "tree"}, note="fell", reporting_controller="wind", deprecated_count=2)


def test_only_what_differs_is_converted() -> None:
    event = resource_of("events.k8s.io/v1", "Event")
    assert (to_stored(event), to_served(event)) == (to_core, from_core)
    assert to_stored(resource_of("v1", "Event")) is None
    assert to_served(resource_of("v1", "Pod")) is None
