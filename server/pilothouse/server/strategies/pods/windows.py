"""What is said of Windows: the options of security contexts, and host process containers."""

import re
from collections.abc import Iterator
from typing import Any

from pilothouse.api.core.v1.pods_pb2 import PodSpec, WindowsSecurityContextOptions

from ...errors import Cause
from ...schema.causes import invalid
from .paths import subdomain

_LONGEST_SPEC = 64 * 1024
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NET_BIOS = re.compile(r'[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}')
_DOMAIN = re.compile(r"([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)*[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?")
_FORBIDDEN = frozenset('"/\\:;|=,+*?<>@[]')
_LONGEST_DOMAIN = 256
_LONGEST_USER = 104


def containers_of(spec: PodSpec, path: str) -> Iterator[tuple[str, Any]]:
    """All containers with their paths, in the order in which a kube-apiserver visits them."""
    for json, found in (("initContainers", spec.init_containers), ("containers", spec.containers)):
        for index, container in enumerate(found):
            yield f"{path}.{json}[{index}]", container
    for index, ephemeral in enumerate(spec.ephemeral_containers):
        yield f"{path}.ephemeralContainers[{index}]", ephemeral.ephemeral_container_common


def windows_options(options: WindowsSecurityContextOptions, path: str, causes: list[Cause]) -> None:
    if options.HasField("gmsa_credential_spec_name"):
        subdomain(options.gmsa_credential_spec_name, f"{path}.gmsaCredentialSpecName", causes)
    if options.HasField("gmsa_credential_spec"):
        text, at = options.gmsa_credential_spec, f"{path}.gmsaCredentialSpec"
        if not text:
            causes.append(invalid(at, text, "gmsaCredentialSpec cannot be an empty string"))
        elif len(text.encode()) > _LONGEST_SPEC:
            causes.append(invalid(at, text, "gmsaCredentialSpec size must be under 64 KiB"))
    if options.HasField("run_as_user_name"):
        name = options.run_as_user_name
        causes.extend(invalid(f"{path}.runAsUserName", name, fault) for fault in _user_faults(name))


def _user_faults(name: str) -> Iterator[str]:
    if not name:
        yield "runAsUserName cannot be an empty string"
        return
    if _CONTROL.search(name):
        yield "runAsUserName cannot contain control characters"
        return
    parts = name.split("\\")
    if len(parts) > 2:
        yield "runAsUserName cannot contain more than one backslash"
        return
    user = parts[-1]
    if len(parts) == 2:
        if len(parts[0]) >= _LONGEST_DOMAIN:
            yield f"runAsUserName's Domain length must be under {_LONGEST_DOMAIN} characters"
        if not _NET_BIOS.fullmatch(parts[0]) and not _DOMAIN.fullmatch(parts[0]):
            yield "runAsUserName's Domain doesn't match the NetBios nor the DNS format"
    if not user:
        yield "runAsUserName's User cannot be empty"
    elif len(user) > _LONGEST_USER:
        yield f"runAsUserName's User length must not be longer than {_LONGEST_USER} characters"
    if user and not user.strip(". "):
        yield "runAsUserName's User cannot contain only periods or spaces"
    if _FORBIDDEN.intersection(user):
        yield "runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]"


def host_processes(spec: PodSpec, path: str, causes: list[Cause]) -> None:
    """Where one container is a process of the host, all are, and they have its network."""
    options = spec.security_context.windows_options
    of_pod = options.host_process if options.HasField("host_process") else None
    total = processes = 0
    for at, container in containers_of(spec, path):
        total += 1
        own = container.security_context.windows_options
        of_container = own.host_process if own.HasField("host_process") else None
        if of_pod is not None and of_container is not None and of_pod != of_container:
            shown = "true" if of_pod else "false"
            detail = f"pod hostProcess value must be identical if both are specified, was {shown}"
            causes.append(invalid(f"{at}.securityContext.windowsOptions.hostProcess", of_container, detail))
        processes += bool(of_pod if of_container is None else of_container)
    if not processes:
        return
    if processes != total:
        detail = "If pod contains any hostProcess containers then all containers must be HostProcess containers"
        causes.append(invalid(path, "", detail))
    if not spec.host_network:
        detail = "hostNetwork must be true if pod contains any hostProcess containers"
        causes.append(invalid(f"{path}.hostNetwork", False, detail))
