"""LimitRanges: bounds and defaults that agree with each other."""

from collections.abc import Iterator

from pilothouse.api.core.v1.quotas_pb2 import LimitRange, LimitRangeItem

from ...errors import Cause
from ...meta.context import RequestContext
from ...meta.quantities import Quantity
from ...schema.causes import duplicate, faulty, forbidden, invalid, required
from ...schema.checks import label_key
from ..base import Strategy
from ..pod_resources import copy_missing
from ..pods.resources import container_resource_name
from ..resource_names import may_be_overcommitted, quantities, resource_name

_TYPES = ("Container", "PersistentVolumeClaim", "Pod")
_OF_CONTAINERS = ("Container", "Pod")
_NOT_FOR_PODS = "may not be specified when `type` is 'Pod'"
_FIELDS = (
    ("max", "max"),
    ("min", "min"),
    ("default", "default"),
    ("default_request", "defaultRequest"),
    ("max_limit_request_ratio", "maxLimitRequestRatio"),
)
_Amounts = dict[str, Quantity]


class LimitRanges(Strategy[LimitRange]):
    def default(self, obj: LimitRange) -> None:
        for item in obj.spec.limits:
            if item.type == "Container":
                copy_missing(item.default, item.max)
                copy_missing(item.default_request, item.default)
                copy_missing(item.default_request, item.min)

    def validate(self, context: RequestContext, obj: LimitRange) -> list[Cause]:
        causes: list[Cause] = []
        seen: set[str] = set()
        for index, item in enumerate(obj.spec.limits):
            path = f"spec.limits[{index}]"
            if item.type:
                causes += _type(item.type, f"{path}.type")
            if item.type in seen:
                causes.append(duplicate(f"{path}.type", item.type))
            seen.add(item.type)
            causes += _item(item, path)
        return causes


def _type(name: str, path: str) -> list[Cause]:
    causes = faulty(path, name, label_key(name))
    if not causes and "/" not in name and name not in _TYPES:
        causes.append(invalid(path, name, "must be a standard limit type or fully qualified"))
    return causes


def _item(item: LimitRangeItem, path: str) -> list[Cause]:
    causes: list[Cause] = []
    amounts = {json: quantities(getattr(item, name)) for name, json in _FIELDS}
    for json, found in amounts.items():
        if item.type == "Pod" and json in ("default", "defaultRequest"):
            if found:
                causes.append(forbidden(f"{path}.{json}", _NOT_FOR_PODS))
            found.clear()
        for name in found:
            at = f"{path}.{json}[{name}]"
            if item.type in _OF_CONTAINERS:
                container_resource_name(name, at, causes)
            else:
                causes += resource_name(name, at)
    if item.type == "PersistentVolumeClaim" and "storage" not in amounts["min"] and "storage" not in amounts["max"]:
        detail = "either minimum or maximum storage value is required, but neither was provided"
        causes.append(required(f"{path}.limits", detail))
    for name in sorted({name for found in amounts.values() for name in found}):
        causes += _bounds(name, amounts, path)
        causes += _ratio(name, amounts, path)
    return causes


def _bounds(name: str, amounts: dict[str, _Amounts], path: str) -> Iterator[Cause]:
    """What contradicts what: (the field blamed, the one of the two amounts that is shown, lesser and greater)."""
    told = {
        "min": "min value",
        "max": "max value",
        "default": "default value",
        "defaultRequest": "default request value",
    }
    for field, shown, low, high in (
        ("min", "min", "min", "max"),
        ("defaultRequest", "defaultRequest", "min", "defaultRequest"),
        ("defaultRequest", "defaultRequest", "defaultRequest", "max"),
        ("defaultRequest", "defaultRequest", "defaultRequest", "default"),
        ("default", "min", "min", "default"),
        ("default", "max", "default", "max"),
    ):
        less, more = amounts[low].get(name), amounts[high].get(name)
        if less is None or more is None or less <= more:
            continue
        greater = "default limit value" if (low, high) == ("defaultRequest", "default") else told[high]
        detail = f"{told[low]} {less} is greater than {greater} {more}"
        yield invalid(f"{path}.{field}[{name}]", str(amounts[shown][name]), detail)


def _ratio(name: str, amounts: dict[str, _Amounts], path: str) -> Iterator[Cause]:
    ratio = amounts["maxLimitRequestRatio"].get(name)
    at = f"{path}.maxLimitRequestRatio[{name}]"
    if ratio is not None:
        if ratio < Quantity(10**9):
            yield invalid(at, str(ratio), f"ratio {ratio} is less than 1")
        low, high = amounts["min"].get(name), amounts["max"].get(name)
        if low and high is not None and ratio.nanos * low.nanos > high.nanos * 10**9:
            detail = f"ratio {ratio} is greater than max/min = {high.nanos / low.nanos:f}"
            yield invalid(at, str(ratio), detail)
    default, asked = amounts["default"].get(name), amounts["defaultRequest"].get(name)
    if default is not None and asked is not None and default != asked and not may_be_overcommitted(name):
        detail = f"default value {default} must equal to defaultRequest value {asked} in {name}"
        yield invalid(f"{path}.defaultRequest[{name}]", str(asked), detail)
