"""APIServices: who serves a version of a group."""

import time

from pilothouse.api.apiregistration.v1.apiregistration_pb2 import APIService, APIServiceSpec

from ..errors import Cause
from ..meta import names
from ..meta.context import RequestContext
from ..schema.causes import faulty, invalid, not_supported, required
from .base import ALL_METADATA, Strategy

_GROUP_PRIORITY, _VERSION_PRIORITY = 20000, 1000


class APIServices(Strategy[APIService]):
    kept_with_status = ALL_METADATA

    def prepare_create(self, context: RequestContext, obj: APIService) -> None:
        super().prepare_create(context, obj)
        if not obj.spec.HasField("service"):
            condition = obj.status.conditions.add(
                type="Available", status="True", reason="Local", message="Local APIServices are always available"
            )
            condition.last_transition_time.seconds = int(time.time())

    def validate(self, context: RequestContext, obj: APIService) -> list[Cause]:
        spec = obj.spec
        causes: list[Cause] = []
        wanted = f"{spec.version}.{spec.group}"
        if obj.metadata.name != wanted:
            detail = f'must be `spec.version+"."+spec.group`: "{wanted}"'
            causes.append(invalid("metadata.name", obj.metadata.name, detail))
        if spec.group:
            causes += faulty("spec.group", spec.group, names.dns1123_subdomain(spec.group))
        elif spec.version != "v1":
            detail = "only v1 may have an empty group and it better be legacy kube"
            causes.append(required("spec.group", detail))
        causes += faulty("spec.version", spec.version, names.dns1035_label(spec.version))
        if not 0 < spec.group_priority_minimum <= _GROUP_PRIORITY:
            detail = f"must be positive and less than {_GROUP_PRIORITY}"
            causes.append(invalid("spec.groupPriorityMinimum", spec.group_priority_minimum, detail))
        if not 0 < spec.version_priority <= _VERSION_PRIORITY:
            detail = f"must be positive and less than {_VERSION_PRIORITY}"
            causes.append(invalid("spec.versionPriority", spec.version_priority, detail))
        return causes + (_remote(spec) if spec.HasField("service") else _local(spec))

    def validate_update(self, context: RequestContext, obj: APIService, old: APIService) -> list[Cause]:
        causes = super().validate_update(context, obj, old)
        if context.subresource == "status":
            states = ("True", "False", "Unknown")
            for index, condition in enumerate(obj.status.conditions):
                if condition.status not in states:
                    at = f"status.conditions[{index}].status"
                    causes.append(not_supported(at, condition.status, sorted(states)))
        return causes


def _local(spec: APIServiceSpec) -> list[Cause]:
    causes: list[Cause] = []
    if spec.ca_bundle:
        detail = "local APIServices may not have a caBundle"
        causes.append(invalid("spec.caBundle", f"{len(spec.ca_bundle)} bytes", detail))
    if spec.insecure_skip_tls_verify:
        detail = "local APIServices may not have insecureSkipTLSVerify"
        causes.append(invalid("spec.insecureSkipTLSVerify", True, detail))
    return causes


def _remote(spec: APIServiceSpec) -> list[Cause]:
    service, path = spec.service, "spec.service"
    causes = [required(f"{path}.{name}") for name in ("namespace", "name") if not getattr(service, name)]
    if service.HasField("port"):
        faults = names.port_number(service.port)
        causes += faulty(f"{path}.port", service.port, [f"port is not valid: {','.join(faults)}"] if faults else ())
    if spec.insecure_skip_tls_verify and spec.ca_bundle:
        causes.append(invalid("spec.insecureSkipTLSVerify", True, "may not be true if caBundle is present"))
    return causes
