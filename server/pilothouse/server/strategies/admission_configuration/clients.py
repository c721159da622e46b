"""How webhooks are reached: a URL, or a Service."""

from typing import Any
from urllib.parse import urlsplit

from ...errors import Cause
from ...meta import names
from ...schema.causes import faulty, invalid, required

_FORM = "; desired format: https://host[/path]"


def url_faults(url: str, path: str) -> list[Cause]:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        return [required(path, f"url must be a valid URL: {error}{_FORM}")]
    causes: list[Cause] = []
    if parts.scheme != "https":
        causes.append(invalid(path, parts.scheme, f"'https' is the only allowed URL scheme{_FORM}"))
    user, at, host = parts.netloc.rpartition("@")
    if not host:
        causes.append(invalid(path, "", f"host must be specified{_FORM}"))
    if at:
        causes.append(invalid(path, user, "user information is not permitted in the URL"))
    if parts.fragment:
        causes.append(invalid(path, parts.fragment, "fragments are not permitted in the URL"))
    if parts.query:
        causes.append(invalid(path, parts.query, "query parameters are not permitted in the URL"))
    return causes


def service_faults(service: Any, path: str) -> list[Cause]:
    """`service` is a ServiceReference of one of the groups that have webhooks."""
    causes: list[Cause] = []
    if not service.name:
        causes.append(required(f"{path}.name", "service name is required"))
    if not service.namespace:
        causes.append(required(f"{path}.namespace", "service namespace is required"))
    faults = names.port_number(service.port)
    if faults:
        causes.append(invalid(f"{path}.port", service.port, f"port is not valid: {','.join(faults)}"))
    return causes + _path(service.path, f"{path}.path")


def _path(text: str, path: str) -> list[Cause]:
    if text in ("", "/"):
        return []
    if text == "//":
        return [invalid(path, text, "segment[0] may not be empty")]
    causes = [] if text.startswith("/") else [invalid(path, text, "must start with a '/'")]
    for index, step in enumerate(text[1:].removesuffix("/").split("/")):
        if step:
            faults = names.dns1123_subdomain(step)
            causes += faulty(path, text, [f"segment[{index}]: {fault}" for fault in faults])
        else:
            causes.append(invalid(path, text, f"segment[{index}] may not be empty"))
    return causes


def client_faults(client: Any, path: str) -> list[Cause]:
    """`client` is a WebhookClientConfig of one of the groups that have webhooks."""
    by_url, by_service = client.HasField("url"), client.HasField("service")
    if by_url == by_service:
        return [required(path, "exactly one of url or service is required")]
    return url_faults(client.url, f"{path}.url") if by_url else service_faults(client.service, f"{path}.service")


def review_versions(versions: list[str], known: tuple[str, ...], path: str) -> list[Cause]:
    """The versions of the questions that a webhook understands; one of `known` must be among them."""
    listed = ", ".join(known)
    if not versions:
        return [required(path, f"must specify one of {listed}")]
    causes: list[Cause] = []
    for index, version in enumerate(versions):
        at = f"{path}[{index}]"
        if version in versions[:index]:
            causes.append(invalid(at, version, "duplicate version"))
        else:
            causes += faulty(at, version, names.dns1035_label(version))
    if not set(known) & set(versions):
        causes.append(invalid(path, versions, f"must include at least one of {listed}"))
    return causes
