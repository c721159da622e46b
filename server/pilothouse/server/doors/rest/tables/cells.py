"""What cells of several kinds are made of: ages, selectors, lists that are cut short."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from pilothouse.api.core.v1 import pods_pb2 as pods
from pilothouse.api.meta.v1 import meta_pb2 as meta

from ....errors import BadRequest
from ....meta.codec import codec_for
from ....meta.durations import duration
from ....meta.label_selectors import from_label_selector
from ....meta.quantities import QuantityError, canonical
from ....meta.times import ZERO_SECONDS, format_time

NONE, UNSET, UNKNOWN = "<none>", "<unset>", "<unknown>"
# How Go shows a pointer to nothing.
NIL = "<nil>"


class Timestamp(Protocol):
    """A Time or a MicroTime."""

    @property
    def seconds(self) -> int: ...
    @property
    def nanos(self) -> int: ...


class Named(Protocol):
    """Any object."""

    @property
    def metadata(self) -> meta.ObjectMeta: ...


def is_zero(time: Timestamp) -> bool:
    """Whether it is no time: absent, empty, or Go's zero time."""
    return (not time.seconds and not time.nanos) or time.seconds == ZERO_SECONDS


def since(time: Timestamp, now: float) -> str:
    """How long ago it was."""
    return UNKNOWN if is_zero(time) else duration(now - time.seconds - time.nanos / 1e9)


def age(obj: Named, now: float) -> str:
    """How long ago the object was created."""
    return since(obj.metadata.creation_timestamp, now)


def created(obj: Named) -> str:
    """When the object was created."""
    time = obj.metadata.creation_timestamp
    return format_time(ZERO_SECONDS if is_zero(time) else time.seconds)


def labels(values: Mapping[str, str]) -> str:
    """A plain set of labels."""
    return ",".join(f"{key}={values[key]}" for key in sorted(values)) or NONE


def selector_text(selector: meta.LabelSelector | None, invalid: str) -> str:
    """A LabelSelector in the form that kubectl takes, "" for everything and for None; invalid: for what is none."""
    if selector is None:
        return ""
    try:
        return str(from_label_selector(codec_for(meta.LabelSelector).to_value(selector)))
    except BadRequest:
        return invalid


def selector(owner: "HasSelector") -> str:
    """The selector of a spec, where it has one."""
    return selector_text(owner.selector if owner.HasField("selector") else None, "<error>") or NONE


class HasSelector(Protocol):
    """A spec with a LabelSelector."""

    @property
    def selector(self) -> meta.LabelSelector: ...
    def HasField(self, field_name: str, /) -> bool: ...


def containers(spec: pods.PodSpec) -> tuple[str, str]:
    """The names of the containers, and their images."""
    return ",".join(c.name for c in spec.containers), ",".join(c.image for c in spec.containers)


def quantity(value: meta.Quantity) -> str:
    """In its canonical form."""
    try:
        return canonical(value.string) if value.string else "0"
    except QuantityError:
        return value.string


def amount(values: Mapping[str, meta.Quantity], resource: str) -> str:
    """Of one resource, "0" where there is none."""
    return quantity(values[resource]) if resource in values else "0"


def int_or_string(value: meta.IntOrString) -> str:
    return value.str_val if value.type else str(value.int_val)


def first_few(texts: Sequence[str], at_most: int = 3, separator: str = ",") -> str:
    """The first of them, and how many more there are."""
    shown = separator.join(texts[:at_most])
    return f"{shown} + {len(texts) - at_most} more..." if len(texts) > at_most else shown


def true_or_false(value: bool) -> str:
    return "True" if value else "False"


def joined(texts: Iterable[str]) -> str:
    """The texts, or that there are none."""
    return ",".join(texts) or NONE
