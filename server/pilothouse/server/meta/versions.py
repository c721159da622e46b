"""The order of API versions, by the rule of Kubernetes' documentation of custom resources ("version priority")."""

import re

_VERSION = re.compile(r"v([1-9][0-9]*)(?:(alpha|beta)([1-9][0-9]*))?\Z")
_STAGES = {None: 0, "beta": 1, "alpha": 2}


def preference(version: str) -> tuple[int, int, int, str]:
    """A key to sort by, the version that clients should use first: v2, v1, v1beta2, v1beta1, v2alpha1, others by
    name."""
    match = _VERSION.match(version)
    if match is None:
        return (3, 0, 0, version)
    return (_STAGES[match[2]], -int(match[1]), -int(match[3] or 0), "")
