"""The codec on messages of any shape: what it writes, it reads back."""

import json
import math
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pilothouse.api import annotations_pb2 as annotations
from pilothouse.server.meta.codec import codec_for
from pilothouse.server.meta.declared import registry_from_protos
from pilothouse.server.meta.members import is_map, json_form, value_field

from tests.support.kubernetes import without_zeros

MAX_DEPTH = 8
KINDS = sorted({r.message for r in registry_from_protos()}, key=lambda m: str(m.DESCRIPTOR.full_name))

texts = st.text(max_size=8)
int32s = st.integers(-(2**31), 2**31 - 1)
int64s = st.integers(-(2**63), 2**63 - 1)
seconds = st.integers(-62135596799, 253402300799)
jsons = st.recursive(
    st.booleans() | int64s | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
)
raws = jsons.map(lambda value: {"raw": json.dumps(value).encode()})
scalars: dict[int, st.SearchStrategy[Any]] = {
    FieldDescriptor.TYPE_STRING: texts,
    FieldDescriptor.TYPE_BOOL: st.booleans(),
    FieldDescriptor.TYPE_INT32: int32s,
    FieldDescriptor.TYPE_INT64: int64s,
    FieldDescriptor.TYPE_DOUBLE: st.floats(allow_nan=False, allow_infinity=False).filter(
        lambda f: f or math.copysign(1, f) > 0
    ),
    FieldDescriptor.TYPE_BYTES: st.binary(max_size=8),
}
forms: dict[int, st.SearchStrategy[Any]] = {
    annotations.TIME: seconds.map(lambda s: {"seconds": s, "nanos": 0}),
    annotations.MICRO_TIME: st.builds(
        lambda s, micros: {"seconds": s, "nanos": micros * 1000}, seconds, st.integers(0, 999_999)
    ),
    annotations.DURATION: int64s.map(lambda n: {"duration": n}),
    annotations.QUANTITY: st.sampled_from(["0", "1", "-5", "1500m", "2Gi", "3k", "7e3"]).map(lambda s: {"string": s}),
    annotations.INT_OR_STRING: int32s.map(lambda i: {"int_val": i}) | texts.map(lambda t: {"type": 1, "str_val": t}),
    annotations.RAW: raws,
    annotations.FIELDS: raws,
    annotations.STRINGS: st.lists(texts, max_size=3).map(lambda items: {"items": items}),
}


def messages(descriptor: Descriptor, depth: int = 0) -> st.SearchStrategy[dict[str, Any]]:
    """What the constructor of a message takes: a few of its fields."""
    form = json_form(descriptor)
    if form in forms:
        return forms[form]
    if form:
        return choices(descriptor, form, depth)
    usable = [f for f in descriptor.fields if depth < MAX_DEPTH or f.message_type is None]
    if not usable:
        return st.just({})
    chosen = st.lists(st.sampled_from(usable), max_size=4, unique_by=lambda f: f.number)
    return chosen.flatmap(lambda fields: st.fixed_dictionaries({f.name: values(f, depth + 1) for f in fields}))


def choices(descriptor: Descriptor, form: int, depth: int) -> st.SearchStrategy[dict[str, Any]]:
    """A schema, or what may stand in its place."""
    schema_class = descriptor.fields_by_name["schema"].message_type
    assert schema_class is not None
    schemas = messages(schema_class, depth + 1)
    if form == annotations.SCHEMA_OR_BOOL:
        return st.booleans().map(lambda b: {"allows": b}) | schemas.map(lambda s: {"allows": True, "schema": s})
    if form == annotations.SCHEMA_OR_LIST:
        return schemas.map(lambda s: {"j_son_schemas": [s]}) | schemas.map(lambda s: {"schema": s})
    return texts.map(lambda t: {"property": [t]}) | schemas.map(lambda s: {"schema": s})


def values(field: FieldDescriptor, depth: int) -> st.SearchStrategy[Any]:
    item = value_field(field)
    one = scalars[item.type] if item.message_type is None else messages(item.message_type, depth)
    if is_map(field):
        return st.dictionaries(texts, one, max_size=2)
    return st.lists(one, max_size=2) if field.is_repeated else one


@st.composite
def objects(draw: st.DrawFn) -> Message:
    message = draw(st.sampled_from(KINDS))
    descriptor: Any = message.DESCRIPTOR
    return message(**draw(messages(descriptor)))


@given(objects())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_what_is_written_is_read_back(message: Message) -> None:
    codec = codec_for(type(message))
    data = codec.encode(message, "v1", "Any")
    decoded, problems = codec.decode(data, strict=True)
    assert problems == []
    assert codec.encode(decoded, "v1", "Any") == data
    assert without_zeros(decoded) == without_zeros(message)
