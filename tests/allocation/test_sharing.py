"""Servers that share a store never give two Services the same."""

import asyncio

from tests.allocation.held import assert_nothing_shared_nor_left
from tests.allocation.planes import requests, three_planes


async def test_three_servers_give_every_service_its_own(etcd_url: str, etcd_prefix: str) -> None:
    async with three_planes(etcd_url, etcd_prefix) as planes:
        made = await asyncio.gather(
            *(
                requests(planes[number % 3], "services").create(
                    {"metadata": {"name": f"s{number}"}, "spec": {"type": "NodePort", "ports": [{"port": 80}]}}
                )
                for number in range(60)
            )
        )
        addresses, ports = await assert_nothing_shared_nor_left(planes[0])
        assert (len(addresses), len(ports)) == (60, 60)
        assert {m.spec.cluster_ip for m in made} == set(addresses)
        await asyncio.gather(*(requests(planes[number % 3], "services").delete(f"s{number}") for number in range(60)))
        assert await assert_nothing_shared_nor_left(planes[0]) == ([], [])


async def test_an_address_that_all_ask_for_goes_to_one(etcd_url: str, etcd_prefix: str) -> None:
    async with three_planes(etcd_url, etcd_prefix) as planes:
        asked = {"ports": [{"port": 80, "nodePort": 30500}], "clusterIP": "10.0.0.9", "type": "NodePort"}
        outcomes = await asyncio.gather(
            *(
                requests(planes[number % 3], "services").create({"metadata": {"name": f"s{number}"}, "spec": asked})
                for number in range(12)
            ),
            return_exceptions=True,
        )
        assert sum(not isinstance(outcome, BaseException) for outcome in outcomes) == 1
        assert await assert_nothing_shared_nor_left(planes[0]) == (["10.0.0.9"], [30500])
