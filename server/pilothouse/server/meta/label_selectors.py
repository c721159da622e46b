"""Label selectors from text ("a=b,c in (d,e),!f,g>5") and from LabelSelector objects (matchLabels, matchExpressions).

The grammar and the words of its errors are those of Kubernetes. Errors: BadRequest.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from pilothouse.server.errors import BadRequest
from pilothouse.server.meta.names import label_key, label_value
from pilothouse.server.meta.selectors import Operator, Requirement, Selector, int64

EVERYTHING = Selector()
NOTHING = Selector(nothing=True)

# Whitespace separates; a symbol is the longest that fits; anything else is a word. "in" and "notin" are words that
# only the operator's place makes keywords.
_TOKEN = re.compile(r"[ \t\r\n]*(==|!=|[=!(),<>]|[^=!(),<> \t\r\n]+|$)")
_SYMBOLS = frozenset(("=", "==", "!=", "!", "(", ")", ",", "<", ">", ""))
_OPERATORS = {
    "=": Operator.EQUALS,
    "==": Operator.EQUALS,
    "!=": Operator.NOT_EQUALS,
    "in": Operator.IN,
    "notin": Operator.NOT_IN,
    ">": Operator.GREATER,
    "<": Operator.LESS,
}


@lru_cache(maxsize=1024)
def parse_label_selector(text: str) -> Selector:
    """The selector that the text means; an empty text means everything. Memoized: equal texts give one object."""
    return _selector(_Parser(text).requirements()) if text else EVERYTHING


def from_label_selector(value: Mapping[str, object] | None) -> Selector:
    """The selector that a LabelSelector in its JSON form means: None matches nothing, {} everything."""
    if value is None:
        return NOTHING
    labels = value.get("matchLabels") or {}
    expressions = value.get("matchExpressions") or []
    if not isinstance(labels, Mapping) or not isinstance(expressions, Sequence):
        raise BadRequest("matchLabels must be a map of strings and matchExpressions a list")
    requirements = [_requirement(str(key), Operator.EQUALS, [str(labels[key])]) for key in labels]
    requirements.extend(_expression(expression) for expression in expressions)
    return _selector(requirements)


_EXPRESSION_OPERATORS = {
    "In": Operator.IN,
    "NotIn": Operator.NOT_IN,
    "Exists": Operator.EXISTS,
    "DoesNotExist": Operator.ABSENT,
}


def _expression(expression: Mapping[str, object]) -> Requirement:
    word = expression.get("operator", "")
    operator = _EXPRESSION_OPERATORS.get(str(word))
    if operator is None:
        raise BadRequest(f"{json.dumps(word)} is not a valid label selector operator")
    values = expression.get("values") or []
    if not isinstance(values, Sequence) or isinstance(values, str):
        raise BadRequest("values: must be a list of strings")
    return _requirement(str(expression.get("key", "")), operator, [str(value) for value in values])


def _selector(requirements: Iterable[Requirement]) -> Selector:
    ordered = sorted(requirements, key=lambda requirement: requirement.key)
    return Selector(tuple(ordered)) if ordered else EVERYTHING


def _requirement(key: str, operator: Operator, values: Iterable[str]) -> Requirement:
    _check_key(key)
    ordered = tuple(sorted(set(values)))
    fault = _values_fault(operator, ordered)
    if fault:
        raise BadRequest(f"values: Invalid value: {json.dumps(ordered, separators=(',', ':'))}: {fault}")
    for index, value in enumerate(ordered):
        if operator in (Operator.GREATER, Operator.LESS) and int64(value) is None:
            raise BadRequest(
                f"values[{index}]: Invalid value: {json.dumps(value)}: "
                "for 'Gt', 'Lt' operators, the value must be an integer"
            )
        faults = label_value(value)
        if faults:
            raise BadRequest(f"values[{index}][{key}]: Invalid value: {json.dumps(value)}: {'; '.join(faults)}")
    return Requirement(key, operator, ordered)


def _values_fault(operator: Operator, values: tuple[str, ...]) -> str:
    match operator:
        case Operator.IN | Operator.NOT_IN:
            return "" if values else "for 'in', 'notin' operators, values set can't be empty"
        case Operator.EXISTS | Operator.ABSENT:
            return "values set must be empty for exists and does not exist" if values else ""
        case Operator.GREATER | Operator.LESS:
            return "" if len(values) == 1 else "for 'Gt', 'Lt' operators, exactly one value is required"
        case Operator.EQUALS | Operator.NOT_EQUALS:
            return "" if len(values) == 1 else "exact-match compatibility requires one single value"


def _check_key(key: str) -> None:
    faults = label_key(key)
    if faults:
        raise BadRequest(f"key: Invalid value: {json.dumps(key)}: {'; '.join(faults)}")


class _Parser:
    """Recursive descent over the tokens of one selector; the last token is "" (the end)."""

    def __init__(self, text: str) -> None:
        self._tokens: list[str] = _TOKEN.findall(text)
        self._at = 0

    def requirements(self) -> list[Requirement]:
        found: list[Requirement] = []
        while (token := self._peek()) != "":
            if token in _SYMBOLS and token != "!":
                raise BadRequest(f"found '{token}', expected: !, identifier, or 'end of string'")
            try:
                found.append(self._requirement())
            except BadRequest as error:
                raise BadRequest(f"unable to parse requirement: {error.message}") from error
            separator = self._take()
            if separator == "":
                return found
            if separator != ",":
                raise BadRequest(f"found '{separator}', expected: ',' or 'end of string'")
            following = self._peek()
            if following in _SYMBOLS and following != "!":
                raise BadRequest(f"found '{following}', expected: identifier after ','")
        return found

    def _requirement(self) -> Requirement:
        key = self._take()
        absent = key == "!"
        if absent:
            key = self._take()
        if key in _SYMBOLS:
            raise BadRequest(f"found '{key}', expected: identifier")
        _check_key(key)
        if absent:
            return _requirement(key, Operator.ABSENT, [])
        if self._peek() in ("", ","):
            return _requirement(key, Operator.EXISTS, [])
        word = self._take()
        operator = _OPERATORS.get(word)
        if operator is None:
            raise BadRequest(f"found '{word}', expected: in, notin, =, ==, !=, gt, lt")
        values = self._set() if operator in (Operator.IN, Operator.NOT_IN) else [self._exact()]
        return _requirement(key, operator, values)

    def _exact(self) -> str:
        if self._peek() in ("", ","):
            return ""
        value = self._take()
        if value in _SYMBOLS:
            raise BadRequest(f"found '{value}', expected: identifier")
        return value

    def _set(self) -> list[str]:
        """ "(a,b)"; an empty place between commas is the empty value, "()" has none."""
        opening = self._take()
        if opening != "(":
            raise BadRequest(f"found '{opening}' expected: '('")
        if self._peek() == ")":
            self._take()
            return []
        if self._peek() in _SYMBOLS and self._peek() != ",":
            raise BadRequest(f"found '{self._peek()}', expected: ',', ')' or identifier")
        values = [self._member()]
        while (separator := self._take()) == ",":
            values.append(self._member())
        if separator != ")":
            raise BadRequest(f"found '{separator}', expected: ',' or ')'")
        return values

    def _member(self) -> str:
        token = self._peek()
        if token in (",", ")"):
            return ""
        if token in _SYMBOLS:
            raise BadRequest(f"found '{token}', expected: ',', or identifier")
        return self._take()

    def _peek(self) -> str:
        return self._tokens[self._at]

    def _take(self) -> str:
        token = self._tokens[self._at]
        if token:
            self._at += 1
        return token
