"""What RBAC grants, and how it says so."""

import tracemalloc
from collections.abc import Mapping, Sequence

import pytest
from pilothouse.server.authorization.base import Attributes, Decision, forbidden, require
from pilothouse.server.authorization.bootstrap import bootstrap_objects
from pilothouse.server.authorization.union import Union
from pilothouse.server.errors import Forbidden
from pilothouse.server.meta.context import RequestContext
from pilothouse.server.meta.user import User

from .cluster import REGISTRY, Cluster, binding, role, subject

ANNA = User("anna", ("brewers", "system:authenticated"))
READ_PODS: Mapping[str, Sequence[str]] = {"verbs": ["get", "list"], "apiGroups": [""], "resources": ["pods"]}


def allowed(cluster: Cluster, attributes: Attributes) -> bool:
    return cluster.rbac.authorize(attributes)[0] is Decision.ALLOW


def rule(verbs: str = "get", groups: str = "", resources: str = "pods", names: str = "") -> Mapping[str, Sequence[str]]:
    return {
        "verbs": verbs.split(),
        "apiGroups": groups.split() or [""],
        "resources": resources.split(),
        "resourceNames": names.split(),
    }


@pytest.mark.parametrize(
    ("granted", "asked", "answer"),
    [
        (rule(), ("get", "", "pods"), True),
        (rule(), ("list", "", "pods"), False),
        (rule(), ("get", "apps", "pods"), False),
        (rule(), ("get", "", "secrets"), False),
        (rule("*"), ("delete", "", "pods"), True),
        (rule(groups="*"), ("get", "apps", "pods"), True),
        (rule(groups="apps"), ("get", "", "pods"), False),
        (rule(resources="*"), ("get", "", "secrets"), True),
        (rule(resources="*"), ("get", "", "pods", "log"), True),
        (rule(), ("get", "", "pods", "log"), False),
        (rule(resources="pods/log"), ("get", "", "pods", "log"), True),
        (rule(resources="pods/log"), ("get", "", "pods"), False),
        (rule(resources="*/scale"), ("get", "", "pods", "scale"), True),
        (rule(resources="*/scale"), ("get", "", "pods", "rescale"), False),
        (rule(resources="*/scale"), ("get", "", "pods"), False),
        (rule(resources="*/"), ("get", "", "pods"), False),
        (rule(resources="pods/*"), ("get", "", "pods", "log"), False),
        (rule(names="a b"), ("get", "", "pods", "", "n", "b"), True),
        (rule(names="a b"), ("get", "", "pods", "", "n", "c"), False),
        (rule("list", names="a"), ("list", "", "pods"), False),
        (rule("list create", names="a"), ("create", "", "pods"), False),
    ],
)
def test_a_rule_covers_what_it_names(
    granted: Mapping[str, Sequence[str]], asked: tuple[str, ...], answer: bool
) -> None:
    cluster = Cluster([role("r", granted), binding("b", "r", subject("User", "anna"))])
    assert allowed(cluster, Attributes(ANNA, *asked)) is answer


@pytest.mark.parametrize(
    ("urls", "path", "answer"),
    [
        (["/metrics"], "/metrics", True),
        (["/metrics"], "/metrics/", False),
        (["/healthz/*"], "/healthz/etcd", True),
        (["/healthz/*"], "/healthz", False),
        (["/health*"], "/healthz", True),
        (["*"], "/", True),
        (["/*/x"], "/a/x", False),
    ],
)
def test_a_path_is_granted_exactly_or_by_its_beginning(urls: list[str], path: str, answer: bool) -> None:
    granted = {"verbs": ["get"], "nonResourceURLs": urls}
    cluster = Cluster([role("r", granted), binding("b", "r", subject("User", "anna"))])
    assert allowed(cluster, Attributes(ANNA, "get", path=path)) is answer
    assert not allowed(cluster, Attributes(ANNA, "post", path=path))


def test_a_resource_rule_grants_no_path_and_a_path_rule_no_resource() -> None:
    cluster = Cluster(
        [
            role("all-resources", rule("*", "*", "*")),
            role("all-paths", {"verbs": ["*"], "nonResourceURLs": ["*"]}),
            binding("b", "all-resources", subject("User", "anna")),
            binding("c", "all-paths", subject("User", "bert")),
        ]
    )
    assert not allowed(cluster, Attributes(ANNA, "get", path="/metrics"))
    assert not allowed(cluster, Attributes(User("bert"), "get", "", "pods"))


