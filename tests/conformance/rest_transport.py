"""The REST door of this process as a Transport: real TLS connections, a client certificate for each user."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pilothouse.server.doors.rest.paths import Target, is_resource_path, named_by, segments_of, target_of
from pilothouse.server.errors import NotFound
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
UNSERVED_SUBRESOURCES = ("log", "exec", "attach", "portforward", "proxy")


class RestTransport:
    """A Transport to the door of one plane."""

    def __init__(self, plane: Plane, door: Door) -> None:
        self._plane = plane
        self._door = door

    def lacks(self, request: Request) -> str:
        if "apply" in request.headers.get("content-type", ""):
            return "server-side apply"
        path = request.path.partition("?")[0]
        parts = segments_of(path)
        if not is_resource_path(parts):
            return ""
        try:
            target = target_of(self._plane.registry, named_by(parts))
        except NotFound:
            # It may be served by then, or must not be.
            return ""
        return self._missing(target)

    def _missing(self, target: Target) -> str:
        return f"subresource {target.subresource}" if target.subresource in UNSERVED_SUBRESOURCES else ""

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
