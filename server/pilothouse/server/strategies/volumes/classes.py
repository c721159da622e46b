"""StorageClasses and VolumeAttributesClasses: by whom and how volumes are made."""

from collections.abc import Iterable, Mapping

from pilothouse.api.core.v1.references_pb2 import TopologySelectorTerm
from pilothouse.api.storage.v1.storage_pb2 import StorageClass, VolumeAttributesClass

from ...errors import Cause
from ...meta.context import RequestContext
from ...schema.causes import duplicate, faulty, invalid, required, too_long
from ...schema.checks import label_key
from ..base import Strategy

_PARAMETERS = 512
_SIZE = 256 * 1024


class StorageClasses(Strategy[StorageClass]):
    def validate(self, context: RequestContext, obj: StorageClass) -> list[Cause]:
        causes = _provisioner(obj.provisioner, "provisioner")
        causes += _parameters(obj.parameters, True)
        return causes + _topologies(obj.allowed_topologies)


class VolumeAttributesClasses(Strategy[VolumeAttributesClass]):
    def validate(self, context: RequestContext, obj: VolumeAttributesClass) -> list[Cause]:
        return _provisioner(obj.driver_name, "driverName") + _parameters(obj.parameters, False)


def _provisioner(name: str, path: str) -> list[Cause]:
    return faulty(path, name, label_key(name.lower())) if name else []


def _parameters(found: Mapping[str, str], may_be_empty: bool) -> list[Cause]:
    path = "parameters"
    causes: list[Cause] = []
    if len(found) > _PARAMETERS:
        causes.append(too_long(path, _PARAMETERS))
    if "" in found:
        causes.append(invalid(path, "", "field can not be empty."))
    if sum(len(key.encode()) + len(value.encode()) for key, value in found.items()) > _SIZE:
        causes.append(too_long(path, _SIZE))
    if not found and not may_be_empty:
        causes.append(required(path, "must contain at least one key/value pair"))
    return causes


def _topologies(terms: Iterable[TopologySelectorTerm]) -> list[Cause]:
    causes: list[Cause] = []
    known: list[dict[str, frozenset[str]]] = []
    for index, term in enumerate(terms):
        at = f"allowedTopologies[{index}].matchLabelExpressions"
        wanted: dict[str, frozenset[str]] = {}
        for i, expression in enumerate(term.match_label_expressions):
            values = expression.values
            if not values:
                causes.append(required(f"{at}[{i}].values"))
            causes += [
                duplicate(f"{at}[{i}].values[{v}]", value) for v, value in enumerate(values) if value in values[:v]
            ]
            causes += faulty(f"{at}[{i}].key", expression.key, label_key(expression.key))
            if expression.key in wanted:
                causes.append(duplicate(f"{at}[{i}].key", expression.key))
            wanted[expression.key] = frozenset(values)
        if wanted in known:
            causes.append(duplicate(at, ""))
        known.append(wanted)
    return causes
