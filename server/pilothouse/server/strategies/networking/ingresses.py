"""Ingresses and IngressClasses."""

from collections.abc import Iterable

from pilothouse.api.core.v1.references_pb2 import TypedLocalObjectReference
from pilothouse.api.networking.v1.networking_pb2 import (
    HTTPIngressPath,
    Ingress,
    IngressBackend,
    IngressClass,
    IngressClassParametersReference,
    IngressRule,
    IngressSpec,
)

from ...errors import Cause
from ...meta import names
from ...meta.context import RequestContext
from ...schema.causes import faulty, forbidden, invalid, required, too_long
from ...schema.order import Orders
from ..addresses import address_faults, address_of
from ..base import Strategy
from ..domains import domain_path
from ..services.balancers import host_name

_CLASS = "kubernetes.io/ingress.class"
_CONTROLLER = 250
_SEQUENCES = ("//", "/./", "/../", "%2f", "%2F")
_ENDS = ("/..", "/.")


_INGRESSES_ORDERS: Orders = {
    "IngressSpec": ("defaultBackend", "rules", "tls"),
    "HTTPIngressPath": ("pathType", "path", "backend"),
}


class Ingresses(Strategy[Ingress]):
    orders = _INGRESSES_ORDERS

    def validate(self, context: RequestContext, obj: Ingress) -> list[Cause]:
        spec = obj.spec
        causes: list[Cause] = []
        if spec.HasField("default_backend"):
            causes += _backend(spec.default_backend, "spec.defaultBackend")
        elif not spec.rules:
            causes.append(invalid("spec", spec, "either `defaultBackend` or `rules` must be specified"))
        causes += _rules(spec.rules)
        causes += _secrets(spec)
        if spec.HasField("ingress_class_name"):
            name = spec.ingress_class_name
            causes += faulty("spec.ingressClassName", name, names.dns1123_subdomain(name))
        return causes

    def validate_create(self, context: RequestContext, obj: Ingress) -> list[Cause]:
        wanted = obj.metadata.annotations.get(_CLASS)
        if wanted is None or not obj.spec.HasField("ingress_class_name") or wanted == obj.spec.ingress_class_name:
            return []
        detail = "must match `ingressClassName` when both are specified"
        return [invalid(f"metadata.annotations.{_CLASS}", wanted, detail)]

    def validate_update(self, context: RequestContext, obj: Ingress, old: Ingress) -> list[Cause]:
        causes = super().validate_update(context, obj, old)
        if context.subresource == "status":
            for index, ingress in enumerate(obj.status.load_balancer.ingress):
                at = f"status.loadBalancer.ingress[{index}]"
                if ingress.ip:
                    causes += faulty(f"{at}.ip", ingress.ip, address_faults(ingress.ip))
                causes += host_name(ingress.hostname, f"{at}.hostname")
        return causes


def _rules(rules: Iterable[IngressRule]) -> list[Cause]:
    causes: list[Cause] = []
    for index, rule in enumerate(rules):
        at = f"spec.rules[{index}]"
        if rule.host:
            if address_of(rule.host) is not None:
                causes.append(invalid(f"{at}.host", rule.host, "must be a DNS name, not an IP address"))
            causes += _host(rule.host, f"{at}.host")
        value = rule.ingress_rule_value
        if value.HasField("http"):
            if not value.http.paths:
                causes.append(required(f"{at}.http.paths"))
            for i, path in enumerate(value.http.paths):
                causes += _path(path, f"{at}.http.paths[{i}]")
    return causes


def _host(host: str, path: str) -> list[Cause]:
    rule = names.wildcard_dns1123_subdomain if "*" in host else names.dns1123_subdomain
    return faulty(path, host, rule(host))


def _secrets(spec: IngressSpec) -> list[Cause]:
    causes: list[Cause] = []
    for index, tls in enumerate(spec.tls):
        at = f"spec.tls[{index}]"
        for i, host in enumerate(tls.hosts):
            causes += _host(host, f"{at}.hosts[{i}]")
        if tls.secret_name:
            causes += faulty(f"{at}.secretName", tls.secret_name, names.dns1123_subdomain(tls.secret_name))
    return causes


def _path(path: HTTPIngressPath, at: str) -> list[Cause]:
    if not path.HasField("path_type"):
        return [required(f"{at}.pathType", "pathType must be specified")]
    text, strict = path.path, path.path_type in ("Exact", "Prefix")
    faults: list[str] = []
    if not text.startswith("/") and (strict or (text and path.path_type == "ImplementationSpecific")):
        faults.append("must be an absolute path")
    if strict:
        faults += [f"must not contain '{part}'" for part in _SEQUENCES if part in text]
        faults += [f"cannot end with '{part}'" for part in _ENDS if text.endswith(part)]
    return faulty(f"{at}.path", text, faults) + _backend(path.backend, f"{at}.backend")


def _backend(backend: IngressBackend, path: str) -> list[Cause]:
    if backend.HasField("resource"):
        if backend.HasField("service"):
            return [invalid(path, "", "cannot set both resource and service backends")]
        return _reference(backend.resource, f"{path}.resource")
    if not backend.HasField("service"):
        return [invalid(path, "", "resource or service backend is required")]
    service = backend.service
    if service.name:
        causes = faulty(f"{path}.service.name", service.name, names.dns1123_label(service.name))
    else:
        causes = [required(f"{path}.service.name")]
    if service.port.name and service.port.number:
        causes.append(invalid(path, "", "cannot set both port name & port number"))
    elif not service.port.name and not service.port.number:
        causes.append(required(path, "port name or number is required"))
    return causes


def _reference(found: TypedLocalObjectReference | IngressClassParametersReference, path: str) -> list[Cause]:
    causes: list[Cause] = []
    if found.HasField("api_group"):
        causes += faulty(f"{path}.apiGroup", found.api_group, names.dns1123_subdomain(found.api_group))
    for value, json in ((found.kind, "kind"), (found.name, "name")):
        if value:
            causes += faulty(f"{path}.{json}", value, names.path_segment(value))
        else:
            causes.append(required(f"{path}.{json}", f"{json} is required"))
    return causes


class IngressClasses(Strategy[IngressClass]):
    def default(self, obj: IngressClass) -> None:
        if obj.spec.HasField("parameters") and not obj.spec.parameters.HasField("scope"):
            obj.spec.parameters.scope = "Cluster"

    def validate(self, context: RequestContext, obj: IngressClass) -> list[Cause]:
        controller = obj.spec.controller
        causes = [too_long("spec.controller", _CONTROLLER)] if len(controller) > _CONTROLLER else []
        causes += domain_path(controller, "spec.controller")
        if obj.spec.HasField("parameters"):
            causes += _parameters(obj.spec.parameters, "spec.parameters")
        return causes


def _parameters(found: IngressClassParametersReference, path: str) -> list[Cause]:
    causes = _reference(found, path)
    if found.scope == "Namespace":
        if not found.HasField("namespace"):
            causes.append(required(f"{path}.namespace", "`parameters.scope` is set to 'Namespace'"))
        else:
            causes += faulty(f"{path}.namespace", found.namespace, names.dns1123_label(found.namespace))
    elif found.scope == "Cluster" and found.HasField("namespace"):
        causes.append(forbidden(f"{path}.namespace", "`parameters.scope` is set to 'Cluster'"))
    return causes
