"""What the options of a single field forbid: its enum, format, bounds, length and pattern.

A check takes the value and gives the faults by the path below the field ("" or "[key]"), in kube's words.
"""

import ipaddress
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import re2
from pilothouse.api import annotations_pb2 as options

from ..errors import Cause
from ..meta import names
from ..meta.quantities import QuantityError, parse_quantity
from .causes import invalid, not_supported, too_long, too_many
from .options import Field

Check = Callable[[Any], list[Cause] | None]
"""Causes whose `field` is relative to the value; None or empty when there are none."""


label_key = lru_cache(maxsize=4096)(names.label_key)
label_value = lru_cache(maxsize=4096)(names.label_value)


def checks_of(field: Field) -> tuple[Check, ...]:
    """The checks of a field's value, of each item where it is repeated."""
    found: list[Check] = []
    if field.enum and not field.open:
        found.append(_enum(field.enum))
    rule = _FORMATS.get(field.format)
    if rule is not None:
        found.append(_map_keys(rule) if field.map else _format(rule))
    if field.format == options.LABELS:
        found.append(_labels if field.map else label_selector)
    if field.minimum is not None or field.maximum is not None:
        found.append(_bounds(field.minimum, field.maximum))
    if field.max_length is not None and field.text:
        found.append(_length(field.max_length))
    if field.pattern is not None:
        found.append(_pattern(field.pattern))
    return tuple(found)


def list_checks_of(field: Field) -> tuple[Check, ...]:
    """The checks of a repeated field as a whole."""
    if field.repeated and field.max_length is not None and not field.text:
        return (_size(field.max_length),)
    return ()


def labels(field: str, found: Mapping[str, str]) -> Iterator[Cause]:
    """What is wrong with a map of labels: its keys and its values."""
    for key, value in found.items():
        for fault in label_key(key):
            yield invalid(field, key, fault)
        for fault in label_value(value):
            yield invalid(field, value, fault)


def label_selector(selector: Any) -> list[Cause] | None:
    """What is wrong with a LabelSelector."""
    if not selector.match_labels and not selector.match_expressions:
        return None
    causes = list(labels("matchLabels", selector.match_labels))
    for index, expression in enumerate(selector.match_expressions):
        causes.extend(_expression(f"matchExpressions[{index}]", expression))
    return causes


def quantity(message: Any) -> list[Cause] | None:
    """What is wrong with a Quantity's text. An empty one is zero."""
    text = message.string
    if not text:
        return None
    try:
        parse_quantity(text)
    except QuantityError as error:
        return [invalid("", text, str(error))]
    return None


def _expression(field: str, expression: Any) -> Iterator[Cause]:
    operator = expression.operator
    if operator in ("In", "NotIn"):
        if not expression.values:
            yield Cause(
                "FieldValueRequired",
                "Required value: must be specified when `operator` is 'In' or 'NotIn'",
                f"{field}.values",
            )
    elif operator in ("Exists", "DoesNotExist"):
        if expression.values:
            yield Cause(
                "FieldValueForbidden",
                "Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
                f"{field}.values",
            )
    else:
        yield invalid(f"{field}.operator", operator, "not a valid selector operator")
    for fault in names.label_key(expression.key):
        yield invalid(f"{field}.key", expression.key, fault)
    for index, value in enumerate(expression.values):
        for fault in names.label_value(value):
            yield invalid(f"{field}.values[{index}]", value, fault)


def _labels(found: Mapping[str, str]) -> list[Cause] | None:
    return list(labels("", found)) if found else None


def _enum(values: tuple[str, ...]) -> Check:
    allowed = frozenset(values)

    def check(value: str) -> list[Cause] | None:
        return None if value in allowed else [not_supported("", value, values)]

    return check


def _format(rule: names.NameRule) -> Check:
    # The same few names of containers, ports and variables come again and again.
    rule = lru_cache(maxsize=4096)(rule)

    def check(value: str) -> list[Cause] | None:
        faults = rule(value)
        return [invalid("", value, fault) for fault in faults] if faults else None

    return check


def _map_keys(rule: names.NameRule) -> Check:
    def check(value: Mapping[str, object]) -> list[Cause] | None:
        return [invalid(f"[{key}]", key, fault) for key in value for fault in rule(key)]

    return check


def _bounds(minimum: int | None, maximum: int | None) -> Check:
    low = minimum if minimum is not None else -(1 << 63)
    high = maximum if maximum is not None else 1 << 63
    if maximum is None:
        fault = f"must be greater than or equal to {minimum}"
    elif minimum is None:
        fault = f"must be less than or equal to {maximum}"
    else:
        fault = f"must be between {minimum} and {maximum}, inclusive"

    def check(value: int) -> list[Cause] | None:
        return None if low <= value <= high else [invalid("", value, fault)]

    return check


def _length(limit: int) -> Check:
    def check(value: str) -> list[Cause] | None:
        return [too_long("", limit)] if len(value.encode()) > limit else None

    return check


def _size(limit: int) -> Check:
    def check(value: list[object]) -> list[Cause] | None:
        return [too_many("", len(value), limit)] if len(value) > limit else None

    return check


def _pattern(pattern: str) -> Check:
    matches = re2.compile(pattern).fullmatch

    def check(value: str) -> list[Cause] | None:
        return None if matches(value) else [invalid("", value, f"must match the regex '{pattern}'")]

    return check


def _cidr(value: str) -> list[str]:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return ["must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"]
    return [] if "/" in value else ["must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"]


def _absolute(value: str) -> list[str]:
    return [] if value.startswith("/") else ["must be an absolute path"]


_FORMATS: Mapping[int, names.NameRule] = {
    options.DNS_LABEL: names.dns1123_label,
    options.DNS_SUBDOMAIN: names.dns1123_subdomain,
    options.DNS1035_LABEL: names.dns1035_label,
    options.PATH_SEGMENT: names.path_segment,
    options.LABEL_KEY: names.label_key,
    options.LABEL_VALUE: names.label_value,
    options.PORT_NAME: names.port_name,
    options.IP: names.ip_address,
    options.CIDR: _cidr,
    options.ENV_NAME: names.environment_name,
    options.CONFIG_KEY: names.config_key,
    options.ABSOLUTE_PATH: _absolute,
}
