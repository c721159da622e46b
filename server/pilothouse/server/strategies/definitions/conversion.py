"""How objects become those of another version."""

from pilothouse.api.apiextensions.v1.apiextensions_pb2 import CustomResourceConversion

from ...errors import Cause
from ...schema.causes import forbidden, invalid, required
from ..admission_configuration.clients import client_faults, review_versions

_VERSIONS = ("v1", "v1beta1")
_ONLY = "should not be set when strategy is not set to Webhook"


def conversion_faults(found: CustomResourceConversion, path: str) -> list[Cause]:
    """Fields are named as a kube-apiserver keeps them: without the `webhook` around them."""
    client, versions = f"{path}.webhookClientConfig", f"{path}.conversionReviewVersions"
    webhook = found.webhook
    listed = list(webhook.conversion_review_versions)
    if found.strategy != "Webhook":
        causes = [forbidden(client, _ONLY)] if webhook.HasField("client_config") else []
        return [*causes, forbidden(versions, _ONLY)] if listed else causes
    if webhook.HasField("client_config"):
        causes = client_faults(webhook.client_config, client)
        causes += _authorities(webhook.client_config.ca_bundle, f"{client}.caBundle")
    else:
        causes = [required(client, "required when strategy is set to Webhook")]
    return causes + (review_versions(listed, _VERSIONS, versions) if listed else [required(versions)])


def _authorities(bundle: bytes, path: str) -> list[Cause]:
    if not bundle or b"-----BEGIN CERTIFICATE-----" in bundle:
        return []
    shown = "<certificate data>"
    return [invalid(path, shown, "unable to load root certificates: unable to parse bytes as PEM block")]
