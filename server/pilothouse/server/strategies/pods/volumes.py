"""The volumes of a pod: each has exactly one source."""

from collections.abc import Callable, Iterable
from typing import Any

from pilothouse.api.core.v1.volumes_pb2 import EmptyDirVolumeSource, HostPathVolumeSource, Volume, VolumeSource

from ...errors import Cause
from ...meta import names
from ...meta.quantities import QuantityError, parse_quantity
from ...schema.causes import forbidden, invalid, required
from ...schema.validation import validator_for
from .attached import ATTACHED
from .claims import claim_template
from .files import FILES
from .paths import descending, named, without_backsteps
from .projections import projected

# In the order in which a kube-apiserver looks at them: of several, the first counts.
_ORDER = (
    "emptyDir",
    "hostPath",
    "gitRepo",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "secret",
    "nfs",
    "iscsi",
    "glusterfs",
    "flocker",
    "persistentVolumeClaim",
    "rbd",
    "cinder",
    "cephfs",
    "quobyte",
    "downwardAPI",
    "fc",
    "flexVolume",
    "configMap",
    "azureFile",
    "vsphereVolume",
    "photonPersistentDisk",
    "portworxVolume",
    "azureDisk",
    "storageos",
    "projected",
    "scaleIO",
    "csi",
    "ephemeral",
    "image",
)
_refused = validator_for(Volume)
_RANK = {json: rank for rank, json in enumerate(_ORDER)}


def volumes(found: Iterable[Volume], pod: str | None, path: str, causes: list[Cause]) -> dict[str, VolumeSource]:
    """The sources of the volumes that are valid, by name. `pod` is the name of the pod, None in a template."""
    valid: dict[str, VolumeSource] = {}
    made: set[str] = set()
    if pod:
        made = {f"{pod}-{v.name}" for v in found if v.volume_source.HasField("ephemeral")}
    for index, volume in enumerate(found):
        at = f"{path}[{index}]"
        before = len(causes)
        source = volume.volume_source
        _source(source, volume.name, pod, at, causes)
        # What the schema refuses is no volume to be mounted either.
        if len(causes) == before and not _refused(volume):
            valid[volume.name] = source
        if made and source.persistent_volume_claim.claim_name in made:
            detail = "must not reference a PVC that gets created for an ephemeral volume"
            claim = source.persistent_volume_claim.claim_name
            causes.append(invalid(f"{at}.persistentVolumeClaim.claimName", claim, detail))
    return valid


def _source(source: VolumeSource, name: str, pod: str | None, path: str, causes: list[Cause]) -> None:
    kinds = source.ListFields()
    if len(kinds) > 1:
        kinds = sorted(kinds, key=lambda pair: _RANK[pair[0].json_name])
        for descriptor, _ in kinds[1:]:
            causes.append(forbidden(f"{path}.{descriptor.json_name}", "may not specify more than 1 volume type"))
    if not kinds:
        causes.append(required(path, "must specify a volume type"))
        return
    descriptor, value = kinds[0]
    check = _CHECKS.get(descriptor.name)
    at = f"{path}.{descriptor.json_name}"
    if check is not None:
        check(value, at, causes)
    elif descriptor.name == "image":
        if pod is not None and not value.reference:
            causes.append(required(f"{at}.reference"))
    elif descriptor.name == "ephemeral":
        _ephemeral(value, name, pod, path, causes)
    elif descriptor.name == "iscsi":
        together = f"{name}:{value.target_portal}"
        if value.HasField("initiator_name") and len(together) > 64:
            detail = (
                "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if "
                "iscsi.initiatorName is specified."
            )
            causes.append(invalid(f"{path}.name", name, detail))
        ATTACHED["iscsi"](value, at, causes)


def _ephemeral(value: Any, name: str, pod: str | None, path: str, causes: list[Cause]) -> None:
    if not value.HasField("volume_claim_template"):
        causes.append(required(f"{path}.ephemeral.volumeClaimTemplate"))
    else:
        claim_template(value.volume_claim_template, f"{path}.ephemeral.volumeClaimTemplate", causes)
    if pod and name:
        claim = f"{pod}-{name}"
        for fault in names.dns1123_subdomain(claim):
            causes.append(invalid(f"{path}.name", name, f'PVC name "{claim}": {fault}'))


def _empty_dir(value: EmptyDirVolumeSource, path: str, causes: list[Cause]) -> None:
    if not value.HasField("size_limit"):
        return
    try:
        negative = parse_quantity(value.size_limit.string or "0").nanos < 0
    except QuantityError:
        # Refused by the schema.
        return
    if negative:
        causes.append(forbidden(f"{path}.sizeLimit", "SizeLimit field must be a valid resource quantity"))


def _host_path(value: HostPathVolumeSource, path: str, causes: list[Cause]) -> None:
    without_backsteps(value.path, f"{path}.path", causes)


def _git_repo(value: Any, path: str, causes: list[Cause]) -> None:
    named(value.repository, f"{path}.repository", causes)
    descending(value.directory, f"{path}.directory", causes)


_CHECKS: dict[str, Callable[[Any, str, list[Cause]], None]] = {
    "empty_dir": _empty_dir,
    "host_path": _host_path,
    "git_repo": _git_repo,
    "projected": projected,
    **FILES,
    **{name: check for name, check in ATTACHED.items() if name != "iscsi"},
}
