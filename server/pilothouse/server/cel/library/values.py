"""The values of the library's own types: messages that carry a canonical text, so that equal ones are equal."""

from functools import lru_cache

from google.protobuf.message import Message

from ..descriptors import OPAQUE, opaque_class

QUANTITY, URL, SEMVER, FORMAT, AUTHORIZER, PATH, GROUP, RESOURCE, DECISION, IP, CIDR = OPAQUE
_FIELD = "in"


@lru_cache(maxsize=4096)
def wrap(name: str, text: str) -> Message:
    """The value of an opaque type. Shared, because the runtime never frees what it is given: never change one."""
    return opaque_class(name)(**{_FIELD: text})


def text_of(value: Message) -> str:
    return str(getattr(value, _FIELD))


def name_of(value: object) -> str:
    """The opaque type of a value; "" for others."""
    return value.DESCRIPTOR.full_name if isinstance(value, Message) else ""


def no_overload() -> ValueError:
    """What a call with values of the wrong types is told."""
    return ValueError("no such overload")
