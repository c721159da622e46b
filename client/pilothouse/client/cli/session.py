"""What a command runs in: a client, what the server serves, and the way in which errors reach people."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import typer
from pilothouse.api.dynamic.v1.dynamic_pb2 import ResourceInfo

from ..client import Client
from ..config import ClientConfig, ConfigError
from ..errors import ApiError, Disconnected, Invalid
from ..resource import Resource
from ..wire import JsonObject
from .kinds import CliError, Kinds


@dataclass(slots=True)
class Session:
    """`namespace` is the one asked for, else the configuration's; `kinds` is what the server serves; `failed`: an error
    was reported already and the command went on."""

    client: Client
    kinds: Kinds
    namespace: str
    failed: bool = field(default=False, init=False)

    def resource(self, info: ResourceInfo) -> Resource[JsonObject]:
        return self.client.dynamic.resource(info.name, namespaced=info.namespaced)

    async def kind_of(self, obj: JsonObject, source: str) -> ResourceInfo:
        """The resource of a manifest; asks the server again where it is not known, as it may just have been defined.
        Raises CliError."""
        api_version, kind = str(obj["apiVersion"]), str(obj["kind"])
        found = self.kinds.by_kind(api_version, kind)
        if found is None:
            self.kinds = Kinds(await self.client.dynamic.discover())
            found = self.kinds.by_kind(api_version, kind)
        if found is None:
            raise CliError(f'{source}: the server serves no kind "{kind}" in version "{api_version}"')
        return found

    def report(self, error: ApiError | CliError, doing: str = "") -> None:
        """Tells of an error and lets the command go on; it will end with exit code 1."""
        typer.echo(describe(error, doing), err=True)
        self.failed = True


def run(config: Path | None, namespace: str | None, act: Callable[[Session], Awaitable[None]]) -> None:
    """Runs a command to its end. Raises typer.Exit(1) after telling of an error."""
    try:
        failed = asyncio.run(_run(config, namespace, act))
    except (ApiError, CliError, ConfigError) as error:
        typer.echo(describe(error), err=True)
        failed = True
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    if failed:
        raise typer.Exit(1)


async def _run(config: Path | None, namespace: str | None, act: Callable[[Session], Awaitable[None]]) -> bool:
    settings = ClientConfig.load(config)
    async with Client.connect(settings, on_warning=warn) as client:
        session = Session(client, Kinds(await client.dynamic.discover()), namespace or settings.namespace)
        await act(session)
        return session.failed


def warn(text: str) -> None:
    sys.stderr.write(f"Warning: {text}\n")


def describe(error: Exception, doing: str = "") -> str:
    """The error in kubectl's words. `doing`: what the command was at, as in 'when creating "web.yaml"'."""
    if not isinstance(error, ApiError):
        return f"error: {error}"
    if isinstance(error, Disconnected):
        return f"Unable to connect to the server: {error.message}"
    if isinstance(error, Invalid) and error.kind and error.causes:
        lines = [f"{c.field}: {c.message}" if c.field else c.message for c in error.causes]
        body = lines[0] if len(lines) == 1 else "".join(f"\n* {line}" for line in lines)
        return f'The {error.kind} "{error.name}" is invalid: {body}'
    return f"Error from server ({error.reason}): {f'error {doing}: ' if doing else ''}{error.message}"
