"""Expressions of policies and webhooks: whether they compile. CEL is loaded when the first is looked at."""

from typing import TYPE_CHECKING

from ...errors import Cause
from ...schema.causes import invalid

if TYPE_CHECKING:
    from ...cel.environments import Environment


def environment(params: bool, authorizer: bool = True, variables: bool = False) -> "Environment":
    """variables: whether there are any."""
    from ...cel.environments import Environment

    return Environment(params, authorizer, () if variables else None)


def mutation_faults(expression: str, path: str, where: "Environment", returns: str) -> list[Cause]:
    """What is wrong with an expression that makes a change."""
    from ...cel.environments import compile_mutation
    from ...cel.runtime import CompileError

    try:
        compile_mutation(where, expression, returns)
    except CompileError as error:
        return [invalid(path, expression, str(error))]
    return []


def compile_faults(expression: str, path: str, where: "Environment", returns: tuple[str, ...]) -> list[Cause]:
    """What is wrong with an expression that must come to one of these types; () for any."""
    from ...cel.runtime import CompileError

    try:
        where.compile(expression, returns)
    except CompileError as error:
        return [invalid(path, expression, str(error))]
    return []
