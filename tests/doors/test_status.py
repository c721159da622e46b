"""Errors as gRPC statuses: the code, the details, and how little room they take."""

import base64
from urllib.parse import quote

import pytest
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc import StatusCode
from hypothesis import given, settings
from hypothesis import strategies as st
from pilothouse.api.meta.v1 import meta_pb2 as meta
from pilothouse.server import errors
from pilothouse.server.doors.grpc.status import Metadata, error_metadata, status_message, warning_metadata
from pilothouse.server.errors import ApiError, Cause

ALL_BYTES = 4096


def details(metadata: Metadata) -> tuple[status_pb2.Status, dict[str, Message]]:
    """The status and its details by the names of their types."""
    (value,) = (v for k, v in metadata if k == "grpc-status-details-bin")
    assert isinstance(value, bytes)
    status = status_pb2.Status.FromString(value)
    found: dict[str, Message] = {}
    for detail in status.details:
        for kind in (
            error_details_pb2.ErrorInfo,
            error_details_pb2.BadRequest,
            error_details_pb2.RetryInfo,
            meta.Status,
        ):
            message = kind()
            if detail.Unpack(message):
                found[kind.DESCRIPTOR.name] = message
    assert len(found) == len(status.details)
    return status, found


def on_the_wire(message: str, metadata: Metadata) -> int:
    size = len(quote(message, safe=" !\"#$&'()*+,/:;<=>?@[\\]^`{|}"))
    for key, value in metadata:
        size += len(key) + len(base64.b64encode(value) if isinstance(value, bytes) else value)
    return size


@pytest.mark.parametrize(
    ("error", "code", "reason", "http"),
    [
        (errors.BadRequest, StatusCode.INVALID_ARGUMENT, "BadRequest", 400),
        (errors.Unauthorized, StatusCode.UNAUTHENTICATED, "Unauthorized", 401),
        (errors.Forbidden, StatusCode.PERMISSION_DENIED, "Forbidden", 403),
        (errors.NotFound, StatusCode.NOT_FOUND, "NotFound", 404),
        (errors.MethodNotSupported, StatusCode.UNIMPLEMENTED, "MethodNotAllowed", 405),
        (errors.AlreadyExists, StatusCode.ALREADY_EXISTS, "AlreadyExists", 409),
        (errors.Conflict, StatusCode.ABORTED, "Conflict", 409),
        (errors.Expired, StatusCode.OUT_OF_RANGE, "Expired", 410),
        (errors.TooLarge, StatusCode.RESOURCE_EXHAUSTED, "RequestEntityTooLarge", 413),
        (errors.Invalid, StatusCode.INVALID_ARGUMENT, "Invalid", 422),
        (errors.TooManyRequests, StatusCode.RESOURCE_EXHAUSTED, "TooManyRequests", 429),
        (errors.Internal, StatusCode.INTERNAL, "InternalError", 500),
        (errors.Unavailable, StatusCode.UNAVAILABLE, "ServiceUnavailable", 503),
        (errors.ServerTimeout, StatusCode.DEADLINE_EXCEEDED, "ServerTimeout", 504),
        (errors.Timeout, StatusCode.DEADLINE_EXCEEDED, "Timeout", 504),
    ],
)
def test_each_error_has_its_code_and_its_reason(
    error: type[ApiError], code: StatusCode, reason: str, http: int
) -> None:
    made = error("why")
    assert made.status is code
    status, found = details(error_metadata(made))
    assert (status.code, status.message) == (code.value[0], "why")
    info, kubernetes = found["ErrorInfo"], found["Status"]
    assert isinstance(info, error_details_pb2.ErrorInfo)
    assert isinstance(kubernetes, meta.Status)
    assert (info.reason, info.domain) == (reason, "pilothouse")
    assert (kubernetes.reason, kubernetes.code, kubernetes.status) == (reason, http, "Failure")


