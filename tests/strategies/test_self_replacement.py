"""Whatever is accepted may replace itself: rules of changes never refuse what rules of objects let through."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pilothouse.server.strategies import strategy_for

from tests.support.objects import context_of, create, faults

NAMES = st.sampled_from(("press", "vat", "Bad_Name", ""))
PORTS = st.lists(
    st.fixed_dictionaries(
        {"port": st.sampled_from((0, 80, 443))},
        optional={
            "name": NAMES,
            "protocol": st.sampled_from(("TCP", "UDP", "ICMP")),
            "targetPort": st.sampled_from((0, 80, "web", "Bad_Name")),
            "nodePort": st.sampled_from((0, 30001)),
        },
    ),
    max_size=2,
)
SERVICES = st.fixed_dictionaries(
    {"ports": PORTS},
    optional={
        "type": st.sampled_from(("ClusterIP", "NodePort", "LoadBalancer", "ExternalName")),
        "externalName": NAMES,
        "sessionAffinity": st.sampled_from(("None", "ClientIP")),
        "externalTrafficPolicy": st.sampled_from(("Local", "Cluster")),
        "externalIPs": st.lists(st.sampled_from(("10.0.0.1", "127.0.0.1", "x")), max_size=1),
        "loadBalancerClass": st.sampled_from(("a.test/b", "a b")),
        "healthCheckNodePort": st.sampled_from((0, 30002)),
    },
)
SOURCES = st.sampled_from(
    (
        {"kind": "PersistentVolumeClaim", "name": "other"},
        {"kind": "ConfigMap", "name": "other"},
        {"apiGroup": "a.test", "kind": "Cask", "name": "other"},
    )
)
CLAIMS = st.fixed_dictionaries(
    {
        "accessModes": st.lists(st.sampled_from(("ReadWriteOnce", "ReadWriteOncePod", "Nobody")), max_size=2),
        "resources": st.fixed_dictionaries({"requests": st.sampled_from(({"storage": "1Gi"}, {"storage": "0"}, {}))}),
    },
    optional={"dataSource": SOURCES, "dataSourceRef": SOURCES, "storageClassName": NAMES, "volumeName": NAMES},
)
TYPES = st.sampled_from(("object", "array", "string", "integer", ""))
SCHEMAS = st.recursive(
    st.fixed_dictionaries({"type": TYPES}),
    lambda below: st.fixed_dictionaries(
        {"type": TYPES},
        optional={
            "properties": st.dictionaries(st.sampled_from(("a", "b", "metadata")), below, max_size=2),
            "items": below,
            "anyOf": st.lists(below, max_size=2),
            "x-kubernetes-list-type": st.sampled_from(("map", "set", "atomic")),
            "x-kubernetes-list-map-keys": st.just(["a"]),
            "x-kubernetes-int-or-string": st.just(True),
        },
    ),
    max_leaves=6,
)


def keeps_itself(value: dict[str, Any]) -> None:
    if faults(value):
        return
    resource, message = create(value)
    strategy, context = strategy_for(resource), context_of(resource, "update")
    same = type(message).FromString(message.SerializeToString())
    strategy.default(same)
    strategy.prepare_update(context, same, message)
    assert strategy.validate(context, same) == []
    assert strategy.validate_update(context, same, message) == []


@settings(max_examples=100, deadline=None)
@given(spec=SERVICES)
def test_services(spec: dict[str, Any]) -> None:
    keeps_itself({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "press"}, "spec": spec})


@settings(max_examples=100, deadline=None)
@given(spec=CLAIMS)
def test_claims(spec: dict[str, Any]) -> None:
    keeps_itself({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "vat"}, "spec": spec})


@settings(max_examples=100, deadline=None)
@given(schema=SCHEMAS)
def test_definitions(schema: dict[str, Any]) -> None:
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    names = {"plural": "presses", "kind": "Press"}
    spec = {"group": "orchard.test", "scope": "Cluster", "names": names, "versions": [version]}
    metadata = {"name": "presses.orchard.test"}
    keeps_itself(
        {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": metadata,
            "spec": spec,
        }
    )
