"""Objects as a kube-apiserver gives them, JSON beside protobuf; and what it takes to compare messages."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from google.protobuf.message import Message
from pilothouse.api import annotations_pb2 as annotations
from pilothouse.api.runtime.v1.runtime_pb2 import Unknown
from pilothouse.server.meta.declared import api_messages
from pilothouse.server.meta.members import is_map, json_form, option

MAGIC = b"k8s\0"
# Another directory with `vectors/` and `sparse/`, whose objects are tried too.
MORE = os.environ.get("PILOTHOUSE_KUBERNETES_DATA")


def samples() -> Iterator[Path]:
    """The JSON files; each has the protobuf beside it. In `vectors` every field is set, in `sparse` few are."""
    for root in (Path(__file__).parent.parent / "data/kubernetes", *([Path(MORE)] if MORE else [])):
        yield from sorted((*root.glob("vectors/*.json"), *root.glob("sparse/*.json")))


def sample_class(sample: Path) -> type[Message]:
    """The message class that a file named <group>.<version>.<Kind>.json is of."""
    group, _, rest = sample.stem.partition(".")
    version, kind = rest.split(".")[-2:]
    found = {f"{m.DESCRIPTOR.file.package}.{m.DESCRIPTOR.name}": m for m in api_messages()}
    own = f"pilothouse.api.{group}.{version}.{kind}"
    return found.get(own) or found[f"pilothouse.api.meta.v1.{kind}"]


def sample_message(sample: Path) -> Message:
    """The message in the protobuf file beside a JSON file."""
    data = sample.with_suffix(".pb").read_bytes()
    assert data.startswith(MAGIC)
    return sample_class(sample).FromString(Unknown.FromString(data[len(MAGIC) :]).raw)


def without_zeros(message: Any) -> Any:
    """The message with every plain value that is zero taken out, so that == means what it means to Kubernetes."""
    for field, value in message.ListFields():
        if is_map(field):
            if field.message_type.fields_by_name["value"].message_type is not None:
                for key in value:
                    without_zeros(value[key])
        elif field.message_type is not None:
            for item in value if field.is_repeated else (value,):
                without_zeros(item)
            if not field.is_repeated and option(field, annotations.value) and not value.ByteSize():
                message.ClearField(field.name)
        elif not field.is_repeated and _is_zero(message, field, value):
            message.ClearField(field.name)
        elif field.name == "raw":
            message.raw = json.dumps(json.loads(value)).encode()
    return message


def _is_zero(message: Any, field: Any, value: Any) -> bool:
    form = json_form(message.DESCRIPTOR)
    if form == annotations.QUANTITY:
        return value in ("", "0")
    if form in (annotations.TIME, annotations.MICRO_TIME):
        # 1970 is a time; no time at all has no fields.
        return False
    return not value and bool(form or option(field, annotations.value) or type(value) is bytes)
