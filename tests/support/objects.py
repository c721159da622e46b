"""Objects written as JSON, on the way that a write takes before it is validated."""

import copy
from typing import Any

from google.protobuf.message import Message
from pilothouse.server.errors import Cause
from pilothouse.server.meta.codec import codec_for
from pilothouse.server.meta.context import RequestContext
from pilothouse.server.meta.declared import registry_from_protos
from pilothouse.server.meta.resource import Registry, ResourceType
from pilothouse.server.meta.user import User
from pilothouse.server.schema.defaulting import defaulter_for
from pilothouse.server.schema.metadata import metadata_validator_for
from pilothouse.server.schema.presence import normalizer_for
from pilothouse.server.schema.validation import validator_for
from pilothouse.server.strategies import strategy_for

REGISTRY: Registry = registry_from_protos()
NAMESPACE = "orchard"
UID = "5c2d0d0e-0000-4000-8000-000000000007"


def resource_of(api_version: str, kind: str) -> ResourceType:
    found = REGISTRY.by_kind(api_version, kind)
    assert found is not None
    return found


def context_of(resource: ResourceType, verb: str = "create", subresource: str = "") -> RequestContext:
    user = User("gardener", ("growers",), extra={"example.test/plot": ("7",)})
    return RequestContext(user, verb, resource, namespace=NAMESPACE, subresource=subresource)


def read(value: dict[str, Any]) -> tuple[ResourceType, Any]:
    """The message of an object, normalized and with all its defaults, named and placed."""
    resource = resource_of(value["apiVersion"], value["kind"])
    message: Any = codec_for(resource.message).from_value(copy.deepcopy(value))
    normalizer_for(resource.message)(message)
    message.metadata.uid = UID
    if resource.namespaced:
        message.metadata.namespace = NAMESPACE
    default(resource, message)
    return resource, message


def default(resource: ResourceType, message: Message) -> None:
    defaulter_for(resource.message)(message)
    strategy_for(resource).default(message)


def create(value: dict[str, Any]) -> tuple[ResourceType, Any]:
    """The message as it would be stored."""
    resource, message = read(value)
    strategy_for(resource).prepare_create(context_of(resource), message)
    return resource, message


def update(value: dict[str, Any], old: Any, subresource: str = "") -> tuple[ResourceType, Any]:
    """The message that an update would store in place of `old`."""
    resource, message = read(value)
    strategy_for(resource).prepare_update(context_of(resource, "update", subresource), message, old)
    return resource, message


def faults(value: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What is wrong with an object, as (reason, field, message)."""
    resource, message = create(value)
    causes = metadata_validator_for(resource)(message) + validator_for(resource.message)(message)
    strategy, context = strategy_for(resource), context_of(resource)
    return told(causes + strategy.validate(context, message) + strategy.validate_create(context, message))


def update_faults(value: dict[str, Any], old: dict[str, Any], subresource: str = "") -> list[tuple[str, str, str]]:
    """What is wrong with a change."""
    _, before = create(old)
    resource, message = update(value, before, subresource)
    context = context_of(resource, "update", subresource)
    return told(strategy_for(resource).validate_update(context, message, before))


def told(causes: list[Cause]) -> list[tuple[str, str, str]]:
    return [(cause.reason, cause.field, cause.message) for cause in causes]


def pod(**spec: Any) -> dict[str, Any]:
    container = {"name": "press", "image": "registry.test/press:3"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "cider"},
        "spec": {"containers": [container], **spec},
    }


def workload(kind: str, **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": "presses"},
        "spec": {"selector": {"matchLabels": {"app": "press"}}, "template": template(), **spec},
    }


def template(**spec: Any) -> dict[str, Any]:
    container = {"name": "press", "image": "registry.test/press:3"}
    return {"metadata": {"labels": {"app": "press"}}, "spec": {"containers": [container], **spec}}
