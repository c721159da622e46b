"""The chain built from names: which plugins are on, in their order, each with its section of the configuration.

A plugin's module is imported when it is on, and not before: what it needs may take long to load.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from importlib.metadata import entry_points
from types import MappingProxyType

from .base import Plugin
from .chain import Chain
from .environment import ConfigurationError, Environment, Factory
from .plugins import DEFAULT_ON, ENTRY_POINTS, LAST, ORDER

Sections = Mapping[str, Mapping[str, object]]
"""What is configured, by the names of plugins."""

_MODULES: Mapping[str, str] = MappingProxyType(
    {
        "AlwaysPullImages": "always_pull_images",
        "CertificateApproval": "certificate_approval",
        "CertificateSigning": "certificate_signing",
        "CertificateSubjectRestriction": "certificate_subject_restriction",
        "DefaultIngressClass": "default_ingress_class",
        "DefaultStorageClass": "default_storage_class",
        "DefaultTolerationSeconds": "default_toleration_seconds",
        "DenyServiceExternalIPs": "deny_service_external_ips",
        "EventRateLimit": "event_rate_limit",
        "ExtendedResourceToleration": "extended_resource_toleration",
        "LimitPodHardAntiAffinityTopology": "limit_pod_hard_anti_affinity_topology",
        "MutatingAdmissionPolicy": "mutating_admission_policy",
        "NamespaceLifecycle": "namespace_lifecycle",
        "NodeDeclaredFeatureValidator": "node_declared_feature_validator",
        "NodeRestriction": "node_restriction",
        "OwnerReferencesPermissionEnforcement": "owner_references_permission_enforcement",
        "PersistentVolumeClaimResize": "persistent_volume_claim_resize",
        "PodNodeSelector": "pod_node_selector",
        "PodResizeValidator": "pod_resize_validator",
        "PodTolerationRestriction": "pod_toleration_restriction",
        "PodTopologyLabels": "pod_topology_labels",
        "Priority": "priority",
        "RuntimeClass": "runtime_class",
        "ServiceAccount": "service_account",
        "StorageObjectInUseProtection": "storage_object_in_use_protection",
        "TaintNodesByCondition": "taint_nodes_by_condition",
        "ValidatingAdmissionPolicy": "validating_admission_policy",
    }
)
"""The modules of plugins whose classes bear the plugins' names and are made from the Environment."""

_CONFIGURABLE = frozenset({"EventRateLimit", "PodNodeSelector", "PodSecurity", "PodTolerationRestriction"})


def build_chain(
    environment: Environment,
    enable: Sequence[str] = (),
    disable: Sequence[str] = (),
    sections: Sections = MappingProxyType({}),
    built_in: Sequence[Plugin] = (),
) -> Chain:
    """The plugins that are on: those of DEFAULT_ON and of `enable`, without those of `disable`. `built_in` are on
    always, and come last. Raises ConfigurationError for names that are not known and sections that are wrong."""
    both = sorted(set(enable) & set(disable))
    if both:
        raise ConfigurationError(f"{', '.join(both)} cannot be both enabled and disabled")
    others = _others(sorted({*enable, *disable} - {*ORDER, *LAST}))
    on = (DEFAULT_ON | set(enable)) - set(disable)
    _check_sections(sections, others)
    plugins: list[Plugin] = []
    for name in (*ORDER, *others, *LAST):
        factory = others.get(name) or _factory(name)
        if name in on and factory is not None:
            plugins.append(_made(name, factory, environment, sections))
        elif name in enable:
            raise ConfigurationError(f"{name} is known, but this server has no such plugin yet")
    return Chain((*plugins, *built_in))


def _made(name: str, factory: Factory, environment: Environment, sections: Sections) -> Plugin:
    try:
        return factory(replace(environment, configuration=sections.get(name, MappingProxyType({}))))
    except ConfigurationError as error:
        raise ConfigurationError(f"{name}: {error}") from None


def _others(names: Sequence[str]) -> dict[str, Factory]:
    """The factories of plugins that other distributions offer."""
    offered = {point.name: point for point in entry_points(group=ENTRY_POINTS)} if names else {}
    for name in names:
        if name not in offered:
            known = ", ".join((*ORDER, *sorted(offered), *LAST))
            raise ConfigurationError(f"there is no admission plugin {name!r}; known are {known}")
    return {name: offered[name].load() for name in names}


def _factory(name: str) -> Factory | None:
    if name in _MODULES:
        module = import_module(f".plugins.{_MODULES[name]}", __package__)
        factory: Factory = getattr(module, name)
        return factory
    return _SPECIAL.get(name)


def _limit_ranger(environment: Environment) -> Plugin:
    from .plugins.limit_ranger import LimitRanger

    return LimitRanger(environment.objects)


def _pod_security(environment: Environment) -> Plugin:
    from .plugins.pod_security import PodSecurity
    from .pod_security_section import pod_security_config

    return PodSecurity(environment.objects, pod_security_config(environment.configuration))


def _resource_quota(environment: Environment) -> Plugin:
    from .plugins.resource_quota import ResourceQuotas

    return ResourceQuotas(environment.objects)


_SPECIAL: Mapping[str, Factory] = MappingProxyType(
    {"LimitRanger": _limit_ranger, "PodSecurity": _pod_security, "ResourceQuota": _resource_quota}
)


def _check_sections(sections: Sections, others: Mapping[str, Factory]) -> None:
    for name in sections:
        if name not in _CONFIGURABLE and name not in others:
            known = ", ".join(sorted((*_CONFIGURABLE, *others)))
            raise ConfigurationError(f"there is nothing to configure of {name!r}; plugins with a section are {known}")
