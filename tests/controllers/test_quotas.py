"""Quotas are counted when they are new, and again when objects go."""

from typing import Any

import pytest
from pilothouse.server.controllers.names import QUOTAS
from pilothouse.server.errors import Forbidden
from pilothouse.server.verbs.plane import Plane

from tests.controllers.test_namespaces import pod
from tests.controllers.world import requests, running, until
from tests.support.plane import Requests, add_namespace


async def counts(quotas: Requests, **wanted: str) -> None:
    """Waits until the quota says that so much is used. Names are given with _ for - and /."""

    async def holds() -> bool:
        status = (await quotas.get("purse")).status
        used = {name.replace("/", "_"): amount.string for name, amount in status.used.items()}
        return used == wanted and set(status.hard) == set(status.used)

    await until(holds)


def purse(**hard: str) -> dict[str, Any]:
    return {"metadata": {"name": "purse"}, "spec": {"hard": {n.replace("_", "/"): v for n, v in hard.items()}}}


async def test_a_new_quota_counts_what_is_there_and_then_holds(plane: Plane) -> None:
    await add_namespace(plane, "orchard")
    quotas, maps = (requests(plane, "", "v1", plural, "orchard") for plural in ("resourcequotas", "configmaps"))
    await maps.create({"metadata": {"name": "a"}})
    async with running(plane, QUOTAS, times=2) as reports:
        await quotas.create(purse(configmaps="2", count_secrets="1"))
        await counts(quotas, configmaps="1", count_secrets="0")
        await maps.create({"metadata": {"name": "b"}})
        with pytest.raises(Forbidden, match="exceeded quota: purse, requested: configmaps=1, used: configmaps=2"):
            await maps.create({"metadata": {"name": "c"}})
    assert not reports[QUOTAS].failures


async def test_what_goes_is_given_back(plane: Plane) -> None:
    await add_namespace(plane, "orchard")
    quotas, maps = (requests(plane, "", "v1", plural, "orchard") for plural in ("resourcequotas", "configmaps"))
    async with running(plane, QUOTAS):
        await quotas.create(purse(configmaps="1"))
        await counts(quotas, configmaps="0")
        await maps.create({"metadata": {"name": "a"}})
        await counts(quotas, configmaps="1")
        await maps.delete("a")
        await counts(quotas, configmaps="0")
        await maps.create({"metadata": {"name": "b"}})


async def test_pods_that_have_ended_count_no_more(plane: Plane) -> None:
    await add_namespace(plane, "orchard")
    quotas, pods = (requests(plane, "", "v1", plural, "orchard") for plural in ("resourcequotas", "pods"))
    async with running(plane, QUOTAS):
        await quotas.create(purse(pods="1"))
        await counts(quotas, pods="0")
        await pods.create(pod("a"))
        await counts(quotas, pods="1")
        await pods.patch("a", {"status": {"phase": "Succeeded"}}, subresource="status")
        await counts(quotas, pods="0")


async def test_a_changed_quota_is_counted_anew(plane: Plane) -> None:
    await add_namespace(plane, "orchard")
    quotas = requests(plane, "", "v1", "resourcequotas", "orchard")
    async with running(plane, QUOTAS):
        await quotas.create(purse(configmaps="1"))
        await counts(quotas, configmaps="0")
        await quotas.patch("purse", {"spec": {"hard": {"configmaps": None, "count/serviceaccounts": "3"}}})
        await counts(quotas, count_serviceaccounts="1")


async def test_what_was_charged_and_never_written_is_found(plane: Plane) -> None:
    await add_namespace(plane, "orchard")
    quotas = requests(plane, "", "v1", "resourcequotas", "orchard")
    await quotas.create(purse(configmaps="5"))
    charged = {"hard": {"configmaps": "5"}, "used": {"configmaps": "4"}}
    await quotas.patch("purse", {"status": charged}, subresource="status")
    async with running(plane, QUOTAS):
        await counts(quotas, configmaps="0")