@pytest.mark.parametrize(
    ("subjects", "user", "answer"),
    [
        ([subject("User", "anna")], ANNA, True),
        ([subject("User", "bert")], ANNA, False),
        ([subject("User", "brewers")], ANNA, False),
        ([subject("Group", "brewers")], ANNA, True),
        ([subject("Group", "anna")], ANNA, False),
        ([subject("User", "bert"), subject("Group", "brewers")], ANNA, True),
        ([subject("ServiceAccount", "tap", "n")], User("system:serviceaccount:n:tap"), True),
        ([subject("ServiceAccount", "tap", "m")], User("system:serviceaccount:n:tap"), False),
        ([subject("ServiceAccount", "tap")], User("system:serviceaccount:n:tap"), False),
        ([subject("ServiceAccount", "tap")], User("system:serviceaccount::tap"), False),
        ([{"kind": "User", "name": "anna"}], ANNA, True),
        ([{"kind": "User", "name": "anna", "apiGroup": "elsewhere.example.com"}], ANNA, False),
        ([{"kind": "Robot", "name": "anna"}], ANNA, False),
        ([], ANNA, False),
    ],
)
def test_a_binding_grants_to_its_subjects(subjects: list[dict[str, str]], user: User, answer: bool) -> None:
    cluster = Cluster([role("r", READ_PODS), binding("b", "r", *subjects)])
    assert allowed(cluster, Attributes(user, "get", "", "pods", "", "n", "a")) is answer


def test_a_service_account_without_namespace_is_one_of_the_bindings_namespace() -> None:
    cluster = Cluster([role("r", READ_PODS), binding("b", "r", subject("ServiceAccount", "tap"), namespace="n")])
    assert allowed(cluster, Attributes(User("system:serviceaccount:n:tap"), "get", "", "pods", "", "n"))


def test_a_role_binding_grants_in_its_namespace_only() -> None:
    cluster = Cluster(
        [
            role("r", READ_PODS, namespace="n"),
            role("c", rule("delete")),
            binding("b", "r", subject("User", "anna"), namespace="n", kind="Role"),
            binding("c", "c", subject("User", "anna"), namespace="n"),
        ]
    )
    for verb in ("get", "delete"):
        assert allowed(cluster, Attributes(ANNA, verb, "", "pods", "", "n"))
        assert not allowed(cluster, Attributes(ANNA, verb, "", "pods", "", "m"))
        assert not allowed(cluster, Attributes(ANNA, verb, "", "pods"))


def test_a_role_binding_grants_no_path() -> None:
    anna = subject("User", "anna")
    cluster = Cluster([role("r", {"verbs": ["get"], "nonResourceURLs": ["*"]}), binding("b", "r", anna, namespace="n")])
    assert not allowed(cluster, Attributes(ANNA, "get", namespace="n", path="/metrics"))


def test_a_role_of_another_namespace_cannot_be_bound() -> None:
    cluster = Cluster(
        [
            role("r", READ_PODS, namespace="n"),
            binding("b", "r", subject("User", "anna"), namespace="m", kind="Role"),
            binding("c", "r", subject("User", "anna"), kind="Role"),
        ]
    )
    for namespace in ("", "n", "m"):
        assert not allowed(cluster, Attributes(ANNA, "get", "", "pods", "", namespace))


def test_the_reason_of_an_allow_names_binding_role_and_subject() -> None:
    cluster = Cluster(
        [
            role("r", READ_PODS),
            role("s", rule("delete"), namespace="n"),
            binding("b", "r", subject("Group", "brewers")),
            binding("c", "s", subject("ServiceAccount", "tap"), namespace="n", kind="Role"),
        ]
    )
    assert cluster.rbac.authorize(Attributes(ANNA, "get", "", "pods")) == (
        Decision.ALLOW,
        'RBAC: allowed by ClusterRoleBinding "b" of ClusterRole "r" to Group "brewers"',
    )
    tap = User("system:serviceaccount:n:tap")
    assert cluster.rbac.authorize(Attributes(tap, "delete", "", "pods", "", "n")) == (
        Decision.ALLOW,
        'RBAC: allowed by RoleBinding "c/n" of Role "s" to ServiceAccount "tap/n"',
    )


