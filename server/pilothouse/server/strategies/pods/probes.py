"""Probes, hooks, and the handlers of both."""

from typing import Any

from pilothouse.api.core.v1.pods_pb2 import HTTPGetAction, Probe
from pilothouse.api.meta.v1.meta_pb2 import IntOrString

from ...errors import Cause
from ...meta import names
from ...schema.causes import forbidden, invalid, required

_HEADER = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")


def probes(container: Any, path: str, causes: list[Cause]) -> None:
    """The probes of a container that may have some."""
    if container.HasField("liveness_probe"):
        _once(container.liveness_probe, f"{path}.livenessProbe", causes)
    if container.HasField("readiness_probe"):
        probe, at = container.readiness_probe, f"{path}.readinessProbe"
        _probe(probe, at, causes)
        if probe.HasField("termination_grace_period_seconds"):
            seconds = probe.termination_grace_period_seconds
            causes.append(
                invalid(f"{at}.terminationGracePeriodSeconds", seconds, "must not be set for readinessProbes")
            )
    if container.HasField("startup_probe"):
        _once(container.startup_probe, f"{path}.startupProbe", causes)


def lifecycle(container: Any, grace: int, path: str, causes: list[Cause]) -> None:
    """The hooks of a container; `grace` is the pod's terminationGracePeriodSeconds."""
    hooks = container.lifecycle
    if hooks.HasField("post_start"):
        _handler(hooks.post_start, grace, f"{path}.postStart", causes)
    if hooks.HasField("pre_stop"):
        _handler(hooks.pre_stop, grace, f"{path}.preStop", causes)


def _once(probe: Probe, path: str, causes: list[Cause]) -> None:
    """A probe that is passed by its first success."""
    _probe(probe, path, causes)
    if probe.success_threshold != 1:
        causes.append(invalid(f"{path}.successThreshold", probe.success_threshold, "must be 1"))


def _probe(probe: Probe, path: str, causes: list[Cause]) -> None:
    _handler(probe.handler, 0, path, causes)
    if probe.HasField("termination_grace_period_seconds") and probe.termination_grace_period_seconds <= 0:
        seconds = probe.termination_grace_period_seconds
        causes.append(invalid(f"{path}.terminationGracePeriodSeconds", seconds, "must be greater than 0"))


def _handler(handler: Any, grace: int, path: str, causes: list[Cause]) -> None:
    # In the order of their numbers, which is that in which the first one counts.
    actions = handler.ListFields()
    for descriptor, action in actions[:1]:
        _action(descriptor.name, action, grace, f"{path}.{descriptor.json_name}", causes)
    for descriptor, _ in actions[1:]:
        causes.append(forbidden(f"{path}.{descriptor.json_name}", "may not specify more than 1 handler type"))
    if not actions:
        causes.append(required(path, "must specify a handler type"))


def _action(name: str, action: Any, grace: int, path: str, causes: list[Cause]) -> None:
    if name == "exec":
        if not action.command:
            causes.append(required(f"{path}.command"))
    elif name == "http_get":
        _http(action, path, causes)
    elif name == "tcp_socket":
        _port(action.port, f"{path}.port", causes)
    elif name == "grpc":
        _port_number(action.port, f"{path}.port", causes)
    elif not 0 <= action.seconds <= grace:
        detail = f"must be non-negative and less than terminationGracePeriodSeconds ({grace})"
        causes.append(invalid(path, action.seconds, detail))


def _http(action: HTTPGetAction, path: str, causes: list[Cause]) -> None:
    _port(action.port, f"{path}.port", causes)
    for header in action.http_headers:
        if header.name and not _HEADER.issuperset(header.name):
            detail = (
                "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used "
                "for validation is '[-A-Za-z0-9]+')"
            )
            causes.append(invalid(f"{path}.httpHeaders", header.name, detail))


def _port(port: IntOrString, path: str, causes: list[Cause]) -> None:
    if port.type:
        causes.extend(invalid(path, port.str_val, fault) for fault in names.port_name(port.str_val))
    else:
        _port_number(port.int_val, path, causes)


def _port_number(port: int, path: str, causes: list[Cause]) -> None:
    if not 1 <= port <= 65535:
        causes.append(invalid(path, port, "must be between 1 and 65535, inclusive"))
