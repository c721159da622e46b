"""The documents that are served: made on a thread when they are first asked for, kept compressed, and made anew only
where the types of their group version have changed."""

import asyncio
import zlib
from dataclasses import dataclass, field
from enum import Enum
from hashlib import sha512

import orjson

from ....errors import NotFound
from ....meta.resource import Registry, ResourceType
from ..paths import UNKNOWN
from . import wire_v2, wire_v3
from .assembly import Part, document_2, document_3, part_of, plain_part
from .custom import Describe

GZIP_WINDOW, LEVEL = 31, 6
BASE_3 = "/openapi/v3"


class Form(Enum):
    """JSON, or the messages of gnostic's models."""

    JSON = "json"
    PROTOBUF = "protobuf"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document as it is kept. digest: of the JSON in version 3, whatever the form, and of the bytes in version 2."""

    packed: bytes
    digest: str

    def unpacked(self) -> bytes:
        return zlib.decompress(self.packed, GZIP_WINDOW)


@dataclass(slots=True)
class _Place:
    """What is asked for by one name. types: of a group version, none for a path of no resource."""

    types: tuple[ResourceType, ...]
    sheets: dict[Form, Sheet] = field(default_factory=dict)


class OpenApi:
    """describe: tells the schemas of custom resources."""

    def __init__(self, registry: Registry, describe: Describe) -> None:
        self._registry = registry
        self._describe = describe
        self._places: dict[str, _Place] = {}
        self._whole: dict[Form, Sheet] = {}
        self._generation = -1
        # One document is made at a time, so that many who ask for it cost no more than one.
        self._making = asyncio.Lock()

    async def index(self) -> bytes:
        """Where each document of version 3 is; its digest is part of the address."""
        self._catch_up()
        paths = {}
        for name, place in sorted(self._places.items()):
            paths[name] = {"serverRelativeURL": address(name, (await self._sheet(name, place, Form.JSON)).digest)}
        return orjson.dumps({"paths": paths})

    async def version_3(self, name: str, form: Form) -> Sheet:
        """name: "api/v1", "apis/apps/v1", "version". Raises NotFound."""
        self._catch_up()
        place = self._places.get(name)
        if place is None:
            raise NotFound(UNKNOWN)
        return await self._sheet(name, place, form)

    async def version_2(self, form: Form) -> Sheet:
        """The document of everything."""
        self._catch_up()
        whole = self._whole
        if form not in whole:
            async with self._making:
                if form not in whole:
                    whole[form] = await asyncio.to_thread(self._make_whole, dict(self._places), form)
        return whole[form]

    async def _sheet(self, name: str, place: _Place, form: Form) -> Sheet:
        if form not in place.sheets:
            async with self._making:
                if form not in place.sheets:
                    place.sheets |= await asyncio.to_thread(self._make, name, place, form)
        return place.sheets[form]

    def _make(self, name: str, place: _Place, form: Form) -> dict[Form, Sheet]:
        document = document_3(self._part(name, place))
        data = orjson.dumps(document)
        known = place.sheets.get(Form.JSON) or Sheet(_packed(data), _digest(data))
        if form is Form.JSON:
            return {form: known}
        return {Form.JSON: known, form: Sheet(_packed(wire_v3.DOCUMENT(document)), known.digest)}

    def _make_whole(self, places: dict[str, _Place], form: Form) -> Sheet:
        document = document_2(self._part(name, place) for name, place in places.items())
        data = orjson.dumps(document) if form is Form.JSON else wire_v2.DOCUMENT(document)
        return Sheet(_packed(data), _digest(data))

    def _part(self, name: str, place: _Place) -> Part:
        return part_of(place.types, self._describe) if place.types else plain_part(name)

    def _catch_up(self) -> None:
        """Forgets what was made of types that are no longer what is served."""
        if self._generation == self._registry.generation:
            return
        served: dict[str, list[ResourceType]] = {"api": [], "apis": [], "version": []}
        for resource in (*self._registry, *self._registry.reviews):
            if resource.group:
                served.setdefault(f"apis/{resource.group}", [])
            base = "apis" if resource.group else "api"
            served.setdefault(f"{base}/{resource.api_version}", []).append(resource)
        for name, types in served.items():
            place = self._places.get(name)
            if place is None or place.types != tuple(types):
                self._places[name] = _Place(tuple(types))
        for name in self._places.keys() - served.keys():
            del self._places[name]
        self._whole = {}
        self._generation = self._registry.generation


def address(name: str, digest: str) -> str:
    """Of a document whose digest is known."""
    return f"{BASE_3}/{name}?hash={digest}"


def _digest(data: bytes) -> str:
    return sha512(data).hexdigest().upper()


def _packed(data: bytes) -> bytes:
    packer = zlib.compressobj(LEVEL, wbits=GZIP_WINDOW)
    return packer.compress(data) + packer.flush()
