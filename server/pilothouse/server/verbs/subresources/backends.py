"""Subresources that lead to another server: the log of a pod, commands and ports in it, and proxies to pods, services
and nodes.

What the request means is found out as a kube-apiserver does, up to the address that it would be sent to; nothing is
sent there, as from a kube-apiserver whose nodes are out of reach.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from ipaddress import ip_address
from types import MappingProxyType
from typing import NamedTuple, cast

from google.protobuf.message import Message
from pilothouse.api.core.v1.networking_pb2 import Endpoints, EndpointSubset, Service
from pilothouse.api.core.v1.nodes_pb2 import Node
from pilothouse.api.core.v1.pods_pb2 import Pod

from ...admission.base import AdmissionRequest, Operation
from ...admission.pod_parts import all_containers
from ...authorization.base import permit
from ...errors import ApiError, BadRequest, Unavailable, Unclassified
from ...meta.context import RequestContext
from ...meta.resource import ResourceType
from .. import faults
from ..names import require_name
from ..plane import Plane
from ..reading import stored_item

KUBELET_PORT = 10250
# Of the addresses of a node, which are tried first.
_ADDRESS_TYPES = ("Hostname", "InternalDNS", "InternalIP", "ExternalDNS", "ExternalIP")
_STREAMS: Mapping[str, str] = MappingProxyType({"exec": "exec", "attach": "attach", "portforward": "portForward"})
_SCHEMES = ("", "http", "https")


class Backend(NamedTuple):
    """Where a request would be sent. host: a name or an address; port: "" where none is known; path: as there."""

    scheme: str
    host: str
    port: str
    path: str = ""

    @property
    def address(self) -> str:
        """host:port, the port that the scheme stands for where none is known."""
        port = self.port or ("443" if self.scheme == "https" else "80")
        return f"[{self.host}]:{port}" if ":" in self.host else f"{self.host}:{port}"


def leads_elsewhere(resource: ResourceType, subresource: str) -> bool:
    """Whether a subresource is not of this server's own."""
    part = resource.subresource(subresource) if subresource else None
    return part is not None and part.leads_elsewhere


async def backend_of(
    plane: Plane, context: RequestContext, read: Callable[[], Message]
) -> tuple[Backend | None, Message]:
    """With the options of the connection, such as PodLogOptions, that `read` finds in the request. No backend: the log
    of a pod that has no node yet, which is empty. Raises Forbidden, BadRequest, NotFound, Unavailable, Unclassified."""
    permit(plane.authorizer, context)
    if context.subresource in _STREAMS and context.verb != "create":
        # What begins with GET does as much.
        permit(plane.authorizer, replace(context, verb="create"))
    require_name(context)
    options = read()
    if context.subresource != "log":
        request = AdmissionRequest(context, Operation.CONNECT, options, None, context.name)
        await plane.admission.mutate(request)
        await plane.admission.validate(request)
    container = str(getattr(options, "container", ""))
    if context.subresource == "log":
        return await _log(plane, context, container), options
    if context.subresource in _STREAMS:
        return await _stream(plane, context, container), options
    return await _PROXIES[context.type.plural](plane, context), options


def out_of_reach(backend: Backend) -> str:
    """What dialing the backend comes to."""
    try:
        ip_address(backend.host)
    except ValueError:
        return f"dial tcp: lookup {backend.host}: no such host"
    return f"dial tcp {backend.address}: connect: no route to host"


async def _log(plane: Plane, context: RequestContext, container: str) -> Backend | None:
    pod = await _pod(plane, context, context.name)
    container = _container(pod, container)
    if not pod.spec.node_name:
        return None
    return await _kubelet(plane, context, pod.spec.node_name, f"/containerLogs/{_place(pod)}/{container}")


async def _stream(plane: Plane, context: RequestContext, container: str) -> Backend:
    pod = await _pod(plane, context, context.name)
    path = f"/{_STREAMS[context.subresource]}/{_place(pod)}"
    if context.subresource != "portforward":
        path += f"/{_container(pod, container)}"
    if not pod.spec.node_name:
        raise BadRequest(f"pod {context.name} does not have a host assigned")
    return await _kubelet(plane, context, pod.spec.node_name, path)


def _place(pod: Pod) -> str:
    return f"{pod.metadata.namespace}/{pod.metadata.name}"


def _container(pod: Pod, wanted: str) -> str:
    """Raises BadRequest where the pod has no such container, or several to choose from."""
    names = [container.name for _, container in all_containers(pod.spec)]
    if wanted:
        if wanted not in names:
            raise BadRequest(f"container {wanted} is not valid for pod {pod.metadata.name}")
        return wanted
    if len(pod.spec.containers) == 1:
        return pod.spec.containers[0].name
    raise BadRequest(
        f"a container name must be specified for pod {pod.metadata.name}, choose one of: [{' '.join(names)}]"
    )


