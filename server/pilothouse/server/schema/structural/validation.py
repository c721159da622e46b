"""What is wrong with a value by its schema, in the words and the order of a kube-apiserver's validator.

The words are those of kube-openapi's validation, and the causes those that apiextensions makes of its errors. A value
that an update leaves as it was is not looked at ("ratcheting"): what was accepted once stays accepted.
"""

from collections.abc import Callable, Sequence
from typing import Any

import orjson

from ...errors import BadRequest, Cause
from ..causes import invalid, not_supported, required, shown, too_many
from .checks import CHECKS_AT_MOST, NOWHERE, Found, number_checks, string_checks, told
from .formats import FORMATS
from .nodes import INT_OR_STRING, JsonObject

ABSENT = object()
"""No old value."""
_EXACT = 1 << 53
_INT_64 = 1 << 63
_RANGES = {"int32": 1 << 31, "int64": 1 << 63, "uint32": 1 << 32, "uint64": 1 << 64}


class Validator:
    """Judges values by one schema, given as JSON."""

    def __init__(self, schema: JsonObject) -> None:
        self._types = _types_of(schema)
        self._nullable = bool(schema.get("nullable"))
        self._format: str = schema.get("format") or ""
        self._enum: Sequence[Any] | None = schema.get("enum")
        self._allowed = frozenset(map(_canonical, self._enum or ()))
        self._keys = tuple(schema.get("x-kubernetes-list-map-keys") or ())
        self._by_key = schema.get("x-kubernetes-list-type") == "map"
        self._all = [Validator(s) for s in schema.get("allOf") or ()]
        self._any = [Validator(s) for s in schema.get("anyOf") or ()]
        self._one = [Validator(s) for s in schema.get("oneOf") or ()]
        self._not = Validator(schema["not"]) if schema.get("not") is not None else None
        self._string = string_checks(schema)
        self._number = number_checks(schema)
        self._properties = {name: Validator(s) for name, s in (schema.get("properties") or {}).items()}
        additional = schema.get("additionalProperties")
        self._additional = Validator(additional) if isinstance(additional, dict) else None
        self._closed = additional is False
        self._items = Validator(schema["items"]) if isinstance(schema.get("items"), dict) else None
        self._required: Sequence[str] = schema.get("required") or ()
        self._least: dict[str, int] = {k: schema[k] for k in ("minItems", "minProperties") if k in schema}
        self._most: dict[str, int] = {k: schema[k] for k in ("maxItems", "maxProperties") if k in schema}
        self._unique = bool(schema.get("uniqueItems"))

    def causes(self, value: Any, old: Any = ABSENT) -> list[Cause]:
        """What is wrong with a whole object; old: what it was before."""
        found = Found()
        self.check(value, "", found, old)
        return found.causes

    def check(self, value: Any, path: str, found: Found, old: Any = ABSENT) -> None:
        """Adds what is wrong to `found`. Raises BadRequest where that takes too much."""
        found.left[0] -= 1
        if found.left[0] < 0:
            raise BadRequest(f"the object cannot be validated: its schema asks for more than {CHECKS_AT_MOST} checks")
        if old is not ABSENT and same(value, old):
            found.matches += 1
            return
        self._check_type(value, path, found)
        if value is None:
            self._check_enum(value, path, found)
            return
        self._check_combined(value, path, found)
        if isinstance(value, str):
            self._check_string(value, path, found)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            self._check_number(value, path, found)
        elif isinstance(value, list):
            self._check_list(value, path, found, old)
        self._check_enum(value, path, found)
        if isinstance(value, dict):
            self._check_object(value, path, found, old)
        found.matches += 1

    def _check_type(self, value: Any, path: str, found: Found) -> None:
        wanted, format_ = self._types, self._format
        if not wanted and not format_:
            return
        if value is None:
            if wanted and not self._nullable:
                found.add(_wrong_type(path, ",".join(wanted), "null", "null"))
            else:
                found.matches += 1
            return
        given, precise = _type_of(value)
        fits = given in wanted or (given == "integer" and "number" in wanted)
        fits = fits or (given == "number" and "integer" in wanted and _is_whole(value))
        if format_ and not isinstance(value, str | list) and not (fits or precise == format_):
            found.add(_wrong_type(path, format_, precise, precise))
        elif format_ and isinstance(value, str | list) and "number" not in wanted and "integer" not in wanted:
            found.matches += 1
        elif wanted and not fits:
            found.add(_wrong_type(path, ",".join(wanted), given, given))
        else:
            found.matches += 1

    def _check_combined(self, value: Any, path: str, found: Found) -> None:
        if self._any and (best := _best(self._any, value, path, found)) is not None:
            found.add(_combined(f"{_quoted(path)} must validate at least one schema (anyOf)"))
            found.merge(best)
        if self._one:
            self._check_one(value, path, found)
        if self._all:
            results = [_judged(validator, value, path, found) for validator in self._all]
            for result in results:
                found.merge(result)
            failed = sum(bool(result.causes) for result in results)
            if failed:
                end = ". None validated" if failed == len(results) else ""
                found.add(_combined(f"{_quoted(path)} must validate all the schemas (allOf){end}"))
        if self._not is not None and not _judged(self._not, value, path, found).causes:
            found.add(_combined(f"{_quoted(path)} must not validate the schema (not)"))
        found.matches += 1

    def _check_one(self, value: Any, path: str, found: Found) -> None:
        results = [_judged(validator, value, path, found) for validator in self._one]
        valid = sum(not result.causes for result in results)
        if valid == 1:
            return
        text = f"{_quoted(path)} must validate one and only one schema (oneOf). "
        found.add(_combined(text + (f"Found {valid} valid alternatives" if valid else "Found none valid")))
        if not valid:
            found.merge(max(results, key=lambda result: result.matches))

    def _check_string(self, value: str, path: str, found: Found) -> None:
        for check in self._string:
            before = len(found.causes)
            check(value, path, found)
            if len(found.causes) > before:
                break
        rule = FORMATS.get(self._format)
        if rule is not None:
            if rule(value):
                found.matches += 1
            else:
                found.add(_wrong_type(path, self._format, value, value))
        found.matches += 1

    def _check_number(self, value: float, path: str, found: Found) -> None:
        bound = _RANGES.get(self._format)
        if bound is not None and self._types and isinstance(value, int):
            least = 0 if self._format.startswith("u") else -bound
            if not least <= value < bound:
                kind = self._types[0]
                text = f"Checked value must be of type {kind} with format {self._format} in {path}"
                found.add(_combined(text))
        for check in self._number:
            check(value, path, found)
        found.matches += 1

    def _check_list(self, value: list[Any], path: str, found: Found, old: Any) -> None:
        if self._items is not None:
            before = self._before(old)
            for index, item in enumerate(value):
                self._items.check(item, f"{path}[{index}]", found, before(item))
        size = len(value)
        if size < self._least.get("minItems", 0):
            text = f"should have at least {self._least['minItems']} items"
            found.add(told(path, size, text))
        if size > self._most.get("maxItems", size):
            found.add(too_many(path or NOWHERE, size, self._most["maxItems"]))
        if self._unique and len({_canonical(item) for item in value}) < size:
            found.add(told(path, value, "shouldn't contain duplicates"))
        found.matches += 1

    def _before(self, old: Any) -> Callable[[Any], Any]:
        """The function from an item to what it was before: known where items have keys."""
        if not (self._by_key and self._keys and isinstance(old, list)):
            return lambda item: ABSENT
        known: dict[bytes, Any] = {}
        for item in old:
            if isinstance(item, dict):
                known.setdefault(_canonical([item.get(key) for key in self._keys]), item)

        def before(item: Any) -> Any:
            if not isinstance(item, dict):
                return ABSENT
            return known.get(_canonical([item.get(key) for key in self._keys]), ABSENT)

        return before

    def _check_object(self, value: dict[str, Any], path: str, found: Found, old: Any) -> None:
        size = len(value)
        if size < self._least.get("minProperties", 0):
            text = f"should have at least {self._least['minProperties']} properties"
            found.add(told(path, size, text))
            return
        if size > self._most.get("maxProperties", size):
            found.add(too_many(path or NOWHERE, size, self._most["maxProperties"]))
            return
        before = old if isinstance(old, dict) else {}
        for key, item in value.items():
            validator = self._properties.get(key)
            if validator is None and self._closed:
                name = f"{path}.{key}" if path else key
                found.add(invalid(path or NOWHERE, "", f"{name} in body is a forbidden property"))
                continue
            validator = validator or self._additional
            if validator is not None:
                validator.check(item, f"{path}.{key}" if path else key, found, before.get(key, ABSENT))
        for key in self._required:
            if key not in value:
                found.add(required(f"{path}.{key}" if path else key))
            else:
                found.matches += 1
        found.matches += 1

    def _check_enum(self, value: Any, path: str, found: Found) -> None:
        if not self._enum:
            return
        if _canonical(value) in self._allowed:
            found.matches += 1
            return
        allowed = [one if isinstance(one, str) else shown(one) for one in self._enum]
        found.add(not_supported(path or NOWHERE, value, allowed))


