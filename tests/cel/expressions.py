"""Expressions for tests, in an environment with a dynamic `object`."""

from typing import Any

from pilothouse.server.cel.bounded import Budget, evaluate
from pilothouse.server.cel.environments import Environment
from pilothouse.server.cel.limits import PER_OBJECT
from pilothouse.server.cel.programs import EvaluationError
from pilothouse.server.cel.runtime import CompileError


def value(source: str, object: object = None) -> Any:
    """What it comes to; raises EvaluationError and CompileError."""
    return evaluate(Environment().compile(source), {"object": object}, Budget(PER_OBJECT))


def fault(source: str, object: object = None) -> str:
    """The error of an expression, "" for none."""
    try:
        value(source, object)
    except (EvaluationError, CompileError) as error:
        return str(error)
    return ""
