"""The only place that assembles: from a ServerConfig to a server that has opened. `process.py` runs it."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .admission.base import Plugin
from .admission.building import build_chain
from .admission.chain import Chain
from .admission.configuration import read_sections
from .admission.environment import ConfigurationError, Environment
from .admission.plugins.definition_places import DefinitionPlaces
from .admission.plugins.escalation import Escalation
from .admission.plugins.policy_parameters import PolicyParameters
from .allocation import AllocationConfig, ServiceAllocation
from .apiextensions.serving import Serving
from .audit.file import RotatingFile, StandardOutput
from .audit.log import AuditLog
from .authentication.account_keys import AccountKeyError
from .authentication.certificates import CertificateAuthenticator
from .authentication.revocation import RevocationError, Revocations
from .authentication.serving import ServingCertificates, TlsError, TlsFiles
from .authentication.token_file import TokenFileError
from .authorization.node import NodeAuthorizer
from .authorization.rbac import Rbac
from .authorization.union import Union
from .config import ServerConfig
from .controllers.base import Reports
from .controllers.building import build_controllers
from .controllers.definitions import Definitions
from .controllers.election import Election
from .controllers.manager import Manager
from .credentials import open_tokens, published_documents
from .doors.grpc.server import GrpcDoor, PortTaken
from .furniture import Furniture, lay_down
from .furniture.service import place_of
from .health import Check, HealthServer
from .kinds import Kinds
from .meta.declared import registry_from_protos
from .metrics import Metrics
from .objects import CachedObjects
from .store.base import Store, StoreError
from .store.batching import Batcher
from .store.compaction import Compactor
from .verbs.plane import Plane
from .watchcache.audience import Audiences
from .watchcache.cache import WatchCache

if TYPE_CHECKING:
    from .doors.rest.server import RestDoor


class CannotStart(Exception):
    """The server cannot run as it is told to. The text says which flag to look at."""


_UNUSABLE = (TlsError, TokenFileError, AccountKeyError, RevocationError, StoreError)
"""What is wrong with a file or a store that a flag names; each text says which."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that has opened. addresses: host:port of each door, by its name."""

    plane: Plane
    grpc: GrpcDoor
    rest: "RestDoor"
    config: ServerConfig
    addresses: Mapping[str, str]

    def checks(self) -> Mapping[str, Check]:
        """What must hold for the server to be ready."""

        def cache() -> None:
            if not self.plane.cache.ready:
                raise RuntimeError("the watch cache is catching up with the store")

        async def store() -> None:
            await self.plane.writer.revision()

        # Clients ask for the store by the name that it has in a kube-apiserver, whatever it is here.
        return {"watch-cache": cache, "etcd": store}

    async def leave(self) -> None:
        """Ends what is open: watches at once, so that their clients go elsewhere, other calls when they are done."""
        grace = self.config.shutdown_grace_period
        self.grpc.leave()
        await asyncio.sleep(self.config.shutdown_delay_duration)
        await self.plane.cache.pump.close()
        await asyncio.gather(self.grpc.close(grace), self.rest.close(grace))


async def open_server(
    config: ServerConfig, stack: AsyncExitStack, metrics: Metrics, health: HealthServer, index: int
) -> Server:
    """Opens the store, fills the cache and opens the doors; closing is left to the stack. index: of this worker. Raises
    CannotStart."""
    try:
        return await _open(config, stack, metrics, health, index)
    except _UNUSABLE as error:
        raise CannotStart(str(error)) from error


