"""What a claim asks for: requests, what they have in common, and settings for drivers."""

from collections.abc import Iterable, Sequence

from pilothouse.api.resource.v1.resource_pb2 import (
    DeviceClaim,
    DeviceClaimConfiguration,
    DeviceConfiguration,
    DeviceConstraint,
    DeviceRequest,
    DeviceSelector,
    DeviceSubRequest,
    DeviceToleration,
    ExactDeviceRequest,
)

from ...errors import Cause
from ...meta import names
from ...schema.causes import duplicate, faulty, forbidden, invalid, required, too_long, too_many
from ...schema.checks import label_key, label_value

_ITEMS = 32
_CHOICES = 8
_TOLERATIONS = 16
_EXPRESSION_SIZE = 10 * 1024
_DOMAIN, _IDENTIFIER = 63, 32
_KEYLESS = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
_FORM = "exactly one of `exactly` or `firstAvailable` is required"


def default_counts(requests: Iterable[DeviceRequest]) -> None:
    for request in requests:
        if request.HasField("exactly") and request.exactly.allocation_mode == "ExactCount":
            request.exactly.count = request.exactly.count or 1
        for choice in request.first_available:
            if choice.allocation_mode == "ExactCount":
                choice.count = choice.count or 1


def claim_faults(claim: DeviceClaim, path: str) -> list[Cause]:
    causes = _limited(claim.requests, f"{path}.requests", _ITEMS)
    known: set[str] = set()
    for index, request in enumerate(claim.requests):
        at = f"{path}.requests[{index}]"
        causes += _request(request, at)
        if request.name and request.name in known:
            causes.append(duplicate(f"{at}.name", request.name))
        known.add(request.name)
    known |= {f"{request.name}/{choice.name}" for request in claim.requests for choice in request.first_available}
    causes += _limited(claim.constraints, f"{path}.constraints", _ITEMS)
    for index, constraint in enumerate(claim.constraints):
        causes += _constraint(constraint, known, f"{path}.constraints[{index}]")
    causes += _limited(claim.config, f"{path}.config", _ITEMS)
    for index, config in enumerate(claim.config):
        causes += _config(config, known, f"{path}.config[{index}]")
    return causes


def _limited(items: Sequence[object], path: str, limit: int) -> list[Cause]:
    return [too_many(path, len(items), limit)] if len(items) > limit else []


def _request(request: DeviceRequest, path: str) -> list[Cause]:
    exact, choices = request.HasField("exactly"), request.first_available
    if exact and choices:
        return [invalid(path, None, f"{_FORM}, but multiple fields are set")]
    if exact:
        return _wanted(request.exactly, f"{path}.exactly")
    if not choices:
        return [required(path, _FORM)]
    causes = _limited(choices, f"{path}.firstAvailable", _CHOICES)
    seen: set[str] = set()
    for index, choice in enumerate(choices):
        at = f"{path}.firstAvailable[{index}]"
        causes += _wanted(choice, at)
        if choice.name and choice.name in seen:
            causes.append(duplicate(f"{at}.name", choice.name))
        seen.add(choice.name)
    return causes


def _wanted(found: ExactDeviceRequest | DeviceSubRequest, path: str) -> list[Cause]:
    causes: list[Cause] = []
    if found.device_class_name:
        name = found.device_class_name
        causes += faulty(f"{path}.deviceClassName", name, names.dns1123_subdomain(name))
    causes += selector_faults(found.selectors, f"{path}.selectors")
    if found.allocation_mode == "All" and found.count:
        detail = "must not be specified when allocationMode is 'All'"
        causes.append(invalid(f"{path}.count", found.count, detail))
    elif found.allocation_mode == "ExactCount" and found.count <= 0:
        causes.append(invalid(f"{path}.count", found.count, "must be greater than zero"))
    causes += _limited(found.tolerations, f"{path}.tolerations", _TOLERATIONS)
    for index, toleration in enumerate(found.tolerations):
        causes += _toleration(toleration, f"{path}.tolerations[{index}]")
    return causes


