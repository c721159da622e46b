"""Which families of addresses a Service has: ipFamilies and ipFamilyPolicy, by default and by what was asked for.

The rules and words are those of a kube-apiserver. Each function gives what is wrong, nothing where nothing is.
"""

import ipaddress
from collections.abc import Sequence

from pilothouse.api.core.v1.networking_pb2 import ServiceSpec

from ..errors import Cause
from ..schema.causes import duplicate, invalid, not_supported, required

IPV4, IPV6 = "IPv4", "IPv6"
FAMILIES = (IPV4, IPV6)
SINGLE, PREFER, REQUIRE = "SingleStack", "PreferDualStack", "RequireDualStack"
HEADLESS = "None"

_NO_ADDRESS = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"


def family_of(text: str) -> str:
    """The family of an address; "" where it is none."""
    try:
        return IPV4 if ipaddress.ip_address(text).version == 4 else IPV6
    except ValueError:
        return ""


def other(family: str) -> str:
    return IPV6 if family == IPV4 else IPV4


def is_settled(spec: ServiceSpec, old: ServiceSpec | None) -> bool:
    """Whether a Service that prefers both families stays as it is, be it that there are more families by now."""
    if old is None or spec.type != old.type or spec.type == "ExternalName":
        return False
    if spec.ip_family_policy != PREFER or old.ip_family_policy not in ("", PREFER):
        return False
    return list(spec.cluster_ips) == list(old.cluster_ips) and list(spec.ip_families) == list(old.ip_families)


def settle_families(spec: ServiceSpec, old: ServiceSpec | None, configured: Sequence[str]) -> list[Cause]:
    """Fills in ipFamilyPolicy and ipFamilies. configured: the families of the cluster, its default first."""
    unselected = spec.cluster_ip == HEADLESS and not spec.selector
    if not spec.HasField("ip_family_policy"):
        if old is not None and old.ip_family_policy:
            spec.ip_family_policy = old.ip_family_policy
        else:
            spec.ip_family_policy = REQUIRE if unselected else SINGLE
    causes = malformed(spec)
    if causes:
        return causes
    causes = _shrunk(spec, old) + _too_many(spec)
    for index, address in enumerate(spec.cluster_ips):
        if address == HEADLESS or index < len(spec.ip_families):
            continue
        family = family_of(address)
        if family in configured:
            spec.ip_families.append(family)
        else:
            detail = f"{family} is not configured on this cluster"
            causes.append(invalid(f"spec.clusterIPs[{index}]", list(spec.cluster_ips), detail))
    if causes:
        return causes
    if not unselected:
        causes = _not_configured(spec, configured)
        if causes:
            return causes
    if not spec.ip_families:
        spec.ip_families.append(configured[0])
    both = unselected or len(configured) == 2
    if spec.ip_family_policy != SINGLE and len(spec.ip_families) == 1 and both:
        spec.ip_families.append(other(spec.ip_families[0]))
    return []


def malformed(spec: ServiceSpec) -> list[Cause]:
    """What is wrong with clusterIP, clusterIPs, ipFamilies and ipFamilyPolicy among themselves."""
    causes: list[Cause] = []
    addresses = list(spec.cluster_ips)
    if spec.cluster_ip and not addresses:
        causes.append(required("spec.clusterIPs"))
    elif spec.cluster_ip and addresses[0] != spec.cluster_ip:
        causes.append(invalid("spec.clusterIPs", addresses, "first value must match `clusterIP`"))
    elif addresses and not spec.cluster_ip:
        causes.append(invalid("spec.clusterIPs", addresses, "must be empty when `clusterIP` is not specified"))
    for index, family in enumerate(spec.ip_families):
        if family not in FAMILIES:
            causes.append(not_supported(f"spec.ipFamilies[{index}]", family, FAMILIES))
        if family in spec.ip_families[:index]:
            causes.append(duplicate(f"spec.ipFamilies[{index}]", family))
    if spec.ip_family_policy not in (SINGLE, PREFER, REQUIRE):
        causes.append(not_supported("spec.ipFamilyPolicy", spec.ip_family_policy, (PREFER, REQUIRE, SINGLE)))
    return causes + _malformed_addresses(spec, addresses)


