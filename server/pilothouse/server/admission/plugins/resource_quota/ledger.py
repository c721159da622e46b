"""The ledger: charges to the status of quotas, many of one namespace by one write.

Charges of a namespace queue; whoever finds the queue idle works it off. Servers that share a store charge the same
quotas, so each write is a compare-and-swap, and what is refused is refused on what the store says.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from pilothouse.api.core.v1.quotas_pb2 import ResourceQuota

from ....errors import ServerTimeout
from ....meta.quantities import Quantity
from ....strategies.pod_resources import Amounts, add, amounts
from ...base import Objects

Deltas = Mapping[str, Amounts]
"""What is charged, by the name of the quota."""

_TRIES = 100


@dataclass(slots=True, eq=False)
class _Charge:
    """checked: refused where it exceeds a quota. written: the quotas that hold it already."""

    deltas: Deltas
    checked: bool
    done: asyncio.Future[str]
    written: set[str] = field(default_factory=set)


class Ledger:
    """Charges of all namespaces."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._waiting: dict[str, list[_Charge]] = {}
        self._workers: set[asyncio.Task[None]] = set()

    async def charge(self, namespace: str, deltas: Deltas, *, checked: bool = True) -> str:
        """Charges quotas, all or none; what refuses it, "" where it is charged. Raises ServerTimeout, StoreError."""
        charge = self._enqueue(namespace, deltas, checked)
        try:
            return await asyncio.shield(charge.done)
        except asyncio.CancelledError:
            charge.done.add_done_callback(lambda done: self._after_cancel(namespace, deltas, done))
            raise

    def give_back(self, namespace: str, deltas: Deltas) -> None:
        """Takes a charge back, some time soon; where that fails, a recount finds it."""
        negative = {name: {resource: -amount for resource, amount in own.items()} for name, own in deltas.items()}
        charge = self._enqueue(namespace, negative, False)
        charge.done.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def refusal(self, namespace: str, deltas: Deltas) -> str:
        """What would refuse a charge, "" for nothing; charges nothing."""
        quotas = await self._read(namespace, deltas)
        return next((text for name in sorted(quotas) if (text := exceeded(quotas[name][0], deltas[name]))), "")

    async def idle(self) -> None:
        """Returns when nothing is left to charge."""
        while self._workers:
            await asyncio.gather(*self._workers, return_exceptions=True)

    def _enqueue(self, namespace: str, deltas: Deltas, checked: bool) -> _Charge:
        loop = asyncio.get_running_loop()
        charge = _Charge(deltas, checked, loop.create_future())
        queue = self._waiting.get(namespace)
        if queue is not None:
            queue.append(charge)
            return charge
        self._waiting[namespace] = [charge]
        worker = loop.create_task(self._work(namespace), name=f"quota charges of {namespace}")
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)
        return charge

    def _after_cancel(self, namespace: str, deltas: Deltas, done: asyncio.Future[str]) -> None:
        if not done.cancelled() and done.exception() is None and not done.result():
            self.give_back(namespace, deltas)

    async def _work(self, namespace: str) -> None:
        while charges := self._waiting[namespace]:
            self._waiting[namespace] = []
            try:
                await self._settle(namespace, charges)
            except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must hear of it
                for charge in charges:
                    if not charge.done.done():
                        self._return_written(namespace, charge)
                        charge.done.set_exception(error)
        del self._waiting[namespace]

    async def _settle(self, namespace: str, charges: Sequence[_Charge]) -> None:
        left = {name for charge in charges for name in charge.deltas}
        for _ in range(_TRIES):
            quotas = await self._read(namespace, left)
            for charge in charges:
                if not charge.done.done():
                    self._apply(namespace, charge, quotas)
            written = await self._write(quotas)
            for charge in charges:
                charge.written |= written & charge.deltas.keys()
            left = quotas.keys() - written
            if not left:
                break
        else:
            raise ServerTimeout(f"the quotas of namespace {namespace} are written by too many at once; try again")
        for charge in charges:
            if not charge.done.done():
                charge.done.set_result("")

    def _apply(self, namespace: str, charge: _Charge, quotas: "_Quotas") -> None:
        """Adds one charge to the quotas as read, or refuses it."""
        names = [name for name in sorted(charge.deltas) if name in quotas and name not in charge.written]
        if charge.checked:
            for name in names:
                text = exceeded(quotas[name][0], charge.deltas[name])
                if text:
                    self._return_written(namespace, charge)
                    charge.done.set_result(text)
                    return
        for name in names:
            _add_used(quotas[name][0], charge.deltas[name])

    def _return_written(self, namespace: str, charge: _Charge) -> None:
        if charge.written:
            self.give_back(namespace, {name: charge.deltas[name] for name in charge.written})

    async def _read(self, namespace: str, names: "set[str] | Deltas") -> "_Quotas":
        """Copies of quotas as they stand, with their revisions; those that are gone are left out."""
        order = sorted(names)
        found = await asyncio.gather(*(self._objects.read("", "resourcequotas", namespace, name) for name in order))
        quotas: _Quotas = {}
        for name, entry in zip(order, found, strict=True):
            if entry is not None:
                quota = ResourceQuota()
                quota.CopyFrom(cast(ResourceQuota, entry[0]))
                quotas[name] = quota, entry[1], quota.SerializeToString(deterministic=True)
        return quotas

    async def _write(self, quotas: "_Quotas") -> set[str]:
        """The names of the quotas that now stand as given."""
        written = set()
        changed: list[tuple[str, ResourceQuota, int]] = []
        for name, (quota, revision, before) in quotas.items():
            if quota.SerializeToString(deterministic=True) == before:
                written.add(name)
            else:
                changed.append((name, quota, revision))
        swapped = await asyncio.gather(*(self._objects.replace("", "resourcequotas", q, r) for _, q, r in changed))
        return written | {name for (name, _, _), done in zip(changed, swapped, strict=True) if done}


_Quotas = dict[str, tuple[ResourceQuota, int, bytes]]


def exceeded(quota: ResourceQuota, delta: Amounts) -> str:
    """How a charge exceeds a quota, as Kubernetes tells it; "" where it does not."""
    hard, used = amounts(quota.status.hard), amounts(quota.status.used)
    zero = Quantity(0)
    over = [n for n in sorted(delta) if n in hard and used.get(n, zero) + delta[n] > hard[n]]
    if not over:
        return ""
    return f"exceeded quota: {quota.metadata.name}, {arithmetic(quota, delta, over)}"


def arithmetic(quota: ResourceQuota, delta: Amounts, names: Iterable[str]) -> str:
    """`requested: pods=1, used: pods=2, limited: pods=3`."""
    told = (("requested", delta), ("used", amounts(quota.status.used)), ("limited", amounts(quota.status.hard)))
    return ", ".join(f"{word}: {','.join(f'{n}={found[n]}' for n in names if n in found)}" for word, found in told)


def _add_used(quota: ResourceQuota, delta: Amounts) -> None:
    used = amounts(quota.status.used)
    add(used, {name: amount for name, amount in delta.items() if name in quota.status.hard})
    for name, amount in used.items():
        quota.status.used[name].string = str(amount if amount.nanos > 0 else Quantity(0))
