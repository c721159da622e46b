"""What a policy is parameterized with: the objects that a binding refers to.

The words are those of k8s.io/apiserver/pkg/admission/plugin/policy/generic.
"""

from collections.abc import Sequence

from google.protobuf.message import Message
from pilothouse.api.admissionregistration.v1.admissionregistration_pb2 import ParamKind, ParamRef
from pilothouse.api.meta.v1.meta_pb2 import LabelSelector

from ...meta.codec import codec_for
from ...meta.label_selectors import from_label_selector
from ...meta.resource import Registry, ResourceType
from ..base import Objects
from ..lookups import find, metadata_of


class Misconfigured(ValueError):
    """A policy or its binding cannot be used. The text says why."""


def parameter_type(kind: ParamKind, registry: Registry) -> ResourceType:
    """Raises Misconfigured."""
    found = registry.by_kind(kind.api_version, kind.kind)
    if found is None:
        text = f"{kind.api_version}, Kind={kind.kind}"
        raise Misconfigured(f"failed to find resource referenced by paramKind: '{text}'")
    return found


async def parameters(resource: ResourceType, found: ParamRef, namespace: str, objects: Objects) -> Sequence[Message]:
    """The objects to evaluate a policy with, one after the other; none: it is not evaluated. namespace: that of the
    request. Raises Misconfigured."""
    where = ""
    if resource.namespaced:
        where = found.namespace or namespace
        if not where:
            raise Misconfigured(
                "cannot use namespaced paramRef in policy binding that matches cluster-scoped resources"
            )
    elif found.namespace:
        raise Misconfigured("paramRef.namespace must not be provided for a cluster-scoped `paramKind`")
    if found.name:
        one = await find(objects, resource.group, resource.plural, where, found.name)
        params: Sequence[Message] = () if one is None else (one,)
    else:
        selector = from_label_selector(codec_for(LabelSelector).to_value(found.selector))
        listed = objects.list(resource.group, resource.plural, where)
        params = [message for message in listed if selector.matches(metadata_of(message).labels)]
    if not params and found.parameter_not_found_action == "Deny":
        raise Misconfigured("no params found for policy binding with `Deny` parameterNotFoundAction")
    return params
