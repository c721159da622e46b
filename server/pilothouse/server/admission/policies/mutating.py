"""MutatingAdmissionPolicies: what their expressions make of an object.

The rules are those of k8s.io/apiserver/pkg/admission/plugin/policy/mutating.
"""

from dataclasses import dataclass

import orjson
from google.protobuf.message import Message
from pilothouse.api.admissionregistration.v1.admissionregistration_pb2 import (
    MutatingAdmissionPolicy,
    Mutation,
    ParamKind,
)

from ...authorization.base import Authorizer
from ...cel.environments import Environment, compile_mutation
from ...cel.runtime import CompileError
from ...errors import ApiError
from ...fields.shapes import MapShape, Misshapen, Shape, atom, is_granular
from ...meta.scalars import JsonValue
from ...patch.json_patch import JsonPatchError, apply_json_patch
from .expressions import Evaluator, Expression, Failed, compile_common
from .forms import Json, applied
from .matching import Matcher
from .seen import Seen

_IDENTITY = ("apiVersion", "kind")


@dataclass(frozen=True, slots=True)
class _Step:
    """One mutation. merges: whether it is a configuration to be applied, and no JSON patch."""

    expression: Expression
    merges: bool


class CompiledMutation:
    """One policy, as it was written down last. again: whether it wants to see what others made of the object."""

    def __init__(self, policy: MutatingAdmissionPolicy) -> None:
        spec = policy.spec
        self.name = policy.metadata.name
        self.matcher = Matcher(spec.match_constraints)
        self.params: ParamKind | None = spec.param_kind if spec.HasField("param_kind") else None
        self.ignores_failure = spec.failure_policy == "Ignore"
        self.again = spec.reinvocation_policy == "IfNeeded"
        self._common = compile_common(spec.match_conditions, spec.variables, self.params is not None)
        self._steps = [_step(self._common.environment, mutation) for mutation in spec.mutations]

    @property
    def steps(self) -> int:
        return len(self._steps)

    def matches(self, seen: Seen, params: Json | None, authorizer: Authorizer) -> bool:
        """Whether the match conditions hold. Raises Failed."""
        return Evaluator(self._common, seen, params, authorizer).matches()

    def mutate(self, index: int, seen: Seen, params: Json | None, authorizer: Authorizer, shape: MapShape) -> Json:
        """The object as one of the policy's mutations makes it, as JSON. Raises Failed."""
        step = self._steps[index]
        found = Evaluator(self._common, seen, params, authorizer).value(step.expression)
        live = seen.object
        assert live is not None
        if not step.merges:
            return _patched(live, found)
        if not isinstance(found, dict):
            raise Failed(f"unexpected type {type(found).__name__}")
        fault = _atomic(shape, found, "")
        if fault:
            what = "may not mutate atomic arrays, maps or structs"
            raise Failed(f"error applying patch: invalid ApplyConfiguration: {what}: {fault}")
        try:
            return applied(shape, live, {**_plain(found), **{name: live[name] for name in _IDENTITY}})
        except Misshapen as error:
            raise Failed(f"error applying patch: {error}") from None


def compile_policy(message: Message) -> CompiledMutation:
    assert isinstance(message, MutatingAdmissionPolicy)
    return CompiledMutation(message)


def _step(where: Environment, mutation: Mutation) -> _Step:
    merges = mutation.patch_type == "ApplyConfiguration"
    source = mutation.apply_configuration.expression if merges else mutation.json_patch.expression
    try:
        program = compile_mutation(where, source, "Object" if merges else "list(JSONPatch)")
    except CompileError as error:
        return _Step(Expression(source, None, str(error)), merges)
    return _Step(Expression(source, program), merges)


def _patched(live: Json, found: object) -> Json:
    operations = [_plain(operation) for operation in found] if isinstance(found, list) else []
    try:
        patched = apply_json_patch(live, operations)
    except ApiError as error:
        cause = error.__cause__
        if isinstance(cause, JsonPatchError) and "(test)" in str(cause):
            # A test that does not hold: nothing is changed, and nothing is wrong.
            return live
        raise Failed(f"JSON Patch: {cause or error.message}") from None
    if not isinstance(patched, dict):
        raise Failed("JSON Patch: the result is no object")
    return patched


def _plain(value: object) -> Json:
    """What an expression made, as JSON that shares nothing with it. Raises Failed where it is none."""
    try:
        found = orjson.loads(orjson.dumps(value))
    except (orjson.JSONEncodeError, orjson.JSONDecodeError, RecursionError):
        raise Failed("the value of a mutation is no JSON") from None
    if not isinstance(found, dict):
        raise Failed("the value of a mutation is no object")
    return found


def _atomic(shape: Shape, value: JsonValue, path: str) -> str:
    """Where a configuration speaks of a part of what is replaced as a whole; "" for nowhere."""
    kind = atom(shape, value)
    if not isinstance(value, dict | list):
        return ""
    if not is_granular(kind):
        return path or "." if not isinstance(kind, MapShape) or kind.members else ""
    if isinstance(value, list):
        return ""
    for name, below in value.items():
        found = kind.below(name) if isinstance(kind, MapShape) else None
        if found is not None and (fault := _atomic(found, below, f"{path}.{name}")):
            return fault
    return ""
