"""Evaluation within a budget: what an expression costs at most is known before it is evaluated.

The runtime counts nothing but turns of loops, and holds the interpreter while it works.
"""

from collections.abc import Mapping
from typing import Any

from .costs import estimated
from .evaluation import PLAIN, Evaluation
from .limits import PER_CALL
from .programs import CostExceeded, Program
from .ranges import Range
from .rewriting import VARIABLES
from .sizes import ValueSizes, total_size

# What costs less than this whatever it looks at is not estimated anew for each evaluation.
_CHEAP = 1_000
# Nor what costs no more than this, were all that it looks at as large as everything together. Of few sizes, so that
# what is known of a program is of use again.
_SMALL = 20_000
_SIZES = (256, 1024, 4096)


class OutOfBudget(Exception):
    """What is left of a budget does not suffice."""


class Budget:
    """What may still be spent."""

    def __init__(self, cost: int) -> None:
        self.left = cost

    def spend(self, cost: int) -> None:
        """Raises OutOfBudget."""
        if cost > self.left:
            raise OutOfBudget
        self.left -= cost


def evaluate(program: Program, values: Mapping[str, Any], budget: Budget, evaluation: Evaluation = PLAIN) -> Any:
    """What the program comes to. Raises EvaluationError; CostExceeded where this evaluation alone would cost too much;
    OutOfBudget."""
    cost = cost_of(program, values, evaluation)
    if cost > PER_CALL:
        budget.spend(PER_CALL)
        raise CostExceeded
    budget.spend(cost)
    return program.evaluate(values, evaluation)


def cost_of(program: Program, values: Mapping[str, Any], evaluation: Evaluation = PLAIN) -> int:
    """What an evaluation of these values costs at most."""
    if program.cost_at_worst <= _CHEAP:
        return program.cost_at_worst

    def variable(name: str) -> Any:
        return _variable(evaluation, name)

    # What functions make of the values is hardly longer than all of them.
    looked_at = [*values.values(), *map(variable, program.needs.get(VARIABLES) or ())]
    longest = len(program.source) + total_size(looked_at)
    for size in _SIZES:
        if longest <= size and (cost := program.cost_within(size)) <= _SMALL:
            return cost
    return estimated(program.tree, ValueSizes(values, variable), Range(0, longest)).most


def _variable(evaluation: Evaluation, name: str) -> Any:
    try:
        return evaluation.variable(name)
    except ValueError:
        return None
