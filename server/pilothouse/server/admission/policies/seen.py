"""What expressions see of a request, as JSON, each made when it is first looked at."""

from collections.abc import Callable, Mapping
from functools import cached_property

from google.protobuf.message import Message
from pilothouse.api.core.v1.core_pb2 import Namespace

from ...authorization.base import Attributes, Authorizer, Decision
from ...conversion import to_served, to_stored
from ...meta.codec import codec_for
from ...meta.resource import ResourceType
from ...meta.user import User
from ..base import AdmissionRequest, Operation
from .forms import Forms, Json

_OPTIONS = {
    Operation.CREATE: "CreateOptions",
    Operation.UPDATE: "UpdateOptions",
    Operation.DELETE: "DeleteOptions",
}
_SERVICE_ACCOUNTS = "system:serviceaccounts"


class Seen:
    """A request as one policy matched it: in the version of `resource`."""

    def __init__(
        self, request: AdmissionRequest, resource: ResourceType, namespace: Namespace | None, forms: Forms
    ) -> None:
        self._request = request
        self._resource = resource
        self._namespace = namespace
        self._forms = forms

    @cached_property
    def object(self) -> Json | None:
        return self._shown(self._request.object)

    @cached_property
    def old_object(self) -> Json | None:
        return self._shown(self._request.old)

    @cached_property
    def namespace(self) -> Json | None:
        return None if self._namespace is None else codec_for(Namespace).to_value(self._namespace, "v1", "Namespace")

    def _shown(self, message: Message | None) -> Json | None:
        own = self._request.context.type
        if message is None:
            return None
        if type(message) is not own.message:
            return self._part(message)
        if self._resource is not own:
            for convert in (to_stored(own), to_served(self._resource)):
                message = message if convert is None else convert(message)
        return self._forms.to_json(self._resource, message)

    def _part(self, message: Message) -> Json:
        """The body of a subresource that is of another kind."""
        api_version, _, kind = self._body.partition(" ")
        return codec_for(type(message)).to_value(message, api_version, kind)

    @property
    def _body(self) -> str:
        """The other kind that a subresource has, as "apiVersion Kind"; "" where it has none."""
        context = self._request.context
        part = context.type.subresource(context.subresource) if context.subresource else None
        return part.body if part is not None else ""

    @cached_property
    def request(self) -> Json:
        """An AdmissionRequest, without what is a variable of its own."""
        request, context = self._request, self._request.context
        user = context.user
        found: Json = {
            "kind": _kind(self._resource, self._body),
            "resource": _named(self._resource),
            "requestKind": _kind(context.type, self._body),
            "requestResource": _named(context.type),
            "name": request.name,
            "namespace": context.namespace,
            "operation": request.operation.value,
            "userInfo": {
                "username": user.name,
                "uid": user.uid,
                "groups": list(user.groups),
                "extra": {key: list(values) for key, values in user.extra.items()},
            },
            "dryRun": context.dry_run,
            "options": self._options(),
        }
        if context.subresource:
            found["subResource"] = found["requestSubResource"] = context.subresource
        return found

    def _options(self) -> Json | None:
        context = self._request.context
        kind = _OPTIONS.get(self._request.operation)
        if kind is None:
            return None
        found: Json = {"kind": kind, "apiVersion": "meta.k8s.io/v1"}
        if context.dry_run:
            found["dryRun"] = ["All"]
        if context.field_manager and kind != "DeleteOptions":
            found["fieldManager"] = context.field_manager
        return found

    @property
    def question(self) -> dict[str, str]:
        """The request's own resource, as authorizer.requestResource asks for it."""
        context = self._request.context
        named = {
            "group": context.type.group,
            "resource": context.type.plural,
            "subresource": context.subresource,
            "namespace": context.namespace,
            "name": self._request.name,
        }
        return {key: value for key, value in named.items() if value or key == "group"}

    def asked(self, authorizer: Authorizer) -> Callable[[Mapping[str, str]], tuple[bool, str]]:
        """Answers what expressions ask of `authorizer`, for the user of the request where it names nobody else."""

        def answer(question: Mapping[str, str]) -> tuple[bool, str]:
            user = self._request.context.user
            if "serviceAccount" in question:
                user = _service_account(*question["serviceAccount"].split(":", 1))
            if "path" in question:
                attributes = Attributes(user, question["verb"], path=question["path"])
            else:
                names = ("group", "resource", "subresource", "namespace", "name")
                group, resource, part, namespace, name = (question.get(key, "") for key in names)
                selector = question.get("fieldSelector", "")
                attributes = Attributes(
                    user, question["verb"], group, resource, part, namespace, name, "*", field_selector=selector
                )
            decision, reason = authorizer.authorize(attributes)
            return decision is Decision.ALLOW, reason

        return answer


def _service_account(namespace: str, name: str) -> User:
    return User(f"system:serviceaccount:{namespace}:{name}", (_SERVICE_ACCOUNTS, f"{_SERVICE_ACCOUNTS}:{namespace}"))


def _kind(resource: ResourceType, body: str) -> Json:
    """body: of a subresource that has another kind, "apiVersion Kind"."""
    if body:
        api_version, _, kind = body.partition(" ")
        group, _, version = api_version.rpartition("/")
        return {"group": group, "version": version, "kind": kind}
    return {"group": resource.group, "version": resource.version, "kind": resource.kind}


def _named(resource: ResourceType) -> Json:
    return {"group": resource.group, "version": resource.version, "resource": resource.plural}
