from typing import Any

import pytest
from pilothouse.server.schema.fields import field_getter

from tests.support.objects import REGISTRY, pod, read, resource_of


@pytest.mark.parametrize(
    ("value", "path", "text"),
    [
        (pod(nodeName="n1"), "spec.nodeName", "n1"),
        (pod(nodeName="n1"), "spec.host", "n1"),
        (pod(), "spec.nodeName", ""),
        (pod(hostNetwork=True), "spec.hostNetwork", "true"),
        (pod(), "spec.hostNetwork", "false"),
        (pod(), "metadata.name", "cider"),
        (pod(), "status.podIPs", ""),
        (
            {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j"}, "status": {"succeeded": 2}},
            "status.successful",
            "2",
        ),
        ({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j"}}, "status.successful", "0"),
        ({"apiVersion": "v1", "kind": "Event", "source": {"component": "press"}}, "source", "press"),
        ({"apiVersion": "v1", "kind": "Event", "reportingComponent": "scale"}, "source", "scale"),
    ],
)
def test_text_of_a_field(value: dict[str, Any], path: str, text: str) -> None:
    resource, message = read(value)
    assert field_getter(resource.message, path)(message) == text


def test_every_declared_field_can_be_read() -> None:
    for resource in REGISTRY:
        for path in resource.selectable_fields:
            assert isinstance(field_getter(resource.message, path)(resource.message()), str)


def test_what_is_no_field_is_refused() -> None:
    with pytest.raises(ValueError, match=r"has no field spec\.taste"):
        field_getter(resource_of("v1", "Pod").message, "spec.taste")
