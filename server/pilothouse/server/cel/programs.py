"""Programs: expressions that are compiled, what they cost, and what they come to."""

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Mapping
from typing import Any

from .costs import estimated
from .evaluation import PLAIN, Evaluation, under_way
from .needs import needs_of
from .ranges import Range
from .rewriting import rewritten
from .runtime import CompileError, evaluator
from .sizes import nothing_known
from .trees import Tree, serialize, shown
from .wording import BUDGET, EXCEEDED, runtime_error

AT_MOST = 4096
"""How many programs are remembered."""


class EvaluationError(ValueError):
    """An expression came to no value. The text is that of Kubernetes' errors."""


class CostExceeded(EvaluationError):
    """An expression costs more than one evaluation may."""

    def __init__(self) -> None:
        super().__init__(EXCEEDED)


class Program:
    """A compiled expression. Safe to share."""

    def __init__(self, source: str, tree: Tree, optional: Collection[str] = ()) -> None:
        """optional: which variables are optionals; their values are lists of one or none."""
        self.source = source
        self.tree = tree
        self.needs = needs_of(tree)
        self._optional = optional
        self._compiled: Any = None
        self._cost_at_worst = -1
        self._costs_within: dict[int, int] = {}

    @property
    def result(self) -> str:
        """The type of what it comes to, as errors name it."""
        return shown(self.tree.type_of(self.tree.root))

    @property
    def cost_at_worst(self) -> int:
        """What it costs whatever it looks at."""
        if self._cost_at_worst < 0:
            self._cost_at_worst = estimated(self.tree, nothing_known).most
        return self._cost_at_worst

    def cost_within(self, size: int) -> int:
        """What it costs where nothing that it looks at, and nothing that it makes, is larger than this."""
        known = self._costs_within.get(size)
        if known is None:
            bound = Range(0, size)
            known = self._costs_within[size] = estimated(self.tree, lambda path: bound if path else None, bound).most
        return known

    def evaluate(self, values: Mapping[str, Any], evaluation: Evaluation = PLAIN) -> Any:
        """What the expression comes to, as plain Python. values: of the variables, as `values.py` makes them. Raises
        EvaluationError; cost is bounded before, by whoever calls."""
        if self._compiled is None:
            self._compiled = evaluator().deserialize(serialize(rewritten(self.tree, self._optional)))
        try:
            with under_way(evaluation):
                found = self._compiled.eval(data=values)
            return _plain(found)
        except RuntimeError as error:
            if BUDGET in str(error):
                raise CostExceeded from None
            raise EvaluationError(runtime_error(str(error))) from None


def _plain(found: Any) -> Any:
    """A value of the runtime as plain Python. Step by step: of a list that holds an optional the runtime's own way
    would end the process. Raises EvaluationError."""
    type = found.type().name()
    if type == "NULL":
        # What the runtime gives is one reference to None short, and ends the process some time.
        return None
    if type == "ERROR":
        try:
            text = str(found.value())
        except TypeError:
            # An optional is no value that anything outside of an expression can take.
            text = "no such overload"
        raise EvaluationError(runtime_error(text))
    value = found.value()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


class Remembered:
    """Programs and compile errors, by what they were made from; what was used longest ago goes first."""

    def __init__(self, at_most: int = AT_MOST) -> None:
        self._at_most = at_most
        self._found: OrderedDict[Hashable, Program | str] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Program]) -> Program:
        """The program of the key. Raises CompileError."""
        found = self._found.get(key)
        if found is None:
            try:
                found = make()
            except CompileError as error:
                found = str(error)
            self._found[key] = found
            while len(self._found) > self._at_most:
                self._found.popitem(last=False)
        else:
            self._found.move_to_end(key)
        if isinstance(found, str):
            raise CompileError(found)
        return found
