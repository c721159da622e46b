"""What a custom resource is called."""

from pilothouse.api.apiextensions.v1.apiextensions_pb2 import CustomResourceDefinitionNames

from ...errors import Cause
from ...meta import names
from ...schema.causes import invalid

_MIXED = "may have mixed case, but should otherwise match: "


def naming_faults(found: CustomResourceDefinitionNames, path: str) -> list[Cause]:
    causes = _label(found.plural, f"{path}.plural") + _label(found.singular, f"{path}.singular")
    for kind, json in ((found.kind, "kind"), (found.list_kind, "listKind")):
        faults = names.dns1035_label(kind.lower()) if kind else []
        if faults:
            causes.append(invalid(f"{path}.{json}", kind, _MIXED + ",".join(faults)))
    for index, name in enumerate(found.short_names):
        causes += _label(name, f"{path}.shortNames[{index}]", True)
    if found.kind and found.kind == found.list_kind:
        causes.append(invalid(f"{path}.listKind", found.list_kind, "kind and listKind may not be the same"))
    for index, name in enumerate(found.categories):
        causes += _label(name, f"{path}.categories[{index}]", True)
    return causes


def _label(name: str, path: str, needed: bool = False) -> list[Cause]:
    faults = names.dns1035_label(name) if name or needed else []
    return [invalid(path, name, ",".join(faults))] if faults else []
