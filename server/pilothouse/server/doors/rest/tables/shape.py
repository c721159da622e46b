"""Objects and lists turned into Tables of meta.k8s.io."""

import json
from collections.abc import Iterable, Iterator, Sequence

import orjson
from pilothouse.api.meta.v1 import meta_pb2 as meta

from ....errors import BadRequest
from ....meta.codec import codec_for
from ....meta.resource import ResourceType
from ....meta.scalars import JsonValue
from ....verbs.list import Listing
from ....verbs.plane import Plane
from ..encoders import JsonEncoder, between
from ..partial import Partial
from .printers import Printers

TABLE = "Table"
METADATA, OBJECT, NOTHING = "Metadata", "Object", "None"
_NO_COLUMNS = b'"columnDefinitions":null'


class TableShape:
    """partial: the metadata of rows, in the version of the table; include: what each row has of its object: METADATA,
    OBJECT or NOTHING. Another word is refused once there is something to show, as a kube-apiserver does."""

    def __init__(self, plane: Plane, printers: Printers, json: JsonEncoder, partial: Partial, include: str) -> None:
        self._plane = plane
        self._printers = printers
        self._json = json
        self._partial = partial
        self._head: dict[str, JsonValue] = {"kind": TABLE, "apiVersion": partial.api_version}
        self._include = include

    def one(self, resource: ResourceType, body: bytes) -> bytes:
        """A table of one row and no columns."""
        version = meta.PartialObjectMetadata.FromString(body).metadata.resource_version
        metadata = meta.ListMeta(resource_version=version) if version else meta.ListMeta()
        return b"".join(self._pieces(resource, metadata, b"null", [body]))

    def many(self, resource: ResourceType, page: Listing) -> Sequence[bytes]:
        columns = self._columns(resource)
        return [*self._pieces(resource, page.metadata, columns, (item.body for item in page.items)), b"\n"]

    def opening(self, resource: ResourceType, data: bytes) -> bytes:
        """The first table says what its columns are; those that follow are as that one."""
        return data.replace(_NO_COLUMNS, b'"columnDefinitions":' + self._columns(resource), 1)

    def _pieces(
        self, resource: ResourceType, metadata: meta.ListMeta, columns: bytes, bodies: Iterable[bytes]
    ) -> Iterator[bytes]:
        self.check()
        value = codec_for(meta.ListMeta).to_value(metadata)
        yield orjson.dumps({**self._head, "metadata": value})[:-1]
        yield b',"columnDefinitions":%b,"rows":[' % columns
        yield from between(b",", self._rows(resource, bodies))
        yield b"]}"

    def _rows(self, resource: ResourceType, bodies: Iterable[bytes]) -> list[bytes]:
        printer, now = self._printers.of(resource), self._plane.now()
        made = []
        for body in bodies:
            row = printer.row(body, now)
            cells: dict[str, JsonValue] = {"cells": row.cells}
            if row.conditions:
                cells["conditions"] = list(row.conditions)
            made.append((row.rank, b'%b,"object":%b}' % (orjson.dumps(cells)[:-1], self._object(resource, body))))
        made.sort(key=lambda row: row[0])
        return [data for _, data in made]

    def _object(self, resource: ResourceType, body: bytes) -> bytes:
        if self._include == NOTHING:
            return b"null"
        return self._json.object(resource, body)[:-1] if self._include == OBJECT else self._partial.json(body)

    def _columns(self, resource: ResourceType) -> bytes:
        return orjson.dumps([column.value for column in self._printers.of(resource).columns])

    def check(self) -> None:
        """Raises BadRequest where it is not known what rows should have."""
        if self._include not in (METADATA, OBJECT, NOTHING):
            raise BadRequest(
                f"Unable to convert to Table as requested: includeObject: Invalid value: {json.dumps(self._include)}: "
                "must be 'Metadata', 'Object', 'None', or empty"
            )
