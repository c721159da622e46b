"""`pilothouse delete`."""

import typer
from pilothouse.api.dynamic.v1.dynamic_pb2 import ResourceInfo
from pilothouse.api.meta.v1 import meta_pb2

from ..errors import ApiError
from .kinds import CliError, qualified, targets
from .manifests import read
from .session import Session


async def delete(
    session: Session, args: list[str], files: list[str], namespace: str | None, options: meta_pb2.DeleteOptions
) -> None:
    """Deletes the objects named, or those of the files; one that fails does not hinder the next."""
    if bool(args) == bool(files):
        raise CliError("name what to delete: either TYPE NAME, TYPE/NAME, or -f FILE")
    for info, name, place in await _from_files(session, files, namespace) if files else _from_args(session, args):
        try:
            await session.resource(info).delete(name, namespace=place, options=options)
        except ApiError as error:
            session.report(error)
        else:
            typer.echo(f'{qualified(info)} "{name}" deleted{" (server dry run)" if options.dry_run else ""}')


def _from_args(session: Session, args: list[str]) -> list[tuple[ResourceInfo, str, str]]:
    found = targets(args, session.kinds)
    if any(not target.names for target in found):
        raise CliError("name the objects to delete, as in `pods NAME` or `pods/NAME`")
    return [(target.info, name, session.namespace) for target in found for name in target.names]


async def _from_files(session: Session, files: list[str], namespace: str | None) -> list[tuple[ResourceInfo, str, str]]:
    return [
        (await session.kind_of(m.object, m.source), m.name, m.namespace(session.namespace, namespace))
        for m in read(files)
    ]
