"""Policies that admit by expressions."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pilothouse.api.admissionregistration.v1.admissionregistration_pb2 import (
    AuditAnnotation,
    MatchResources,
    MutatingAdmissionPolicy,
    MutatingAdmissionPolicySpec,
    Mutation,
    ParamKind,
    ValidatingAdmissionPolicy,
    ValidatingAdmissionPolicySpec,
    Validation,
    Variable,
)

from ...errors import Cause
from ...meta import names
from ...meta.context import RequestContext
from ...schema.causes import duplicate, faulty, forbidden, invalid, not_supported, required
from ...schema.checks import label_key
from ...schema.order import Orders
from ..base import ALL_METADATA, Strategy
from .expressions import compile_faults, environment, mutation_faults
from .matching import conditions, matched_resources

if TYPE_CHECKING:
    from ...cel.environments import Environment

_REASONS = ("Forbidden", "Invalid", "RequestEntityTooLarge")
_SOMETHING = "validations or auditAnnotations must contain at least one item"
_BLANK = "must be non-empty if specified"
_ANNOTATIONS = 20
_ANNOTATION_SIZE = 5 * 1024
_SPEC_ORDER = (
    "failurePolicy",
    "paramKind",
    "matchConstraints",
    "matchConditions",
    "variables",
    "validations",
    "auditAnnotations",
)


_VALIDATING_ADMISSION_POLICIES_ORDERS: Orders = {
    "ValidatingAdmissionPolicySpec": _SPEC_ORDER,
    "Validation": ("expression", "messageExpression", "message", "reason"),
}


class ValidatingAdmissionPolicies(Strategy[ValidatingAdmissionPolicy]):
    kept_with_status = ALL_METADATA
    orders = _VALIDATING_ADMISSION_POLICIES_ORDERS

    def validate(self, context: RequestContext, obj: ValidatingAdmissionPolicy) -> list[Cause]:
        spec = obj.spec
        where, causes = _common(spec)
        if not spec.validations and not spec.audit_annotations:
            return [*causes, required("spec.validations", _SOMETHING), required("spec.auditAnnotations", _SOMETHING)]
        for index, validation in enumerate(spec.validations):
            causes += _validation(validation, f"spec.validations[{index}]", where)
        return causes + _annotations(spec.audit_annotations, where)


_MUTATING_ADMISSION_POLICIES_ORDERS: Orders = {
    "MutatingAdmissionPolicySpec": (*_SPEC_ORDER[:5], "mutations", "reinvocationPolicy")
}


class MutatingAdmissionPolicies(Strategy[MutatingAdmissionPolicy]):
    orders = _MUTATING_ADMISSION_POLICIES_ORDERS

    def validate(self, context: RequestContext, obj: MutatingAdmissionPolicy) -> list[Cause]:
        spec = obj.spec
        where, causes = _common(spec)
        if not spec.mutations:
            causes.append(required("spec.mutations", "mutations must contain at least one item"))
        for index, mutation in enumerate(spec.mutations):
            causes += _mutation(mutation, f"spec.mutations[{index}]", where)
        if not spec.reinvocation_policy:
            causes.append(required("spec.reinvocationPolicy"))
        return causes


def _kind(found: ParamKind, path: str) -> list[Cause]:
    causes: list[Cause] = []
    group, _, version = found.api_version.rpartition("/")
    if not found.api_version:
        causes.append(required(f"{path}.apiVersion"))
    elif "/" in group:
        fault = f"unexpected GroupVersion string: {found.api_version}"
        causes.append(invalid(f"{path}.apiVersion", found.api_version, fault))
    else:
        for text, faults in (
            (group, names.dns1123_subdomain(group) if group else []),
            (version, names.dns1035_label(version)),
        ):
            if faults:
                causes.append(invalid(f"{path}.apiVersion", text, ",".join(faults)))
    if not found.kind:
        causes.append(required(f"{path}.kind"))
    elif faults := names.dns1035_label(found.kind.lower()):
        detail = f"may have mixed case, but should otherwise match: {','.join(faults)}"
        causes.append(invalid(f"{path}.kind", found.kind, detail))
    return causes


def _constraints(match: MatchResources) -> list[Cause]:
    path = "spec.matchConstraints"
    causes = matched_resources(match, path)
    # Only from the resources it is known what an expression can speak of.
    return causes if match.resource_rules else [*causes, required(f"{path}.resourceRules")]


def _common(spec: ValidatingAdmissionPolicySpec | MutatingAdmissionPolicySpec) -> tuple["Environment", list[Cause]]:
    """What policies of both kinds have, up to their variables; what _variables() tells, and what is wrong with all."""
    params = spec.HasField("param_kind")
    causes = _kind(spec.param_kind, "spec.paramKind") if params else []
    if spec.HasField("match_constraints"):
        causes += _constraints(spec.match_constraints)
    causes += conditions(spec.match_conditions, "spec.matchConditions", params)
    where, faults = _variables(spec.variables, params)
    return where, causes + faults


def _variables(found: Sequence[Variable], params: bool) -> tuple["Environment", list[Cause]]:
    """What expressions after the variables can look at, and what is wrong with those."""
    from ...cel.escaping import is_identifier

    where = environment(params, variables=bool(found))
    causes: list[Cause] = []
    for index, variable in enumerate(found):
        at, name = f"spec.variables[{index}]", variable.name
        if not name.strip():
            causes.append(required(f"{at}.name", "name is not specified"))
        elif not is_identifier(name):
            causes.append(invalid(f"{at}.name", name, "name is not a valid CEL identifier"))
        if not variable.expression.strip():
            causes.append(required(f"{at}.expression", "expression is not specified"))
            continue
        where, faults = _declared(variable, f"{at}.expression", where)
        causes += faults
    return where, causes


def _declared(variable: Variable, path: str, where: "Environment") -> tuple["Environment", list[Cause]]:
    from ...cel.runtime import CompileError

    try:
        return where.with_variable(variable.name, where.compile(variable.expression)), []
    except CompileError as error:
        return where.with_variable(variable.name, None), [invalid(path, variable.expression, str(error))]


def _validation(found: Validation, path: str, where: "Environment") -> list[Cause]:
    causes: list[Cause] = []
    expression, message = found.expression.strip(), found.message.strip()
    if not expression:
        causes.append(required(f"{path}.expression", "expression is not specified"))
    else:
        causes += compile_faults(found.expression, f"{path}.expression", where, ("bool",))
    if found.message_expression and not found.message_expression.strip():
        causes.append(invalid(f"{path}.messageExpression", found.message_expression, _BLANK))
    elif found.message_expression:
        # Messages ask nobody what is allowed.
        asking_nobody = replace(where, authorizer=False)
        causes += compile_faults(found.message_expression, f"{path}.messageExpression", asking_nobody, ("string",))
    if found.message and not message:
        causes.append(invalid(f"{path}.message", found.message, _BLANK))
    elif "\n" in message or "\r" in message:
        causes.append(invalid(f"{path}.message", found.message, "must not contain line breaks"))
    elif "\n" in expression and not message:
        detail = "message must be specified if expression contains line breaks"
        causes.append(required(f"{path}.message", detail))
    if found.HasField("reason") and found.reason not in _REASONS:
        causes.append(not_supported(f"{path}.reason", found.reason, _REASONS))
    return causes


def _annotations(found: Sequence[AuditAnnotation], where: "Environment") -> list[Cause]:
    path = "spec.auditAnnotations"
    causes: list[Cause] = []
    if len(found) > _ANNOTATIONS:
        causes.append(invalid(path, "", f"must not have more than {_ANNOTATIONS} auditAnnotations"))
    seen: set[str] = set()
    for index, annotation in enumerate(found):
        at, value = f"{path}[{index}]", annotation.value_expression
        causes += faulty(f"{at}.key", annotation.key, label_key(annotation.key))
        if annotation.key in seen:
            causes.append(duplicate(f"{at}.key", annotation.key))
        seen.add(annotation.key)
        if not value.strip():
            causes.append(required(f"{at}.valueExpression", "valueExpression is not specified"))
        elif len(value) > _ANNOTATION_SIZE:
            detail = f"must not exceed {_ANNOTATION_SIZE} bytes in length"
            causes.append(required(f"{at}.valueExpression", detail))
        else:
            causes += compile_faults(value.strip(), f"{at}.valueExpression", where, ("string", "null_type"))
    return causes


def _mutation(mutation: Mutation, path: str, where: "Environment") -> list[Cause]:
    """A patch of one of two kinds, of which the expression is there and the other is not."""
    kinds = {
        "ApplyConfiguration": ("apply_configuration", "applyConfiguration", "Object"),
        "JSONPatch": ("json_patch", "jsonPatch", "list(JSONPatch)"),
    }
    if not mutation.patch_type:
        return [required(f"{path}.patchType")]
    causes: list[Cause] = []
    for kind, (name, json, returns) in kinds.items():
        at, given = f"{path}.{json}", mutation.HasField(name)
        if kind != mutation.patch_type:
            if given and mutation.patch_type in kinds:
                causes.append(forbidden(at, f"must not be specified when patchType is {mutation.patch_type}"))
        elif not given:
            causes.append(required(at, f"must be specified when patchType is {kind}"))
        elif not getattr(mutation, name).expression.strip():
            causes.append(required(f"{at}.expression", "expression is not specified"))
        else:
            causes += mutation_faults(getattr(mutation, name).expression, f"{at}.expression", where, returns)
    return causes
