"""The commands and their flags; what they do stands in the module of the same name."""

import enum
from pathlib import Path
from typing import Annotated, Optional

import typer
from pilothouse.api.meta.v1 import meta_pb2

from .apply import FIELD_MANAGER, Way
from .apply import apply as run_apply
from .auth import Question
from .auth import can_i as run_can_i
from .auth import explain as run_explain
from .delete import delete as run_delete
from .get import Output, Query
from .get import get as run_get
from .get import watch as run_watch
from .kinds import api_version
from .session import Session, run
from .tables import aligned

app = typer.Typer(
    help="Speaks to a Pilothouse server: any resource, as kubectl would.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

auth = typer.Typer(help="Tells who may do what, and why.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(auth, name="auth")

ConfigOption = Annotated[
    Optional[Path],  # noqa: UP045  typer's own form
    typer.Option("--config", help="Configuration file; default: $PILOTHOUSE_CONFIG, ~/.config/pilothouse/config.yaml."),
]
Namespace = Annotated[str, typer.Option("--namespace", "-n", help="Default: the configuration's.")]
Files = Annotated[list[str], typer.Option("--filename", "-f", help="File, directory, or - for standard input.")]


Verb = Annotated[str, typer.Argument(help="get, list, create...")]
What = Annotated[str, typer.Argument(metavar="TYPE | TYPE/NAME | /PATH")]
Name = Annotated[str, typer.Argument(help="Of one object.")]
Part = Annotated[str, typer.Option(help="A part of the object, as log of pods.")]
As = Annotated[str, typer.Option("--as", help="Ask about this user.")]
AsGroup = Annotated[Optional[list[str]], typer.Option("--as-group", help="And as a member of this group.")]  # noqa: UP045


class DryRun(enum.StrEnum):
    """Whether the server stops short of writing."""

    NONE = "none"
    SERVER = "server"


class Cascade(enum.StrEnum):
    """What becomes of the objects that a deleted one owns."""

    BACKGROUND = "background"
    FOREGROUND = "foreground"
    ORPHAN = "orphan"


DryRunOption = Annotated[DryRun, typer.Option("--dry-run", help="server: do everything but the writing.")]


@app.callback()
def main(ctx: typer.Context, config: ConfigOption = None) -> None:
    ctx.obj = config


@app.command()
def apply(
    ctx: typer.Context,
    filename: Files,
    namespace: Namespace = "",
    dry_run: DryRunOption = DryRun.NONE,
    server_side: Annotated[
        bool, typer.Option("--server-side", help="The server merges, and knows who owns what.")
    ] = False,
    field_manager: Annotated[str, typer.Option(help="Whose the applied fields are.")] = FIELD_MANAGER,
    force_conflicts: Annotated[bool, typer.Option("--force-conflicts", help="Takes over what others own.")] = False,
    config: ConfigOption = None,
) -> None:
    """Creates the objects of files, or brings those that exist to what the files say."""
    if force_conflicts and not server_side:
        raise typer.BadParameter("--force-conflicts goes with --server-side")
    way = Way(dry_run is DryRun.SERVER, server_side, field_manager, force_conflicts)

    async def act(session: Session) -> None:
        await run_apply(session, filename, namespace or None, way)

    run(config or ctx.obj, namespace, act)


@app.command()
def get(
    ctx: typer.Context,
    args: Annotated[list[str], typer.Argument(metavar="TYPE[,TYPE] [NAME...] | TYPE/NAME...")],
    namespace: Namespace = "",
    all_namespaces: Annotated[bool, typer.Option("--all-namespaces", "-A", help="Of every namespace.")] = False,
    selector: Annotated[str, typer.Option("--selector", "-l", help="Labels, as in app=web,tier!=db.")] = "",
    field_selector: Annotated[str, typer.Option(help="Fields, as in status.phase=Running.")] = "",
    output: Annotated[Optional[Output], typer.Option("--output", "-o", help="Default: a table.")] = None,  # noqa: UP045
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Go on with each change.")] = False,
    config: ConfigOption = None,
) -> None:
    """Shows objects."""
    query = Query(args, output, all_namespaces, selector, field_selector)
    run(config or ctx.obj, namespace, lambda session: (run_watch if watch else run_get)(session, query))


@app.command()
def delete(
    ctx: typer.Context,
    args: Annotated[Optional[list[str]], typer.Argument(metavar="TYPE NAME... | TYPE/NAME...")] = None,  # noqa: UP045
    filename: Annotated[Optional[list[str]], typer.Option("--filename", "-f", help="Those of a file.")] = None,  # noqa: UP045
    namespace: Namespace = "",
    cascade: Annotated[Optional[Cascade], typer.Option(help="What becomes of owned objects.")] = None,  # noqa: UP045
    grace_period: Annotated[int, typer.Option(help="Seconds to end in; below 0: the object's own.")] = -1,
    dry_run: DryRunOption = DryRun.NONE,
    config: ConfigOption = None,
) -> None:
    """Deletes objects."""
    options = meta_pb2.DeleteOptions(dry_run=["All"] if dry_run is DryRun.SERVER else [])
    if cascade is not None:
        options.propagation_policy = cascade.value.capitalize()
    if grace_period >= 0:
        options.grace_period_seconds = grace_period
    run(
        config or ctx.obj,
        namespace,
        lambda session: run_delete(session, args or [], filename or [], namespace or None, options),
    )


@app.command("api-resources")
def api_resources(ctx: typer.Context, config: ConfigOption = None) -> None:
    """Lists what the server serves."""

    async def act(session: Session) -> None:
        rows = [["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"]]
        for info in sorted(session.kinds.infos, key=lambda i: (i.name.group, i.name.resource, not i.preferred)):
            short, namespaced = ",".join(info.short_names), str(info.namespaced).lower()
            rows.append([info.name.resource, short, api_version(info), namespaced, info.kind])
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        for row in rows:
            typer.echo(aligned(row, widths))

    run(config or ctx.obj, "", act)


@auth.command("can-i")
def can_i(
    ctx: typer.Context,
    verb: Verb,
    resource: What,
    name: Name = "",
    subresource: Part = "",
    namespace: Namespace = "",
    user: As = "",
    group: AsGroup = None,
    config: ConfigOption = None,
) -> None:
    """Says yes or no: may it be done?"""
    question = Question(verb, resource, name, subresource, user, group or [])
    run(config or ctx.obj, namespace, lambda session: run_can_i(session, question))


@auth.command()
def explain(
    ctx: typer.Context,
    verb: Verb,
    resource: What,
    name: Name = "",
    subresource: Part = "",
    namespace: Namespace = "",
    user: As = "",
    group: AsGroup = None,
    filename: Annotated[str, typer.Option("--filename", "-f", help="Object to try; -: standard input.")] = "",
    config: ConfigOption = None,
) -> None:
    """Shows the rule that allows a request, or those that nearly do, and what admission makes of an object."""
    question = Question(verb, resource, name, subresource, user, group or [], filename)
    run(config or ctx.obj, namespace, lambda session: run_explain(session, question))
