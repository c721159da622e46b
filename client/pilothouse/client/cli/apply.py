"""`pilothouse apply`: creates what is not there and patches what differs, or lets the server merge."""

import copy
from dataclasses import dataclass

import orjson
import typer
from pilothouse.api.dynamic.v1.dynamic_pb2 import ResourceInfo
from pilothouse.api.meta.v1 import meta_pb2

from ..errors import ApiError, NotFound
from ..resource import PatchType
from ..three_way import three_way_merge
from ..wire import JsonObject
from .kinds import CliError, printed
from .manifests import Manifest, read
from .merge_schema import merge_schema
from .session import Session, warn

# kubectl's own, so that both can apply to the same objects.
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
FIELD_MANAGER = "pilothouse"


@dataclass(frozen=True, slots=True)
class Way:
    """How to apply. server_side: the server merges, and knows who owns what; force: takes over what others own."""

    dry_run: bool = False
    server_side: bool = False
    field_manager: str = FIELD_MANAGER
    force: bool = False


async def apply(session: Session, files: list[str], namespace: str | None, way: Way) -> None:
    """Applies every object of the files; one that fails does not hinder the next."""
    for manifest in read(files):
        try:
            info = await session.kind_of(manifest.object, manifest.source)
            target = manifest.namespace(session.namespace, namespace) if info.namespaced else ""
            how = _apply_on_server if way.server_side else _apply
            outcome = await how(session, info, manifest, target, way)
        except (ApiError, CliError) as error:
            session.report(error, f"when applying {manifest.source!r}")
        else:
            typer.echo(f"{printed(info, manifest.name)} {outcome}{' (server dry run)' if way.dry_run else ''}")


async def _apply_on_server(session: Session, info: ResourceInfo, manifest: Manifest, namespace: str, way: Way) -> str:
    resource = session.resource(info)
    await resource.apply(
        manifest.object,
        field_manager=way.field_manager,
        force=way.force,
        namespace=namespace,
        dry_run=way.dry_run,
    )
    return "serverside-applied"


async def _apply(session: Session, info: ResourceInfo, manifest: Manifest, namespace: str, way: Way) -> str:
    resource = session.resource(info)
    modified = annotated(manifest.object, namespace)
    dry_run, dry = way.dry_run, ["All"] if way.dry_run else []
    try:
        live = await resource.get(manifest.name, namespace=namespace)
    except NotFound:
        options = meta_pb2.CreateOptions(dry_run=dry, field_manager=way.field_manager)
        await resource.create(modified, namespace=namespace, options=options)
        return "created"
    schema = merge_schema(info.message)
    patch = three_way_merge(_last_applied(live, printed(info, manifest.name)), modified, live, schema)
    if not patch:
        return "unchanged"
    after = await resource.patch(
        manifest.name,
        orjson.dumps(patch),
        PatchType.STRATEGIC_MERGE_PATCH if schema else PatchType.MERGE_PATCH,
        namespace=namespace,
        options=meta_pb2.PatchOptions(dry_run=dry, field_manager=way.field_manager),
    )
    same = after["metadata"].get("resourceVersion") == live["metadata"].get("resourceVersion")
    return "unchanged" if same and not dry_run else "configured"


def annotated(obj: JsonObject, namespace: str) -> JsonObject:
    """The object as applied: in its namespace, with itself in the annotation that the next apply compares with."""
    applied = copy.deepcopy(obj)
    metadata = applied["metadata"]
    if namespace:
        metadata["namespace"] = namespace
    annotations = {k: v for k, v in (metadata.get("annotations") or {}).items() if k != LAST_APPLIED}
    metadata["annotations"] = annotations
    text = orjson.dumps(applied, option=orjson.OPT_SORT_KEYS).decode() + "\n"
    metadata["annotations"] = {**annotations, LAST_APPLIED: text}
    return applied


def _last_applied(live: JsonObject, name: str) -> JsonObject:
    text = (live["metadata"].get("annotations") or {}).get(LAST_APPLIED)
    if text is None:
        warn(f"{name} was not made by apply: what the manifest leaves out stays, until it is applied again")
        return {}
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise CliError(
            f"{name}: its annotation {LAST_APPLIED} is not JSON; remove the annotation and apply again"
        ) from None
    return found if isinstance(found, dict) else {}
