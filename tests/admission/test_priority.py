"""Priority."""

from typing import Any

import pytest
from pilothouse.server.errors import Forbidden

from tests.admission.cluster import Cluster, named, pod

CLASSES = "priorityclasses.scheduling.k8s.io"


def _class(name: str, value: int, **more: Any) -> dict[str, Any]:
    return {**named(name), "value": value, **more}


async def test_without_classes_pods_have_none(cluster: Cluster) -> None:
    made = await cluster("pods").create(pod())
    assert (made.spec.priority, made.spec.preemption_policy) == (0, "PreemptLowerPriority")
    assert made.spec.HasField("priority")
    assert not made.spec.priority_class_name


async def test_a_pod_has_the_priority_of_its_class(cluster: Cluster) -> None:
    await cluster(CLASSES).create(_class("vintage", 70, preemptionPolicy="Never"))
    made = await cluster("pods").create(pod(priorityClassName="vintage"))
    assert (made.spec.priority, made.spec.preemption_policy) == (70, "Never")


async def test_the_default_class_is_everybodys_who_names_none(cluster: Cluster) -> None:
    await cluster(CLASSES).create(_class("table", 5, globalDefault=True))
    await cluster.plane.cache.wait_for(await cluster.plane.store.revision(), 5)
    made = await cluster("pods").create(pod())
    assert (made.spec.priority_class_name, made.spec.priority) == ("table", 5)


async def test_there_is_one_default(cluster: Cluster) -> None:
    await cluster(CLASSES).create(_class("table", 5, globalDefault=True))
    await cluster.plane.cache.wait_for(await cluster.plane.store.revision(), 5)
    only = "PriorityClass table is already marked as default. Only one default can exist"
    with pytest.raises(Forbidden, match=only):
        await cluster(CLASSES).create(_class("vintage", 70, globalDefault=True))
    await cluster(CLASSES).create(_class("vintage", 70))
    with pytest.raises(Forbidden, match=only):
        await cluster(CLASSES).patch("vintage", {"globalDefault": True})
    await cluster(CLASSES).patch("table", {"description": "still the default"})


async def test_a_class_that_does_not_exist(cluster: Cluster) -> None:
    with pytest.raises(Forbidden, match=r'^pods "cider" is forbidden: no PriorityClass with name ghost was found$'):
        await cluster("pods").create(pod(priorityClassName="ghost"))


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (
            {"priority": 2_000_000_000},
            r"the integer value of priority \(2000000000\) must not be provided in pod spec; priority admission "
            "controller computed 0 from the given PriorityClass name",
        ),
        ({"preemptionPolicy": "Never"}, r"the string value of PreemptionPolicy \(Never\) must not be provided"),
    ],
)
async def test_nobody_sets_a_priority_of_his_own(cluster: Cluster, spec: dict[str, Any], reason: str) -> None:
    with pytest.raises(Forbidden, match=reason):
        await cluster("pods").create(pod(**spec))


async def test_an_update_that_leaves_the_priority_out_keeps_it(cluster: Cluster) -> None:
    made = await cluster("pods").create(pod())
    for name in ("priority", "preemption_policy"):
        made.spec.ClearField(name)
    made.metadata.labels["a"] = "b"
    assert (await cluster("pods").replace(made)).spec.preemption_policy == "PreemptLowerPriority"
