"""Pods and their templates: what state a pod is in, as one word."""

from collections.abc import Mapping, Sequence
from typing import Any

from pilothouse.api.core.v1 import pods_pb2 as core
from pilothouse.api.meta.v1 import meta_pb2 as meta

from ....meta.scalars import JsonValue
from ....meta.tables import Cells, Column
from .base import AGE, NAME, Shown
from .cells import NONE, age, containers, is_zero, labels, since

FINISHED = ("Succeeded", "Failed")
NODE_LOST = "NodeLost"
GATED = "SchedulingGated"


class _Restarts:
    """How often containers were started again, and when that was last."""

    def __init__(self) -> None:
        self.count = 0
        self.last = meta.Time()

    def add(self, status: core.ContainerStatus) -> None:
        self.count += status.restart_count
        if status.last_state.HasField("terminated"):
            ended = status.last_state.terminated.finished_at
            if is_zero(self.last) or (ended.seconds, ended.nanos) > (self.last.seconds, self.last.nanos):
                self.last = ended

    def text(self, now: float) -> str:
        ago = f" ({since(self.last, now)} ago)" if self.count and not is_zero(self.last) else ""
        return f"{self.count}{ago}"


class _State:
    """What is shown of a pod's containers. word: its state; ready: how many of its containers are."""

    def __init__(self, pod: core.Pod) -> None:
        self.ready = 0
        self.restarts = _Restarts()
        self._pod = pod
        self._sidecars = {c.name for c in pod.spec.init_containers if c.restart_policy == "Always"}
        self._sidecar_restarts = _Restarts()
        self.total = len(pod.spec.containers) + sum(c.restart_policy == "Always" for c in pod.spec.init_containers)
        self.word = pod.status.reason or pod.status.phase
        if any(c.type == "PodScheduled" and c.reason == GATED for c in pod.status.conditions):
            self.word = GATED
        initializing = self._look_at_beginning()
        if not initializing or _holds(pod, "Initialized"):
            self.restarts = self._sidecar_restarts
            self._look_at_containers()
        self._look_at_end()

    def _look_at_beginning(self) -> bool:
        """Whether the containers that come first are not done."""
        for index, status in enumerate(self._pod.status.init_container_statuses):
            self.restarts.add(status)
            sidecar = status.name in self._sidecars
            if sidecar:
                self._sidecar_restarts.add(status)
            state = status.state
            if state.HasField("terminated") and not state.terminated.exit_code:
                continue
            if sidecar and status.started:
                self.ready += status.ready
                continue
            if state.HasField("terminated"):
                self.word = f"Init:{_end_of(state.terminated)}"
            elif state.waiting.reason not in ("", "PodInitializing"):
                self.word = f"Init:{state.waiting.reason}"
            else:
                self.word = f"Init:{index}/{len(self._pod.spec.init_containers)}"
            return True
        return False

    def _look_at_containers(self) -> None:
        running, failure = False, ""
        for status in reversed(self._pod.status.container_statuses):
            self.restarts.add(status)
            state = status.state
            if state.waiting.reason:
                self.word = state.waiting.reason
            elif state.HasField("terminated"):
                self.word = _end_of(state.terminated)
                if state.terminated.exit_code:
                    failure = self.word
            elif status.ready and state.HasField("running"):
                running = True
                self.ready += 1
        if self.word == "Completed":
            # One container may be done while others run.
            if running and _holds(self._pod, "Ready"):
                self.word = "Running"
            elif failure:
                self.word = failure
            elif running:
                self.word = "NotReady"

    def _look_at_end(self) -> None:
        pod = self._pod
        if not pod.metadata.HasField("deletion_timestamp"):
            return
        if pod.status.reason == NODE_LOST:
            self.word = "Unknown"
        elif pod.status.phase not in FINISHED:
            self.word = "Terminating"


def _end_of(state: core.ContainerStateTerminated) -> str:
    return state.reason or (f"Signal:{state.signal}" if state.signal else f"ExitCode:{state.exit_code}")


def _holds(pod: core.Pod, condition: str) -> bool:
    return next((c.status == "True" for c in pod.status.conditions if c.type == condition), False)


def _pod(pod: core.Pod, now: float) -> Cells:
    state = _State(pod)
    return [
        pod.metadata.name,
        f"{state.ready}/{state.total}",
        state.word,
        state.restarts.text(now),
        age(pod, now),
        pod.status.pod_ip or next((ip.ip for ip in pod.status.pod_ips), "") or NONE,
        pod.spec.node_name or NONE,
        pod.status.nominated_node_name or NONE,
        _gates(pod),
    ]


def _gates(pod: core.Pod) -> str:
    gates = [gate.condition_type for gate in pod.spec.readiness_gates]
    return f"{sum(_holds(pod, gate) for gate in gates)}/{len(gates)}" if gates else NONE


def _outcome(pod: core.Pod) -> Sequence[dict[str, JsonValue]]:
    phase = pod.status.phase
    if phase not in FINISHED:
        return ()
    message = "The pod has completed successfully." if phase == "Succeeded" else "The pod failed."
    return ({"type": "Completed", "status": "True", "reason": phase, "message": message},)


def _template(template: core.PodTemplate, now: float) -> Cells:
    return [template.metadata.name, *containers(template.template.spec), labels(template.template.metadata.labels)]


SHOWN: Mapping[str, Shown[Any]] = {
    "Pod": Shown(
        (
            NAME,
            Column("Ready", "How many of the pod's containers are ready, and how many there are."),
            Column("Status", "State of the pod and its containers as one word."),
            Column("Restarts", "How often the pod's containers were started again, and how long ago that was last."),
            AGE,
            Column("IP", "Address of the pod.", priority=1),
            Column("Node", "Node that the pod runs on.", priority=1),
            Column("Nominated Node", "Node that other pods make room on for this one.", priority=1),
            Column("Readiness Gates", "How many of the pod's readiness gates are open.", priority=1),
        ),
        _pod,
        conditions=_outcome,
    ),
    "PodTemplate": Shown(
        (
            NAME,
            Column("Containers", "Names of the containers in the template."),
            Column("Images", "Images that the containers in the template use."),
            Column("Pod Labels", "Labels of the pods that are made from the template."),
        ),
        _template,
    ),
}
