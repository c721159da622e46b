"""The expressions of a policy, compiled once, and evaluated on a request within Kubernetes' budgets."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pilothouse.api.admissionregistration.v1.admissionregistration_pb2 import MatchCondition, Variable

from ...authorization.base import Authorizer
from ...cel.bounded import Budget, OutOfBudget, evaluate
from ...cel.environments import (
    AUTHORIZER_NAME,
    NAMESPACE,
    NAMESPACE_TYPE,
    OBJECT,
    OLD_OBJECT,
    PARAMS,
    REQUEST,
    REQUEST_RESOURCE,
    REQUEST_TYPE,
    Environment,
)
from ...cel.evaluation import Evaluation
from ...cel.library.authorizer import authorizer as authorizer_value
from ...cel.library.authorizer import resource_check
from ...cel.limits import MATCH_CONDITIONS, PER_OBJECT
from ...cel.needs import needed
from ...cel.programs import EvaluationError, Program
from ...cel.runtime import CompileError
from ...cel.values import as_declared
from .forms import Json
from .seen import Seen

NO_BUDGET = "validation failed due to running out of cost budget, no further validation rules will be run"


class Failed(ValueError):
    """An expression came to no value, or nothing more may be spent. The text is that of Kubernetes' errors."""


@dataclass(frozen=True, slots=True)
class Expression:
    """source: as in the policy. program: None where it does not compile; fault tells why."""

    source: str
    program: Program | None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Compiled:
    """What all policies have: match conditions by name, variables, and where further expressions are compiled."""

    conditions: tuple[tuple[str, Expression], ...]
    variables: dict[str, Expression]
    environment: Environment


def compile_common(conditions: Sequence[MatchCondition], variables: Sequence[Variable], params: bool) -> Compiled:
    where = Environment(params)
    matching = tuple((c.name, compiled(where, c.expression.strip(), ("bool",))) for c in conditions)
    if variables:
        where = replace(where, variables=())
    found: dict[str, Expression] = {}
    for variable in variables:
        expression = found[variable.name] = compiled(where, variable.expression)
        where = where.with_variable(variable.name, expression.program)
    return Compiled(matching, found, where)


def compiled(where: Environment, source: str, returns: tuple[str, ...] = ()) -> Expression:
    try:
        return Expression(source, where.compile(source, returns))
    except CompileError as error:
        return Expression(source, None, str(error))


class Evaluator:
    """One evaluation of a policy: of one request with one object of parameters."""

    def __init__(self, policy: Compiled, seen: Seen, params: Json | None, authorizer: Authorizer) -> None:
        self._policy = policy
        self._seen = seen
        self._params = params
        self._variables: dict[str, tuple[Any, str]] = {}
        self._budget = Budget(PER_OBJECT)
        self._spent = False
        self._evaluation = Evaluation(seen.asked(authorizer), self._variable)

    def matches(self) -> bool:
        """Whether all match conditions hold. Raises Failed where one fails and none says no."""
        self._budget = Budget(MATCH_CONDITIONS)
        faults: list[str] = []
        for _, condition in self._policy.conditions:
            try:
                if self.value(condition) is not True:
                    return False
            except Failed as error:
                if self._spent:
                    raise
                faults.append(str(error))
        self._budget = Budget(PER_OBJECT)
        if faults:
            distinct = list(dict.fromkeys(faults))
            raise Failed(distinct[0] if len(distinct) == 1 else f"[{', '.join(distinct)}]")
        return True

    def value(self, expression: Expression) -> Any:
        """What an expression comes to. Raises Failed; `exhausted` tells whether it is the last."""
        if expression.program is None:
            raise Failed(f"compilation error: {expression.fault}")
        try:
            return self._evaluated(expression.program)
        except EvaluationError as error:
            if self._spent:
                raise Failed(NO_BUDGET) from None
            raise Failed(f"expression '{expression.source}' resulted in error: {error}") from None

    @property
    def exhausted(self) -> bool:
        """Whether nothing more may be evaluated."""
        return self._spent

    def _evaluated(self, program: Program) -> Any:
        """Raises EvaluationError; `_spent` tells whether the budget is at its end."""
        try:
            return evaluate(program, self._values(program), self._budget, self._evaluation)
        except OutOfBudget:
            self._spent = True
            raise EvaluationError(NO_BUDGET) from None

    def _variable(self, name: str) -> Any:
        """Called by the runtime too, which takes no exception but ValueError."""
        known = self._variables.get(name)
        if known is None:
            known = self._variables[name] = self._computed(name)
        value, fault = known
        if fault:
            raise ValueError(f'composited variable "{name}" {fault}')
        return value

    def _computed(self, name: str) -> tuple[Any, str]:
        expression = self._policy.variables[name]
        if expression.program is None:
            return None, f"fails to compile: {expression.fault}"
        try:
            return self._evaluated(expression.program), ""
        except EvaluationError as error:
            return None, f"fails to evaluate: {error}"

    def _values(self, program: Program) -> dict[str, Any]:
        """The variables that a program looks at, and of these only what it looks at."""
        seen, values = self._seen, {}
        for name, needs in program.needs.items():
            if name == OBJECT:
                values[name] = needed(seen.object, needs)
            elif name == OLD_OBJECT:
                values[name] = needed(seen.old_object, needs)
            elif name == PARAMS:
                values[name] = needed(self._params, needs)
            elif name == REQUEST:
                values[name] = as_declared(seen.request, REQUEST_TYPE, needs)
            elif name == NAMESPACE:
                values[name] = as_declared(seen.namespace, NAMESPACE_TYPE, needs)
            elif name == AUTHORIZER_NAME:
                values[name] = authorizer_value()
            elif name == REQUEST_RESOURCE:
                values[name] = resource_check(seen.question)
        return values
