"""Workloads: what runs pods, how many of them there should be, and how many there may be fewer."""

from collections.abc import Iterable, Mapping
from typing import Any

from pilothouse.api.apps.v1 import apps_pb2 as apps
from pilothouse.api.batch.v1 import batch_pb2 as batch
from pilothouse.api.policy.v1 import policy_pb2 as policy

from ....meta.durations import duration
from ....meta.tables import Cells, Column
from .base import AGE, CONTAINERS, IMAGES, NAME, REPLICAS, SELECTOR, Shown
from .cells import (
    NONE,
    UNSET,
    age,
    containers,
    int_or_string,
    labels,
    selector,
    selector_text,
    since,
    true_or_false,
)

# What a job is called, by the first of its conditions that holds; the deletion comes in between.
JOB_ENDED = ("Complete", "Failed")
JOB_ON_ITS_WAY = ("Suspended", "FailureTarget", "SuccessCriteriaMet")
# Not to be had of one of the two members, of which a budget has one.
NOT_GIVEN = "N/A"


def _deployment(it: apps.Deployment, now: float) -> Cells:
    spec, status = it.spec, it.status
    return [
        it.metadata.name,
        f"{status.ready_replicas}/{spec.replicas}",
        status.updated_replicas,
        status.available_replicas,
        age(it, now),
        *containers(spec.template.spec),
        selector_text(spec.selector if spec.HasField("selector") else None, "<invalid>"),
    ]


def _replica_set(it: apps.ReplicaSet, now: float) -> Cells:
    return [
        it.metadata.name,
        it.spec.replicas,
        it.status.replicas,
        it.status.ready_replicas,
        age(it, now),
        *containers(it.spec.template.spec),
        selector(it.spec),
    ]


def _daemon_set(it: apps.DaemonSet, now: float) -> Cells:
    status = it.status
    return [
        it.metadata.name,
        status.desired_number_scheduled,
        status.current_number_scheduled,
        status.number_ready,
        status.updated_number_scheduled,
        status.number_available,
        labels(it.spec.template.spec.node_selector),
        age(it, now),
        *containers(it.spec.template.spec),
        selector(it.spec),
    ]


def _stateful_set(it: apps.StatefulSet, now: float) -> Cells:
    ready = f"{it.status.ready_replicas}/{it.spec.replicas}"
    return [it.metadata.name, ready, age(it, now), *containers(it.spec.template.spec)]


def _controller_revision(it: apps.ControllerRevision, now: float) -> Cells:
    owner = next((owner for owner in it.metadata.owner_references if owner.controller), None)
    controller = NONE
    if owner is not None:
        group = owner.api_version.rpartition("/")[0]
        kind = f"{owner.kind}.{group}" if group else owner.kind
        controller = f"{kind.lower()}/{owner.name}"
    return [it.metadata.name, controller, it.revision, age(it, now)]


def _job(it: batch.Job, now: float) -> Cells:
    spec, status = it.spec, it.status
    if spec.HasField("completions"):
        completions = f"{status.succeeded}/{spec.completions}"
    elif spec.parallelism > 1:
        completions = f"{status.succeeded}/1 of {spec.parallelism}"
    else:
        completions = f"{status.succeeded}/1"
    took = ""
    if status.HasField("start_time"):
        end = status.completion_time.seconds if status.HasField("completion_time") else now
        took = duration(end - status.start_time.seconds)
    return [
        it.metadata.name,
        _job_status(it),
        completions,
        took,
        age(it, now),
        *containers(spec.template.spec),
        selector(spec),
    ]


def _job_status(job: batch.Job) -> str:
    first = {condition.type: condition.status for condition in reversed(job.status.conditions)}

    def found(words: Iterable[str]) -> str:
        return next((word for word in words if first.get(word) == "True"), "")

    deleted = "Terminating" if job.metadata.HasField("deletion_timestamp") else ""
    return found(JOB_ENDED) or deleted or found(JOB_ON_ITS_WAY) or "Running"


def _cron_job(it: batch.CronJob, now: float) -> Cells:
    spec = it.spec
    template = spec.job_template.spec
    last = since(it.status.last_schedule_time, now) if it.status.HasField("last_schedule_time") else NONE
    return [
        it.metadata.name,
        spec.schedule,
        spec.time_zone if spec.HasField("time_zone") else NONE,
        true_or_false(spec.suspend) if spec.HasField("suspend") else UNSET,
        len(it.status.active),
        last,
        age(it, now),
        *containers(template.template.spec),
        selector(template),
    ]


def _budget(it: policy.PodDisruptionBudget, now: float) -> Cells:
    spec = it.spec
    return [
        it.metadata.name,
        int_or_string(spec.min_available) if spec.HasField("min_available") else NOT_GIVEN,
        int_or_string(spec.max_unavailable) if spec.HasField("max_unavailable") else NOT_GIVEN,
        it.status.disruptions_allowed,
        age(it, now),
    ]


SHOWN: Mapping[str, Shown[Any]] = {
    "ControllerRevision": Shown(
        (
            NAME,
            Column("Controller", "What the revision belongs to."),
            Column("Revision", "Number of the revision."),
            AGE,
        ),
        _controller_revision,
    ),
    "CronJob": Shown(
        (
            NAME,
            Column("Schedule", "When jobs are started, in the form of cron."),
            Column("Timezone", "Time zone of the schedule."),
            Column("Suspend", "Whether no more jobs are started.", "boolean"),
            Column("Active", "How many of its jobs run.", "integer"),
            Column("Last Schedule", "How long ago a job was last started."),
            AGE,
            CONTAINERS,
            IMAGES,
            SELECTOR,
        ),
        _cron_job,
    ),
    "DaemonSet": Shown(
        (
            NAME,
            Column("Desired", "How many nodes should run its pod.", "integer"),
            Column("Current", "How many of these nodes run its pod.", "integer"),
            Column("Ready", "How many nodes have a pod that is ready.", "integer"),
            Column("Up-to-date", "How many nodes run the newest pod.", "integer"),
            Column("Available", "How many nodes have a pod that has been ready for long enough.", "integer"),
            Column("Node Selector", "Labels of the nodes that run its pod."),
            AGE,
            CONTAINERS,
            IMAGES,
            SELECTOR,
        ),
        _daemon_set,
    ),
    "Deployment": Shown(
        (
            NAME,
            Column("Ready", "How many pods are ready, and how many there should be."),
            Column("Up-to-date", "How many pods are made from the newest template."),
            Column("Available", "How many pods have been ready for long enough."),
            AGE,
            CONTAINERS,
            IMAGES,
            SELECTOR,
        ),
        _deployment,
    ),
    "Job": Shown(
        (
            NAME,
            Column("Status", "State of the job as one word."),
            Column("Completions", "How many pods have succeeded, and how many should."),
            Column("Duration", "How long the job took, or has taken so far."),
            AGE,
            CONTAINERS,
            IMAGES,
            SELECTOR,
        ),
        _job,
    ),
    "PodDisruptionBudget": Shown(
        (
            NAME,
            Column("Min Available", "How many pods must stay available."),
            Column("Max Unavailable", "How many pods may be missing."),
            Column("Allowed Disruptions", "How many pods may be evicted now.", "integer"),
            AGE,
        ),
        _budget,
    ),
    "ReplicaSet": Shown(
        REPLICAS,
        _replica_set,
    ),
    "StatefulSet": Shown(
        (NAME, Column("Ready", "How many pods are ready, and how many there should be."), AGE, CONTAINERS, IMAGES),
        _stateful_set,
    ),
}
