"""The errors that verbs raise, in the words of a kube-apiserver, and what the faults below them become."""

import logging
from collections.abc import Sequence

from pilothouse.api.meta.v1.meta_pb2 import ObjectMeta, Preconditions

from ..errors import (
    AlreadyExists,
    ApiError,
    Cause,
    Conflict,
    Internal,
    Invalid,
    NotFound,
    Timeout,
    TooLarge,
    Unavailable,
)
from ..meta.resource import ResourceType
from ..meta.wire import Undecodable
from ..store.base import StoreError, StoreFull, StoreUnavailable, ValueTooLarge

log = logging.getLogger(__name__)

# So many causes of one refusal are told: whoever sends more faults than that is not going to read them.
CAUSES_AT_MOST = 500
MODIFIED = "the object has been modified; please apply your changes to the latest version and try again"


def not_found(resource: ResourceType, name: str) -> NotFound:
    return NotFound(f'{resource.qualified} "{name}" not found', group=resource.group, kind=resource.plural, name=name)


def already_exists(resource: ResourceType, name: str) -> AlreadyExists:
    message = f'{resource.qualified} "{name}" already exists'
    return AlreadyExists(message, group=resource.group, kind=resource.plural, name=name)


def conflict(resource: ResourceType, name: str, why: str = MODIFIED) -> Conflict:
    message = f'Operation cannot be fulfilled on {resource.qualified} "{name}": {why}'
    return Conflict(message, group=resource.group, kind=resource.plural, name=name)


def precondition_failed(resource: ResourceType, name: str, why: str) -> Conflict:
    """The conflict of a deletion: it names the kind where others name the plural."""
    message = f'Operation cannot be fulfilled on {resource.qualified_kind} "{name}": {why}'
    return Conflict(message, group=resource.group, kind=resource.kind, name=name)


def another_uid(resource: ResourceType, key: str, name: str, wanted: str, uid: str) -> Conflict:
    """The conflict of an update that insists on a uid; `uid` is "" where there is no object."""
    return conflict(
        resource,
        name,
        f"StorageError: invalid object, Code: 4, Key: {key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition "
        f"failed: UID in precondition: {wanted}, UID in object meta: {uid}",
    )


def another_revision(resource: ResourceType, key: str, name: str, wanted: str, revision: str) -> Conflict:
    """The conflict of what insists on a resourceVersion beside its own object's."""
    return conflict(
        resource,
        name,
        f"StorageError: invalid object, Code: 4, Key: {key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition "
        f"failed: ResourceVersion in precondition: {wanted}, ResourceVersion in object meta: {revision}",
    )


def require_preconditions(resource: ResourceType, metadata: ObjectMeta, wanted: Preconditions) -> None:
    """Raises Conflict where a deletion is meant for another object, or for another state of it."""
    why = ""
    if wanted.uid and wanted.uid != metadata.uid:
        why = (
            f"the UID in the precondition ({wanted.uid}) does not match the UID in record ({metadata.uid}). The object "
            "might have been deleted and then recreated"
        )
    elif wanted.resource_version and wanted.resource_version != metadata.resource_version:
        why = (
            f"the ResourceVersion in the precondition ({wanted.resource_version}) does not match the ResourceVersion "
            f"in record ({metadata.resource_version}). The object might have been modified"
        )
    if why:
        raise precondition_failed(resource, metadata.name, why)


def require_plain_preconditions(resource: ResourceType, metadata: ObjectMeta, wanted: Preconditions) -> None:
    """require_preconditions() in the words of a kind that looks at them itself (namespaces)."""
    for what, asked, found in (
        ("UID", wanted.uid, metadata.uid),
        ("ResourceVersion", wanted.resource_version, metadata.resource_version),
    ):
        if asked and asked != found:
            why = f"Precondition failed: {what} in precondition: {asked}, {what} in object meta: {found}"
            raise conflict(resource, metadata.name, why)


def invalid(resource: ResourceType, name: str, causes: Sequence[Cause]) -> Invalid:
    """Several causes stand in brackets, each once, the first of very many. An object is named by the group that it is
    stored in."""
    lines = list(dict.fromkeys(f"{c.field}: {c.message}" for c in causes[:CAUSES_AT_MOST]))
    text = lines[0] if len(lines) == 1 else f"[{', '.join(lines)}]"
    group = resource.storage.api_version.rpartition("/")[0] if resource.storage else resource.group
    message = f'{resource.kind}{"." if group else ""}{group} "{name}" is invalid: {text}'
    return Invalid(message, group=group, kind=resource.kind, name=name, causes=causes)


def must_name_revision(resource: ResourceType, name: str) -> Invalid:
    """It names the plural where others of its reason name the kind."""
    cause = Cause("FieldValueInvalid", "Invalid value: 0: must be specified for an update", "metadata.resourceVersion")
    message = f'{resource.qualified} "{name}" is invalid: {cause.field}: {cause.message}'
    return Invalid(message, group=resource.group, kind=resource.plural, name=name, causes=(cause,))


def revision_too_large(revision: int, current: int, retry_after: int = 1) -> Timeout:
    return Timeout(
        f"Timeout: Too large resource version: {revision}, current: {current}",
        causes=(Cause("ResourceVersionTooLarge", "Too large resource version"),),
        retry_after=retry_after,
    )


def api_error(error: BaseException) -> ApiError:
    """What the caller is told of `error`. What is a fault of the server's own is logged with its trace, and told
    without."""
    match error:
        case ApiError():
            return error
        case ValueTooLarge():
            return TooLarge(f"the object is larger than the store takes: {error}")
        case StoreFull():
            return Unavailable("the store has no space left: writes are refused until there is", retry_after=30)
        case StoreUnavailable():
            return Unavailable("the store does not answer; whether a write took effect is not known", retry_after=1)
        case TimeoutError():
            return Timeout("the request took longer than its deadline")
        case Undecodable():
            return Internal(str(error))
        case StoreError():
            return Internal(f"the store refused the request: {error}")
    log.error("a request failed inside the server", exc_info=error)
    return Internal("an error on the server has prevented the request from succeeding; its log says more")
