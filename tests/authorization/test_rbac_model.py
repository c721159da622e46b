"""The index against a plain reading of all objects, over random histories."""

from collections.abc import Iterator, Mapping, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from pilothouse.api.rbac.v1 import rbac_pb2 as rbac
from pilothouse.server.authorization.base import Attributes, Decision
from pilothouse.server.meta.user import User

from .cluster import Cluster, binding, role, subject

NAMES = ("a", "b")
NAMESPACES = ("n", "m")
GROUPS = ("", "apps")
VERBS = ("get", "list")


def subsets(*values: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True)


rules: st.SearchStrategy[Mapping[str, Sequence[str]]] = st.fixed_dictionaries(
    {
        "verbs": subsets(*VERBS, "*"),
        "apiGroups": subsets(*GROUPS, "*"),
        "resources": subsets("pods", "pods/log", "*/log", "jobs", "*"),
        "resourceNames": st.one_of(st.just([]), subsets(*NAMES)),
        "nonResourceURLs": subsets("/x", "/x/*", "*"),
    }
)
scopes = st.sampled_from(("", *NAMESPACES))
roles = st.builds(
    lambda name, found, namespace: role(name, *found, namespace=namespace),
    st.sampled_from(NAMES),
    st.lists(rules, max_size=2),
    scopes,
)
subjects = st.one_of(
    st.builds(subject, st.sampled_from(("User", "Group")), st.sampled_from(NAMES)),
    st.builds(subject, st.just("ServiceAccount"), st.sampled_from(NAMES), scopes),
)
bindings = st.builds(
    lambda name, to, found, namespace, kind: binding(name, to, *found, namespace=namespace, kind=kind),
    st.sampled_from(NAMES),
    st.sampled_from(NAMES),
    st.lists(subjects, max_size=2),
    scopes,
    st.sampled_from(("Role", "ClusterRole")),
)
users = st.builds(
    User,
    st.sampled_from((*NAMES, *(f"system:serviceaccount:{ns}:{name}" for ns in NAMESPACES for name in NAMES))),
    st.lists(st.sampled_from(NAMES), max_size=2).map(tuple),
)
requests = st.one_of(
    st.builds(
        Attributes,
        users,
        st.sampled_from(VERBS),
        st.sampled_from(GROUPS),
        st.sampled_from(("pods", "jobs")),
        st.sampled_from(("", "log")),
        scopes,
        st.sampled_from(("", *NAMES)),
    ),
    st.builds(
        lambda user, verb, path: Attributes(user, verb, path=path),
        users,
        st.sampled_from(VERBS),
        st.sampled_from(("/x", "/x/y", "/")),
    ),
)
steps = st.lists(st.tuples(st.booleans(), st.one_of(roles, bindings), st.lists(requests, max_size=3)), max_size=12)


def naive(cluster: Cluster, asked: Attributes) -> bool:
    return any(_covers(rule, asked) for rule in _rules(cluster, asked))


def _rules(cluster: Cluster, asked: Attributes) -> Iterator[rbac.PolicyRule]:
    for message in cluster.objects.values():
        if not isinstance(message, rbac.RoleBinding | rbac.ClusterRoleBinding):
            continue
        namespace = message.metadata.namespace
        if namespace and (asked.path is not None or namespace != asked.namespace):
            continue
        if not any(_is(s, asked.user, namespace) for s in message.subjects):
            continue
        for other in cluster.objects.values():
            if (
                isinstance(other, rbac.Role | rbac.ClusterRole)
                and type(other).__name__ == message.role_ref.kind
                and other.metadata.name == message.role_ref.name
                and (isinstance(other, rbac.ClusterRole) or other.metadata.namespace == namespace)
            ):
                yield from other.rules


def _is(found: rbac.Subject, user: User, namespace: str) -> bool:
    if found.kind == "ServiceAccount":
        home = found.namespace or namespace
        return bool(home) and user.name == f"system:serviceaccount:{home}:{found.name}"
    return found.name == user.name if found.kind == "User" else found.name in user.groups


def _covers(rule: rbac.PolicyRule, asked: Attributes) -> bool:
    if not {"*", asked.verb} & set(rule.verbs):
        return False
    if asked.path is not None:
        return any(
            asked.path.startswith(url[:-1]) if url.endswith("*") else asked.path == url
            for url in rule.non_resource_urls
        )
    wanted = (
        {"*", f"{asked.resource}/{asked.subresource}", f"*/{asked.subresource}"}
        if asked.subresource
        else {"*", asked.resource}
    )
    return (
        bool({"*", asked.group} & set(rule.api_groups))
        and bool(wanted & set(rule.resources))
        and (not rule.resource_names or asked.name in rule.resource_names)
    )


@settings(max_examples=300, deadline=None)
@given(steps, st.lists(requests, min_size=1, max_size=5))
def test_the_index_answers_as_a_plain_reading_would(
    history: list[tuple[bool, dict[str, object], list[Attributes]]], last: list[Attributes]
) -> None:
    cluster = Cluster()
    asked: list[Attributes] = []
    for put, manifest, questions in history:
        (cluster.put if put or len(cluster.objects) < 3 else cluster.delete)(manifest)
        asked += questions
        for attributes in asked:
            assert (cluster.rbac.authorize(attributes)[0] is Decision.ALLOW) == naive(cluster, attributes)
    restarted = Cluster(existing=cluster.objects)
    for attributes in asked + last:
        assert (cluster.rbac.authorize(attributes)[0] is Decision.ALLOW) == naive(cluster, attributes)
        assert restarted.rbac.authorize(attributes)[0] == cluster.rbac.authorize(attributes)[0]
