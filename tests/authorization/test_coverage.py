"""What rules cover, against a model that asks about every single request."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st
from pilothouse.server.authorization.coverage import compact, described, uncovered
from pilothouse.server.authorization.rules import Rule

VERBS, GROUPS, NAMES = ("get", "list"), ("", "apps"), ("", "a", "b")
RESOURCES = (("pods", ""), ("pods", "log"), ("maps", ""))


def some(*texts: str, least: int = 1) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(texts), min_size=least, max_size=2, unique=True).map(tuple)


RULES = st.lists(
    st.builds(
        Rule,
        verbs=some(*VERBS, "*"),
        groups=some(*GROUPS, "*"),
        resources=some("pods", "pods/log", "maps", "*", "*/log"),
        names=some("a", "b", least=0),
    ),
    max_size=3,
)


def allowed(rules: list[Rule]) -> set[tuple[str, str, tuple[str, str], str]]:
    return {
        (verb, group, resource, name)
        for verb, group, resource, name in product((*VERBS, "other"), (*GROUPS, "other"), RESOURCES, NAMES)
        for rule in rules
        if rule.covers_resource(verb, group, *resource) and (not rule.names or name in rule.names)
    }


@given(RULES, RULES)
def test_what_is_covered_allows_nothing_more(held: list[Rule], wanted: list[Rule]) -> None:
    if not uncovered(held, wanted):
        assert allowed(wanted) <= allowed(held)


@given(RULES, RULES)
def test_what_is_missing_makes_up_for_it(held: list[Rule], wanted: list[Rule]) -> None:
    assert allowed(wanted) <= allowed(held) | allowed(compact(uncovered(held, wanted)))


@given(RULES)
def test_rules_cover_themselves(rules: list[Rule]) -> None:
    assert uncovered(rules, rules) == []


def test_a_path_is_covered_by_itself_and_by_what_it_begins_with() -> None:
    held = [Rule(("get",), urls=("/logs/*", "/version"))]
    wanted = Rule(("get", "post"), urls=("/logs/a", "/version", "/metrics", "/logs/*"))
    missing = [described(rule) for rule in uncovered(held, [wanted])]
    assert '{NonResourceURLs:["/metrics"], Verbs:["get"]}' in missing
    assert '{NonResourceURLs:["/logs/a"], Verbs:["get"]}' not in missing
    assert len(missing) == 5


def test_a_rule_is_described_as_kubernetes_does() -> None:
    rule = Rule(("get", "list"), ("", "apps"), ("pods",), ("a",))
    assert described(rule) == '{APIGroups:["" "apps"], Resources:["pods"], ResourceNames:["a"], Verbs:["get" "list"]}'