def selector_faults(selectors: Sequence[DeviceSelector], path: str) -> list[Cause]:
    causes = _limited(selectors, path, _ITEMS)
    for index, selector in enumerate(selectors):
        at = f"{path}[{index}].cel"
        if not selector.HasField("cel"):
            causes.append(required(at))
        elif not selector.cel.expression:
            causes.append(required(f"{at}.expression"))
        else:
            causes += _expression(selector.cel.expression, f"{at}.expression")
    return causes


def _expression(expression: str, path: str) -> list[Cause]:
    if len(expression.encode()) > _EXPRESSION_SIZE:
        return [too_long(path, _EXPRESSION_SIZE)]
    from ...cel.environments import compile_selector, selector_cost
    from ...cel.limits import PER_CALL
    from ...cel.runtime import CompileError

    try:
        program = compile_selector(expression)
    except CompileError as error:
        return [invalid(path, expression, str(error))]
    return [forbidden(path, "too complex, exceeds cost limit")] if selector_cost(program) > PER_CALL else []


def _toleration(found: DeviceToleration, path: str) -> list[Cause]:
    causes = faulty(f"{path}.key", found.key, label_key(found.key)) if found.key else []
    if found.operator == "Exists":
        if found.value:
            causes.append(invalid(f"{path}.value", found.value, "must be empty for operator `Exists`"))
    elif found.operator == "Equal":
        if not found.key:
            causes.append(invalid(f"{path}.operator", found.operator, _KEYLESS))
        causes += faulty(f"{path}.value", found.value, label_value(found.value))
    return causes


def _constraint(constraint: DeviceConstraint, known: set[str], path: str) -> list[Cause]:
    causes = _named(constraint.requests, known, f"{path}.requests")
    if constraint.HasField("match_attribute"):
        causes += qualified_name(constraint.match_attribute, f"{path}.matchAttribute", True)
    elif constraint.HasField("distinct_attribute"):
        causes += qualified_name(constraint.distinct_attribute, f"{path}.distinctAttribute", True)
    else:
        causes.append(required(f"{path}.matchAttribute"))
    return causes


def _named(found: Sequence[str], known: set[str], path: str) -> list[Cause]:
    causes = _limited(found, path, _ITEMS)
    for index, name in enumerate(found):
        at = f"{path}[{index}]"
        if name in found[:index]:
            causes.append(duplicate(at, name))
        if name not in known:
            causes.append(invalid(at, name, "must be the name of a request in the claim"))
    return causes


def _config(config: DeviceClaimConfiguration, known: set[str], path: str) -> list[Cause]:
    return _named(config.requests, known, f"{path}.requests") + settings(config.device_configuration, path)


def settings(found: DeviceConfiguration, path: str) -> list[Cause]:
    """Settings are for one driver, which alone understands them."""
    if not found.HasField("opaque"):
        return [required(f"{path}.opaque")]
    causes = driver_faults(found.opaque.driver, f"{path}.opaque.driver")
    if not found.opaque.parameters.raw:
        causes.append(required(f"{path}.opaque.parameters"))
    return causes


def driver_faults(name: str, path: str) -> list[Cause]:
    if not name:
        return [required(path)]
    return faulty(path, name, [names.too_long(63)] if len(name) > 63 else []) + faulty(
        path, name, names.dns1123_subdomain(name)
    )


def qualified_name(name: str, path: str, needs_domain: bool) -> list[Cause]:
    """The name of an attribute or capacity: an identifier, with or without a domain."""
    domain, slash, identifier = name.rpartition("/")
    if not name:
        return [required(path, "name required")]
    if not slash and needs_domain:
        return [invalid(path, name, "a fully qualified name must be a domain and a name separated by a slash")]
    causes: list[Cause] = []
    if slash:
        causes += [required(path, "the domain must not be empty")] if not domain else []
        causes += faulty(path, domain, names.dns1123_subdomain(domain)) if domain else []
    if not identifier:
        causes.append(required(path, "the name must not be empty"))
    elif len(identifier) > _IDENTIFIER or not identifier.isidentifier() or not identifier.isascii():
        causes.append(invalid(path, identifier, "a valid C identifier must start with alphabetic character or '_'"))
    return causes
