"""Whether rules that somebody holds cover rules that are to be granted, and what is missing.

Source of the semantics: Kubernetes' documentation of RBAC, "Privilege escalation prevention and bootstrapping".
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from .rules import ALL, Rule, url_matches

FULL_AUTHORITY = (Rule((ALL,), groups=(ALL,), resources=(ALL,)), Rule((ALL,), urls=(ALL,)))


def uncovered(held: Sequence[Rule], wanted: Iterable[Rule]) -> list[Rule]:
    """What of `wanted` none of the rules in `held` covers: rules of one verb on one thing each. Two held rules do not
    add up to one that is wider than both."""
    return [
        atom for rule in dict.fromkeys(wanted) for atom in _atoms(rule) if not any(_covers(own, atom) for own in held)
    ]


def compact(atoms: Iterable[Rule]) -> list[Rule]:
    """Rules for the same thing as one rule of all their verbs; the order is that in which things occur first."""
    merged: dict[Rule, list[str]] = {}
    for atom in atoms:
        merged.setdefault(replace(atom, verbs=()), []).extend(atom.verbs)
    return [replace(thing, verbs=tuple(dict.fromkeys(verbs))) for thing, verbs in merged.items()]


def described(rule: Rule) -> str:
    """A rule as a kube-apiserver writes one in a message: `{APIGroups:[""], Resources:["pods"], Verbs:["get"]}`."""
    members = (
        ("APIGroups", rule.groups),
        ("Resources", rule.resources),
        ("NonResourceURLs", rule.urls),
        ("ResourceNames", rule.names),
        ("Verbs", rule.verbs),
    )
    return "{" + ", ".join(f"{name}:{quoted(values)}" for name, values in members if values) + "}"


def quoted(texts: Iterable[str]) -> str:
    """`["a" "b"]`."""
    return "[" + " ".join(json.dumps(text, ensure_ascii=False) for text in texts) + "]"


def _atoms(rule: Rule) -> Iterator[Rule]:
    names: list[tuple[str, ...]] = [(name,) for name in rule.names] or [()]
    for group in rule.groups:
        for resource in rule.resources:
            for verb in rule.verbs:
                for name in names:
                    yield Rule((verb,), (group,), (resource,), name)
    for url in rule.urls:
        for verb in rule.verbs:
            yield Rule((verb,), urls=(url,))


def _covers(own: Rule, atom: Rule) -> bool:
    if not _has(own.verbs, atom.verbs[0]):
        return False
    if atom.urls:
        return any(url_matches(url, atom.urls[0]) for url in own.urls)
    if own.names and (not atom.names or atom.names[0] not in own.names):
        return False
    return _has(own.groups, atom.groups[0]) and _covers_resource(own.resources, atom.resources[0])


def _covers_resource(own: Sequence[str], resource: str) -> bool:
    if _has(own, resource):
        return True
    _, slash, subresource = resource.partition("/")
    return bool(slash) and f"*/{subresource}" in own


def _has(own: Sequence[str], wanted: str) -> bool:
    return wanted in own or ALL in own
