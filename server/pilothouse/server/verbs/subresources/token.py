"""serviceaccounts/token: a token for whoever is to act as the account.

The rules are those of authentication.k8s.io/v1's validation and of a kube-apiserver's token storage.
"""

from collections.abc import Mapping

from google.protobuf.message import Message
from pilothouse.api.authentication.v1 import authentication_pb2 as authentication
from pilothouse.api.core.v1.pods_pb2 import Pod

from ...admission.base import AdmissionRequest, Operation
from ...authentication.account_claims import Named
from ...authentication.issuing import Issue, TokenIssuer
from ...errors import BadRequest, Cause, Conflict, Invalid, NotFound
from ...meta.context import RequestContext
from ...meta.uids import new_uid
from ...schema.causes import invalid
from .. import faults
from ..body import Body
from ..metadata import metadata_of, place
from ..names import check_name
from ..plane import Plane
from ..reading import stored_item
from .answer import Answer

ISSUED = "authentication.kubernetes.io/issued-credential-id"
GROUP, KIND = "authentication.k8s.io", "TokenRequest"
LEAST_SECONDS, MOST_SECONDS = 600, 1 << 32
_BOUND = {"Pod": "pods", "Node": "nodes", "Secret": "secrets"}
_RECREATED = "does not match the UID in record. The object might have been deleted and then recreated"


async def create_token(plane: Plane, context: RequestContext, body: Body) -> Answer:
    """The request with its token. A dry run answers with one as well: nothing is stored either way. Raises BadRequest,
    Forbidden, NotFound, Invalid, Conflict."""
    if plane.issuer is None:
        raise NotFound("the server issues no tokens: it was given no --service-account-signing-key-file")
    kind = plane.kind(plane.registry.body_of(context.type, context.subresource))
    token = body.message(plane, kind, context)
    assert isinstance(token, authentication.TokenRequest)
    place(context, token)
    kind.complete(token)
    request = AdmissionRequest(context, Operation.CREATE, token, None, context.name)
    await plane.admission.mutate(request)
    await _fill_in(plane, plane.issuer, request, token)
    return Answer(token, kind.type.api_version, kind.type.kind)


async def _fill_in(
    plane: Plane, issuer: TokenIssuer, request: AdmissionRequest, token: authentication.TokenRequest
) -> None:
    context = request.context
    spec, metadata, now = token.spec, token.metadata, plane.now()
    if metadata.name and metadata.name != context.name:
        text = "must match the service account name if specified"
        raise _refused(plane, context, context.name, [invalid("metadata.name", metadata.name, text)])
    account = metadata_of(await _read(plane, "serviceaccounts", context.namespace, context.name))
    if metadata.uid and metadata.uid != account.uid:
        why = f"the UID in the token request ({metadata.uid}) does not match the UID of the service account"
        raise _conflict(f"{KIND}.{GROUP}", GROUP, KIND, context.name, f"{why} ({account.uid})")
    if not spec.audiences:
        spec.audiences.extend(issuer.audiences)
    metadata.name, metadata.namespace, metadata.uid = account.name, account.namespace, account.uid
    metadata.creation_timestamp.Clear()
    metadata.creation_timestamp.seconds = int(now)
    metadata.ClearField("managed_fields")
    spec.attestations.clear()
    token.status.Clear()
    if causes := _causes(spec.expiration_seconds):
        raise _refused(plane, context, "", causes)
    await plane.admission.validate(request)
    bound = await _bound(plane, context, spec.bound_object_ref) if spec.HasField("bound_object_ref") else {}
    if 0 < issuer.max_seconds < spec.expiration_seconds:
        shortened = f"requested expiration of {spec.expiration_seconds} seconds shortened to {issuer.max_seconds}"
        context.warnings.append(f"{shortened} seconds")
        spec.expiration_seconds = issuer.max_seconds
    token.status.token = _issued(issuer, context, token, bound, now)
    token.status.expiration_timestamp.seconds = int(now) + spec.expiration_seconds


def _issued(
    issuer: TokenIssuer,
    context: RequestContext,
    token: authentication.TokenRequest,
    bound: Mapping[str, Named],
    now: float,
) -> str:
    audiences = tuple(token.spec.audiences)
    lifetime, warn_after = issuer.lifetime(token.spec.expiration_seconds, audiences, "pod" in bound)
    identity = new_uid()
    context.annotations[ISSUED] = f"JTI={identity}"
    account = Named(token.metadata.name, token.metadata.uid)
    issue = Issue(identity, token.metadata.namespace, account, audiences, lifetime, warn_after, bound)
    return issuer.issue(issue, now)


async def _bound(
    plane: Plane, context: RequestContext, reference: authentication.BoundObjectReference
) -> dict[str, Named]:
    """What the token is bound to; a pod brings the node that it is on. Raises NotFound, Conflict, BadRequest."""
    group, _, version = reference.api_version.rpartition("/")
    plural = _BOUND.get(reference.kind)
    if group or plural is None:
        raise BadRequest(f"cannot bind token to object of type {group}/{version}, Kind={reference.kind}")
    check_name("name", reference.name)
    namespace = "" if plural == "nodes" else context.namespace
    found = await _read(plane, plural, namespace, reference.name)
    uid = metadata_of(found).uid
    what = reference.kind.lower()
    bound = {what: Named(reference.name, uid)}
    if isinstance(found, Pod):
        if found.spec.service_account_name != context.name:
            raise BadRequest(
                f'cannot bind token for serviceaccount "{context.name}" to pod running with different serviceaccount '
                "name."
            )
        if found.spec.node_name:
            bound["node"] = await _node(plane, found.spec.node_name)
    if reference.uid and reference.uid != uid:
        why = f"the UID in the bound object reference ({reference.uid}) {_RECREATED}"
        raise _conflict(reference.kind, "", reference.kind, reference.name, why)
    return bound


async def _node(plane: Plane, name: str) -> Named:
    """A node that is not known is named all the same."""
    try:
        return Named(name, metadata_of(await _read(plane, "nodes", "", name)).uid)
    except NotFound:
        return Named(name, "")


async def _read(plane: Plane, plural: str, namespace: str, name: str) -> Message:
    """The object as the store has it. Raises NotFound."""
    resource = plane.registry.get("", "v1", plural)
    item = await stored_item(plane, plane.kind(resource), resource.key(namespace, name)) if name else None
    if item is None:
        raise faults.not_found(resource, name)
    return resource.message.FromString(item.body)


def _causes(seconds: int) -> list[Cause]:
    field = "spec.expirationSeconds"
    if seconds < LEAST_SECONDS:
        return [invalid(field, seconds, "may not specify a duration less than 10 minutes")]
    if seconds > MOST_SECONDS:
        return [invalid(field, seconds, "may not specify a duration larger than 2^32 seconds")]
    return []


def _refused(plane: Plane, context: RequestContext, name: str, causes: list[Cause]) -> Invalid:
    return faults.invalid(plane.registry.body_of(context.type, context.subresource), name, causes)


def _conflict(what: str, group: str, kind: str, name: str, why: str) -> Conflict:
    message = f'Operation cannot be fulfilled on {what} "{name}": {why}'
    return Conflict(message, group=group, kind=kind, name=name)
