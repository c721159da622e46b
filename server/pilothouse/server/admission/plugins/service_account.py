"""ServiceAccount: every pod acts for a service account that exists, and is handed its token and its pull secrets."""

import asyncio
from collections.abc import Iterator

from pilothouse.api.core.v1.core_pb2 import ServiceAccount as Account
from pilothouse.api.core.v1.pods_pb2 import Container, EphemeralContainerCommon, Pod, PodSpec
from pilothouse.api.core.v1.volumes_pb2 import Volume

from ...authorization.references import is_mirror
from ...meta.names import derived_name
from ...schema.remembered import Remembered
from ..base import AdmissionRequest, Operation, rejected
from ..environment import Environment
from ..lookups import find
from ..pod_parts import has_projection, uses_secrets
from ..scoped import CREATE_OR_UPDATE, PodPlugin

DEFAULT = "default"
# A controller makes it in every new namespace: a pod that comes a moment too early waits for it so often, and so long
# each time. Of other accounts nobody knows whether they will ever be there.
ATTEMPTS, INTERVAL_SECONDS = 10, 0.15
TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"
VOLUME_PREFIX = "kube-api-access-"
# Tokens of an hour, with the seconds added by which such requests are known from others.
TOKEN_SECONDS = 3607
ENFORCE = "kubernetes.io/enforce-mountable-secrets"
# What Go's strconv.ParseBool takes for true.
_TRUE = frozenset({"1", "t", "T", "true", "TRUE", "True"})


class ServiceAccount(PodPlugin):
    name = "ServiceAccount"
    operations = CREATE_OR_UPDATE
    subresources = frozenset({"", "ephemeralcontainers"})

    def __init__(self, environment: Environment) -> None:
        self._objects = environment.objects

    async def mutate(self, request: AdmissionRequest) -> None:
        pod = request.object
        if request.operation is not Operation.CREATE or request.context.subresource or not isinstance(pod, Pod):
            return
        if is_mirror(pod):
            _check_mirror(request, pod.spec)
            return
        pod.spec.service_account_name = pod.spec.service_account_name or DEFAULT
        account = await self._account(request, pod.spec.service_account_name)
        if _mounts_token(account, pod.spec):
            _mount_token(pod.spec)
        if not pod.spec.image_pull_secrets:
            pod.spec.image_pull_secrets.extend(account.image_pull_secrets)
        _check_secrets(request, account, pod.spec)

    async def validate(self, request: AdmissionRequest) -> None:
        pod = request.object
        if not isinstance(pod, Pod):
            return
        if request.context.subresource:
            account = await self._account(request, pod.spec.service_account_name)
            _check_secrets(request, account, PodSpec(ephemeral_containers=pod.spec.ephemeral_containers))
        elif request.operation is Operation.CREATE:
            if is_mirror(pod):
                _check_mirror(request, pod.spec)
            elif not pod.spec.service_account_name:
                where = f"{request.context.namespace}/{pod.metadata.name}"
                raise rejected(request, f"no service account specified for pod {where}")
            else:
                _check_secrets(request, await self._account(request, pod.spec.service_account_name), pod.spec)

    async def _account(self, request: AdmissionRequest, name: str) -> Account:
        namespace = request.context.namespace
        for attempt in range(ATTEMPTS if name == DEFAULT else 1):
            if attempt:
                await asyncio.sleep(INTERVAL_SECONDS)
            found = await find(self._objects, "", "serviceaccounts", namespace, name)
            if isinstance(found, Account):
                return found
        where = f"{namespace}/{name}"
        raise rejected(request, f'error looking up service account {where}: serviceaccount "{name}" not found')


def _check_mirror(request: AdmissionRequest, spec: PodSpec) -> None:
    if spec.service_account_name:
        raise rejected(request, "a mirror pod may not reference service accounts")
    if uses_secrets(spec):
        raise rejected(request, "a mirror pod may not reference secrets")
    if has_projection(spec, "service_account_token"):
        raise rejected(request, "a mirror pod may not use ServiceAccountToken volume projections")


