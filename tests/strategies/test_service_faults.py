"""What is wrong with Services, with what stands behind them and with what lets traffic to them."""

from typing import Any

import pytest

from tests.support.objects import faults, update_faults

NETWORKING = "networking.k8s.io/v1"


def made(api_version: str, kind: str, **members: Any) -> dict[str, Any]:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "press"}, **members}


def service(**spec: Any) -> dict[str, Any]:
    return made("v1", "Service", spec={"ports": [{"port": 80}], **spec})


def ports(*found: dict[str, Any]) -> dict[str, Any]:
    return service(ports=list(found))


def endpoints(address: dict[str, Any], *found: dict[str, Any]) -> dict[str, Any]:
    return made("v1", "Endpoints", subsets=[{"addresses": [address], "ports": list(found)}])


def slices(kind: str, endpoint: dict[str, Any], *found: dict[str, Any]) -> dict[str, Any]:
    return made("discovery.k8s.io/v1", "EndpointSlice", addressType=kind, endpoints=[endpoint], ports=list(found))


def ingress(host: str = "", **path: Any) -> dict[str, Any]:
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    http = {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend, **path}]}
    return made(NETWORKING, "Ingress", spec={"rules": [{"host": host, "http": http}]})


def policy(*found: dict[str, Any], **rule: Any) -> dict[str, Any]:
    ingress_rule = {"ports": list(found), **rule}
    return made(NETWORKING, "NetworkPolicy", spec={"podSelector": {}, "ingress": [ingress_rule]})


def block(cidr: str, *excepted: str) -> dict[str, Any]:
    return policy(**{"from": [{"ipBlock": {"cidr": cidr, "except": list(excepted)}}]})


