"""ValidatingAdmissionPolicies: what their expressions decide of a request.

The rules and words are those of k8s.io/apiserver/pkg/admission/plugin/policy/validating.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from google.protobuf.message import Message
from pilothouse.api.admissionregistration.v1.admissionregistration_pb2 import ParamKind, ValidatingAdmissionPolicy

from ...authorization.base import Authorizer
from ...cel.limits import MESSAGE_BYTES
from .expressions import Evaluator, Expression, Failed, compile_common, compiled
from .forms import Json
from .matching import Matcher
from .seen import Seen

_VALUE_BYTES = 10 * 1024


@dataclass(frozen=True, slots=True)
class Denial:
    """Why a request is refused. index: of the validation; reason: a metav1.StatusReason, "" for the usual one."""

    message: str
    reason: str = ""
    index: int = 0
    # Whether it counts whatever a binding says is to be done.
    always: bool = False


@dataclass(frozen=True, slots=True)
class _Validation:
    expression: Expression
    message: str
    computed: Expression | None
    reason: str


@dataclass(frozen=True, slots=True)
class Decided:
    """annotations: for the audit log, by key."""

    denials: Sequence[Denial] = ()
    annotations: Sequence[tuple[str, str]] = ()


class CompiledPolicy:
    """One policy, as it was written down last."""

    def __init__(self, policy: ValidatingAdmissionPolicy) -> None:
        spec = policy.spec
        self.name = policy.metadata.name
        self.matcher = Matcher(spec.match_constraints)
        self.params: ParamKind | None = spec.param_kind if spec.HasField("param_kind") else None
        self.ignores_failure = spec.failure_policy == "Ignore"
        self._common = compile_common(spec.match_conditions, spec.variables, self.params is not None)
        where = self._common.environment
        silent = replace(where, authorizer=False)
        self._validations = [
            _Validation(
                compiled(where, found.expression, ("bool",)),
                found.message.strip(),
                compiled(silent, found.message_expression, ("string",)) if found.message_expression.strip() else None,
                found.reason or "Invalid",
            )
            for found in spec.validations
        ]
        self._annotations = [
            (found.key, compiled(where, found.value_expression.strip(), ("string", "null_type")))
            for found in spec.audit_annotations
        ]

    def decide(self, seen: Seen, params: Json | None, authorizer: Authorizer) -> Decided:
        """What the policy has against a request, with one object of parameters."""
        evaluator = Evaluator(self._common, seen, params, authorizer)
        try:
            if not evaluator.matches():
                return Decided()
        except Failed as error:
            return self._failed(str(error))
        denials: list[Denial] = []
        for index, validation in enumerate(self._validations):
            try:
                if evaluator.value(validation.expression) is not True:
                    denials.append(Denial(self._message(validation, evaluator), validation.reason, index))
            except Failed as error:
                if evaluator.exhausted:
                    return self._failed(str(error))
                if not self.ignores_failure:
                    denials.append(Denial(str(error), "", index))
        fresh = Evaluator(self._common, seen, params, authorizer)
        annotations: list[tuple[str, str]] = []
        for key, expression in self._annotations:
            try:
                value = fresh.value(expression)
            except Failed as error:
                if not self.ignores_failure:
                    denials.append(Denial(str(error), always=True))
                continue
            if isinstance(value, str) and value.strip():
                annotations.append((key, value.strip()[:_VALUE_BYTES]))
        return Decided(denials, annotations)

    def _failed(self, text: str) -> Decided:
        return Decided(() if self.ignores_failure else (Denial(text),))

    def _message(self, validation: _Validation, evaluator: Evaluator) -> str:
        if validation.computed is not None:
            try:
                found = evaluator.value(validation.computed)
            except Failed:
                found = ""
            text = found.strip() if isinstance(found, str) else ""
            if text and "\n" not in text and len(text.encode()) <= MESSAGE_BYTES:
                return str(text)
        return validation.message or f"failed expression: {validation.expression.source.strip()}"


def compile_policy(message: Message) -> CompiledPolicy:
    assert isinstance(message, ValidatingAdmissionPolicy)
    return CompiledPolicy(message)


def joined(annotations: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The annotations of all bindings of a policy, those with one key together."""
    by_key: dict[str, list[str]] = {}
    for key, value in annotations:
        values = by_key.setdefault(key, [])
        if value not in values:
            values.append(value)
    for key, values in by_key.items():
        yield key, ", ".join(values)
