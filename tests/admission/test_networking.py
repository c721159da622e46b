"""DefaultIngressClass and DenyServiceExternalIPs."""

from typing import Any

import pytest
from pilothouse.server.errors import Forbidden

from tests.admission.cluster import Cluster, named
from tests.admission.conftest import Start

INGRESSES, CLASSES = "ingresses.networking.k8s.io", "ingressclasses.networking.k8s.io"
BACKEND = {"defaultBackend": {"service": {"name": "s", "port": {"number": 80}}}}


async def test_an_ingress_without_a_class_gets_the_default(cluster: Cluster) -> None:
    default = {"ingressclass.kubernetes.io/is-default-class": "true"}
    await cluster(CLASSES).create({**named("gate", annotations=default), "spec": {"controller": "orchard.test/gate"}})
    await cluster.plane.cache.wait_for(await cluster.plane.store.revision(), 5)
    made = await cluster(INGRESSES).create({**named("a"), "spec": BACKEND})
    assert made.spec.ingress_class_name == "gate"
    legacy = named("b", annotations={"kubernetes.io/ingress.class": "other"})
    assert not (await cluster(INGRESSES).create({**legacy, "spec": BACKEND})).spec.HasField("ingress_class_name")
    own = {**named("c"), "spec": {**BACKEND, "ingressClassName": "other"}}
    assert (await cluster(INGRESSES).create(own)).spec.ingress_class_name == "other"


def _service(name: str, *addresses: str) -> dict[str, Any]:
    return {**named(name), "spec": {"clusterIP": "None", "ports": [{"port": 80}], "externalIPs": list(addresses)}}


async def test_services_gain_no_external_addresses(start: Start) -> None:
    refused = "Use of external IPs is denied by admission control"
    cluster = await start("DenyServiceExternalIPs")
    services = cluster("services")
    await services.create(_service("plain"))
    with pytest.raises(Forbidden, match=refused):
        await services.create(_service("greedy", "192.0.2.1"))
    with pytest.raises(Forbidden, match=refused):
        await services.patch("plain", {"spec": {"externalIPs": ["192.0.2.1"]}})


async def test_without_the_plugin_they_do(cluster: Cluster) -> None:
    made = await cluster("services").create(_service("greedy", "192.0.2.1"))
    assert list(made.spec.external_ips) == ["192.0.2.1"]
