"""The order in which causes are told."""

from pilothouse.api.core.v1.pods_pb2 import Pod
from pilothouse.server.errors import Cause
from pilothouse.server.schema.order import in_order


def cause(field: str, reason: str = "FieldValueInvalid") -> Cause:
    return Cause(reason, "", field)


def arranged(*fields: str, **orders: tuple[str, ...]) -> list[str]:
    return [found.field for found in in_order(Pod, orders)([cause(field) for field in fields])]


def test_fields_come_by_number_and_items_by_index() -> None:
    fields = ("spec.containers[10].name", "spec.containers[9].image", "spec.volumes[0].name", "metadata.labels")
    assert arranged(*fields) == ["metadata.labels", "spec.volumes[0].name", *fields[1::-1]]


def test_named_fields_come_first() -> None:
    assert arranged("spec.volumes", "spec.os", PodSpec=("os",)) == ["spec.os", "spec.volumes"]


def test_inlined_members_stand_in_their_holder() -> None:
    fields = ("spec.volumes[0].secret.secretName", "spec.volumes[0].name")
    assert arranged(*fields) == list(reversed(fields))


def test_what_is_no_field_comes_last_and_equals_stay() -> None:
    assert arranged("spec.HostPID", "spec.os", "") == ["", "spec.os", "spec.HostPID"]
    pair = [cause("spec.os", "a"), cause("spec.os", "b")]
    assert in_order(Pod, {})(pair) == pair


def test_duplicates_may_come_late_and_lists_as_a_whole_after_their_items() -> None:
    name = "spec.containers[0].name"
    twice = cause(name, "FieldValueDuplicate")
    causes = [twice, cause("spec.containers[0].image"), cause(name)]
    order = {"Container": ("name", "image", "name!")}
    assert in_order(Pod, order)(causes) == [causes[2], causes[1], twice]
    assert arranged("spec.tolerations", "spec.tolerations[1].key") == ["spec.tolerations[1].key", "spec.tolerations"]
