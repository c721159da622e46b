"""What an evaluation that is under way knows beyond its values: who answers for `authorizer`, and the variables of a
policy. The functions of the library are called from within it, on the same thread."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .library.authorizer import Asked, Question


def _nobody(question: Question) -> tuple[bool, str]:
    raise ValueError("no such attribute(s): authorizer")


def _none(name: str) -> Any:
    raise ValueError(f"no such key: {name}")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """asked: answers authorization checks. variable: the value of a variable of a policy, evaluated when it is first
    asked for. Both raise ValueError with the text of the expression's error."""

    asked: Asked = _nobody
    variable: Callable[[str], Any] = _none


_under_way: list[Evaluation] = []
PLAIN = Evaluation()


@contextmanager
def under_way(evaluation: Evaluation) -> Iterator[None]:
    _under_way.append(evaluation)
    try:
        yield
    finally:
        _under_way.pop()


def current() -> Evaluation:
    return _under_way[-1] if _under_way else PLAIN
