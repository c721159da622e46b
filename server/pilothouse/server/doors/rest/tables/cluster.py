"""The cluster itself: what its server serves and in which order, priorities, leases, devices."""

from collections.abc import Mapping
from typing import Any

from pilothouse.api.apiregistration.v1 import apiregistration_pb2 as registration
from pilothouse.api.flowcontrol.v1 import flowcontrol_pb2 as flowcontrol
from pilothouse.api.resource.v1 import resource_pb2 as resource
from pilothouse.api.scheduling.v1 import scheduling_pb2 as scheduling

from ....meta.scalars import JsonValue
from ....meta.tables import Cells, Column
from .base import AGE, CREATED, NAME, Shown
from .cells import NONE, age, created


def _api_service(it: registration.APIService, now: float) -> Cells:
    service = it.spec.service
    place = f"{service.namespace}/{service.name}" if it.spec.HasField("service") else "Local"
    available = next((c for c in it.status.conditions if c.type == "Available"), None)
    word = available.status if available is not None else "Unknown"
    if available is not None and word != "True" and available.reason:
        word = f"{word} ({available.reason})"
    return [it.metadata.name, place, word, age(it, now)]


def _flow_schema(it: flowcontrol.FlowSchema, now: float) -> Cells:
    spec = it.spec
    return [
        it.metadata.name,
        spec.priority_level_configuration.name,
        spec.matching_precedence,
        spec.distinguisher_method.type if spec.HasField("distinguisher_method") else NONE,
        age(it, now),
        next((c.status for c in it.status.conditions if c.type == "Dangling"), "?"),
    ]


def _priority_level(it: flowcontrol.PriorityLevelConfiguration, now: float) -> Cells:
    shares: JsonValue = NONE
    queues: list[JsonValue] = [NONE, NONE, NONE]
    if it.spec.HasField("limited"):
        limited = it.spec.limited
        shares = limited.nominal_concurrency_shares
        if limited.limit_response.HasField("queuing"):
            queuing = limited.limit_response.queuing
            queues = [queuing.queues, queuing.hand_size, queuing.queue_length_limit]
    return [it.metadata.name, it.spec.type, shares, *queues, age(it, now)]


def _priority_class(it: scheduling.PriorityClass, now: float) -> Cells:
    return [it.metadata.name, it.value, it.global_default, age(it, now), it.preemption_policy]


def _claim_state(claim: resource.ResourceClaim) -> str:
    deleted = claim.metadata.HasField("deletion_timestamp")
    states = ["deleted"] if deleted else []
    if claim.status.HasField("allocation"):
        states += ["allocated", "reserved"] if claim.status.reserved_for else ["allocated"]
    elif not deleted:
        states.append("pending")
    return ",".join(states)


NAME_AND_AGE: Shown[Any] = Shown((NAME, AGE), lambda it, now: [it.metadata.name, age(it, now)])

SHOWN: Mapping[str, Shown[Any]] = {
    "APIService": Shown(
        (
            NAME,
            Column("Service", "Service that serves the version, Local for the server itself."),
            Column("Available", "Whether the version can be used."),
            AGE,
        ),
        _api_service,
    ),
    "CustomResourceDefinition": Shown((NAME, CREATED), lambda it, now: [it.metadata.name, created(it)]),
    "DeviceClass": NAME_AND_AGE,
    "FlowSchema": Shown(
        (
            NAME,
            Column("PriorityLevel", "Priority level of the requests."),
            Column("MatchingPrecedence", "Schemas of lower numbers are tried first."),
            Column("DistinguisherMethod", "By what requests are told apart into flows."),
            AGE,
            Column("MissingPL", "Whether the priority level does not exist."),
        ),
        _flow_schema,
        rank=lambda it: (it.spec.matching_precedence, it.metadata.name),
    ),
    "Lease": Shown(
        (NAME, Column("Holder", "Who holds the lease."), AGE),
        lambda it, now: [it.metadata.name, it.spec.holder_identity, age(it, now)],
    ),
    "PriorityClass": Shown(
        (
            NAME,
            Column("Value", "The priority. Higher ones come first.", "integer"),
            Column("Global-Default", "Whether pods that name no class get this one.", "boolean"),
            AGE,
            Column("PreemptionPolicy", "Whether pods of the class may take the place of others."),
        ),
        _priority_class,
    ),
    "PriorityLevelConfiguration": Shown(
        (
            NAME,
            Column("Type", "Whether requests are limited."),
            Column("NominalConcurrencyShares", "Share of all requests that may be served at a time."),
            Column("Queues", "How many queues there are."),
            Column("HandSize", "How many queues a flow is dealt."),
            Column("QueueLengthLimit", "How many requests wait in a queue at most."),
            AGE,
        ),
        _priority_level,
    ),
    "ResourceClaim": Shown(
        (NAME, Column("State", "Whether devices are allocated, and reserved."), AGE),
        lambda it, now: [it.metadata.name, _claim_state(it), age(it, now)],
    ),
    "ResourceClaimTemplate": NAME_AND_AGE,
    "ResourceSlice": Shown(
        (
            NAME,
            Column("Node", "Node that has the devices."),
            Column("Driver", "Driver of the devices."),
            Column("Pool", "Pool that the devices belong to."),
            AGE,
        ),
        lambda it, now: [it.metadata.name, it.spec.node_name, it.spec.driver, it.spec.pool.name, age(it, now)],
    ),
    "RuntimeClass": Shown(
        (NAME, Column("Handler", "What the nodes call it."), AGE),
        lambda it, now: [it.metadata.name, it.handler, age(it, now)],
    ),
}
