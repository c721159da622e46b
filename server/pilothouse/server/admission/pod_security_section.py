"""The section of PodSecurity: a PodSecurityConfiguration of pod-security.admission.config.k8s.io/v1.

`defaults` has the modes enforce, audit and warn, each with a level, and `<mode>-version`; `exemptions` has usernames,
namespaces and runtimeClasses.
"""

from collections.abc import Mapping

from .environment import ConfigurationError
from .plugins.pod_security_policy import LEVELS, MODES, PodSecurityConfig, Policy, Standard, parse_version
from .sections import listing, mapping, only, text

_EXEMPTIONS = ("usernames", "namespaces", "runtimeClasses")


def pod_security_config(section: Mapping[str, object]) -> PodSecurityConfig:
    """Raises ConfigurationError."""
    only(section, ("defaults", "exemptions"), "the section")
    defaults = mapping(section.get("defaults", {}), "defaults")
    only(defaults, (name for mode in MODES for name in (mode, f"{mode}-version")), "defaults")
    exemptions = mapping(section.get("exemptions", {}), "exemptions")
    only(exemptions, _EXEMPTIONS, "exemptions")
    users, namespaces, classes = (_names(exemptions, name) for name in _EXEMPTIONS)
    return PodSecurityConfig(
        defaults=Policy(**{mode: _standard(defaults, mode) for mode in MODES}),
        exempt_users=users,
        exempt_namespaces=namespaces,
        exempt_runtime_classes=classes,
    )


def _standard(defaults: Mapping[str, object], mode: str) -> Standard:
    level = text(defaults.get(mode, LEVELS[0]), f"defaults.{mode}")
    if level not in LEVELS:
        raise ConfigurationError(f"defaults.{mode} must be one of {', '.join(LEVELS)}, not {level!r}")
    version = text(defaults.get(f"{mode}-version", "latest"), f"defaults.{mode}-version")
    minor = parse_version(version)
    if minor is None:
        raise ConfigurationError(f'defaults.{mode}-version must be "latest" or "v1.x", not {version!r}')
    return Standard(level, minor)


def _names(exemptions: Mapping[str, object], name: str) -> frozenset[str]:
    where = f"exemptions.{name}"
    return frozenset(text(value, where) for value in listing(exemptions.get(name, []), where))
