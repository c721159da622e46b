"""metadata.managedFields: who set which fields, read from an object and written back.

An applier is known by its name and subresource, an updater by its apiVersion too; each has one entry.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import orjson
from google.protobuf.message import Message
from pilothouse.api.meta.v1.meta_pb2 import FieldsV1, ManagedFieldsEntry, ObjectMeta

from ..errors import BadRequest
from ..meta.bounds import UNSUSPICIOUS_BYTES, check_value
from ..schema.remembered import Remembered
from .sets import EMPTY, FieldSet, from_json, to_json, union

APPLY, UPDATE = "Apply", "Update"
FIELDS_V1 = "FieldsV1"

UPDATERS_AT_MOST = 10
ANCIENT = "ancient-changes"


class Manager(NamedTuple):
    """Who owns fields. api_version: "" for an applier."""

    name: str
    operation: str
    api_version: str
    subresource: str

    def __str__(self) -> str:
        text = json.dumps(self.name, ensure_ascii=False)
        if self.subresource:
            text += f" with subresource {json.dumps(self.subresource)}"
        return text if self.operation == APPLY else f"{text} using {self.api_version}"


def applier(name: str, subresource: str) -> Manager:
    return Manager(name, APPLY, "", subresource)


def updater(name: str, api_version: str, subresource: str) -> Manager:
    return Manager(name, UPDATE, api_version, subresource)


@dataclass(frozen=True, slots=True)
class Owned:
    """What a manager owns, in a version of the object. seconds: when it last changed a value, None where that is not
    known; raw: the set as JSON, where that is at hand."""

    fields: FieldSet
    api_version: str
    seconds: int | None = None
    raw: bytes = b""

    def since(self, seconds: int) -> "Owned":
        """The same fields, changed at another time."""
        return Owned(self.fields, self.api_version, seconds, self.raw)

    def having(self, fields: FieldSet) -> "Owned":
        return self if fields is self.fields else Owned(fields, self.api_version, self.seconds)


Managed = Mapping[Manager, Owned]

NOBODY: Managed = {}


class NotOwnership(ValueError):
    """Entries of managedFields that mean nothing."""


_sets: Remembered[FieldSet] = Remembered(512 << 10)


def _fields(raw: bytes) -> FieldSet:
    found = _sets.get(raw)
    if found is None:
        found = _read(raw) if raw else EMPTY
        _sets.put(raw, found)
    return found


def _read(raw: bytes) -> FieldSet:
    """Raises ValueError."""
    if len(raw) > UNSUSPICIOUS_BYTES:
        try:
            check_value(orjson.loads(raw))
        except BadRequest as error:
            raise ValueError(error.message) from None
    return from_json(raw)


def read_managers(entries: Iterable[ManagedFieldsEntry]) -> dict[Manager, Owned]:
    """Raises NotOwnership where one of the entries cannot be read."""
    found: dict[Manager, Owned] = {}
    for entry in entries:
        operation, api_version = entry.operation, entry.api_version
        if operation not in (APPLY, UPDATE):
            raise NotOwnership("operation must be `Apply` or `Update`")
        if not api_version:
            raise NotOwnership("apiVersion must not be empty")
        if entry.fields_type != FIELDS_V1:
            raise NotOwnership(f"fieldsType must be {FIELDS_V1}")
        raw = entry.fields_v1.raw
        try:
            fields = _fields(raw)
        except ValueError as error:
            raise NotOwnership(str(error)) from None
        seconds = entry.time.seconds if entry.HasField("time") and entry.time.HasField("seconds") else None
        manager = Manager(entry.manager, operation, "" if operation == APPLY else api_version, entry.subresource)
        found[manager] = Owned(fields, api_version, seconds, raw)
    return found


def managers_of(live: ObjectMeta | None, new: ObjectMeta, subresource: str) -> Managed:
    """Who owns the fields of an object that is being written: as the new object says, where it says something that can
    be read and the write is of the object itself, else as the live one does. One empty entry says: nobody."""
    if not subresource and new.managed_fields:
        if is_reset(new.managed_fields):
            return NOBODY
        try:
            found = read_managers(new.managed_fields)
        except NotOwnership:
            found = {}
        if found:
            return found
    return NOBODY if live is None else managers_in(live)


def managers_in(metadata: ObjectMeta) -> Managed:
    """Those whose entries a stored object holds: nobody where one of them cannot be read."""
    try:
        return read_managers(metadata.managed_fields) if metadata.managed_fields else NOBODY
    except NotOwnership:
        return NOBODY


def is_reset(entries: Sequence[ManagedFieldsEntry]) -> bool:
    """Whether they are the one empty entry."""
    return len(entries) == 1 and not any(isinstance(value, Message) or value for _, value in entries[0].ListFields())


def write_managers(metadata: ObjectMeta, managed: Managed) -> None:
    """Replaces an object's entries. Updaters stand behind appliers, later ones behind earlier."""
    metadata.ClearField("managed_fields")
    for manager in sorted(managed, key=lambda m: _order(m, managed[m])) if len(managed) > 1 else managed:
        owned = managed[manager]
        entry = metadata.managed_fields.add(
            manager=manager.name,
            operation=manager.operation,
            api_version=owned.api_version,
            fields_type=FIELDS_V1,
            fields_v1=FieldsV1(raw=owned.raw or to_json(owned.fields)),
        )
        if owned.seconds is not None:
            entry.time.seconds = owned.seconds
        if manager.subresource:
            entry.subresource = manager.subresource


def _order(manager: Manager, owned: Owned) -> tuple[str, int, str, str, str]:
    return manager.operation, owned.seconds or 0, manager.name, owned.api_version, manager.subresource


def capped(managed: dict[Manager, Owned]) -> dict[Manager, Owned]:
    """The managers with no more than ten updaters: the fields of the oldest go to one for all of them."""
    updaters = [manager for manager in managed if manager.operation == UPDATE]
    if len(updaters) <= UPDATERS_AT_MOST:
        return managed
    out = dict(managed)
    updaters.sort(key=lambda m: (managed[m].seconds or 0, m))
    first: dict[str, Manager] = {}
    surplus = len(updaters) - UPDATERS_AT_MOST
    for manager in updaters:
        if not surplus:
            break
        owned = managed[manager]
        bucket = updater(ANCIENT, owned.api_version, "")
        if owned.api_version not in first:
            first[owned.api_version] = manager
            continue
        if bucket not in out:
            out[bucket] = out.pop(first[owned.api_version])
        out[bucket] = Owned(union(owned.fields, out[bucket].fields), owned.api_version, owned.seconds)
        if manager != bucket:
            del out[manager]
        surplus -= 1
    return out


def differ_in_time_alone(old: Managed, new: Managed) -> bool:
    """Whether the same managers own the same."""
    return old.keys() == new.keys() and all(
        owned.fields == new[manager].fields and owned.api_version == new[manager].api_version
        for manager, owned in old.items()
    )
