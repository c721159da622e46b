"""The rules of a role, and when one covers a request.

Source of the semantics: the Kubernetes documentation of RBAC ("Referring to resources", "ClusterRole example"), and
rbac.authorization.k8s.io/v1 PolicyRule.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pilothouse.api.rbac.v1 import rbac_pb2 as rbac

ALL = "*"


@dataclass(frozen=True, slots=True)
class Rule:
    """A PolicyRule. Everything is an exact text, except "*" (all), "*/scale" in resources (that subresource of each)
    and a trailing "*" in urls (whatever begins so)."""

    verbs: tuple[str, ...]
    groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()

    def covers_resource(self, verb: str, group: str, resource: str, subresource: str) -> bool:
        """Whether it grants this on some object; `names`, where there are any, says on which."""
        return (
            _has(self.verbs, verb)
            and _has(self.groups, group)
            and (
                _has(self.resources, combined(resource, subresource))
                or (subresource != "" and f"*/{subresource}" in self.resources)
            )
        )

    def covers_path(self, verb: str, path: str) -> bool:
        return _has(self.verbs, verb) and any(url_matches(url, path) for url in self.urls)


def combined(resource: str, subresource: str) -> str:
    """A resource and its subresource as rules write them: "pods", "pods/log"."""
    return f"{resource}/{subresource}" if subresource else resource


def _has(granted: tuple[str, ...], wanted: str) -> bool:
    return wanted in granted or ALL in granted


def url_matches(url: str, path: str) -> bool:
    return url == path or (url.endswith(ALL) and path.startswith(url.rstrip(ALL)))


def compile_rules(rules: Iterable[rbac.PolicyRule]) -> tuple[Rule, ...]:
    return tuple(
        Rule(
            tuple(rule.verbs),
            tuple(rule.api_groups),
            tuple(rule.resources),
            tuple(rule.resource_names),
            tuple(rule.non_resource_urls),
        )
        for rule in rules
    )
