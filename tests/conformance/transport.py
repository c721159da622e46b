"""Transport: how a replay reaches what it tests, be it a server over HTTP or the verbs of this process."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Request:
    """method, path with its query as in a URL, headers by lower-case name, body; user: admin, nobody, node or
    anonymous."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    user: str


@dataclass(frozen=True, slots=True)
class Response:
    """headers by canonical name ("Retry-After"), each with all its values. A watch is read to its end."""

    code: int
    body: bytes
    headers: Mapping[str, list[str]] = field(default_factory=dict)


class Transport(Protocol):
    def lacks(self, request: Request) -> str:
        """What this transport would need to carry such a request, as one or two words; "" where nothing."""
        ...

    async def send(self, request: Request) -> Response: ...

    async def compact(self) -> None:
        """Makes the store forget its history."""
        ...
