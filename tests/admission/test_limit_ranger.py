"""What LimitRanges fill in, and what they refuse."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pilothouse.server.errors import Forbidden
from pilothouse.server.verbs.plane import Plane

from tests.admission.quotas import CONTAINER, pod
from tests.allocation.planes import caught_up, requests, small_plane


@pytest.fixture
async def plane(tmp_path: Path) -> AsyncIterator[Plane]:
    async with small_plane(tmp_path) as plane:
        yield plane


async def limit(plane: Plane, *limits: dict[str, Any]) -> None:
    await requests(plane, "limitranges").create({"metadata": {"name": "bounds"}, "spec": {"limits": list(limits)}})
    await caught_up(plane)


async def test_what_containers_leave_out_is_filled_in_and_noted(plane: Plane) -> None:
    await limit(plane, {"type": "Container", "default": {"cpu": "500m"}, "defaultRequest": {"memory": "64Mi"}})
    own = {"limits": {"cpu": "1"}}
    made = await requests(plane, "pods").create(pod(resources=own, initContainers=[{**CONTAINER, "name": "rinse"}]))
    container, first = made.spec.containers[0].resources, made.spec.init_containers[0].resources
    assert {name: q.string for name, q in container.limits.items()} == {"cpu": "1"}
    assert {name: q.string for name, q in container.requests.items()} == {"cpu": "1", "memory": "64Mi"}
    assert first.limits["cpu"].string == "500m"
    assert made.metadata.annotations["kubernetes.io/limit-ranger"] == (
        "LimitRanger plugin set: memory request for container press; cpu, memory request for init container rinse; "
        "cpu limit for init container rinse"
    )


@pytest.mark.parametrize(
    ("limits", "resources", "reason"),
    [
        (
            {"type": "Container", "min": {"cpu": "100m"}},
            {"requests": {"cpu": "50m"}},
            "minimum cpu usage per Container is 100m, but request is 50m",
        ),
        (
            {"type": "Pod", "min": {"memory": "1Gi"}},
            {},
            "minimum memory usage per Pod is 1Gi.  No request is specified",
        ),
        (
            {"type": "Pod", "max": {"memory": "1Gi"}},
            {"requests": {"memory": "1Gi"}},
            "maximum memory usage per Pod is 1Gi.  No limit is specified",
        ),
        (
            {"type": "Container", "maxLimitRequestRatio": {"cpu": "2"}},
            {"requests": {"cpu": "200m"}, "limits": {"cpu": "500m"}},
            "cpu max limit to request ratio per Container is 2, but provided ratio is 2.500000",
        ),
        (
            {"type": "Pod", "maxLimitRequestRatio": {"cpu": "2"}},
            {},
            "cpu max limit to request ratio per Pod is 2, but no request is specified or request is 0",
        ),
    ],
)
async def test_what_is_out_of_bounds(
    plane: Plane, limits: dict[str, Any], resources: dict[str, Any], reason: str
) -> None:
    await limit(plane, limits)
    with pytest.raises(Forbidden) as caught:
        await requests(plane, "pods").create(pod(resources=resources))
    assert caught.value.message == f'pods "cider" is forbidden: {reason}'


async def test_a_claim_has_bounds_when_it_grows_too(plane: Plane) -> None:
    await limit(plane, {"type": "PersistentVolumeClaim", "max": {"storage": "5Gi"}, "min": {"storage": "1Gi"}})
    claims = requests(plane, "persistentvolumeclaims")
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "512Mi"}}}
    with pytest.raises(Forbidden, match="minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 512Mi"):
        await claims.create({"metadata": {"name": "cellar"}, "spec": spec})
    spec["resources"] = {"requests": {"storage": "2Gi"}}
    await claims.create({"metadata": {"name": "cellar"}, "spec": spec})
