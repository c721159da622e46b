"""ServiceAllocation: always on and last in the chain; it gives Services addresses and ports, and takes them back."""

import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from pilothouse.api.core.v1.networking_pb2 import Service, ServiceSpec

from ..admission.base import AdmissionRequest, Operation, Plugin
from ..errors import ApiError, Cause, Internal, Invalid
from ..meta.resource import Registry, ResourceType
from ..schema.causes import invalid
from ..watchcache.cache import WatchCache
from .addresses import Addresses, AlreadyAllocated, Get, NotInRange, RangeFull
from .carried import PORTED, carry_over, needs_health_port, sync_new
from .families import HEADLESS, IPV4, IPV6, is_settled, moved, settle_families
from .ports import NodePorts


@dataclass(frozen=True, slots=True)
class AllocationConfig:
    """cluster_ranges: one CIDR, or one of each family, the default family first; node_ports: the lowest and highest."""

    cluster_ranges: tuple[str, ...] = ("10.0.0.0/24",)
    node_ports: tuple[int, int] = (30000, 32767)

    @property
    def families(self) -> tuple[str, ...]:
        return tuple(IPV4 if ipaddress.ip_network(cidr).version == 4 else IPV6 for cidr in self.cluster_ranges)


class ServiceAllocation(Plugin):
    name = "ServiceAllocation"

    def __init__(
        self, registry: Registry, cache: WatchCache, get: Get, config: AllocationConfig, now: Callable[[], float]
    ) -> None:
        """get: reads a key of the store as it is now; now: seconds since the epoch."""
        self._families = config.families
        self._addresses = Addresses(registry, cache, get, now)
        self._ports = NodePorts(*config.node_ports, get)

    def handles(self, resource: ResourceType, subresource: str, operation: Operation) -> bool:
        if resource.group or resource.plural != "services" or subresource:
            return False
        return operation is not Operation.CONNECT

    async def mutate(self, request: AdmissionRequest) -> None:
        """Chooses what is to be claimed. Nothing is claimed yet, and what is refused later costs nothing."""
        service, old = cast(Service | None, request.object), cast(Service | None, request.old)
        if service is None:
            return
        if old is None:
            sync_new(service)
        else:
            carry_over(service, old)
        spec, before = service.spec, old.spec if old is not None else None
        causes: list[Cause] = []
        if spec.type != "ExternalName" and not is_settled(spec, before):
            causes = settle_families(spec, before, self._families)
        if before is not None and not causes:
            causes = moved(spec, before)
        _raise_if(causes, request)
        if spec.type != "ExternalName" and spec.cluster_ip != HEADLESS:
            await self._choose_addresses(request, spec, _addresses(before))
        if spec.type in PORTED:
            await self._choose_ports(request, spec, before)
        if needs_health_port(spec):
            await self._choose_health_port(spec, _ports(before))

    async def validate(self, request: AdmissionRequest) -> None:
        """Puts what claims and gives up into the transaction."""
        if request.context.dry_run:
            return
        service, old = cast(Service | None, request.object), cast(Service | None, request.old)
        goes = service is None or _is_doomed(service)
        now, before = None if goes or service is None else service.spec, old.spec if old is not None else None
        wanted, held = _addresses(now), _addresses(before)
        for address in sorted(wanted - held):
            assert service is not None
            request.together.append(self._addresses.claim(address, service))
        for address in sorted(held - wanted):
            assert old is not None
            released = await self._addresses.release(address, old)
            if released is not None:
                request.together.append(released)
        ports, had = _ports(now), _ports(before)
        if ports != had:
            request.together.append(await self._ports.swap(request.context, ports - had, had - ports))

    async def _choose_addresses(self, request: AdmissionRequest, spec: ServiceSpec, held: set[str]) -> None:
        for index, family in enumerate(spec.ip_families):
            if index >= len(spec.cluster_ips):
                try:
                    spec.cluster_ips.append(self._addresses.choose(family))
                except RangeFull as error:
                    raise _internal(f"failed to allocate a serviceIP: {error}") from None
            elif spec.cluster_ips[index] not in held:
                await self._check_address(request, spec, spec.cluster_ips[index])
        if spec.cluster_ips:
            spec.cluster_ip = spec.cluster_ips[0]

    async def _check_address(self, request: AdmissionRequest, spec: ServiceSpec, address: str) -> None:
        try:
            await self._addresses.check(address)
        except (NotInRange, AlreadyAllocated) as error:
            detail = f"failed to allocate IP {address}: {error}"
            _raise_if([invalid("spec.clusterIPs", list(spec.cluster_ips), detail)], request)

    async def _choose_ports(self, request: AdmissionRequest, spec: ServiceSpec, before: ServiceSpec | None) -> None:
        held = _ports(before)
        unasked = spec.type == "NodePort" or spec.allocate_load_balancer_node_ports
        by_port: dict[int, int] = {}
        for port in spec.ports:
            if port.node_port and (before is None or port.port not in by_port):
                by_port.setdefault(port.port, port.node_port)
        seen: dict[int, int] = {}
        for index, port in enumerate(spec.ports):
            if not port.node_port and not unasked:
                continue
            # Ports of one number share a node port, one for each protocol.
            if not port.node_port and before is None:
                port.node_port = by_port.get(port.port, 0)
            if not port.node_port:
                port.node_port = await self._choose_port(held | set(seen))
            elif port.node_port not in held and port.node_port not in seen:
                await self._check_port(request, index, port.node_port)
            elif before is None and seen.get(port.node_port, port.port) != port.port:
                detail = "provided port is already allocated"
                _raise_if([invalid(f"spec.ports[{index}].nodePort", port.node_port, detail)], request)
            by_port.setdefault(port.port, port.node_port)
            seen.setdefault(port.node_port, port.port)

    async def _choose_port(self, own: set[int]) -> int:
        try:
            return await self._ports.choose(own)
        except RangeFull as error:
            raise _internal(f"failed to allocate a nodePort: {error}") from None

    async def _check_port(self, request: AdmissionRequest, index: int, port: int) -> None:
        try:
            await self._ports.check(port)
        except (NotInRange, AlreadyAllocated) as error:
            _raise_if([invalid(f"spec.ports[{index}].nodePort", port, str(error))], request)

    async def _choose_health_port(self, spec: ServiceSpec, held: set[int]) -> None:
        own = {port.node_port for port in spec.ports}
        wanted = spec.health_check_node_port
        if not wanted:
            spec.health_check_node_port = await self._choose_port(held | own)
        elif wanted not in held:
            try:
                if wanted in own:
                    raise AlreadyAllocated("provided port is already allocated")
                await self._ports.check(wanted)
            except (NotInRange, AlreadyAllocated) as error:
                text = f"failed to allocate requested HealthCheck NodePort {wanted}: {error}"
                raise _internal(text) from None


def _addresses(spec: ServiceSpec | None) -> set[str]:
    """The cluster IPs that a Service has."""
    if spec is None or spec.type == "ExternalName":
        return set()
    return {address for address in spec.cluster_ips if address != HEADLESS}


def _ports(spec: ServiceSpec | None) -> set[int]:
    """The node ports that a Service has, that of its health check among them."""
    if spec is None or spec.type not in PORTED:
        return set()
    ports = {port.node_port for port in spec.ports if port.node_port}
    if needs_health_port(spec) and spec.health_check_node_port:
        ports.add(spec.health_check_node_port)
    return ports


def _is_doomed(service: Service) -> bool:
    metadata = service.metadata
    return metadata.HasField("deletion_timestamp") and not metadata.finalizers


def _raise_if(causes: Sequence[Cause], request: AdmissionRequest) -> None:
    """Raises Invalid with causes, where there are any."""
    if not causes:
        return
    texts = [f"{cause.field}: {cause.message}" for cause in causes]
    text = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    message = f'Service "{request.name}" is invalid: {text}'
    raise Invalid(message, kind="Service", name=request.name, causes=causes)


def _internal(text: str) -> ApiError:
    return Internal(f"Internal error occurred: {text}", causes=(Cause("", text),))