RULE = "spec.rules[0].http.paths[0]"
PORT = "spec.ingress[0].ports[0]"
LOADED = {"type": "LoadBalancer"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (ports({"name": "a", "port": 1}, {"name": "a", "port": 2}), [("spec.ports[1].name", 'Duplicate value: "a"')]),
        (ports({"name": "a", "port": 1}, {"name": "b", "port": 1}), [("spec.ports[1]", "Duplicate value")]),
        (ports({"name": "a", "port": 1, "protocol": "UDP"}, {"name": "b", "port": 1}), []),
        (ports({"port": 1, "targetPort": "Not_Good"}), [("spec.ports[0].targetPort", "alpha-numeric")]),
        (ports({"port": 1, "targetPort": 70000}), [("spec.ports[0].targetPort", "between 1 and 65535")]),
        (ports({"port": 1, "appProtocol": "not good"}), [("spec.ports[0].appProtocol", "name part")]),
        (service(**LOADED, ports=[{"port": 10250}]), [("spec.ports[0].port", "used by kubelet")]),
        (service(externalIPs=["10.0.0.1"]), []),
        (service(externalIPs=["0.0.0.0"]), [("spec.externalIPs[0]", "may not be unspecified (0.0.0.0)")]),
        (service(externalIPs=["169.254.0.1"]), [("spec.externalIPs[0]", "link-local range")]),
        (service(externalIPs=["224.0.0.1"]), [("spec.externalIPs[0]", "link-local multicast range")]),
        (service(type="ExternalName"), [("spec.externalName", "Required value")]),
        (service(type="ExternalName", externalName="a.example.test."), []),
        (service(type="ExternalName", externalName="a_b"), [("spec.externalName", "RFC 1123 subdomain")]),
        (service(loadBalancerSourceRanges=["10.0.0.0/8"]), [("spec.LoadBalancerSourceRanges", "Forbidden")]),
        (service(**LOADED, loadBalancerSourceRanges=[" 10.0.0.0/8 "]), []),
        (
            service(**LOADED, loadBalancerSourceRanges=["10.0.0.0"]),
            [("spec.LoadBalancerSourceRanges[0]", "must be a valid CIDR value")],
        ),
        (service(allocateLoadBalancerNodePorts=True), [("spec.allocateLoadBalancerNodePorts", "Forbidden")]),
        (service(**LOADED, loadBalancerClass="not good"), [("spec.loadBalancerClass", "name part")]),
        (service(externalTrafficPolicy="Local"), [("spec.externalTrafficPolicy", "externally-accessible")]),
        (service(healthCheckNodePort=30001), [("spec.healthCheckNodePort", "may only be set when")]),
        (service(**LOADED, externalTrafficPolicy="Local", healthCheckNodePort=30001), []),
        (service(trafficDistribution="Anywhere"), [("spec.trafficDistribution", "Unsupported value")]),
        (
            service(sessionAffinity="ClientIP", sessionAffinityConfig={"clientIP": {"timeoutSeconds": 90000}}),
            [("spec.sessionAffinityConfig.clientIP.timeoutSeconds", "less than 86400")],
        ),
        (made("v1", "Endpoints", subsets=[{}]), [("subsets[0]", "must specify `addresses`")]),
        (endpoints({"ip": "10.1.2.3", "hostname": "a"}, {"port": 80}), []),
        (endpoints({"ip": "127.0.0.1"}), [("subsets[0].addresses[0].ip", "loopback range")]),
        (endpoints({"ip": "10.1.2.3", "nodeName": "N"}), [("subsets[0].addresses[0].nodeName", "subdomain")]),
        (endpoints({"ip": "10.1.2.3"}, {"port": 0}), [("subsets[0].ports[0].port", "between 1 and 65535")]),
        (slices("IPv6", {"addresses": ["2001:db8::1"]}), []),
        (slices("IPv6", {"addresses": ["10.0.0.1"]}), [("endpoints[0].addresses", "must be an IPv6 address")]),
        (slices("FQDN", {"addresses": ["local"]}), [("endpoints[0].addresses[0]", "at least two segments")]),
        (slices("IPv4", {}), [("endpoints[0].addresses", "at least 1 address")]),
        (
            slices("IPv4", {"addresses": ["10.0.0.1"], "hints": {"forZones": [{"name": "a"}, {"name": "a"}]}}),
            [("endpoints[0].hints.forZones[1].name", "Duplicate value")],
        ),
        (slices("IPv4", {"addresses": ["10.0.0.1"]}, {"port": 1}, {"port": 2}), [("ports[1].name", "Duplicate value")]),
        (ingress(), []),
        (ingress("*.example.test"), []),
        (ingress("a.*.test"), [("spec.rules[0].host", "must start with '*.'")]),
        (ingress("10.0.0.1"), [("spec.rules[0].host", "not an IP address")]),
        (ingress(path="/a//b"), [(f"{RULE}.path", "must not contain '//'")]),
        (ingress(path="/a/.."), [(f"{RULE}.path", "cannot end with '/..'")]),
        (ingress(path="", pathType="ImplementationSpecific"), []),
        (ingress(backend={}), [(f"{RULE}.backend", "resource or service backend is required")]),
        (ingress(backend={"service": {"name": "a"}}), [(f"{RULE}.backend", "port name or number is required")]),
        (
            ingress(backend={"resource": {"kind": "a/b", "name": "c"}}),
            [(f"{RULE}.backend.resource.kind", "may not contain '/'")],
        ),
        (made(NETWORKING, "IngressClass", spec={"controller": "a.test/b"}), []),
        (made(NETWORKING, "IngressClass", spec={}), [("spec.controller", "Required value")]),
        (made(NETWORKING, "IngressClass", spec={"controller": "a"}), [("spec.controller", "domain-prefixed path")]),
        (policy({"port": 80, "endPort": 90}), []),
        (policy({"port": 80, "endPort": 70}), [(f"{PORT}.endPort", "greater than or equal to `port`")]),
        (policy({"endPort": 70}), [(f"{PORT}.endPort", "may not be specified when `port`")]),
        (policy({"port": "web", "endPort": 7}), [(f"{PORT}.endPort", "non-numeric")]),
        (policy(**{"from": [{}]}), [("spec.ingress[0].from[0]", "must specify a peer")]),
        (block("10.0.0.0/8", "10.1.0.0/16"), []),
        (block("10.0.0.0/8", "11.0.0.0/16"), [("spec.ingress[0].from[0].ipBlock.except[0]", "strict subset")]),
        (block("10.0.0.0/8", "10.0.0.0/8"), [("spec.ingress[0].from[0].ipBlock.except[0]", "strict subset")]),
        (made(NETWORKING, "ServiceCIDR", spec={"cidrs": ["10.0.0.0/24", "2001:db8::/112"]}), []),
        (made(NETWORKING, "ServiceCIDR", spec={"cidrs": ["10.0.0.1/24"]}), [("spec.cidrs[0]", "bits set beyond")]),
        (made(NETWORKING, "ServiceCIDR"), [("spec.cidrs", "at least one CIDR required")]),
    ],
)
def test_faults(value: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    found = [(field, message) for _, field, message in faults(value)]
    assert [field for field, _ in found] == [field for field, _ in expected]
    for (_, message), (_, text) in zip(found, expected, strict=True):
        assert text in message


def test_a_load_balancer_keeps_its_class() -> None:
    old, new = service(**LOADED, loadBalancerClass="a.test/x"), service(**LOADED, loadBalancerClass="a.test/y")
    assert [field for _, field, _ in update_faults(new, old)] == ["spec.loadBalancerClass"]
    assert update_faults(service(loadBalancerClass=None), old) == []


def test_the_status_of_a_service_without_balancer_has_no_ingress() -> None:
    new = {**service(), "status": {"loadBalancer": {"ingress": [{"ip": "10.0.0.1"}]}}}
    assert [field for _, field, _ in update_faults(new, service(), "status")] == ["status.loadBalancer.ingress"]
    balanced = {**service(**LOADED), "status": {"loadBalancer": {"ingress": [{"ip": "10.0.0.1"}]}}}
    assert update_faults(balanced, service(**LOADED), "status") == []


def test_a_range_is_only_joined_by_one_of_the_other_family() -> None:
    def cidrs(*found: str) -> dict[str, Any]:
        return made(NETWORKING, "ServiceCIDR", spec={"cidrs": list(found)})

    assert update_faults(cidrs("10.0.0.0/24", "2001:db8::/112"), cidrs("10.0.0.0/24")) == []
    changed = update_faults(cidrs("10.1.0.0/24", "2001:db8::/112"), cidrs("10.0.0.0/24"))
    assert [field for _, field, _ in changed] == ["spec.cidrs[0]"]
    assert [field for _, field, _ in update_faults(cidrs("10.1.0.0/24"), cidrs("10.0.0.0/24"))] == ["spec.cidrs"]
