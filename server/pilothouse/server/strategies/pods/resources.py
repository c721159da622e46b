"""What containers, and pods as a whole, request and are limited to."""

from collections.abc import Iterable, Mapping

from pilothouse.api.core.v1.pods_pb2 import PodResourceClaim, PodSpec
from pilothouse.api.core.v1.references_pb2 import ResourceClaim, ResourceRequirements
from pilothouse.api.meta.v1.meta_pb2 import Quantity as QuantityMessage

from ...errors import Cause
from ...meta import names
from ...meta.quantities import Quantity, QuantityError, parse_quantity
from ...schema.causes import duplicate, forbidden, invalid, not_found, not_supported, required
from ..pod_resources import amounts, containers_total, requests_of
from ..resource_names import is_extended, may_be_overcommitted, resource_name
from .paths import subdomain

_HUGE = "hugepages-"
_OF_CONTAINERS = frozenset(("cpu", "memory", "ephemeral-storage"))
_OF_PODS = ("cpu", _HUGE, "memory")
_INTEGERS = "must be an integer"


def container_resources(
    resources: ResourceRequirements, claims: frozenset[str], path: str, causes: list[Cause]
) -> None:
    if resources.limits or resources.requests:
        _requirements(resources, path, False, causes)
    if resources.claims:
        _claims(resources.claims, claims, f"{path}.claims", causes)


def overhead(found: Mapping[str, QuantityMessage], path: str, causes: list[Cause]) -> None:
    """What running a pod at all costs: limits alone."""
    for name, quantity in sorted(amounts(found).items()):
        at = f"{path}.limits[{name}]"
        container_resource_name(name, at, causes)
        _amount(name, quantity, at, causes)


def pod_resources(spec: PodSpec, path: str, causes: list[Cause]) -> None:
    """The resources of the pod as a whole: no less than its containers request, no less than each may have."""
    resources = spec.resources
    if resources.claims:
        causes.append(forbidden(f"{path}.claims", "claims cannot be set for Resources at pod-level"))
    _requirements(resources, path, True, causes)
    requests = amounts(resources.requests)
    for name, asked in sorted(containers_total(spec, requests_of).items()):
        given = requests.get(name, Quantity(0))
        if (name in ("cpu", "memory") or name.startswith(_HUGE)) and given < asked:
            detail = f"must be greater than or equal to aggregate container requests of {asked}"
            causes.append(invalid(f"{path}.requests[{name}]", str(given), detail))
    limits = amounts(resources.limits)
    for index, container in enumerate(spec.containers):
        for name, limit in sorted(amounts(container.resources.limits).items()):
            if name in limits and limits[name] < limit:
                detail = f"must be less than or equal to pod limits of {limits[name]}"
                causes.append(invalid(f"{path}.containers[{index}][{name}].limits", str(limit), detail))


def resource_claims(claims: Iterable[PodResourceClaim], path: str, causes: list[Cause]) -> None:
    """The claims that a pod brings along, each by a name of its own and from one source."""
    seen: set[str] = set()
    for index, claim in enumerate(claims):
        at = f"{path}[{index}]"
        if not claim.name:
            causes.append(required(f"{at}.name"))
        elif claim.name in seen:
            causes.append(duplicate(f"{at}.name", claim.name))
        else:
            causes.extend(invalid(f"{at}.name", claim.name, fault) for fault in names.dns1123_label(claim.name))
            seen.add(claim.name)
        direct, template = claim.HasField("resource_claim_name"), claim.HasField("resource_claim_template_name")
        if direct and template:
            detail = "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified"
            causes.append(invalid(at, claim, detail))
        if not direct and not template:
            detail = "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`"
            causes.append(invalid(at, claim, detail))
        if direct:
            subdomain(claim.resource_claim_name, f"{at}.resourceClaimName", causes)
        if template:
            subdomain(claim.resource_claim_template_name, f"{at}.resourceClaimTemplateName", causes)


