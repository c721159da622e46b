"""Defaults from options, and that they settle: on objects of any shape, twice is as good as once."""

from typing import Any

import pytest
from google.protobuf.message import Message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pilothouse.api.apps.v1.apps_pb2 import Deployment
from pilothouse.api.core.v1.pods_pb2 import Pod
from pilothouse.server.schema.defaulting import defaulter_for
from pilothouse.server.schema.presence import normalizer_for
from pilothouse.server.strategies import strategy_for

from tests.meta.test_codec_random import messages
from tests.support.objects import REGISTRY


def test_a_plain_struct_counts_as_present() -> None:
    deployment = Deployment()
    defaulter_for(Deployment)(deployment)
    assert deployment.spec.replicas == 1
    assert deployment.spec.strategy.type == "RollingUpdate"


def test_what_is_behind_a_pointer_is_left_alone() -> None:
    pod = Pod()
    pod.spec.containers.add(name="press")
    defaulter_for(Pod)(pod)
    assert not pod.spec.containers[0].HasField("liveness_probe")
    pod.spec.containers[0].liveness_probe.handler.http_get.host = "h"
    defaulter_for(Pod)(pod)
    assert pod.spec.containers[0].liveness_probe.period_seconds == 10
    assert pod.spec.containers[0].liveness_probe.handler.http_get.path == "/"


def test_a_zero_behind_a_pointer_is_no_absence() -> None:
    deployment = Deployment()
    deployment.spec.replicas = 0
    defaulter_for(Deployment)(deployment)
    assert deployment.spec.replicas == 0


@pytest.mark.parametrize(("text", "rounded"), [("1n", "1m"), ("1500u", "2m"), ("250m", "250m"), ("100", "100")])
def test_resources_have_at_most_three_places(text: str, rounded: str) -> None:
    pod = Pod()
    container = pod.spec.containers.add(name="press")
    container.resources.requests["cpu"].string = text
    defaulter_for(Pod)(pod)
    assert container.resources.requests["cpu"].string == rounded


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_defaults_settle(data: Any) -> None:
    resource = data.draw(st.sampled_from(sorted(REGISTRY, key=lambda r: r.qualified + r.version)))
    message: Message = resource.message(**data.draw(messages(resource.message.DESCRIPTOR)))
    normalizer_for(resource.message)(message)

    def default() -> None:
        defaulter_for(resource.message)(message)
        strategy_for(resource).default(message)

    default()
    once = resource.message.FromString(message.SerializeToString())
    default()
    assert message == once
    normalizer_for(resource.message)(message)
    default()
    assert message == once
