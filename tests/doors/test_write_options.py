"""What the gRPC door says of options that break a rule: the same as the REST door."""

import pytest
from pilothouse.api.meta.v1 import meta_pb2 as meta
from pilothouse.server.doors.grpc.calls import dry_run_and_manager
from pilothouse.server.doors.grpc.typed import field_validation
from pilothouse.server.errors import Invalid
from pilothouse.server.verbs.body import FieldValidation


def test_options_that_hold() -> None:
    assert dry_run_and_manager(None) == (False, "")
    assert dry_run_and_manager(meta.CreateOptions(dry_run=["All"], field_manager="cook")) == (True, "cook")
    assert dry_run_and_manager(meta.DeleteOptions(dry_run=["All"])) == (True, "")
    assert field_validation(meta.PatchOptions()) is FieldValidation.STRICT
    assert field_validation(meta.PatchOptions(field_validation="Warn")) is FieldValidation.WARN


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        dry_run_and_manager(meta.UpdateOptions(dry_run=["Some"], field_manager="a\nb"))
    assert refused.value.kind == "UpdateOptions"
    assert [cause.field for cause in refused.value.causes] == ["dryRun", "fieldManager"]


def test_a_validation_that_is_not_known() -> None:
    with pytest.raises(Invalid, match=r"^PatchOptions.* is invalid: fieldValidation: Unsupported value") as refused:
        field_validation(meta.PatchOptions(field_validation="Perhaps"))
    assert refused.value.causes[0].reason == "FieldValueNotSupported"