def test_the_reason_of_a_refusal_names_roles_that_are_missing() -> None:
    cluster = Cluster([binding("b", "r", subject("User", "anna"))])
    attributes = Attributes(ANNA, "get", "", "pods")
    missing = 'clusterrole.rbac.authorization.k8s.io "r" not found'
    assert cluster.rbac.authorize(attributes) == (Decision.NO_OPINION, f"RBAC: {missing}")
    cluster.put(binding("c", "s", subject("User", "anna"), namespace="n", kind="Role"))
    assert cluster.rbac.authorize(attributes._replace(namespace="n")) == (
        Decision.NO_OPINION,
        f'RBAC: [{missing}, role.rbac.authorization.k8s.io "s" not found]',
    )


def test_a_change_holds_at_once_and_raises_the_generation() -> None:
    cluster = Cluster()
    reader, grant = role("r", READ_PODS), binding("b", "r", subject("User", "anna"))
    attributes = Attributes(ANNA, "get", "", "pods")
    generation = cluster.rbac.generation
    for change, manifest, answer in [
        (cluster.put, reader, False),
        (cluster.put, grant, True),
        (cluster.put, role("r", rule("list")), False),
        (cluster.put, reader, True),
        (cluster.put, binding("b", "r", subject("User", "bert")), False),
        (cluster.put, grant, True),
        (cluster.delete, reader, False),
        (cluster.put, reader, True),
        (cluster.delete, grant, False),
    ]:
        change(manifest)
        assert cluster.rbac.generation == (generation := generation + 1)
        assert allowed(cluster, attributes) is answer


def test_what_callers_make_up_is_answered_but_not_kept() -> None:
    cluster = Cluster([role("r", READ_PODS), binding("b", "r", subject("User", "anna"))])
    asked = Attributes(ANNA, "get", "", "pods")
    tracemalloc.start()
    try:
        for number in range(100):
            assert allowed(cluster, asked._replace(namespace=f"{number}" * 100_000))
            assert not allowed(cluster, Attributes(ANNA, "get", path=f"/{number}" * 100_000))
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1_000_000


def test_a_change_that_grants_nothing_else_leaves_the_generation() -> None:
    cluster = Cluster([role("r", READ_PODS), binding("b", "r", subject("User", "anna"))])
    generation = cluster.rbac.generation
    cluster.put({**role("r", READ_PODS), "metadata": {"name": "r", "labels": {"a": "b"}}})
    cluster.put(binding("b", "r", subject("User", "anna")))
    cluster.delete(role("never-there"))
    assert cluster.rbac.generation == generation


def test_rules_for_lists_each_binding_once() -> None:
    cluster = Cluster(
        [
            role("r", READ_PODS),
            role("s", rule("delete"), namespace="n"),
            binding("b", "r", subject("User", "anna"), subject("Group", "brewers")),
            binding("c", "s", subject("User", "anna"), namespace="n", kind="Role"),
            binding("d", "gone", subject("User", "anna")),
        ]
    )
    rules, missing = cluster.rbac.rules_for(ANNA, "n")
    assert [r.verbs for r in rules] == [("get", "list"), ("delete",)]
    assert missing == ['clusterrole.rbac.authorization.k8s.io "gone" not found']
    assert [r.verbs for r in cluster.rbac.rules_for(ANNA, "")[0]] == [("get", "list")]


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        (
            Attributes(ANNA, "list", "", "pods", "", "y"),
            'pods is forbidden: User "anna" cannot list resource "pods" in API group "" in the namespace "y"',
        ),
        (
            Attributes(ANNA, "get", "apps", "deployments", "scale", "y", "d"),
            'deployments.apps "d" is forbidden: User "anna" cannot get resource "deployments/scale" '
            'in API group "apps" in the namespace "y"',
        ),
        (
            Attributes(User('a"\n'), "list", "", "nodes"),
            'nodes is forbidden: User "a\\"\\n" cannot list resource "nodes" in API group "" at the cluster scope',
        ),
        (Attributes(ANNA, "get", path="/metrics"), 'forbidden: User "anna" cannot get path "/metrics"'),
    ],
)
def test_a_refusal_reads_as_people_know_it(attributes: Attributes, message: str) -> None:
    error = forbidden(attributes)
    assert error.message == message
    assert (error.group, error.kind, error.name) == (attributes.group, attributes.resource, attributes.name)
    assert forbidden(attributes, "because").message == f"{message}: because"