def same(value: Any, other: Any) -> bool:
    """Whether two values are the same JSON; 1 and true are not."""
    return bool(value == other) and _canonical(value) == _canonical(other)


def _canonical(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _judged(validator: Validator, value: Any, path: str, part_of: Found) -> Found:
    found = Found(part_of.left)
    validator.check(value, path, found)
    return found


def _best(validators: Sequence[Validator], value: Any, path: str, part_of: Found) -> Found | None:
    """What is wrong by the alternative that comes nearest; None where one of them holds."""
    best: Found | None = None
    for validator in validators:
        found = _judged(validator, value, path, part_of)
        if not found.causes:
            return None
        if best is None or found.matches > best.matches:
            best = found
    return best


def _types_of(schema: JsonObject) -> tuple[str, ...]:
    if schema.get("x-kubernetes-int-or-string"):
        return INT_OR_STRING
    return (schema["type"],) if schema.get("type") else ()


def _type_of(value: Any) -> tuple[str, str]:
    """A value's type, and more precisely, as the validator calls them."""
    if isinstance(value, bool):
        return "boolean", ""
    if isinstance(value, int) and -_INT_64 <= value < _INT_64:
        return "integer", "int64"
    if isinstance(value, int | float):
        return "number", "float64"
    if isinstance(value, str):
        return "string", ""
    return ("array", "") if isinstance(value, list) else ("object", "")


def _is_whole(value: float) -> bool:
    return float(value).is_integer() and abs(value) < _EXACT


def _wrong_type(path: str, wanted: str, given: str, value: str) -> Cause:
    text = f"{path} in body must be of type {wanted}: {_quoted(given)}"
    return Cause("FieldValueTypeInvalid", f"Invalid value: {shown(value)}: {text}", path or NOWHERE)


def _combined(text: str) -> Cause:
    return invalid(NOWHERE, "", text)


def _quoted(text: str) -> str:
    return shown(text)
