from pathlib import Path

import pytest
from pilothouse.api.apps.v1.apps_pb2 import Deployment, RollingUpdateDaemonSet
from pilothouse.api.core.v1.pods_pb2 import Pod
from pilothouse.api.meta.v1.meta_pb2 import IntOrString
from pilothouse.server.schema.presence import normalizer_for

from tests.support.kubernetes import sample_class, sample_message, samples


def test_zeros_of_plain_fields_are_cleared() -> None:
    pod = Pod()
    pod.metadata.name = "cider"
    pod.metadata.generate_name = ""
    pod.spec.host_network = False
    pod.spec.containers.add(name="press", image="", tty=False)
    normalizer_for(Pod)(pod)
    assert pod == Pod(metadata={"name": "cider"}, spec={"containers": [{"name": "press"}]})


def test_a_plain_struct_that_holds_nothing_is_cleared() -> None:
    pod = Pod()
    pod.metadata.name = "cider"
    pod.metadata.creation_timestamp.SetInParent()
    pod.status.phase = ""
    normalizer_for(Pod)(pod)
    assert not pod.HasField("status")
    assert not pod.metadata.HasField("creation_timestamp")


def test_zeros_behind_pointers_stay() -> None:
    deployment = Deployment()
    deployment.spec.replicas = 0
    deployment.spec.template.spec.security_context.SetInParent()
    normalizer_for(Deployment)(deployment)
    assert deployment.spec.HasField("replicas")
    assert deployment.spec.template.spec.HasField("security_context")


@pytest.mark.parametrize("sent", [b"\x12\x00", b"\x12\x02\x10\x00", b"\x12\x06\x08\x00\x10\x00\x1a\x00"])
def test_a_number_or_text_is_one_message_however_it_was_sent(sent: bytes) -> None:
    """Nothing, the number alone, and all three members as Go writes them."""
    rolling = RollingUpdateDaemonSet.FromString(sent)
    normalizer_for(RollingUpdateDaemonSet)(rolling)
    assert rolling.SerializeToString() == b"\x12\x02\x10\x00"
    text = RollingUpdateDaemonSet(max_surge=IntOrString(type=1, int_val=0, str_val="10%"))
    normalizer_for(RollingUpdateDaemonSet)(text)
    assert text.max_surge == IntOrString(type=1, str_val="10%")


@pytest.mark.parametrize(("text", "canonical"), [("1000m", "1"), ("1024Mi", "1Gi"), ("0.5", "500m"), ("lots", "lots")])
def test_quantities_become_canonical(text: str, canonical: str) -> None:
    pod = Pod()
    container = pod.spec.containers.add(name="press")
    container.resources.limits["cpu"].string = text
    normalizer_for(Pod)(pod)
    assert container.resources.limits["cpu"].string == canonical


@pytest.mark.parametrize("sample", list(samples()), ids=lambda path: Path(path).stem)
def test_normalizing_twice_is_normalizing_once(sample: Path) -> None:
    message = sample_message(sample)
    normalize = normalizer_for(sample_class(sample))
    normalize(message)
    once = type(message).FromString(message.SerializeToString())
    normalize(message)
    assert message == once
