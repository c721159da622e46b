"""NetworkPolicies."""

from pilothouse.api.networking.v1.networking_pb2 import IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort

from ...errors import Cause
from ...meta import names
from ...meta.context import RequestContext
from ...schema.causes import faulty, forbidden, invalid, required
from ...schema.order import BY_FIELD
from ..addresses import NOT_A_RANGE, range_of
from ..base import Strategy


class NetworkPolicies(Strategy[NetworkPolicy]):
    orders = BY_FIELD

    def default(self, obj: NetworkPolicy) -> None:
        if not obj.spec.policy_types:
            obj.spec.policy_types.append("Ingress")
            if obj.spec.egress:
                obj.spec.policy_types.append("Egress")

    def validate(self, context: RequestContext, obj: NetworkPolicy) -> list[Cause]:
        causes: list[Cause] = []
        for index, incoming in enumerate(obj.spec.ingress):
            at = f"spec.ingress[{index}]"
            for i, port in enumerate(incoming.ports):
                causes += _port(port, f"{at}.ports[{i}]")
            for i, peer in enumerate(getattr(incoming, "from")):
                causes += _peer(peer, f"{at}.from[{i}]")
        for index, outgoing in enumerate(obj.spec.egress):
            at = f"spec.egress[{index}]"
            for i, port in enumerate(outgoing.ports):
                causes += _port(port, f"{at}.ports[{i}]")
            for i, peer in enumerate(outgoing.to):
                causes += _peer(peer, f"{at}.to[{i}]")
        types = list(obj.spec.policy_types)
        if len(types) > 2:
            causes.append(invalid("spec.policyTypes", types, "may not specify more than two policyTypes"))
        return causes


def _port(port: NetworkPolicyPort, path: str) -> list[Cause]:
    end, at = port.end_port, f"{path}.endPort"
    ranged = port.HasField("end_port")
    if not port.HasField("port"):
        return [invalid(at, end, "may not be specified when `port` is not specified")] if ranged else []
    if port.port.type:
        causes = [invalid(at, end, "may not be specified when `port` is non-numeric")] if ranged else []
        return causes + faulty(f"{path}.port", port.port.str_val, names.port_name(port.port.str_val))
    number = port.port.int_val
    causes = faulty(f"{path}.port", number, names.port_number(number))
    if ranged:
        if end < number:
            causes.append(invalid(at, number, "must be greater than or equal to `port`"))
        causes += faulty(at, end, names.port_number(end))
    return causes


def _peer(peer: NetworkPolicyPeer, path: str) -> list[Cause]:
    if not peer.ListFields():
        return [required(path, "must specify a peer")]
    if not peer.HasField("ip_block"):
        return []
    causes = _block(peer.ip_block, f"{path}.ipBlock")
    if peer.HasField("pod_selector") or peer.HasField("namespace_selector"):
        causes.append(forbidden(path, "may not specify both ipBlock and another peer"))
    return causes


def _block(block: IPBlock, path: str) -> list[Cause]:
    if not block.cidr:
        return [required(f"{path}.cidr")]
    whole = range_of(block.cidr)
    if whole is None:
        # Refused by the schema.
        return []
    causes: list[Cause] = []
    # "except" is a word of Python's.
    for index, text in enumerate(getattr(block, "except")):
        at, part = f"{path}.except[{index}]", range_of(text)
        if part is None:
            causes.append(invalid(at, text, NOT_A_RANGE))
        elif part.version != whole.version or part.prefixlen <= whole.prefixlen or part[0] not in whole:
            causes.append(invalid(at, text, "must be a strict subset of `cidr`"))
    return causes
