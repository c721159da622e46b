"""RuntimeClass."""

from typing import Any

import pytest
from pilothouse.server.errors import Forbidden

from tests.admission.cluster import Cluster, named, pod

SCHEDULING = {"nodeSelector": {"runtime": "small"}, "tolerations": [{"key": "small", "operator": "Exists"}]}


@pytest.fixture(autouse=True)
async def classes(cluster: Cluster) -> None:
    classes = cluster("runtimeclasses.node.k8s.io")
    overhead = {"podFixed": {"cpu": "1m"}}
    await classes.create({**named("heavy"), "handler": "h", "overhead": overhead, "scheduling": SCHEDULING})
    await classes.create({**named("light"), "handler": "l"})


async def test_a_pod_gets_overhead_selector_and_tolerations_of_its_class(cluster: Cluster) -> None:
    made = await cluster("pods").create(pod(runtimeClassName="heavy", nodeSelector={"zone": "a"}))
    assert {name: q.string for name, q in made.spec.overhead.items()} == {"cpu": "1m"}
    assert dict(made.spec.node_selector) == {"zone": "a", "runtime": "small"}
    assert "small" in [t.key for t in made.spec.tolerations]
    written = pod("perry", runtimeClassName="heavy", overhead={"cpu": "0.001"})
    await cluster("pods").create(written)


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (
            {"runtimeClassName": "heavy", "overhead": {"cpu": "99m"}},
            "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
        ),
        (
            {"runtimeClassName": "light", "overhead": {"cpu": "1m"}},
            "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead",
        ),
        ({"overhead": {"cpu": "1m"}}, "pod rejected: Pod Overhead set without corresponding"),
        ({"runtimeClassName": "ghost"}, 'pod rejected: RuntimeClass "ghost" not found'),
        (
            {"runtimeClassName": "heavy", "nodeSelector": {"runtime": "big"}},
            r"conflict: runtimeClass.scheduling.nodeSelector\[runtime\] = small; "
            r"pod.spec.nodeSelector\[runtime\] = big",
        ),
    ],
)
async def test_what_contradicts_the_class(cluster: Cluster, spec: dict[str, Any], reason: str) -> None:
    with pytest.raises(Forbidden, match=reason):
        await cluster("pods").create(pod(**spec))
