"""The rules of custom objects: those of a kube-apiserver's customResourceStrategy and its kin for status."""

from typing import Any

from pilothouse.api.dynamic.v1.dynamic_pb2 import CustomObject

from ..errors import Cause, Invalid, MethodNotSupported
from ..meta.context import RequestContext
from ..meta.resource import ResourceType
from ..schema.causes import invalid
from ..schema.metadata import metadata_validator_for
from ..schema.structural.checks import NOWHERE
from ..schema.structural.lists import list_causes
from ..schema.structural.validation import ABSENT
from ..strategies.base import Strategy
from .codec import compact, content_of
from .definition import CustomVersion, Definition
from .embedded import embedded_causes, write_metadata
from .paths import Misplaced, value_at

_INT_32 = (1 << 31) - 1
_BLOCKING = (
    "FieldValueNotSupported",
    "FieldValueRequired",
    "FieldValueTooLong",
    "FieldValueTooMany",
    "FieldValueTypeInvalid",
)
_NOT_CHECKED = (
    "some validation rules were not checked because the object was invalid; correct the existing errors to complete "
    "validation"
)


class CustomObjects(Strategy[CustomObject]):
    """The strategy of one version of a definition."""

    def __init__(self, type: ResourceType, definition: Definition, version: CustomVersion) -> None:
        self.type = type
        self._definition = definition
        self._version = version
        self._metadata = metadata_validator_for(type)
        self._arrange = None

    def prepare_create(self, context: RequestContext, obj: CustomObject) -> None:
        if self._definition.terminating:
            raise MethodNotSupported("create not allowed while custom resource definition is terminating")
        if not self.type.namespaced:
            obj.metadata.ClearField("namespace")
        if self._version.status:
            _set_member(obj, "status", ABSENT)

    def prepare_update(self, context: RequestContext, obj: CustomObject, old: CustomObject) -> None:
        if context.subresource == "status":
            status = content_of(obj).get("status", ABSENT)
            managed = list(obj.metadata.managed_fields)
            obj.metadata.CopyFrom(old.metadata)
            obj.metadata.ClearField("managed_fields")
            obj.metadata.managed_fields.extend(managed)
            obj.content = old.content
            _set_member(obj, "status", status)
        elif self._version.status:
            _set_member(obj, "status", content_of(old).get("status", ABSENT))

    def reset_fields(self, subresource: str) -> frozenset[str]:
        if subresource == "status":
            return frozenset({"spec"})
        return frozenset({"status"} if self._version.status else ())

    def raises_generation(self, obj: CustomObject, old: CustomObject) -> bool:
        return bool(obj.content != old.content)

    def validate_create(self, context: RequestContext, obj: CustomObject) -> list[Cause]:
        self._refuse_kind(obj)
        whole = self._whole(obj)
        causes = self._metadata(obj) + self._version.validator.causes(whole) + self._scale(whole, context)
        causes += embedded_causes(whole, self._version.root)
        causes += list_causes(whole, self._version.root)
        return causes + self._rules(causes, whole, None, context.warnings)

    def validate_update(self, context: RequestContext, obj: CustomObject, old: CustomObject) -> list[Cause]:
        self._refuse_kind(obj)
        whole, before = self._whole(obj), self._whole(old)
        root = self._version.root
        causes = self._metadata(obj)
        causes += self._version.validator.causes(whole, before) + self._scale(whole, context)
        # What was wrong before may stay wrong.
        embedded = embedded_causes(whole, root)
        if embedded and not embedded_causes(before, root):
            causes += embedded
        twice = list(list_causes(whole, root))
        if twice and not list(list_causes(before, root)):
            causes += twice
        return causes + self._rules(causes, whole, before, context.warnings)

    def _whole(self, obj: CustomObject) -> dict[str, Any]:
        """The object as its schema and its rules see it."""
        type_meta = {"apiVersion": self.type.api_version, "kind": obj.kind or self.type.kind}
        return {**type_meta, "metadata": write_metadata(obj.metadata), **content_of(obj)}

    def _refuse_kind(self, obj: CustomObject) -> None:
        """Raises Invalid for an object that came as one of another kind."""
        if not obj.kind:
            return
        whole = self._whole(obj)
        causes = [invalid("kind", obj.kind, f"must be {self.type.kind}"), *self._rules([], whole, None, [])]
        lines = [f"{cause.field}: {cause.message}" for cause in causes]
        text = lines[0] if len(lines) == 1 else f"[{', '.join(lines)}]"
        name, group = obj.metadata.name, self.type.group
        message = f'{obj.kind}.{group} "{name}" is invalid: {text}'
        raise Invalid(message, group=group, kind=obj.kind, name=name, causes=causes)

    def _scale(self, whole: dict[str, Any], context: RequestContext) -> list[Cause]:
        """What a scale reads must be numbers, and a text."""
        scale = self._version.scale
        if scale is None:
            return []
        path = scale.status_replicas_path if context.subresource == "status" else scale.spec_replicas_path
        causes: list[Cause] = []
        try:
            replicas = value_at(whole, path, int, "int64") or 0
        except Misplaced as error:
            causes.append(invalid(path, 0, str(error)))
        else:
            if replicas < 0:
                causes.append(invalid(path, replicas, "should be a non-negative integer"))
            elif replicas > _INT_32:
                causes.append(invalid(path, replicas, f"should be less than or equal to {_INT_32}"))
        if scale.label_selector_path:
            try:
                value_at(whole, scale.label_selector_path, str, "string")
            except Misplaced as error:
                causes.append(invalid(scale.label_selector_path, "", str(error)))
        return causes

    def _rules(
        self, found: list[Cause], whole: dict[str, Any], before: dict[str, Any] | None, warnings: list[str]
    ) -> list[Cause]:
        """What x-kubernetes-validations say. They are asked only about an object of the right shape."""
        if not self._version.root.has_rules:
            return []
        if any(cause.reason in _BLOCKING for cause in found):
            return [invalid(NOWHERE, None, _NOT_CHECKED)]
        return self._version.rules.validate(whole, before, warnings)


def _set_member(obj: CustomObject, name: str, value: Any) -> None:
    """Makes a member of the content what it shall be, or takes it out (ABSENT)."""
    content = content_of(obj)
    if value is ABSENT:
        if name not in content:
            return
        del content[name]
    else:
        content[name] = value
    obj.content = compact(content)
