"""Which of a user's rules allow a request, and which come nearest to it: for people who ask why."""

from collections.abc import Iterable
from typing import NamedTuple

from .base import Attributes
from .rbac import Candidate

NEAREST = 3


class Near(NamedTuple):
    """A rule, and what of the request it does not cover: some of "namespace", "apiGroup", "resource", "resourceName",
    "verb" and "path"; nothing where it allows the request."""

    candidate: Candidate
    lacks: tuple[str, ...]


def nearest(candidates: Iterable[Candidate], attributes: Attributes) -> list[Near]:
    """The rules that allow the request or come nearest, the nearest first, three at most."""
    found = [Near(candidate, _lacks(candidate, attributes)) for candidate in candidates]
    close = [near for near in found if _is_close(near.lacks)]
    # Of rules that lack as much, those for the same thing help more than those with the same verb.
    close.sort(key=lambda near: (len(near.lacks), "resource" in near.lacks or "path" in near.lacks))
    return close[:NEAREST]


def _is_close(lacks: tuple[str, ...]) -> bool:
    """A rule for another thing is of use only where all else fits; one that has still less in common, never."""
    return len(lacks) <= 1 or (len(lacks) == 2 and "resource" not in lacks and "path" not in lacks)


def _lacks(candidate: Candidate, asked: Attributes) -> tuple[str, ...]:
    rule = candidate.rule
    verb = "*" in rule.verbs or asked.verb in rule.verbs
    if asked.path is not None:
        conditions = {"path": any(rule.covers_path(v, asked.path) for v in rule.verbs), "verb": verb}
        conditions["namespace"] = not candidate.namespace
    else:
        group, resource = asked.group, asked.resource
        conditions = {
            "namespace": candidate.namespace in ("", asked.namespace),
            "apiGroup": "*" in rule.groups or group in rule.groups,
            "resource": any(
                rule.covers_resource(v, g, resource, asked.subresource) for v in rule.verbs for g in rule.groups
            ),
            "resourceName": not rule.names or asked.name in rule.names,
            "verb": verb,
        }
    return tuple(name for name, holds in conditions.items() if not holds)
