"""Requests that a kube-apiserver hands on to a kubelet, a pod or a service: what they ask for, and how it is told that
these are out of reach."""

from urllib.parse import quote, urlencode

from aiohttp.web_response import Response, StreamResponse
from google.protobuf.message import Message
from pilothouse.api.core.v1 import networking_pb2, nodes_pb2, pods_pb2

from ...errors import BadRequest, Cause, Invalid, Unavailable, Unclassified
from ...meta.times import parse_time
from ...schema.causes import forbidden, invalid
from ...verbs.plane import Plane
from ...verbs.subresources.backends import Backend, backend_of, out_of_reach
from .exchange import Exchange
from .options import Query, first, is_on, whole_number

_OPTIONS: dict[tuple[str, str], type[Message]] = {
    ("pods", "attach"): pods_pb2.PodAttachOptions,
    ("pods", "exec"): pods_pb2.PodExecOptions,
    ("pods", "portforward"): pods_pb2.PodPortForwardOptions,
    ("pods", "proxy"): pods_pb2.PodProxyOptions,
    ("services", "proxy"): networking_pb2.ServiceProxyOptions,
    ("nodes", "proxy"): nodes_pb2.NodeProxyOptions,
}
_LOG_SWITCHES = {"follow": "follow", "previous": "previous", "timestamps": "timestamps"}
_LOG_NUMBERS = {"sinceSeconds": "since_seconds", "tailLines": "tail_lines", "limitBytes": "limit_bytes"}
_STREAM_SWITCHES = ("stdin", "stdout", "stderr", "tty")


async def answer(plane: Plane, exchange: Exchange) -> StreamResponse:
    """Raises ApiError, most of the time."""
    target = exchange.target
    assert target is not None
    context = exchange.context()
    if target.subresource == "log":
        backend, options = await backend_of(plane, context, lambda: log_options(exchange.query, target.name))
        assert isinstance(options, pods_pb2.PodLogOptions)
        if backend is None:
            return Response(status=204, headers=[h for h in exchange.headers("") if h[0] != "Content-Type"])
        raise Unclassified(f'Get "{_log_url(backend, options)}": {out_of_reach(backend)}')
    backend, _ = await backend_of(plane, context, lambda: _options(exchange))
    assert backend is not None
    if target.subresource != "proxy":
        if "upgrade" not in exchange.raw.headers.get("Connection", "").lower():
            raise BadRequest("Upgrade request required")
        raise Unclassified(f"error dialing backend: {out_of_reach(backend)}")
    path, _, query = exchange.raw.raw_path.partition("?")
    if exchange.method == "GET" and target.bare and not path.endswith("/"):
        # What is served there refers to itself relative to a folder.
        there = f"{path}/?{query}" if query else f"{path}/"
        return Response(status=301, headers=[("Location", there)])
    raise Unavailable(f"error trying to reach service: {out_of_reach(backend)}")


def log_options(query: Query, pod: str) -> pods_pb2.PodLogOptions:
    """Raises BadRequest for what cannot be read, Invalid for what makes no sense."""
    options = pods_pb2.PodLogOptions(container=first(query, "container"))
    for name, field in _LOG_SWITCHES.items():
        setattr(options, field, is_on(query, name))
    options.insecure_skip_tls_verify_backend = is_on(query, "insecureSkipTLSVerifyBackend")
    for name, field in _LOG_NUMBERS.items():
        if name in query:
            setattr(options, field, whole_number(query[name][0]))
    if first(query, "sinceTime"):
        try:
            options.since_time.seconds, _ = parse_time(first(query, "sinceTime"))
        except ValueError as error:
            raise BadRequest(str(error)) from None
    if "stream" in query:
        options.stream = first(query, "stream")
    causes = _log_faults(options)
    if causes:
        lines = [f"{cause.field}: {cause.message}" for cause in causes]
        text = lines[0] if len(lines) == 1 else f"[{', '.join(lines)}]"
        raise Invalid(f'PodLogOptions "{pod}" is invalid: {text}', kind="PodLogOptions", name=pod, causes=causes)
    return options


def _log_faults(options: pods_pb2.PodLogOptions) -> list[Cause]:
    causes: list[Cause] = []
    if options.tail_lines < 0:
        causes.append(invalid("tailLines", options.tail_lines, "must be greater than or equal to 0"))
    if options.HasField("limit_bytes") and options.limit_bytes < 1:
        causes.append(invalid("limitBytes", options.limit_bytes, "must be greater than 0"))
    if options.HasField("since_seconds"):
        if options.HasField("since_time"):
            causes.append(forbidden("", "at most one of `sinceTime` or `sinceSeconds` may be specified"))
        elif options.since_seconds < 1:
            causes.append(invalid("sinceSeconds", options.since_seconds, "must be greater than 0"))
    if options.HasField("stream"):
        causes.append(forbidden("stream", "may not be specified"))
    return causes


def _log_url(backend: Backend, options: pods_pb2.PodLogOptions) -> str:
    query: dict[str, str] = {name: "true" for name, field in _LOG_SWITCHES.items() if getattr(options, field)}
    for name, field in _LOG_NUMBERS.items():
        if options.HasField(field):
            query[name] = str(getattr(options, field))
    text = f"?{urlencode(sorted(query.items()))}" if query else ""
    return f"{backend.scheme}://{backend.address}{quote(backend.path)}{text}"


def _options(exchange: Exchange) -> Message:
    """Raises BadRequest."""
    target, query = exchange.target, exchange.query
    assert target is not None
    options = _OPTIONS[target.type.plural, target.subresource]()
    if isinstance(options, pods_pb2.PodExecOptions | pods_pb2.PodAttachOptions):
        options.container = first(query, "container")
        for name in _STREAM_SWITCHES:
            setattr(options, name, is_on(query, name))
    if isinstance(options, pods_pb2.PodExecOptions):
        options.command.extend(query.get("command", ()))
    if isinstance(options, pods_pb2.PodPortForwardOptions):
        options.ports.extend(_port(text) for text in query.get("ports", ()))
    return options


def _port(text: str) -> int:
    number = whole_number(text)
    if not -(1 << 31) <= number < 1 << 31:
        raise BadRequest(f"the port {number} is none")
    return number