def test_what_nobody_allows_is_forbidden() -> None:
    cluster = Cluster([binding("b", "r", subject("User", "anna"))])
    context = RequestContext(ANNA, "get", REGISTRY.get("", "v1", "pods"), "n", "a")
    with pytest.raises(Forbidden, match=r'pods "a" is forbidden: .*namespace "n": RBAC: clusterrole'):
        require(Union(cluster.rbac), Attributes.of(context))
    cluster.put(role("r", READ_PODS))
    assert require(Union(cluster.rbac), Attributes.of(context)).startswith("RBAC: allowed by")


def test_one_namespace_is_in_itself() -> None:
    namespaces = REGISTRY.get("", "v1", "namespaces")
    cluster = Cluster(
        [role("r", rule("get list", "", "namespaces")), binding("b", "r", subject("User", "anna"), namespace="n")]
    )
    assert allowed(cluster, Attributes.of(RequestContext(ANNA, "get", namespaces, name="n")))
    assert not allowed(cluster, Attributes.of(RequestContext(ANNA, "get", namespaces, name="m")))
    assert not allowed(cluster, Attributes.of(RequestContext(ANNA, "list", namespaces)))


class Opinionated:
    """An authorizer that gives one answer."""

    generation = 3

    def __init__(self, decision: Decision, reason: str) -> None:
        self._verdict = (decision, reason)

    def authorize(self, attributes: Attributes) -> tuple[Decision, str]:
        return self._verdict


def test_the_first_opinion_wins() -> None:
    silent, yes, no = (
        Opinionated(decision, decision.value) for decision in (Decision.NO_OPINION, Decision.ALLOW, Decision.DENY)
    )
    attributes = Attributes(ANNA, "get", "", "pods")
    assert Union(silent, yes, no).authorize(attributes) == (Decision.ALLOW, "allow")
    assert Union(silent, no, yes).authorize(attributes) == (Decision.DENY, "deny")
    assert Union(silent, silent).authorize(attributes) == (Decision.NO_OPINION, "no opinion\nno opinion")
    assert Union().authorize(attributes) == (Decision.NO_OPINION, "")
    assert Union(silent, yes).generation == 6


def test_nothing_can_refuse_the_group_system_masters() -> None:
    attributes = Attributes(User("root", ("system:masters",)), "delete", "", "nodes")
    assert Union(Opinionated(Decision.DENY, "no")).authorize(attributes)[0] is Decision.ALLOW
    with pytest.raises(Forbidden):
        require(Union(Opinionated(Decision.DENY, "no")), Attributes(ANNA, "delete", "", "nodes"))


def test_the_roles_at_the_start_are_those_of_kubernetes() -> None:
    objects = bootstrap_objects()
    assert len(objects) == 137
    cluster = Cluster(objects)
    anybody = User("anybody", ("system:authenticated",))
    assert allowed(cluster, Attributes(User("a", ("system:masters",)), "delete", "apps", "deployments", "", "n", "d"))
    assert allowed(cluster, Attributes(anybody, "create", "authorization.k8s.io", "selfsubjectaccessreviews"))
    assert allowed(cluster, Attributes(anybody, "get", path="/apis/apps/v1"))
    assert allowed(cluster, Attributes(User("system:kube-scheduler"), "create", "", "pods", "binding", "n", "a"))
    assert not allowed(cluster, Attributes(anybody, "get", "", "secrets", "", "kube-system", "a"))
    assert allowed(cluster, Attributes(User("x", ("system:unauthenticated",)), "get", path="/readyz"))
    assert not cluster.rbac.rules_for(anybody, "kube-system")[1]
