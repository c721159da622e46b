"""Admission plugins, one file each, named as kube-apiserver names them; here only their order and which are on.

Names that `building.py` knows no factory for keep their places for what is still to be written.
"""

ORDER = (
    "NamespaceLifecycle",
    "LimitPodHardAntiAffinityTopology",
    "LimitRanger",
    "ServiceAccount",
    "NodeRestriction",
    "TaintNodesByCondition",
    "AlwaysPullImages",
    "PodSecurity",
    "PodNodeSelector",
    "Priority",
    "DefaultTolerationSeconds",
    "PodTolerationRestriction",
    "EventRateLimit",
    "ExtendedResourceToleration",
    "DefaultStorageClass",
    "StorageObjectInUseProtection",
    "OwnerReferencesPermissionEnforcement",
    "PersistentVolumeClaimResize",
    "RuntimeClass",
    "CertificateApproval",
    "CertificateSigning",
    "CertificateSubjectRestriction",
    "DefaultIngressClass",
    "DenyServiceExternalIPs",
    "PodTopologyLabels",
    "NodeDeclaredFeatureValidator",
    "PodResizeValidator",
)
"""The order of kube-apiserver 1.36. Plugins of others come after these and before LAST."""

LAST = (
    "MutatingAdmissionPolicy",
    "MutatingAdmissionWebhook",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionWebhook",
    "ResourceQuota",
)
"""What sees objects as all others left them; the quota counts only what everybody admitted."""

DEFAULT_ON = frozenset((*ORDER, *LAST)) - {
    "LimitPodHardAntiAffinityTopology",
    "NodeRestriction",
    "AlwaysPullImages",
    "PodNodeSelector",
    "PodTolerationRestriction",
    "EventRateLimit",
    "ExtendedResourceToleration",
    "OwnerReferencesPermissionEnforcement",
    "DenyServiceExternalIPs",
}
"""What runs where no flag says otherwise, as in kube-apiserver 1.36."""

ENTRY_POINTS = "pilothouse.admission"
"""The group of Python entry points by which other distributions offer plugins: name -> Factory."""
