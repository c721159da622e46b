"""Configurations of mutating and validating webhooks."""

from collections.abc import Iterable

from pilothouse.api.admissionregistration.v1.admissionregistration_pb2 import (
    MutatingWebhook,
    MutatingWebhookConfiguration,
    ValidatingWebhook,
    ValidatingWebhookConfiguration,
)

from ...errors import Cause
from ...meta.context import RequestContext
from ...schema.causes import duplicate, invalid, required
from ...schema.order import Orders
from ..base import Strategy
from ..domains import qualified_domain
from .clients import client_faults, review_versions
from .matching import conditions, rule_faults

_VERSIONS = ("v1", "v1beta1")
_LONGEST = 30
_ORDER = (
    "name",
    "rules",
    "failurePolicy",
    "matchPolicy",
    "sideEffects",
    "timeoutSeconds",
    "namespaceSelector",
    "objectSelector",
    "clientConfig",
    "reinvocationPolicy",
    "matchConditions",
    "admissionReviewVersions",
    "name!",
)
_ORDERS: Orders = {"MutatingWebhook": _ORDER, "ValidatingWebhook": _ORDER}


class MutatingWebhookConfigurations(Strategy[MutatingWebhookConfiguration]):
    orders = _ORDERS

    def validate(self, context: RequestContext, obj: MutatingWebhookConfiguration) -> list[Cause]:
        return _webhooks(obj.webhooks)


class ValidatingWebhookConfigurations(Strategy[ValidatingWebhookConfiguration]):
    orders = _ORDERS

    def validate(self, context: RequestContext, obj: ValidatingWebhookConfiguration) -> list[Cause]:
        return _webhooks(obj.webhooks)


def _webhooks(found: Iterable[MutatingWebhook | ValidatingWebhook]) -> list[Cause]:
    causes: list[Cause] = []
    seen: set[str] = set()
    for index, webhook in enumerate(found):
        at = f"webhooks[{index}]"
        causes += _webhook(webhook, at)
        if webhook.name and webhook.name in seen:
            causes.append(duplicate(f"{at}.name", webhook.name))
        seen.add(webhook.name)
    return causes


def _webhook(webhook: MutatingWebhook | ValidatingWebhook, path: str) -> list[Cause]:
    causes = qualified_domain(webhook.name, f"{path}.name")
    for index, rule in enumerate(webhook.rules):
        causes += rule_faults(rule, f"{path}.rules[{index}]")
    if not webhook.HasField("side_effects"):
        causes.append(required(f"{path}.sideEffects", "must specify one of None, NoneOnDryRun"))
    if webhook.HasField("timeout_seconds") and not 1 <= webhook.timeout_seconds <= _LONGEST:
        detail = f"the timeout value must be between 1 and {_LONGEST} seconds"
        causes.append(invalid(f"{path}.timeoutSeconds", webhook.timeout_seconds, detail))
    causes += client_faults(webhook.client_config, f"{path}.clientConfig")
    causes += conditions(webhook.match_conditions, f"{path}.matchConditions")
    versions = list(webhook.admission_review_versions)
    return causes + review_versions(versions, _VERSIONS, f"{path}.admissionReviewVersions")
