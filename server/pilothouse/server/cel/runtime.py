"""The one place that speaks to the CEL runtime: environments to check expressions in, and the one to evaluate in."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from cel_expr_python import cel

from . import syntax_pb2 as syntax
from .declared import Declared
from .descriptors import cel_type, library_pool, new_pool, type_text
from .functions import NAMES, implementations
from .library.signatures import OPTIONAL, declarations
from .literals import literal_faults
from .optionals import optional_faults
from .trees import Tree, parse_checked, parse_parsed
from .wording import compile_error, display

_EXTENSIONS = """
name: "kubernetes"
extensions:
- name: optional
- name: strings
  version: 2
- name: sets
- name: two-var-comprehensions
"""
# Kubernetes compares numbers of different types.
_COMPARISONS = {"_<_": "less", "_<=_": "less_equals", "_>_": "greater", "_>=_": "greater_equals"}
_NUMBERS = {"int64": cel.Type.INT, "uint64": cel.Type.UINT, "double": cel.Type.DOUBLE}


class CompileError(ValueError):
    """An expression is wrong. The text is that of Kubernetes' errors, with the lines and marks."""


class Checker:
    """An environment to check expressions in."""

    def __init__(
        self, variables: Mapping[str, Declared], optional: Sequence[str] = (), made: Sequence[Declared] = ()
    ) -> None:
        """optional: which of the variables are optionals of their types; made: objects that expressions can make."""
        listed = "".join(f"\n- name: {n}\n  type: optional_type<{type_text(variables[n])}>" for n in optional)
        self._env = cel.NewEnv(
            new_pool((*variables.values(), *made)),
            config=cel.NewEnvConfigFromYaml(f"{_EXTENSIONS}{OPTIONAL}{f'variables:{listed}' if listed else ''}"),
            variables={name: cel_type(declared) for name, declared in variables.items() if name not in optional},
            extensions=[_library()],
        )

    def check(self, source: str) -> Tree:
        """The checked expression. Raises CompileError."""
        try:
            serialized = self._env.compile(source).serialize()
        except RuntimeError as error:
            raise CompileError(compile_error(source, str(error), self._parsed(source))) from None
        tree = parse_checked(serialized)
        faults = literal_faults(tree, source) or optional_faults(tree, source, NAMES)
        if faults:
            raise CompileError(display(source, faults))
        return tree

    def parse(self, source: str) -> syntax.Parsed:
        """The expression unchecked. Raises CompileError."""
        try:
            return parse_parsed(self._parsed(source)())
        except RuntimeError as error:
            raise CompileError(compile_error(source, str(error), self._parsed(source))) from None

    def _parsed(self, source: str) -> Callable[[], bytes]:
        return lambda: bytes(self._env.compile(source, disable_check=True).serialize())


@cache
def _library() -> Any:
    return cel.CelExtension("kubernetes", [*declarations(), *_comparisons()])


def _comparisons() -> list[Any]:
    return [
        cel.FunctionDecl(
            operator,
            [
                cel.Overload(f"{name}_{one}_{other}", return_type=cel.Type.BOOL, parameters=[first, second])
                for one, first in _NUMBERS.items()
                for other, second in _NUMBERS.items()
                if one != other
            ],
        )
        for operator, name in _COMPARISONS.items()
    ]


@cache
def evaluator() -> Any:
    """The environment in which all expressions are evaluated: values are dynamic, whatever they were checked as."""
    return cel.NewEnv(
        library_pool(),
        config=cel.NewEnvConfigFromYaml(_EXTENSIONS),
        extensions=[cel.CelExtension("kubernetes", implementations())],
    )
