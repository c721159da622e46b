"""Pod Security: levels and versions, and what a namespace's labels ask for.

The rules are those of the labels `pod-security.kubernetes.io/<mode>` and `<mode>-version` of Kubernetes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ...errors import Cause
from ...schema.causes import invalid

PREFIX = "pod-security.kubernetes.io/"
PRIVILEGED, BASELINE, RESTRICTED = "privileged", "baseline", "restricted"
LEVELS = (PRIVILEGED, BASELINE, RESTRICTED)
MODES = ("enforce", "audit", "warn")
LATEST = 1 << 30
"""The minor version that stands for "latest"."""

_VERSION = re.compile(r"v1\.(0|[1-9][0-9]{0,5})")


@dataclass(frozen=True, slots=True)
class Standard:
    """A level at the minor version of Kubernetes that it is read as."""

    level: str = PRIVILEGED
    minor: int = LATEST

    @property
    def stricter(self) -> int:
        """Orders levels."""
        return LEVELS.index(self.level)

    def __str__(self) -> str:
        return f"{self.level}:{'latest' if self.minor == LATEST else f'v1.{self.minor}'}"


@dataclass(frozen=True, slots=True)
class Policy:
    """What is refused, noted in the audit log, and warned of."""

    enforce: Standard = Standard()
    audit: Standard = Standard()
    warn: Standard = Standard()

    @property
    def restricts(self) -> bool:
        """Whether anything at all is looked at."""
        return any(standard.level != PRIVILEGED for standard in (self.enforce, self.audit, self.warn))


@dataclass(frozen=True, slots=True)
class PodSecurityConfig:
    """defaults: what holds where a namespace does not say. Whose pods, and which, are not looked at."""

    defaults: Policy = Policy()
    exempt_users: frozenset[str] = field(default_factory=frozenset)
    exempt_namespaces: frozenset[str] = field(default_factory=frozenset)
    exempt_runtime_classes: frozenset[str] = field(default_factory=frozenset)


def parse_version(text: str) -> int | None:
    """The minor version of "v1.24" or "latest"; None for anything else."""
    if text == "latest":
        return LATEST
    match = _VERSION.fullmatch(text)
    return int(match.group(1)) if match else None


def policy_of(labels: Mapping[str, str], defaults: Policy) -> tuple[Policy, list[Cause]]:
    """The policy of a namespace, and what is wrong with its labels: what cannot be understood enforces the strictest
    level, and neither warns nor audits."""
    if not any(key.startswith(PREFIX) for key in labels):
        return defaults, []
    causes: list[Cause] = []
    enforce = _standard(labels, "enforce", defaults.enforce, RESTRICTED, causes)
    wrong = bool(causes) and causes[0].field.endswith("enforce]")
    audit = _standard(labels, "audit", defaults.audit, PRIVILEGED, causes)
    warn = _standard(labels, "warn", defaults.warn, PRIVILEGED, causes)
    explicit = f"{PREFIX}enforce" in labels and not wrong
    if explicit and f"{PREFIX}warn" not in labels and enforce.stricter > warn.stricter:
        # Who enforces a level wants to hear of workloads whose pods it will refuse.
        minor = warn.minor if f"{PREFIX}warn-version" in labels else enforce.minor
        warn = Standard(enforce.level, minor)
    return Policy(enforce, audit, warn), causes


def _standard(
    labels: Mapping[str, str], mode: str, default: Standard, where_wrong: str, causes: list[Cause]
) -> Standard:
    standard = default
    label = PREFIX + mode
    if label in labels:
        level = labels[label]
        if level not in LEVELS:
            causes.append(invalid(f"metadata.labels[{label}]", level, f"must be one of {', '.join(LEVELS)}"))
            level = where_wrong
        standard = replace(standard, level=level)
    label += "-version"
    if label in labels:
        minor = parse_version(labels[label])
        if minor is None:
            causes.append(invalid(f"metadata.labels[{label}]", labels[label], 'must be "latest" or "v1.x"'))
            minor = LATEST
        standard = replace(standard, minor=minor)
    return standard
