"""DefaultTolerationSeconds."""

from typing import Any

import pytest

from tests.admission.cluster import Cluster, pod

LOST = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]


async def test_pods_stay_for_five_minutes_on_a_lost_node(cluster: Cluster) -> None:
    made = await cluster("pods").create(pod())
    told = [(t.key, t.operator, t.effect, t.toleration_seconds) for t in made.spec.tolerations]
    assert told == [(key, "Exists", "NoExecute", 300) for key in LOST]


@pytest.mark.parametrize(
    ("own", "added"),
    [
        ({"operator": "Exists"}, []),
        ({"key": LOST[0], "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 5}, LOST[1:]),
        ({"key": LOST[1], "operator": "Exists"}, LOST[:1]),
        ({"key": LOST[0], "operator": "Exists", "effect": "NoSchedule"}, LOST),
    ],
)
async def test_what_a_pod_says_itself_counts(cluster: Cluster, own: dict[str, Any], added: list[str]) -> None:
    made = await cluster("pods").create(pod(tolerations=[own]))
    assert [t.key for t in made.spec.tolerations[1:]] == added
