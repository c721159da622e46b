"""What one kind needs beyond its schema: conditional defaults, first states, what a change may not touch, and
validation that looks at several fields. One file per API group, or per family of kinds where a group is large.

No store, no other objects, no allocation of addresses or ports, and no admission policy lives here.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Any

from ..meta.resource import ResourceType
from .base import Strategy

# Where the strategies are. Their modules are read when a kind is first needed: few servers need all.
_STRATEGIES: Mapping[tuple[str, str], tuple[str, str]] = MappingProxyType(
    {
        ("v1", "ConfigMap"): ("configuration", "ConfigMaps"),
        ("v1", "Endpoints"): ("services.endpoints", "EndpointsRules"),
        ("v1", "Event"): ("events", "CoreEvents"),
        ("v1", "LimitRange"): ("quotas.limit_ranges", "LimitRanges"),
        ("v1", "Namespace"): ("namespaces", "Namespaces"),
        ("v1", "Node"): ("nodes", "Nodes"),
        ("v1", "PersistentVolume"): ("volumes.persistent", "PersistentVolumes"),
        ("v1", "PersistentVolumeClaim"): ("volumes.claims", "PersistentVolumeClaims"),
        ("v1", "Pod"): ("core_pods", "Pods"),
        ("v1", "PodTemplate"): ("core_pods", "PodTemplates"),
        ("v1", "ReplicationController"): ("core_pods", "ReplicationControllers"),
        ("v1", "ResourceQuota"): ("quotas.resource_quotas", "ResourceQuotas"),
        ("v1", "Secret"): ("configuration", "Secrets"),
        ("v1", "Service"): ("services.service", "Services"),
        ("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicy"): (
            "admission_configuration.policies",
            "MutatingAdmissionPolicies",
        ),
        ("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicyBinding"): (
            "admission_configuration.bindings",
            "MutatingAdmissionPolicyBindings",
        ),
        ("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"): (
            "admission_configuration.webhooks",
            "MutatingWebhookConfigurations",
        ),
        ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy"): (
            "admission_configuration.policies",
            "ValidatingAdmissionPolicies",
        ),
        ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding"): (
            "admission_configuration.bindings",
            "ValidatingAdmissionPolicyBindings",
        ),
        ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"): (
            "admission_configuration.webhooks",
            "ValidatingWebhookConfigurations",
        ),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition"): (
            "definitions.definition",
            "CustomResourceDefinitions",
        ),
        ("apiregistration.k8s.io/v1", "APIService"): ("apiregistration", "APIServices"),
        ("apps/v1", "ControllerRevision"): ("apps", "ControllerRevisions"),
        ("apps/v1", "DaemonSet"): ("apps", "DaemonSets"),
        ("apps/v1", "Deployment"): ("apps", "Deployments"),
        ("apps/v1", "ReplicaSet"): ("apps", "ReplicaSets"),
        ("apps/v1", "StatefulSet"): ("apps", "StatefulSets"),
        ("autoscaling/v1", "HorizontalPodAutoscaler"): ("autoscaling", "HorizontalPodAutoscalersV1"),
        ("autoscaling/v2", "HorizontalPodAutoscaler"): ("autoscaling", "HorizontalPodAutoscalers"),
        ("batch/v1", "CronJob"): ("batch", "CronJobs"),
        ("batch/v1", "Job"): ("batch", "Jobs"),
        ("certificates.k8s.io/v1", "CertificateSigningRequest"): (
            "certificates.requests",
            "CertificateSigningRequests",
        ),
        ("coordination.k8s.io/v1", "Lease"): ("coordination", "Leases"),
        ("discovery.k8s.io/v1", "EndpointSlice"): ("services.endpoint_slices", "EndpointSlices"),
        ("events.k8s.io/v1", "Event"): ("events", "Events"),
        ("flowcontrol.apiserver.k8s.io/v1", "FlowSchema"): ("flowcontrol.flow_schemas", "FlowSchemas"),
        ("flowcontrol.apiserver.k8s.io/v1", "PriorityLevelConfiguration"): (
            "flowcontrol.priority_levels",
            "PriorityLevelConfigurations",
        ),
        ("networking.k8s.io/v1", "IPAddress"): ("networking.allocated", "IPAddresses"),
        ("networking.k8s.io/v1", "Ingress"): ("networking.ingresses", "Ingresses"),
        ("networking.k8s.io/v1", "IngressClass"): ("networking.ingresses", "IngressClasses"),
        ("networking.k8s.io/v1", "NetworkPolicy"): ("networking.policies", "NetworkPolicies"),
        ("networking.k8s.io/v1", "ServiceCIDR"): ("networking.allocated", "ServiceCIDRs"),
        ("node.k8s.io/v1", "RuntimeClass"): ("scheduling", "RuntimeClasses"),
        ("policy/v1", "PodDisruptionBudget"): ("policy", "PodDisruptionBudgets"),
        ("rbac.authorization.k8s.io/v1", "ClusterRole"): ("rbac", "ClusterRoles"),
        ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"): ("rbac", "ClusterRoleBindings"),
        ("rbac.authorization.k8s.io/v1", "Role"): ("rbac", "Roles"),
        ("rbac.authorization.k8s.io/v1", "RoleBinding"): ("rbac", "RoleBindings"),
        ("resource.k8s.io/v1", "DeviceClass"): ("devices.slices", "DeviceClasses"),
        ("resource.k8s.io/v1", "ResourceClaim"): ("devices.claims", "ResourceClaims"),
        ("resource.k8s.io/v1", "ResourceClaimTemplate"): ("devices.claims", "ResourceClaimTemplates"),
        ("resource.k8s.io/v1", "ResourceSlice"): ("devices.slices", "ResourceSlices"),
        ("scheduling.k8s.io/v1", "PriorityClass"): ("scheduling", "PriorityClasses"),
        ("storage.k8s.io/v1", "CSIDriver"): ("volumes.drivers", "CSIDrivers"),
        ("storage.k8s.io/v1", "CSINode"): ("volumes.drivers", "CSINodes"),
        ("storage.k8s.io/v1", "CSIStorageCapacity"): ("volumes.drivers", "CSIStorageCapacities"),
        ("storage.k8s.io/v1", "StorageClass"): ("volumes.classes", "StorageClasses"),
        ("storage.k8s.io/v1", "VolumeAttachment"): ("volumes.attachments", "VolumeAttachments"),
        ("storage.k8s.io/v1", "VolumeAttributesClass"): ("volumes.classes", "VolumeAttributesClasses"),
    }
)


@cache
def strategy_for(type: ResourceType) -> Strategy[Any]:
    """The strategy of a resource type, made once; the plain one where the kind needs nothing of its own."""
    module, name = _STRATEGIES.get((type.api_version, type.kind), ("base", "Strategy"))
    strategy: Strategy[Any] = getattr(import_module(f"{__name__}.{module}"), name)(type)
    return strategy


__all__ = ["Strategy", "strategy_for"]
