"""Rows of tables, made of objects in JSON."""

from functools import cache
from typing import Any

import orjson
from pilothouse.server.doors.rest.tables.printers import printer_for
from pilothouse.server.meta.codec import codec_for
from pilothouse.server.meta.declared import registry_from_protos
from pilothouse.server.meta.resource import Registry
from pilothouse.server.meta.tables import Row
from pilothouse.server.meta.times import parse_time

NOW = "2031-05-10T12:00:00Z"


@cache
def registry() -> Registry:
    return registry_from_protos()


def row(api_version: str, kind: str, **members: Any) -> Row:
    """The row of an object named x, created three minutes before NOW."""
    resource = registry().by_kind(api_version, kind)
    assert resource is not None
    metadata = {"name": "x", "creationTimestamp": "2031-05-10T11:57:00Z", **members.pop("metadata", {})}
    message, unknown = codec_for(resource.message).decode(orjson.dumps({"metadata": metadata, **members}), strict=True)
    assert not unknown
    return printer_for(resource).row(message.SerializeToString(), float(parse_time(NOW)[0]))


def shown(api_version: str, kind: str, **members: Any) -> dict[str, Any]:
    """The cells by the names of their columns."""
    resource = registry().by_kind(api_version, kind)
    assert resource is not None
    names = [column.name for column in printer_for(resource).columns]
    return dict(zip(names, row(api_version, kind, **members).cells, strict=True))