async def _open(
    config: ServerConfig, stack: AsyncExitStack, metrics: Metrics, health: HealthServer, index: int
) -> Server:
    material = ServingCertificates(_tls_files(config))
    certificates = CertificateAuthenticator(Revocations(config.crl_file) if config.crl_file else None)
    store = _open_store(config)
    stack.push_async_callback(store.close)
    plane = await open_plane(stack, store, config)
    await lay_down(plane, config.service_cluster_ip_range)
    if index == 0:
        await _furnish(config, stack, plane)
    _start_controllers(config, stack, plane, metrics)
    if config.etcd_compaction_interval:
        compaction = asyncio.create_task(Compactor(store, config.etcd_compaction_interval).run(), name="compaction")
        stack.callback(compaction.cancel)
    _count(plane.cache, metrics)
    audit = _open_audit(config, stack, metrics) if config.audit_log_path else None
    addresses = {"grpc": _address(config, config.grpc_port), "rest": _address(config, config.secure_port)}
    if plane.tokens.known:
        addresses["grpc_tokens"] = _address(config, config.grpc_token_port)
    grpc = GrpcDoor(
        plane, certificates.authenticate, metrics, config.max_request_bytes, config.heartbeat_interval, audit
    )
    await _open_grpc(grpc, material, addresses, config.workers > 1)
    # For a start that goes no further; one that succeeds ends with leave().
    stack.push_async_callback(grpc.close, 0.0)
    # Loaded only now, when the gRPC door is open: the library takes as long as the rest of a start.
    from .doors.rest.identity import Identities
    from .doors.rest.server import RestDoor, Surroundings

    surroundings = Surroundings(
        Identities(certificates.authenticate, plane.tokens, config.anonymous_auth),
        metrics,
        health.examine,
        config.max_request_bytes,
        addresses["rest"],
        audit,
        published=published_documents(config, plane.tokens, addresses["rest"]),
    )
    rest = RestDoor(plane, surroundings)
    try:
        await rest.start(config.bind_address, config.secure_port, material.ssl_context(), config.workers > 1)
    except OSError:
        raise _cannot_listen("--secure-port", addresses["rest"]) from None
    return Server(plane, grpc, rest, config, addresses)


async def _open_grpc(door: GrpcDoor, material: ServingCertificates, addresses: Mapping[str, str], shared: bool) -> None:
    """shared: whether other workers listen on the same ports. Raises CannotStart."""
    ports = {addresses["grpc"]: material.grpc_credentials(True)}
    if "grpc_tokens" in addresses:
        ports[addresses["grpc_tokens"]] = material.grpc_credentials(False)
    try:
        await door.start(ports, shared)
    except PortTaken as taken:
        flag = "--grpc-port" if taken.address == addresses["grpc"] else "--grpc-token-port"
        raise _cannot_listen(flag, taken.address) from None


async def _furnish(config: ServerConfig, stack: AsyncExitStack, plane: Plane) -> None:
    """Lays down what clients expect; the stack ends its keeping. Raises CannotStart."""
    place = place_of(
        config.advertise_address or config.bind_address, config.secure_port, config.service_cluster_ip_range
    )
    furniture = Furniture(plane, place, config.client_ca_file)
    try:
        await furniture.lay()
    except OSError as error:
        raise CannotStart(f"--client-ca-file: {error}") from None
    furniture.start()
    stack.push_async_callback(furniture.close)


def _cannot_listen(flag: str, address: str) -> CannotStart:
    return CannotStart(
        f"{flag}: cannot listen on {address}: another process has the port, or the address of --bind-address is not "
        "this machine's"
    )


async def open_plane(
    stack: AsyncExitStack, store: Store, config: ServerConfig, now: Callable[[], float] = time.time
) -> Plane:
    """Everything between the store and the doors, with the cache filled. The stack closes it, before the store.
    Raises CannotStart."""
    registry = registry_from_protos()
    batcher = Batcher(store, config.shared_writes)
    stack.push_async_callback(batcher.close)
    cache = WatchCache(store, config.watch_cache_bytes)
    kinds = Kinds(registry)
    cache.serve(kinds.forms)
    definitions = Serving(registry, cache, kinds)
    rbac = Rbac(registry, cache.follow)
    authorizer = Union(NodeAuthorizer(registry, cache.follow), rbac)
    objects = CachedObjects(registry, kinds, cache, store, batcher)
    environment = Environment(objects, authorizer, registry, now, follow=cache.follow, forms=kinds)
    ranges = AllocationConfig(config.service_cluster_ip_range, config.service_node_port_range)
    allocation = ServiceAllocation(registry, cache, store.get, ranges, now)
    tokens, issuer = open_tokens(config, registry, cache, batcher)
    plane = Plane(
        registry=registry,
        kinds=kinds,
        store=store,
        writer=batcher,
        cache=cache,
        audiences=Audiences(cache),
        authorizer=authorizer,
        admission=_admission(
            config,
            environment,
            (
                Escalation(authorizer, rbac),
                allocation,
                DefinitionPlaces(registry),
                PolicyParameters(authorizer, registry, objects),
            ),
        ),
        now=now,
        event_ttl=int(config.event_ttl),
        grants=rbac,
        definitions=definitions,
        tokens=tokens,
        issuer=issuer,
    )
    stack.push_async_callback(cache.close)
    await cache.start()
    bringing = Definitions(plane)
    bringing.start()
    stack.push_async_callback(bringing.close)
    return plane


