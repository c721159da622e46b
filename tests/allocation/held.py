"""What Services hold, and what the store says is taken: the two must agree."""

from pilothouse.api.core.v1.networking_pb2 import RangeAllocation
from pilothouse.api.runtime.v1.runtime_pb2 import Unknown
from pilothouse.server.verbs.plane import Plane

from tests.allocation.planes import requests, stored

LOW = 30000


async def assert_nothing_shared_nor_left(plane: Plane) -> tuple[list[str], list[int]]:
    """Raises AssertionError where two Services have one address or node port, where one that is held is not taken, or
    one that is taken is not held. Gives the addresses and ports."""
    services = requests(plane, "services")
    form = plane.kind(services.type).form
    addresses: list[str] = []
    ports: list[int] = []
    for key, value in (await stored(plane, services.type.storage.prefix)).items():
        service = services.message(form.served(key, value)[0])
        spec = service.spec
        if spec.type != "ExternalName":
            addresses += [address for address in spec.cluster_ips if address != "None"]
        if spec.type not in ("NodePort", "LoadBalancer"):
            continue
        own = {port.node_port for port in spec.ports if port.node_port}
        if spec.health_check_node_port:
            own.add(spec.health_check_node_port)
        ports += own
    assert len(set(addresses)) == len(addresses)
    assert len(set(ports)) == len(ports)
    assert set(await stored(plane, "/registry/ipaddresses/")) == set(addresses)
    assert await taken_ports(plane) == set(ports)
    return addresses, ports


async def taken_ports(plane: Plane) -> set[int]:
    """The node ports whose bits are set."""
    values = await stored(plane, "/registry/ranges/servicenodeports")
    if not values:
        return set()
    found = RangeAllocation.FromString(Unknown.FromString(values[""][4:]).raw)
    assert found.range.startswith(f"{LOW}-")
    bits = int.from_bytes(found.data, "big")
    return {LOW + i for i in range(bits.bit_length()) if bits >> i & 1}
