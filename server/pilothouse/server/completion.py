"""How an object is brought into full form, normalized and defaulted, and checked: for kinds whose rules look at nothing
but the spec, once for each spec."""

from collections.abc import Callable

from google.protobuf.message import Message

from .errors import Cause
from .meta.resource import ResourceType
from .schema.defaulting import defaulter_for, has_defaults
from .schema.metadata import metadata_validator_for
from .schema.presence import normalizer_for
from .schema.remembered import Remembered
from .schema.validation import quantities_validator_for, validator_for
from .strategies.base import Strategy

Change = Callable[[Message], None]


def completer(resource: ResourceType, strategy: Strategy[Message]) -> Change:
    """The function that normalizes and defaults an object in place."""
    normalize, default = normalizer_for(resource.message), defaulter_for(resource.message)

    def complete(message: Message) -> None:
        normalize(message)
        default(message)
        strategy.default(message)

    if not strategy.defaults_spec_alone:
        return complete
    # What specs became, and those that stay as they are.
    specs: Remembered[Message] = Remembered()
    full: Remembered[bool] = Remembered()
    beside = _beside_spec(resource.message)

    def complete_by_spec(message: Message) -> None:
        spec: Message = message.spec  # type: ignore[attr-defined]
        given = spec.SerializeToString()
        if full.get(given):
            beside(message)
            return
        known = specs.get(given)
        if known is not None:
            spec.CopyFrom(known)
            beside(message)
            return
        complete(message)
        result = type(spec)()
        result.CopyFrom(spec)
        specs.put(given, result)
        full.put(result.SerializeToString(), True)

    return complete_by_spec


def normalizer(resource: ResourceType) -> Change:
    """The function that clears, in place, the zeros of a stored object that mean absence."""
    normalize = normalizer_for(resource.message)
    if not _is_spec_and_status(resource.message):
        return normalize
    normal: Remembered[bool] = Remembered()
    parts = [(name, normalizer_for(_class_of(resource.message, name))) for name in _beside(resource.message)]

    def normalize_by_spec(message: Message) -> None:
        spec: Message = message.spec  # type: ignore[attr-defined]
        if normal.get(spec.SerializeToString()):
            for name, of_part in parts:
                if message.HasField(name):
                    part = getattr(message, name)
                    of_part(part)
                    if not part.ByteSize():
                        message.ClearField(name)
            return
        normalize(message)
        normal.put(spec.SerializeToString(), True)

    return normalize_by_spec


def checker(resource: ResourceType) -> Callable[[Message], list[Cause]]:
    """The function that finds what is wrong with a complete object, by its metadata and its schema."""
    metadata, schema = metadata_validator_for(resource), validator_for(resource.message)
    if not _is_spec_and_status(resource.message):
        return lambda message: metadata(message) + schema(message)
    good: Remembered[bool] = Remembered()
    status = _quantities(resource.message, "status")

    def check(message: Message) -> list[Cause]:
        spec = message.spec.SerializeToString()  # type: ignore[attr-defined]
        causes = metadata(message)
        if good.get(spec) and not status(message):
            return causes
        found = schema(message)
        if not found:
            good.put(spec, True)
        return causes + found

    return check


def _beside_spec(message: type[Message]) -> Change:
    """Normalizes and defaults all but the spec."""
    parts = [(name, _class_of(message, name)) for name in _beside(message)]
    changes = [(name, normalizer_for(cls), defaulter_for(cls) if has_defaults(cls) else None) for name, cls in parts]

    def change(obj: Message) -> None:
        for name, normalize, default in changes:
            if obj.HasField(name):
                part = getattr(obj, name)
                normalize(part)
                if default is not None:
                    default(part)
                if not part.ByteSize():
                    obj.ClearField(name)

    return change


def _beside(message: type[Message]) -> list[str]:
    return [f.name for f in message.DESCRIPTOR.fields if f.name != "spec"]


def _is_spec_and_status(message: type[Message]) -> bool:
    """Whether a kind is metadata, a spec and perhaps a status, and nothing else."""
    fields = message.DESCRIPTOR.fields_by_name
    return "spec" in fields and set(fields) <= {"metadata", "spec", "status"}


def _quantities(message: type[Message], name: str) -> Callable[[Message], list[Cause]]:
    if name not in message.DESCRIPTOR.fields_by_name:
        return lambda obj: []
    validate = quantities_validator_for(_class_of(message, name))
    return lambda obj: validate(getattr(obj, name)) if obj.HasField(name) else []


def _class_of(message: type[Message], name: str) -> type[Message]:
    return type(getattr(message(), name))
