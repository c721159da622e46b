"""ConfigMaps and Secrets."""

import json

from pilothouse.api.core.v1.core_pb2 import ConfigMap, Secret

from ..errors import Cause
from ..meta.context import RequestContext
from ..meta.json_syntax import syntax_fault
from ..schema.causes import forbidden, invalid, required, too_long
from .base import Strategy

MAX_DATA = 1024 * 1024
"""Bytes that the values of a ConfigMap or Secret may have together."""

_LOCKED = "field is immutable when `immutable` is set"
_REDACTED = "<secret contents redacted>"
_ACCOUNT = "kubernetes.io/service-account.name"
_REGISTRY_KEYS = {
    "kubernetes.io/dockercfg": ".dockercfg",
    "kubernetes.io/dockerconfigjson": ".dockerconfigjson",
}


class ConfigMaps(Strategy[ConfigMap]):
    def validate(self, context: RequestContext, obj: ConfigMap) -> list[Cause]:
        causes = [
            invalid(f"data[{key}]", key, "duplicate of key present in binaryData")
            for key in obj.data
            if key in obj.binary_data
        ]
        size = sum(len(v.encode()) for v in obj.data.values()) + sum(len(v) for v in obj.binary_data.values())
        if size > MAX_DATA:
            causes.append(too_long("[]", MAX_DATA))
        return causes

    def validate_update(self, context: RequestContext, obj: ConfigMap, old: ConfigMap) -> list[Cause]:
        if not old.immutable:
            return []
        causes = [] if obj.immutable else [forbidden("immutable", _LOCKED)]
        if obj.data != old.data:
            causes.append(forbidden("data", _LOCKED))
        if obj.binary_data != old.binary_data:
            causes.append(forbidden("binaryData", _LOCKED))
        return causes


class Secrets(Strategy[Secret]):
    def default(self, obj: Secret) -> None:
        # stringData is only for writing: it is read back as data.
        for key, text in obj.string_data.items():
            obj.data[key] = text.encode()
        obj.ClearField("string_data")

    def prepare_update(self, context: RequestContext, obj: Secret, old: Secret) -> None:
        super().prepare_update(context, obj, old)
        if not obj.type:
            obj.type = old.type

    def validate(self, context: RequestContext, obj: Secret) -> list[Cause]:
        causes: list[Cause] = []
        if sum(len(v) for v in obj.data.values()) > MAX_DATA:
            causes.append(too_long("data", MAX_DATA))
        data, kind = obj.data, obj.type
        if kind == "kubernetes.io/service-account-token":
            if not obj.metadata.annotations.get(_ACCOUNT):
                causes.append(required(f"metadata.annotations[{_ACCOUNT}]"))
        elif kind == "kubernetes.io/basic-auth":
            if "username" not in data and "password" not in data:
                causes.extend((required("data[username]"), required("data[password]")))
        elif kind == "kubernetes.io/ssh-auth":
            if not data.get("ssh-privatekey"):
                causes.append(required("data[ssh-privatekey]"))
        elif kind == "kubernetes.io/tls":
            causes.extend(required(f"data[{key}]") for key in ("tls.crt", "tls.key") if key not in data)
        elif kind in _REGISTRY_KEYS:
            causes += _registries(obj, _REGISTRY_KEYS[kind])
        return causes

    def validate_update(self, context: RequestContext, obj: Secret, old: Secret) -> list[Cause]:
        causes = super().validate_update(context, obj, old)
        if old.immutable:
            if not obj.immutable:
                causes.append(forbidden("immutable", _LOCKED))
            if obj.data != old.data:
                causes.append(forbidden("data", _LOCKED))
        return causes


def _registries(obj: Secret, key: str) -> list[Cause]:
    """Access to registries of images is an object in JSON. What it holds is never told."""
    if key not in obj.data:
        return [required(f"data[{key}]")]
    data = obj.data[key]
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        fault = syntax_fault(data, type(error).__name__)
        # Where only Python finds fault with it, a server in Go would take it.
        return [invalid(f"data[{key}]", _REDACTED, fault)] if fault != type(error).__name__ else []
    if found is None or isinstance(found, dict):
        return []
    kind = {str: "string", list: "array", bool: "bool"}.get(type(found), "number")
    detail = f"json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}"
    return [invalid(f"data[{key}]", _REDACTED, detail)]
