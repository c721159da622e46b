"""The options of a write that carries an object, checked by the rules of metav1's CreateOptions, UpdateOptions and
PatchOptions, and the errors for options that break a rule."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..errors import Cause, Invalid
from .body import FieldValidation

DRY_RUN_ALL = "All"
FIELD_MANAGER_BYTES = 128
UNKNOWN_MANAGER = "unknown"
_VALIDATIONS = {v.value: v for v in FieldValidation}
_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f-\x9f]*")


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """What a create, an update or a patch was asked beside its object."""

    dry_run: bool
    field_manager: str
    field_validation: FieldValidation


def write_options(
    kind: str, dry_run: Sequence[str], field_manager: str, field_validation: str, unset: FieldValidation
) -> WriteOptions:
    """kind: "CreateOptions", "UpdateOptions" or "PatchOptions"; unset: the field validation where none is named. Raises
    Invalid."""
    causes = dry_run_causes(dry_run) + field_manager_causes(field_manager) + _field_validation_causes(field_validation)
    refuse(kind, causes)
    return WriteOptions(bool(dry_run), field_manager, _VALIDATIONS.get(field_validation, unset))


def field_validation_of(kind: str, text: str, unset: FieldValidation) -> FieldValidation:
    """write_options() for one of them. Raises Invalid."""
    refuse(kind, _field_validation_causes(text))
    return _VALIDATIONS.get(text, unset)


def forbid_force() -> None:
    """Raises Invalid: force is for apply alone."""
    cause = Cause("FieldValueForbidden", "Forbidden: may not be specified for non-apply patch", "force")
    refuse("PatchOptions", [cause])


def require_field_manager(name: str) -> None:
    """Raises Invalid: who applies says who it is."""
    if not name:
        cause = Cause("FieldValueRequired", "Required value: is required for apply patch", "fieldManager")
        refuse("PatchOptions", [cause])


def field_manager_causes(name: str, field: str = "fieldManager") -> list[Cause]:
    """What is wrong with the name of a manager."""
    causes: list[Cause] = []
    if len(name.encode()) > FIELD_MANAGER_BYTES:
        text = f"Too long: may not be more than {FIELD_MANAGER_BYTES} bytes"
        causes.append(Cause("FieldValueTooLong", text, field))
    if not _PRINTABLE.fullmatch(name):
        text = f"Invalid value: {json.dumps(name)}: should only contain printable characters"
        causes.append(Cause("FieldValueInvalid", text, field))
    return causes


def _field_validation_causes(text: str) -> list[Cause]:
    if not text or text in _VALIDATIONS:
        return []
    message = f'Unsupported value: {json.dumps(text)}: supported values: "", "Ignore", "Strict", "Warn"'
    return [Cause("FieldValueNotSupported", message, "fieldValidation")]


@lru_cache(maxsize=1024)
def manager_of(user_agent: str) -> str:
    """Whom a write without a field manager is put down to: what the user agent begins with."""
    name = "".join(c for c in user_agent.partition("/")[0] if c.isprintable())
    while len(name.encode()) > FIELD_MANAGER_BYTES:
        name = name[:-1]
    return name or UNKNOWN_MANAGER


def dry_run_causes(values: Sequence[str]) -> list[Cause]:
    """What is wrong with dryRun: all that it may hold is "All"."""
    if all(value == DRY_RUN_ALL for value in values):
        return []
    given = json.dumps(list(values), separators=(",", ":"))
    text = f'Unsupported value: {given}: supported values: "{DRY_RUN_ALL}"'
    return [Cause("FieldValueNotSupported", text, "dryRun")]


def refuse(kind: str, causes: Sequence[Cause]) -> None:
    """Raises Invalid, of the options `kind`, unless there is nothing wrong."""
    if causes:
        lines = [f"{c.field}: {c.message}" for c in causes]
        text = lines[0] if len(lines) == 1 else f"[{', '.join(lines)}]"
        raise Invalid(f'{kind}.meta.k8s.io "" is invalid: {text}', group="meta.k8s.io", kind=kind, causes=causes)