async def _kubelet(plane: Plane, context: RequestContext, name: str, path: str = "") -> Backend:
    node = cast(Node, await _read(plane, "nodes", context, name))
    for kind in _ADDRESS_TYPES:
        for address in node.status.addresses:
            if address.type == kind:
                # The field's JSON name is Port, and so is the message's.
                port = node.status.daemon_endpoints.kubelet_endpoint.port or KUBELET_PORT
                return Backend("https", address.address, str(port), path)
    known = " ".join(f"{{{a.type} {a.address}}}" for a in node.status.addresses)
    raise Unclassified(f"no preferred addresses found; known addresses: [{known}]")


async def _pod_proxy(plane: Plane, context: RequestContext) -> Backend:
    scheme, name, port = _split(context.name, "pod")
    pod = await _pod(plane, context, name)
    if not port:
        ports = (p.container_port for c in pod.spec.containers for p in c.ports)
        port = str(next(ports, ""))
    host = pod.status.pod_ips[0].ip if pod.status.pod_ips else ""
    if not _is_proxyable(host):
        raise BadRequest("address not allowed")
    return Backend(scheme, host, port)


async def _node_proxy(plane: Plane, context: RequestContext) -> Backend:
    scheme, name, port = _split(context.name, "node")
    kubelet = await _kubelet(plane, context, name)
    if port in ("", kubelet.port):
        return kubelet
    if not _is_proxyable(kubelet.host):
        raise BadRequest("address not allowed")
    return Backend(scheme, kubelet.host, port)


async def _service_proxy(plane: Plane, context: RequestContext) -> Backend:
    scheme, name, port = _split(context.name, "service")
    if port.removeprefix("-").isdecimal():
        service = cast(Service, await _read(plane, "services", context, name))
        found = next((p for p in service.spec.ports if str(p.port) == port), None)
        if found is None:
            raise Unavailable(f'no service port {port} found for service "{name}"')
        port = found.name
    endpoints = cast(Endpoints, await _read(plane, "endpoints", context, name))
    for subset in endpoints.subsets:
        number = next((p.port for p in subset.ports if p.name == port), 0)
        host = await _endpoint(plane, context, subset) if number else ""
        if host:
            return Backend(scheme, host, str(number))
    raise Unavailable(f'no endpoints available for service "{context.name if endpoints.subsets else name}"')


async def _endpoint(plane: Plane, context: RequestContext, subset: EndpointSubset) -> str:
    """The first address that is a pod's own, for anybody may write Endpoints; "" for none."""
    for address in subset.addresses:
        target = address.target_ref
        if target.kind != "Pod" or target.namespace not in ("", context.namespace):
            continue
        try:
            pod = await _pod(plane, context, target.name)
        except ApiError:
            continue
        if _is_proxyable(address.ip) and address.ip in {ip.ip for ip in pod.status.pod_ips}:
            return address.ip
    return ""


_PROXIES: Mapping[str, Callable[[Plane, RequestContext], Awaitable[Backend]]] = MappingProxyType(
    {"pods": _pod_proxy, "nodes": _node_proxy, "services": _service_proxy}
)


def _split(name: str, what: str) -> tuple[str, str, str]:
    """scheme, name and port of "name", "name:port" or "scheme:name:port". Raises BadRequest."""
    parts = name.split(":")
    if len(parts) < 3:
        parts = ["", *parts, ""][:3]
    if len(parts) != 3 or not parts[1] or parts[0] not in _SCHEMES:
        raise BadRequest(f'invalid {what} request "{name}"')
    return parts[0], parts[1], parts[2]


def _is_proxyable(host: str) -> bool:
    """Whether an address may be that of a pod or a node: it is not this machine's own, nor of its links. A name may
    be."""
    try:
        address = ip_address(host)
    except ValueError:
        return bool(host) and not host.replace(".", "").isdecimal()
    return (
        not (address.is_unspecified or address.is_loopback or address.is_link_local or address.is_multicast)
        and str(address) != "255.255.255.255"
    )


async def _pod(plane: Plane, context: RequestContext, name: str) -> Pod:
    return cast(Pod, await _read(plane, "pods", context, name))


async def _read(plane: Plane, plural: str, context: RequestContext, name: str) -> Message:
    """An object of the core group, of the namespace of the request. Raises NotFound."""
    resource = plane.registry.get("", "v1", plural)
    place = RequestContext(context.user, "get", resource, context.namespace if resource.namespaced else "", name)
    require_name(place)
    kind = plane.kind(resource)
    item = await stored_item(plane, kind, resource.key(place.namespace, name))
    if item is None:
        raise faults.not_found(resource, name)
    message = resource.message.FromString(item.body)
    kind.normalize(message)
    return message
