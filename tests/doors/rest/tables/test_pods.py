"""What a pod's row says of its containers, as kubectl shows it."""

from typing import Any

import pytest

from tests.support.tables import row, shown

ENDED = "2031-05-10T11:55:00Z"
SIDECAR = {"name": "side", "restartPolicy": "Always"}


def status(name: str, state: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "state": state, "ready": False, "restartCount": 0, **more}


def running(name: str = "a", ready: bool = True, **more: Any) -> dict[str, Any]:
    return status(name, {"running": {}}, ready=ready, **more)


def waiting(reason: str, name: str = "a") -> dict[str, Any]:
    return status(name, {"waiting": {"reason": reason}})


def ended(name: str = "a", **state: Any) -> dict[str, Any]:
    return status(name, {"terminated": {"exitCode": 0, **state}})


def pod(
    *containers: dict[str, Any], phase: str = "Running", init: tuple[dict[str, Any], ...] = (), **members: Any
) -> dict[str, Any]:
    """A pod with a container for each status."""
    spec = {"containers": [{"name": c["name"]} for c in containers] or [{"name": "a"}], **members.pop("spec", {})}
    found = {"phase": phase, "containerStatuses": containers, "initContainerStatuses": init}
    found |= members.pop("status", {})
    return shown("v1", "Pod", spec=spec, status=found, **members)


def condition(kind: str, word: str = "True", reason: str = "") -> dict[str, Any]:
    return {"conditions": [{"type": kind, "status": word, "reason": reason}]}


INIT_SPEC = {"initContainers": [{"name": "one"}, {"name": "two"}]}


@pytest.mark.parametrize(
    ("found", "ready", "word"),
    [
        (pod(phase="Pending"), "0/1", "Pending"),
        (pod(running()), "1/1", "Running"),
        (pod(running(), running("b", ready=False)), "1/2", "Running"),
        (pod(waiting("ImagePullBackOff"), phase="Pending"), "0/1", "ImagePullBackOff"),
        (pod(waiting("CrashLoopBackOff"), running("b")), "1/2", "CrashLoopBackOff"),
        (pod(ended(reason="Completed"), phase="Succeeded"), "0/1", "Completed"),
        (pod(ended(reason="Error", exitCode=1), phase="Failed"), "0/1", "Error"),
        (pod(ended(exitCode=3), phase="Failed"), "0/1", "ExitCode:3"),
        (pod(ended(signal=9), phase="Failed"), "0/1", "Signal:9"),
        (pod(ended(reason="Completed"), running("b"), status=condition("Ready")), "1/2", "Running"),
        (pod(ended(reason="Completed"), running("b")), "1/2", "NotReady"),
        (pod(ended(reason="Completed"), ended("b", reason="Error", exitCode=1)), "0/2", "Error"),
        (pod(phase="Failed", status={"reason": "Evicted"}), "0/1", "Evicted"),
        (
            pod(phase="Pending", status=condition("PodScheduled", "False", "SchedulingGated")),
            "0/1",
            "SchedulingGated",
        ),
        (pod(waiting("PodInitializing"), phase="Pending", init=(running("one"),), spec=INIT_SPEC), "0/1", "Init:0/2"),
        (pod(init=(ended("one"), running("two")), spec=INIT_SPEC), "0/1", "Init:1/2"),
        (pod(init=(ended("one"), waiting("PodInitializing", "two")), spec=INIT_SPEC), "0/1", "Init:1/2"),
        (pod(init=(waiting("ErrImagePull", "one"),), spec=INIT_SPEC), "0/1", "Init:ErrImagePull"),
        (pod(init=(ended("one", exitCode=2),), spec=INIT_SPEC), "0/1", "Init:ExitCode:2"),
        (pod(init=(ended("one", exitCode=2, reason="Error"),), spec=INIT_SPEC), "0/1", "Init:Error"),
        (pod(init=(ended("one", exitCode=2, signal=9),), spec=INIT_SPEC), "0/1", "Init:Signal:9"),
        (pod(running(), init=(running("side", started=True),), spec={"initContainers": [SIDECAR]}), "2/2", "Running"),
        (pod(running(), init=(running("side"),), spec={"initContainers": [SIDECAR]}), "0/2", "Init:0/1"),
        (
            pod(
                running(), init=(running("side"),), spec={"initContainers": [SIDECAR]}, status=condition("Initialized")
            ),
            "1/2",
            "Init:0/1",
        ),
        (pod(running(), metadata={"deletionTimestamp": ENDED}), "1/1", "Terminating"),
        (pod(phase="Succeeded", metadata={"deletionTimestamp": ENDED}), "0/1", "Succeeded"),
        (pod(running(), metadata={"deletionTimestamp": ENDED}, status={"reason": "NodeLost"}), "1/1", "Unknown"),
        (pod(running(), status={"reason": "NodeLost"}), "1/1", "NodeLost"),
    ],
)
def test_the_state_of_a_pod_is_one_word(found: dict[str, Any], ready: str, word: str) -> None:
    assert (found["Ready"], found["Status"]) == (ready, word)


def test_restarts_are_counted_and_the_last_one_dated() -> None:
    last: dict[str, Any] = {"lastState": {"terminated": {"exitCode": 1, "finishedAt": ENDED}}}
    older: dict[str, Any] = {"lastState": {"terminated": {"exitCode": 1, "finishedAt": "2031-05-10T10:00:00Z"}}}
    assert pod(running(restartCount=2))["Restarts"] == "2"
    assert pod(running(restartCount=2, **last))["Restarts"] == "2 (5m ago)"
    assert pod(running(restartCount=2, **last), running("b", restartCount=1, **older))["Restarts"] == "3 (5m ago)"
    # Those of containers that came first count only while these are not done.
    sidecar = running("side", restartCount=4, started=True, **older)
    done = {**ended("one"), "restartCount": 7, **last}
    spec = {"initContainers": [{"name": "one"}, SIDECAR]}
    assert pod(running(restartCount=1), init=(done, sidecar), spec=spec)["Restarts"] == "5 (120m ago)"
    assert pod(init=({**waiting("CrashLoopBackOff", "one"), "restartCount": 7},), spec=spec)["Restarts"] == "7"


def test_where_a_pod_is() -> None:
    nowhere = pod()
    assert [nowhere[c] for c in ("IP", "Node", "Nominated Node", "Readiness Gates")] == ["<none>"] * 4
    gates = [{"conditionType": "farm.test/fed"}, {"conditionType": "farm.test/watered"}]
    placed = pod(
        spec={"nodeName": "n1", "readinessGates": gates},
        status={
            "podIPs": [{"ip": "192.0.2.4"}, {"ip": "2001:db8::4"}],
            "nominatedNodeName": "n2",
            **condition("farm.test/fed"),
        },
    )
    assert [placed[c] for c in ("IP", "Node", "Nominated Node", "Readiness Gates")] == ["192.0.2.4", "n1", "n2", "1/2"]


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_a_pod_that_is_done_says_so_beside_its_cells(phase: str) -> None:
    (said,) = row("v1", "Pod", status={"phase": phase}).conditions
    assert (said["type"], said["status"], said["reason"]) == ("Completed", "True", phase)
    assert not row("v1", "Pod", status={"phase": "Running"}).conditions
