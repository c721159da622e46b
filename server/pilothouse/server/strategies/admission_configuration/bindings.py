"""Bindings of policies: where they hold, and with what parameters."""

from collections.abc import Sequence

from pilothouse.api.admissionregistration.v1.admissionregistration_pb2 import (
    MutatingAdmissionPolicyBinding,
    ParamRef,
    ValidatingAdmissionPolicyBinding,
)

from ...errors import Cause
from ...meta import names
from ...meta.context import RequestContext
from ...schema.causes import duplicate, faulty, forbidden, invalid, required
from ...schema.checks import label_selector
from ...schema.order import BY_FIELD
from ...schema.validation import join
from ..base import Strategy
from .matching import matched_resources

_EXCLUSIVE = "name and selector are mutually exclusive"
_TWICE = (
    "must not contain both Deny and Warn (repeating the same validation failure information in the API response and "
    "headers serves no purpose)"
)


class ValidatingAdmissionPolicyBindings(Strategy[ValidatingAdmissionPolicyBinding]):
    orders = BY_FIELD

    def validate(self, context: RequestContext, obj: ValidatingAdmissionPolicyBinding) -> list[Cause]:
        return _binding(obj) + _actions(obj.spec.validation_actions)


class MutatingAdmissionPolicyBindings(Strategy[MutatingAdmissionPolicyBinding]):
    orders = BY_FIELD

    def validate(self, context: RequestContext, obj: MutatingAdmissionPolicyBinding) -> list[Cause]:
        return _binding(obj)


def _binding(obj: ValidatingAdmissionPolicyBinding | MutatingAdmissionPolicyBinding) -> list[Cause]:
    spec = obj.spec
    causes: list[Cause] = []
    if spec.policy_name:
        causes += faulty("spec.policyName", spec.policy_name, names.dns1123_subdomain(spec.policy_name))
    if spec.HasField("param_ref"):
        causes += _parameters(spec.param_ref, "spec.paramRef")
    if spec.HasField("match_resources"):
        causes += matched_resources(spec.match_resources, "spec.matchResources")
    return causes


def _parameters(found: ParamRef, path: str) -> list[Cause]:
    selected = found.HasField("selector")
    causes: list[Cause] = []
    if found.name:
        causes += faulty(f"{path}.name", found.name, names.path_segment(found.name))
        if selected:
            causes.append(forbidden(f"{path}.name", _EXCLUSIVE))
    if selected:
        faults = label_selector(found.selector) or ()
        causes += [Cause(c.reason, c.message, join(f"{path}.selector", c.field)) for c in faults]
        if found.name:
            causes.append(forbidden(f"{path}.selector", _EXCLUSIVE))
    elif not found.name:
        causes.append(required(path, "one of name or selector must be specified"))
    if not found.HasField("parameter_not_found_action"):
        causes.append(required(f"{path}.parameterNotFoundAction"))
    return causes


def _actions(found: Sequence[str]) -> list[Cause]:
    path = "spec.validationActions"
    if not found:
        return [required(path)]
    causes = [duplicate(f"{path}[{i}]", action) for i, action in enumerate(found) if action in found[:i]]
    if "Deny" in found and "Warn" in found:
        causes.append(invalid(path, list(found), _TWICE))
    return causes
