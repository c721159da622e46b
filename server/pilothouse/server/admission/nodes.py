"""Which labels are a node's own to set."""

from collections.abc import Iterable, Mapping

_OWN_LABELS = frozenset(
    {
        "kubernetes.io/hostname",
        "kubernetes.io/os",
        "kubernetes.io/arch",
        "beta.kubernetes.io/os",
        "beta.kubernetes.io/arch",
        "beta.kubernetes.io/instance-type",
        "node.kubernetes.io/instance-type",
        "topology.kubernetes.io/zone",
        "topology.kubernetes.io/region",
        "failure-domain.beta.kubernetes.io/zone",
        "failure-domain.beta.kubernetes.io/region",
    }
)
_OWN_DOMAINS = ("kubelet.kubernetes.io", "node.kubernetes.io")
_RESTRICTED = "node-restriction.kubernetes.io"


def forbidden_labels(new: Mapping[str, str], old: Mapping[str, str]) -> list[str]:
    """Those of the labels that differ which a node may not set, change or take away, in order."""
    changed = {key for key in (*new, *old) if key not in new or key not in old or new[key] != old[key]}
    return sorted(key for key in changed if _is_forbidden(key))


def _is_forbidden(label: str) -> bool:
    domain, slash, _ = label.partition("/")
    if not slash:
        return False
    if _within(domain, (_RESTRICTED,)):
        return True
    if not _within(domain, ("kubernetes.io", "k8s.io")):
        return False
    return label not in _OWN_LABELS and not _within(domain, _OWN_DOMAINS)


def _within(domain: str, parents: Iterable[str]) -> bool:
    return any(domain == parent or domain.endswith(f".{parent}") for parent in parents)
