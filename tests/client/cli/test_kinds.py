"""What people type names the resource that they mean."""

import pytest
from pilothouse.api.dynamic.v1.dynamic_pb2 import ResourceInfo, ResourceName
from pilothouse.client.cli.kinds import CliError, Kinds, targets


def info(group: str, version: str, plural: str, kind: str, preferred: bool = True) -> ResourceInfo:
    return ResourceInfo(
        name=ResourceName(group=group, version=version, resource=plural),
        kind=kind,
        singular=kind.lower(),
        short_names={"pods": ["po"], "deployments": ["deploy"]}.get(plural, []),
        categories=["all"] if plural in ("pods", "deployments") else [],
        verbs=["get", "list"],
        preferred=preferred,
    )


KINDS = Kinds(
    [
        info("events.k8s.io", "v1", "events", "Event"),
        info("autoscaling", "v1", "horizontalpodautoscalers", "HorizontalPodAutoscaler", preferred=False),
        info("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler"),
        info("apps", "v1", "deployments", "Deployment"),
        info("", "v1", "events", "Event"),
        info("", "v1", "pods", "Pod"),
    ]
)


@pytest.mark.parametrize(
    ("typed", "group", "version"),
    [
        ("po", "", "v1"),
        ("Pod", "", "v1"),
        ("pods", "", "v1"),
        ("events", "", "v1"),
        ("events.events.k8s.io", "events.k8s.io", "v1"),
        ("events.v1.events.k8s.io", "events.k8s.io", "v1"),
        ("deploy", "apps", "v1"),
        ("deployments.apps", "apps", "v1"),
        ("horizontalpodautoscalers", "autoscaling", "v2"),
        ("horizontalpodautoscalers.v1.autoscaling", "autoscaling", "v1"),
        ("pods.v1", "", "v1"),
    ],
)
def test_names(typed: str, group: str, version: str) -> None:
    (found,) = KINDS.named(typed)
    assert (found.name.group, found.name.version) == (group, version)


def test_a_category_names_several() -> None:
    assert [i.name.resource for i in KINDS.named("all")] == ["pods", "deployments"]


@pytest.mark.parametrize("typed", ["pdos", "pods.apps", "all.apps", ""])
def test_unknown_names_are_told(typed: str) -> None:
    with pytest.raises(CliError, match="doesn't have a resource type"):
        KINDS.named(typed)


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["pods"], [("pods", ())]),
        (["po", "a", "b"], [("pods", ("a", "b"))]),
        (["pods,deploy"], [("pods", ()), ("deployments", ())]),
        (["pod/a", "deploy/b"], [("pods", ("a",)), ("deployments", ("b",))]),
    ],
)
def test_arguments_become_targets(args: list[str], expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert [(t.info.name.resource, t.names) for t in targets(args, KINDS)] == expected


@pytest.mark.parametrize("args", [[], ["pods", "pod/a"], ["pods,deploy", "a"], ["pods/"], ["pods/a/b"], ["all/a"]])
def test_arguments_that_mean_nothing_are_refused(args: list[str]) -> None:
    with pytest.raises(CliError):
        targets(args, KINDS)