def _admission(config: ServerConfig, environment: Environment, built_in: Sequence[Plugin]) -> Chain:
    file = config.admission_control_config_file
    try:
        sections = read_sections(file) if file is not None else {}
        enable, disable = config.enable_admission_plugins, config.disable_admission_plugins
        return build_chain(environment, enable, disable, sections, built_in)
    except ConfigurationError as error:
        raise CannotStart(f"admission plugins, --admission-control-config-file: {error}") from None


def _open_audit(config: ServerConfig, stack: AsyncExitStack, metrics: Metrics) -> AuditLog:
    """Starts the audit log; the stack writes what is left of it."""
    path = config.audit_log_path
    assert path is not None
    try:
        sink = (
            StandardOutput()
            if str(path) == "-"
            else RotatingFile(path, config.audit_log_maxsize << 20, config.audit_log_maxbackup, config.audit_log_maxage)
        )
    except OSError as error:
        raise CannotStart(f"--audit-log-path: cannot write {path}: {error.strerror}") from None
    audit = AuditLog(sink)
    audit.start()
    stack.push_async_callback(audit.close)
    metrics.gauge(
        "pilothouse_audit_entries",
        "Entries of the audit log, by what became of them.",
        ("outcome",),
        lambda: {("written",): float(audit.written), ("dropped",): float(audit.dropped)},
    )
    return audit


def _start_controllers(config: ServerConfig, stack: AsyncExitStack, plane: Plane, metrics: Metrics) -> None:
    """Where servers may share the store, one of them runs the controllers; the embedded store is one server's own."""
    if not config.controllers:
        return
    objects = CachedObjects(plane.registry, plane.kinds, plane.cache, plane.store, plane.writer)
    try:
        root_ca = config.root_ca_file.read_text() if config.root_ca_file is not None else ""
    except (OSError, UnicodeDecodeError) as error:
        raise CannotStart(f"--root-ca-file: cannot read {config.root_ca_file}: {error}") from None
    reports = Reports()
    controllers = build_controllers(plane, objects, config.controllers, reports, root_ca)
    election = Election(plane, config.leader_elect_lease_duration) if config.etcd_servers else None
    manager = Manager(controllers, reports, election)
    failures = "What controllers failed at, and try again, by the reason."
    metrics.gauge("pilothouse_controller_failures", failures, ("controller", "reason"), reports.failures)
    metrics.gauge("pilothouse_controller_queue", "What waits for a controller.", ("controller",), reports.waiting)
    leads = "Whether this server runs the controllers."
    metrics.gauge("pilothouse_leads", leads, (), lambda: {(): float(manager.leads)})
    manager.start()
    stack.push_async_callback(manager.close)


def _open_store(config: ServerConfig) -> Store:
    if not config.etcd_servers:
        from .store.sqlite import SqliteStore

        config.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        return SqliteStore(config.data_dir / "pilothouse.db")
    from .store.etcd import EtcdConfig, EtcdStore

    return EtcdStore(
        EtcdConfig(
            endpoints=config.etcd_servers,
            # The keys of the line start with /registry; the flag says what stands in its place.
            prefix=config.etcd_prefix.removesuffix("/registry"),
            ca_file=config.etcd_cafile,
            cert_file=config.etcd_certfile,
            key_file=config.etcd_keyfile,
        )
    )


def _tls_files(config: ServerConfig) -> TlsFiles:
    if config.tls_cert_file is None or config.tls_private_key_file is None:
        raise CannotStart("--tls-cert-file and --tls-private-key-file are required")
    return TlsFiles(config.tls_cert_file, config.tls_private_key_file, config.client_ca_file)


def _address(config: ServerConfig, port: int) -> str:
    host = f"[{config.bind_address}]" if ":" in config.bind_address else config.bind_address
    return f"{host}:{port}"


def _count(cache: WatchCache, metrics: Metrics) -> None:
    def sizes() -> Mapping[tuple[str, ...], float]:
        return {(name,): float(count) for name, count in cache.sizes().items() if name != "rings"}

    metrics.gauge("pilothouse_cache_objects", "Objects in the watch cache.", ("resource",), sizes)
    metrics.gauge("pilothouse_tasks", "Tasks of the event loop.", (), lambda: {(): float(len(asyncio.all_tasks()))})
