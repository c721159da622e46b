"""ResourceQuotas: what is counted, and in which scopes."""

from collections.abc import Mapping

from pilothouse.api.core.v1.quotas_pb2 import ResourceQuota, ResourceQuotaSpec, ScopedResourceSelectorRequirement
from pilothouse.api.meta.v1.meta_pb2 import Quantity as QuantityMessage

from ...errors import Cause
from ...meta.context import RequestContext
from ...schema.causes import immutable, invalid, required
from ..base import Strategy
from ..resource_names import QUOTA, amount, quantities, quota_name

_PODS = frozenset(
    ("pods", "cpu", "memory", *(f"{side}.{name}" for side in ("requests", "limits") for name in ("cpu", "memory")))
)
_SCOPES: Mapping[str, frozenset[str]] = {
    "BestEffort": frozenset(("pods",)),
    "CrossNamespacePodAffinity": _PODS,
    "NotBestEffort": _PODS,
    "NotTerminating": _PODS,
    "PriorityClass": _PODS,
    "Terminating": _PODS,
    "VolumeAttributesClass": frozenset(("persistentvolumeclaims", "requests.storage")),
}
"""What may be counted in each scope."""
_OPPOSITES = (("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating"))
_EXIST_ONLY = ("BestEffort", "NotBestEffort", "Terminating", "NotTerminating", "CrossNamespacePodAffinity")
_MUST_EXIST = (
    "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, "
    "ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity"
)


class ResourceQuotas(Strategy[ResourceQuota]):
    def validate(self, context: RequestContext, obj: ResourceQuota) -> list[Cause]:
        return _counted(obj.spec.hard, "spec.hard") + _scopes(obj.spec) + _selector(obj.spec)

    def validate_update(self, context: RequestContext, obj: ResourceQuota, old: ResourceQuota) -> list[Cause]:
        if context.subresource == "status":
            return _counted(obj.status.hard, "status.hard") + _counted(obj.status.used, "status.used")
        if sorted(obj.spec.scopes) == sorted(old.spec.scopes):
            return []
        return [immutable("spec.scopes", list(obj.spec.scopes))]


def _counted(found: Mapping[str, QuantityMessage], path: str) -> list[Cause]:
    causes: list[Cause] = []
    for name, quantity in quantities(found).items():
        causes += quota_name(name, f"{path}[{name}]") + amount(name, quantity, f"{path}[{name}]")
    return causes


def _misapplied(scope: str, spec: ResourceQuotaSpec) -> int:
    """How many of the resources cannot be counted in a scope."""
    return sum(name in QUOTA and name not in _SCOPES.get(scope, ()) for name in spec.hard)


def _scopes(spec: ResourceQuotaSpec) -> list[Cause]:
    found, path = list(spec.scopes), "spec.scopes"
    causes: list[Cause] = []
    for scope in found:
        if scope not in _SCOPES:
            causes.append(invalid(path, found, "unsupported scope"))
        causes += [invalid(path, found, "unsupported scope applied to resource")] * (
            _misapplied(scope, spec) if scope in _SCOPES else 0
        )
    causes += [invalid(path, found, "conflicting scopes") for pair in _OPPOSITES if set(pair) <= set(found)]
    return causes


def _selector(spec: ResourceQuotaSpec) -> list[Cause]:
    if not spec.HasField("scope_selector"):
        return []
    whole, path = spec.scope_selector, "spec.scopeSelector.matchExpressions"
    causes: list[Cause] = []
    for wanted in whole.match_expressions:
        if wanted.scope_name and wanted.scope_name not in _SCOPES:
            causes.append(invalid(f"{path}.scopeName", wanted.scope_name, "unsupported scope"))
        elif wanted.scope_name:
            unfit = _misapplied(wanted.scope_name, spec)
            causes += [invalid(path, whole, "unsupported scope applied to resource")] * unfit
        causes += _requirement(wanted, path)
    named = {wanted.scope_name for wanted in whole.match_expressions}
    causes += [invalid(path, whole, "conflicting scopes") for pair in _OPPOSITES if set(pair) <= named]
    return causes


def _requirement(wanted: ScopedResourceSelectorRequirement, path: str) -> list[Cause]:
    operator, values = wanted.operator, list(wanted.values)
    causes: list[Cause] = []
    if wanted.scope_name in _EXIST_ONLY and operator != "Exists":
        causes.append(invalid(f"{path}.operator", operator, _MUST_EXIST))
    if operator in ("In", "NotIn"):
        if not values:
            detail = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"
            causes.append(required(f"{path}.values", detail))
    elif operator in ("Exists", "DoesNotExist"):
        if values:
            detail = "must be no value when `operator` is 'Exists' or 'DoesNotExist' for scope selector"
            causes.append(invalid(f"{path}.values", values, detail))
    else:
        causes.append(invalid(f"{path}.operator", operator, "not a valid selector operator"))
    return causes