def _requirements(resources: ResourceRequirements, path: str, of_pod: bool, causes: list[Cause]) -> None:
    limits = amounts(resources.limits)
    requests = amounts(resources.requests)
    name_rule = _pod_resource_name if of_pod else container_resource_name
    for name, limit in limits.items():
        if name not in _OF_CONTAINERS or of_pod or limit.nanos < 0:
            at = f"{path}.limits[{name}]"
            name_rule(name, at, causes)
            _amount(name, limit, at, causes)
    for name, request in requests.items():
        if name not in _OF_CONTAINERS or of_pod or request.nanos < 0:
            at = f"{path}.requests[{name}]"
            name_rule(name, at, causes)
            _amount(name, request, at, causes)
        _within_limit(name, request, limits, path, causes)
    both = limits.keys() | requests.keys()
    if any(name.startswith(_HUGE) for name in both) and "cpu" not in both and "memory" not in both:
        causes.append(forbidden(path, "HugePages require cpu or memory"))


def _within_limit(name: str, request: Quantity, limits: dict[str, Quantity], path: str, causes: list[Cause]) -> None:
    limit = limits.get(name)
    overcommit = may_be_overcommitted(name)
    if limit is None:
        if not overcommit:
            detail = "Limit must be set for non overcommitable resources"
            causes.append(required(f"{path}.limits", detail))
    elif request != limit and not overcommit:
        detail = f"must be equal to {name} limit of {limit}"
        causes.append(invalid(f"{path}.requests", str(request), detail))
    elif limit < request:
        detail = f"must be less than or equal to {name} limit of {limit}"
        causes.append(invalid(f"{path}.requests", str(request), detail))


def container_resource_name(name: str, path: str, causes: list[Cause]) -> None:
    """The name of something that a container may request."""
    causes.extend(resource_name(name, path))
    if "/" not in name:
        if name not in _OF_CONTAINERS and not name.startswith(_HUGE):
            causes.append(invalid(path, name, "must be a standard resource for containers"))
    elif "kubernetes.io/" not in name and not is_extended(name):
        causes.append(invalid(path, name, "doesn't follow extended resource name standard"))


def _pod_resource_name(name: str, path: str, causes: list[Cause]) -> None:
    supported = name in ("cpu", "memory") or name.startswith(_HUGE)
    faults = resource_name(name, path)
    if not faults and not supported:
        faults = [not_supported(path, name, _OF_PODS)]
    causes.extend(faults)


def _amount(name: str, amount: Quantity, path: str, causes: list[Cause]) -> None:
    if amount.nanos < 0:
        causes.append(invalid(path, str(amount), "must be greater than or equal to 0"))
    if amount.milli_value % 1000 and is_extended(name):
        causes.append(invalid(path, str(amount), _INTEGERS))
    if name.startswith(_HUGE):
        _huge_pages(name, amount, path, causes)


def _huge_pages(name: str, amount: Quantity, path: str, causes: list[Cause]) -> None:
    text = name.removeprefix(_HUGE)
    try:
        size = parse_quantity(text)
    except QuantityError as error:
        causes.append(invalid(path, str(amount), str(error)))
        return
    if size.value > 0 and amount.value % size.value:
        causes.append(invalid(path, str(amount), f"{amount} is not positive integer multiple of {size}"))


def _claims(claims: Iterable[ResourceClaim], known: frozenset[str], path: str, causes: list[Cause]) -> None:
    seen: set[tuple[str, str]] = set()
    for index, claim in enumerate(claims):
        at = f"{path}[{index}]"
        if not claim.name:
            causes.append(required(at))
            continue
        key = (claim.name, claim.request)
        if key in seen:
            causes.append(duplicate(at, f"{claim.name}/{claim.request}" if claim.request else claim.name))
        seen.add(key)
        if claim.name not in known:
            listed = f": {', '.join(sorted(known))}" if known else " which is empty"
            causes.append(not_found(at, claim.name, f"must be one of the names in pod.spec.resourceClaims{listed}"))
