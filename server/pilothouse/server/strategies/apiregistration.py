"""APIServices."""

import time

from pilothouse.api.apiregistration.v1.apiregistration_pb2 import APIService

from ..errors import Cause
from ..meta.context import RequestContext
from ..schema.causes import invalid
from .base import ALL_METADATA, Strategy


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
        wanted = f"{obj.spec.version}.{obj.spec.group}"
        if obj.metadata.name == wanted:
            return []
        detail = f'must be `spec.version+"."+spec.group`: "{wanted}"'
        return [invalid("metadata.name", obj.metadata.name, detail)]