def _mounts_token(account: Account, spec: PodSpec) -> bool:
    if spec.HasField("automount_service_account_token"):
        return spec.automount_service_account_token
    return not account.HasField("automount_service_account_token") or account.automount_service_account_token


# What specs became once the token was mounted.
_mounted: Remembered[PodSpec] = Remembered()


def _mount_token(spec: PodSpec) -> None:
    """Mounts the token into every container that has nothing of its own at its path."""
    given = spec.SerializeToString(deterministic=True)
    known = _mounted.get(given)
    if known is not None:
        spec.CopyFrom(known)
        return
    present = next((v.name for v in spec.volumes if v.name.startswith(VOLUME_PREFIX)), "")
    # Derived, not random: pods of one template stay alike, and what was found out about one holds for all.
    volume = present or derived_name(VOLUME_PREFIX, given)
    mounted = False
    for container in (*spec.init_containers, *spec.containers):
        if all(mount.mount_path != TOKEN_PATH for mount in container.volume_mounts):
            container.volume_mounts.add(name=volume, read_only=True, mount_path=TOKEN_PATH)
            mounted = True
    if mounted and not present:
        added = spec.volumes.add()
        added.CopyFrom(_TOKEN_VOLUME)
        added.name = volume
    result = PodSpec()
    result.CopyFrom(spec)
    _mounted.put(given, result)


def _token_volume() -> Volume:
    volume = Volume()
    projected = volume.volume_source.projected
    projected.default_mode = 0o644
    token = projected.sources.add().service_account_token
    token.expiration_seconds, token.path = TOKEN_SECONDS, "token"
    root = projected.sources.add().config_map
    root.local_object_reference.name = "kube-root-ca.crt"
    root.items.add(key="ca.crt", path="ca.crt")
    item = projected.sources.add().downward_api.items.add(path="namespace")
    item.field_ref.api_version, item.field_ref.field_path = "v1", "metadata.namespace"
    return volume


_TOKEN_VOLUME = _token_volume()


def _check_secrets(request: AdmissionRequest, account: Account, spec: PodSpec) -> None:
    """Where the account says so, its pods use only the secrets that it lists."""
    if account.metadata.annotations.get(ENFORCE) not in _TRUE:
        return
    allowed = {reference.name for reference in account.secrets}
    beyond = "is not allowed because service account"
    for what, name in _secrets(spec):
        if name not in allowed:
            reason = (
                f'{what} secret.secretName="{name}" {beyond} {account.metadata.name} does not reference that secret'
            )
            raise rejected(request, reason)
    pull_secrets = {reference.name for reference in account.image_pull_secrets}
    for index, reference in enumerate(spec.image_pull_secrets):
        if reference.name not in pull_secrets:
            raise rejected(
                request,
                f'imagePullSecrets[{index}].name="{reference.name}" {beyond} {account.metadata.name} does not '
                "reference that imagePullSecret",
            )


def _secrets(spec: PodSpec) -> Iterator[tuple[str, str]]:
    """Each use of a Secret, as an error tells it, and the Secret's name."""
    for volume in spec.volumes:
        source = volume.volume_source
        if source.HasField("secret"):
            yield "volume with", source.secret.secret_name
        for part in source.projected.sources:
            if part.HasField("secret"):
                yield "volume with projected", part.secret.local_object_reference.name
    for container in spec.init_containers:
        yield from _container_secrets("init container", container)
    for container in spec.containers:
        yield from _container_secrets("container", container)
    for ephemeral in spec.ephemeral_containers:
        yield from _container_secrets("ephemeral container", ephemeral.ephemeral_container_common)


def _container_secrets(kind: str, container: Container | EphemeralContainerCommon) -> Iterator[tuple[str, str]]:
    for variable in container.env:
        if variable.value_from.HasField("secret_key_ref"):
            reference = variable.value_from.secret_key_ref.local_object_reference
            yield f"{kind} {container.name} with envVar {variable.name} referencing", reference.name
    for source in container.env_from:
        if source.HasField("secret_ref"):
            reference = source.secret_ref.local_object_reference
            yield f"{kind} {container.name} with envFrom referencing", reference.name