def _malformed_addresses(spec: ServiceSpec, addresses: list[str]) -> list[Cause]:
    causes: list[Cause] = []
    for index, address in enumerate(addresses):
        if not index and address == HEADLESS:
            if len(addresses) > 1:
                causes.append(invalid("spec.clusterIPs", addresses, "'None' must be the first and only value"))
        elif not family_of(address):
            causes.append(invalid(f"spec.clusterIPs[{index}]", address, _NO_ADDRESS))
    bad = bool(causes)
    if len(addresses) > 2:
        causes.append(invalid("spec.clusterIPs", addresses, "may only hold up to 2 values"))
    if bad:
        return causes
    if len({family_of(address) for address in addresses}) < len(addresses):
        detail = "may specify no more than one IP for each IP family"
        causes.append(invalid("spec.clusterIPs", addresses, detail))
    if spec.cluster_ip != HEADLESS:
        for index, (address, family) in enumerate(zip(addresses, spec.ip_families, strict=False)):
            if family in FAMILIES and family_of(address) != family:
                detail = f"expected an {family} value as indicated by `ipFamilies[{index}]`"
                causes.append(invalid(f"spec.clusterIPs[{index}]", address, detail))
    return causes


def _shrunk(spec: ServiceSpec, old: ServiceSpec | None) -> list[Cause]:
    """A single-stack Service gives up its second address; another one must say so to give it up."""
    if old is None:
        return []
    if spec.ip_family_policy == SINGLE:
        if list(spec.cluster_ips) == list(old.cluster_ips):
            del spec.cluster_ips[1:]
        if list(spec.ip_families) == list(old.ip_families):
            del spec.ip_families[1:]
        return []
    causes = []
    fields = (
        (spec.cluster_ips, old.cluster_ips, "must be 'SingleStack' to release the secondary cluster IP"),
        (spec.ip_families, old.ip_families, "must be 'SingleStack' to release the secondary IP family"),
    )
    for now, before, detail in fields:
        if now and len(now) < len(before):
            causes.append(invalid("spec.ipFamilyPolicy", spec.ip_family_policy, detail))
    return causes


def _too_many(spec: ServiceSpec) -> list[Cause]:
    if spec.ip_family_policy != SINGLE:
        return []
    needed = "must be 'RequireDualStack' or 'PreferDualStack' when multiple"
    many = ((spec.cluster_ips, "cluster IPs"), (spec.ip_families, "IP families"))
    return [
        invalid("spec.ipFamilyPolicy", spec.ip_family_policy, f"{needed} {what} are specified")
        for found, what in many
        if len(found) == 2
    ]


def _not_configured(spec: ServiceSpec, configured: Sequence[str]) -> list[Cause]:
    causes = []
    if spec.ip_family_policy == REQUIRE and len(configured) < 2:
        detail = "this cluster is not configured for dual-stack services"
        causes.append(invalid("spec.ipFamilyPolicy", REQUIRE, detail))
    for index, family in enumerate(spec.ip_families):
        if family not in configured:
            causes.append(invalid(f"spec.ipFamilies[{index}]", family, "not configured on this cluster"))
    return causes


def moved(spec: ServiceSpec, old: ServiceSpec) -> list[Cause]:
    """What of the addresses and families of a Service changed that must stay as long as it has addresses."""
    if "ExternalName" in (spec.type, old.type):
        return []
    causes = []
    once = "may not change once set"
    if spec.cluster_ip != HEADLESS or old.cluster_ip != HEADLESS:
        for index, (now, before) in enumerate(zip(spec.cluster_ips, old.cluster_ips, strict=False)):
            if now != before:
                causes.append(invalid(f"spec.clusterIPs[{index}]", list(spec.cluster_ips), once))
        if old.cluster_ips and not spec.cluster_ips:
            causes.append(invalid("spec.clusterIPs[0]", [], "primary clusterIP can not be unset"))
        for index, (now, before) in enumerate(zip(spec.ip_families, old.ip_families, strict=False)):
            if now != before:
                causes.append(invalid(f"spec.ipFamilies[{index}]", list(spec.ip_families), once))
    return causes