def test_what_is_known_is_told() -> None:
    causes = [Cause("FieldValueInvalid", "Invalid value: 1", "spec.a"), Cause("FieldValueRequired", "Required", "b")]
    error = errors.Invalid("wrong", group="apps", kind="Deployment", name="d", uid="u", causes=causes, retry_after=7)
    _, found = details(error_metadata(error))
    info, bad, retry, status = (found[n] for n in ("ErrorInfo", "BadRequest", "RetryInfo", "Status"))
    assert isinstance(info, error_details_pb2.ErrorInfo)
    assert isinstance(bad, error_details_pb2.BadRequest)
    assert isinstance(retry, error_details_pb2.RetryInfo)
    assert isinstance(status, meta.Status)
    assert dict(info.metadata) == {"group": "apps", "kind": "Deployment", "name": "d"}
    assert [(v.field, v.description) for v in bad.field_violations] == [
        ("spec.a", "Invalid value: 1"),
        ("b", "Required"),
    ]
    assert retry.retry_delay.seconds == 7
    told = status.details
    assert (told.group, told.kind, told.name, told.uid, told.retry_after_seconds) == ("apps", "Deployment", "d", "u", 7)
    assert [(c.reason, c.message, c.field) for c in told.causes] == [(c.reason, c.message, c.field) for c in causes]


def test_a_list_that_can_go_on_says_how() -> None:
    token = "t" * 700
    error = errors.Expired("The provided continue parameter is too old. " * 10, continue_token=token)
    _, found = details(error_metadata(error))
    status = found["Status"]
    assert isinstance(status, meta.Status)
    assert getattr(status.metadata, "continue") == token


def test_of_many_faults_the_first_are_told_and_the_rest_counted() -> None:
    causes = [Cause("FieldValueInvalid", f"Invalid value: {i}", f"data[{i}]") for i in range(5_000)]
    error = errors.Invalid("x" * 100_000, name="n", causes=causes)
    metadata = error_metadata(error)
    _, found = details(metadata)
    info, bad = found["ErrorInfo"], found["BadRequest"]
    assert isinstance(info, error_details_pb2.ErrorInfo)
    assert isinstance(bad, error_details_pb2.BadRequest)
    told = [v.field for v in bad.field_violations]
    assert told
    assert told == [f"data[{i}]" for i in range(len(told))]
    assert int(info.metadata["causesLeftOut"]) == 5_000 - len(told)
    assert status_message(error).endswith("x...")


texts = st.text(max_size=40) | st.text(max_size=20).map(lambda t: t * 200) | st.sampled_from(["é" * 3000, "%" * 2000])


@settings(deadline=None, max_examples=60)
@given(
    message=texts,
    name=texts,
    causes=st.lists(st.tuples(texts, texts), max_size=40),
    warnings=st.lists(texts, max_size=30),
    token=st.sampled_from(["", "t" * 700]),
)
def test_whatever_is_wrong_fits(
    message: str, name: str, causes: list[tuple[str, str]], warnings: list[str], token: str
) -> None:
    faults = [Cause("FieldValueInvalid", text, field) for text, field in causes]
    error = errors.Invalid(message, group="g", kind="k", name=name, causes=faults, continue_token=token)
    metadata = error_metadata(error, warnings)
    assert on_the_wire(status_message(error), metadata) <= ALL_BYTES
    status, found = details(metadata)
    assert message.startswith(status.message.removesuffix("...")) or status.message == message
    assert {"ErrorInfo", "Status"} <= set(found)
    assert ("BadRequest" in found) == bool(faults)


def test_short_warnings_travel_whole_and_once() -> None:
    assert warning_metadata(["a", "b", "a"]) == (("warning", "a"), ("warning", "b"))
    assert warning_metadata(["wörld\n"]) == (("warning", "w\\xf6rld\\n"),)
    assert warning_metadata([]) == ()


def test_warnings_beyond_the_room_are_counted() -> None:
    sent = warning_metadata([f"{i} " + "x" * 500 for i in range(100)])
    assert on_the_wire("", sent) <= ALL_BYTES
    assert sent[-1][1] == f"{100 - (len(sent) - 1)} more warnings"
    assert [v.split(" ")[0] for _, v in sent[:-1] if isinstance(v, str)] == [str(i) for i in range(len(sent) - 1)]
