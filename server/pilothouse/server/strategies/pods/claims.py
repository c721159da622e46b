"""Claims that are made for a volume."""

from pilothouse.api.core.v1.volumes_pb2 import PersistentVolumeClaimTemplate

from ...errors import Cause
from ...meta.quantities import QuantityError, parse_quantity
from ...schema.causes import forbidden, invalid, not_supported, required

_MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
_METADATA = ("name", "namespace", "generate_name", "uid", "owner_references", "finalizers")


def claim_template(template: PersistentVolumeClaimTemplate, path: str, causes: list[Cause]) -> None:
    """A template says of metadata labels and annotations alone, and of a claim what every claim must say."""
    for descriptor, _ in template.metadata.ListFields():
        if descriptor.name in _METADATA:
            causes.append(forbidden(f"{path}.metadata.{descriptor.json_name}", "must not be set for ephemeral volumes"))
    spec, at = template.spec, f"{path}.spec"
    if not spec.access_modes:
        causes.append(required(f"{at}.accessModes", "at least 1 access mode is required"))
    for mode in spec.access_modes:
        if mode not in _MODES:
            causes.append(not_supported(f"{at}.accessModes", mode, _MODES))
    if "ReadWriteOncePod" in spec.access_modes and len(spec.access_modes) > 1:
        detail = "may not use ReadWriteOncePod with other access modes"
        causes.append(forbidden(f"{at}.accessModes", detail))
    if "storage" not in spec.resources.requests:
        causes.append(required(f"{at}.resources[storage]"))
        return
    try:
        amount = parse_quantity(spec.resources.requests["storage"].string or "0")
    except QuantityError:
        # Refused by the schema.
        return
    if amount.nanos <= 0:
        causes.append(invalid(f"{at}.resources[storage]", str(amount), "must be greater than zero"))
