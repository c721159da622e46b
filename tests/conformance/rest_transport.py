"""The REST door of this process as a Transport: real TLS connections, a client certificate for each user."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pilothouse.server.verbs.plane import Plane

from tests.conformance.assembly import seasoned_plane
from tests.conformance.transport import Request, Response
from tests.support.rest import ADMIN_GROUPS, Door, open_door

USERS = {
    "admin": ("admin", ADMIN_GROUPS),
    "nobody": ("nobody", ()),
    "node": ("system:node:n1", ("system:nodes",)),
    "anonymous": ("", ()),
}


class RestTransport:
    """A Transport to the door of one plane."""

    def __init__(self, plane: Plane, door: Door) -> None:
        self._plane = plane
        self._door = door

    def lacks(self, request: Request) -> str:
        return ""

    async def compact(self) -> None:
        await self._plane.store.compact(await self._plane.store.revision())

    async def send(self, request: Request) -> Response:
        user, groups = USERS[request.user]
        reply = await self._door.send(
            request.method, request.path, request.body, request.headers, user=user, groups=groups
        )
        return Response(reply.code, reply.body, {name.title(): values for name, values in reply.headers.items()})


@asynccontextmanager
async def rest_transport(directory: Path) -> AsyncIterator[RestTransport]:
    """A transport to a door opened for it alone, on a store in `directory`."""
    async with seasoned_plane(directory) as plane, open_door(plane, directory, anonymous=True) as door:
        yield RestTransport(plane, door)
