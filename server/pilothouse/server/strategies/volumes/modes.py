"""How a volume may be reached."""

from collections.abc import Sequence

from ...errors import Cause
from ...schema.causes import forbidden, not_supported

MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")


def mode_faults(modes: Sequence[str], path: str) -> list[Cause]:
    causes = [not_supported(path, mode, MODES) for mode in modes if mode not in MODES]
    if "ReadWriteOncePod" in modes and any(mode != "ReadWriteOncePod" for mode in modes):
        causes.append(forbidden(path, "may not use ReadWriteOncePod with other access modes"))
    return causes
