"""Recounting: what the objects of a namespace use of its quotas, for a controller that keeps `status.used` right."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import cast

from pilothouse.api.core.v1.quotas_pb2 import ResourceQuota

from ....meta.quantities import Quantity
from ....strategies.pod_resources import Amounts, add
from ...base import Objects
from .scopes import in_scope
from .usage import KINDS, concerned, count_name, usage

# Objects that are counted before others have a turn.
_AT_ONCE = 100
_PLAIN = ("configmaps", "resourcequotas", "replicationcontrollers", "secrets")


async def recount(objects: Objects, namespace: str) -> Mapping[str, Amounts]:
    """By the name of each quota of a namespace: for each resource of its spec.hard that can be counted what is used of
    it now, as the watch cache has the objects. What changes while it counts may be counted as before or as after."""
    quotas = cast(Iterable[ResourceQuota], objects.list("", "resourcequotas", namespace))
    return {quota.metadata.name: await _used(objects, quota) for quota in list(quotas)}


async def _used(objects: Objects, quota: ResourceQuota) -> Amounts:
    hard = list(quota.spec.hard)
    total: Amounts = {}
    for group, plural in _kinds(hard):
        names = concerned(group, plural, hard)
        if not names:
            continue
        total |= {name: Quantity(0) for name in names}
        for number, found in enumerate(objects.list(group, plural, quota.metadata.namespace)):
            if number % _AT_ONCE == _AT_ONCE - 1:
                await asyncio.sleep(0)
            if in_scope(quota, found):
                own = usage(group, plural, found)
                add(total, {name: own[name] for name in names if name in own})
    return total


def _kinds(names: Iterable[str]) -> set[tuple[str, str]]:
    """The kinds that the resources of a quota may count, as (group, plural)."""
    kinds = {*KINDS, *(("", plural) for plural in _PLAIN)}
    for name in names:
        if name.startswith("count/"):
            plural, _, group = name.removeprefix("count/").partition(".")
            assert count_name(group, plural) == name
            kinds.add((group, plural))
    return kinds
