"""What is wrong with workloads, and with what scales and guards them: by field."""

from typing import Any

import pytest
from pilothouse.server.strategies import strategy_for

from tests.support.objects import UID, context_of, faults, read, template, update_faults, workload


def job(**spec: Any) -> dict[str, Any]:
    spec.setdefault("template", template(restartPolicy="Never"))
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "harvest"}, "spec": spec}


def cron(schedule: str, **spec: Any) -> dict[str, Any]:
    made = {"schedule": schedule, "jobTemplate": {"spec": {"template": template(restartPolicy="Never")}}, **spec}
    return {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "harvest"}, "spec": made}


def scaler(*metrics: dict[str, Any], **spec: Any) -> dict[str, Any]:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "presses"}
    made = {"scaleTargetRef": target, "maxReplicas": 3, "metrics": list(metrics), **spec}
    return {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "a"}, "spec": made}


def budget(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "a"}, "spec": spec}


def failing(**rule: Any) -> dict[str, Any]:
    return job(podFailurePolicy={"rules": [{"action": "FailJob", **rule}]})


def succeeding(**rule: Any) -> dict[str, Any]:
    return job(completionMode="Indexed", completions=5, successPolicy={"rules": [rule]})


TEMPLATE = "spec.template.spec"
RULE = "spec.podFailurePolicy.rules[0]"
ROLLING = "spec.strategy.rollingUpdate"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (workload("Deployment"), []),
        (workload("Deployment", template=template(activeDeadlineSeconds=5)), [f"{TEMPLATE}.activeDeadlineSeconds"]),
        (
            workload("Deployment", template=template(volumes=[{"name": "a", "secret": {}}])),
            [f"{TEMPLATE}.volumes[0].secret.secretName"],
        ),
        (
            workload(
                "Deployment",
                replicas=2,
                template=template(volumes=[{"name": "a", "gcePersistentDisk": {"pdName": "a"}}]),
            ),
            [f"{TEMPLATE}.volumes[0].gcePersistentDisk.readOnly"],
        ),
        (workload("Deployment", strategy={"rollingUpdate": {"maxUnavailable": "few"}}), [f"{ROLLING}.maxUnavailable"]),
        (workload("Deployment", strategy={"rollingUpdate": {"maxUnavailable": -1}}), [f"{ROLLING}.maxUnavailable"]),
        (
            workload("Deployment", strategy={"rollingUpdate": {"maxUnavailable": 0, "maxSurge": "0%"}}),
            [f"{ROLLING}.maxUnavailable"],
        ),
        (workload("Deployment", strategy={"rollingUpdate": {"maxSurge": "300%"}}), []),
        (workload("DaemonSet", template=template(activeDeadlineSeconds=5)), [f"{TEMPLATE}.activeDeadlineSeconds"]),
        (
            workload("StatefulSet", updateStrategy={"rollingUpdate": {"maxUnavailable": 0}}),
            ["spec.updateStrategy.rollingUpdate.maxUnavailable"],
        ),
        (
            workload("StatefulSet", updateStrategy={"rollingUpdate": {"partition": -1}}),
            ["spec.updateStrategy.rollingUpdate.partition"],
        ),
        (job(), []),
        (job(maxFailedIndexes=1), ["spec.backoffLimitPerIndex", "spec.maxFailedIndexes"]),
        (job(completionMode="Indexed"), []),
        (job(completionMode="Indexed", parallelism=2), ["spec.completions"]),
        (
            job(completionMode="Indexed", completions=2, backoffLimitPerIndex=1, maxFailedIndexes=3),
            ["spec.maxFailedIndexes"],
        ),
        (job(managedBy="farm.test/ox"), []),
        (job(managedBy="farm_test/ox"), ["spec.managedBy"]),
        (failing(), [RULE]),
        (failing(onExitCodes={"operator": "In", "values": [1, 2]}), []),
        (failing(onExitCodes={"operator": "In", "values": []}), [f"{RULE}.onExitCodes.values"]),
        (
            failing(onExitCodes={"operator": "In", "values": [1], "containerName": "ox"}),
            [f"{RULE}.onExitCodes.containerName"],
        ),
        (failing(action="FailIndex", onPodConditions=[{"type": "Ripe"}]), [f"{RULE}.action"]),
        (succeeding(succeededIndexes="0,2-4", succeededCount=4), []),
        (succeeding(), ["spec.successPolicy.rules[0]"]),
        (succeeding(succeededIndexes="2-1"), ["spec.successPolicy.rules[0].succeededIndexes"]),
        (succeeding(succeededIndexes="0-7"), ["spec.successPolicy.rules[0].succeededIndexes"]),
        (succeeding(succeededIndexes="0-1", succeededCount=3), ["spec.successPolicy.rules[0].succeededCount"]),
        (cron("@every 1h30m"), []),
        (cron("TZ=UTC 0 * * * *"), ["spec.schedule"]),
        (cron("0 * * * *", timeZone="Europe/Zurich"), []),
        (cron("0 * * * *", timeZone="Local"), ["spec.timeZone"]),
        (cron("0 * * * *", timeZone=""), ["spec.timeZone"]),
        (scaler(), []),
        (
            scaler({"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization"}}}),
            ["spec.metrics[0].resource.target.averageUtilization"],
        ),
        (
            scaler({"type": "Pods", "pods": {"metric": {}, "target": {"type": "AverageValue", "averageValue": "0"}}}),
            ["spec.metrics[0].pods.metric.name", "spec.metrics[0].pods.target.averageValue"],
        ),
        (
            scaler(
                {
                    "type": "ContainerResource",
                    "containerResource": {
                        "name": "ox",
                        "container": "A",
                        "target": {"type": "Utilization", "averageUtilization": 5},
                    },
                }
            ),
            ["spec.metrics[0].containerResource.name"] * 2 + ["spec.metrics[0].containerResource.container"],
        ),
        (
            scaler(behavior={"scaleDown": {"policies": [{"type": "Pods", "value": 1, "periodSeconds": 4000}]}}),
            ["spec.behavior.scaleDown.policies[0].periodSeconds"],
        ),
        (budget(minAvailable="50%"), []),
        (budget(minAvailable=1, maxUnavailable=1), ["spec"]),
        (budget(maxUnavailable="-5%"), ["spec.maxUnavailable"]),
    ],
)
def test_faults(value: dict[str, Any], expected: list[str]) -> None:
    assert [field for _, field, _ in faults(value)] == expected


@pytest.mark.parametrize(
    ("schedule", "fault"),
    [
        ("*/5 0-23/2 1,15 jan-mar MON", ""),
        ("@daily", ""),
        ("* * * *", "expected exactly 5 fields, found 4: [* * * *]"),
        ("60 * * * *", "end of range (60) above maximum (59): 60"),
        ("* * 0 * *", "beginning of range (0) below minimum (1): 0"),
        ("5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"),
        ("*/0 * * * *", "step of range should be a positive number: */0"),
        ("a * * * *", 'failed to parse int from a: strconv.Atoi: parsing "a": invalid syntax'),
        ("1-2-3 * * * *", "too many hyphens: 1-2-3"),
        ("1/2/3 * * * *", "too many slashes: 1/2/3"),
        ("@often", "unrecognized descriptor: @often"),
        ("@every now", 'failed to parse duration @every now: time: invalid duration "now"'),
    ],
)
def test_schedules(schedule: str, fault: str) -> None:
    expected = [f'Invalid value: "{schedule}": {fault}'] if fault else []
    assert [message for _, _, message in faults(cron(schedule))] == expected


def test_what_is_in_the_pods_of_a_stateful_set_shows_when_they_are_made() -> None:
    resource, message = read(workload("StatefulSet", template=template(volumes=[{"name": "a", "secret": {}}])))
    strategy = strategy_for(resource)
    assert strategy.arranged(strategy.validate(context_of(resource), message)) == []


def test_the_zone_in_a_schedule_may_stay() -> None:
    value = cron("TZ=UTC 0 * * * *")
    assert update_faults(value, value) == []
    assert [f for _, f, _ in update_faults(value, cron("0 * * * *"))] == ["spec.schedule"]


def status_faults(value: dict[str, Any], status: dict[str, Any], before: dict[str, Any]) -> list[str]:
    resource, old = read({**value, "status": before})
    _, new = read({**value, "status": status})
    causes = strategy_for(resource).validate_update(context_of(resource, "update", "status"), new, old)
    return [cause.field for cause in causes]


def true(*types: str) -> list[dict[str, str]]:
    return [{"type": type, "status": "True"} for type in types]


AT = "2031-05-01T10:00:00Z"
DONE = {"conditions": true("Complete", "SuccessCriteriaMet"), "startTime": AT, "completionTime": AT}


@pytest.mark.parametrize(
    ("value", "status", "before", "expected"),
    [
        (workload("Deployment"), {"replicas": 2, "readyReplicas": 2, "availableReplicas": 1}, {}, []),
        (workload("Deployment"), {"replicas": 1, "updatedReplicas": 2}, {}, ["status.updatedReplicas"]),
        (workload("Deployment"), {"collisionCount": 1}, {"collisionCount": 2}, ["status.collisionCount"]),
        (workload("ReplicaSet"), {"replicas": 2, "availableReplicas": 1}, {}, ["status.availableReplicas"]),
        (
            workload("StatefulSet"),
            {"replicas": -1},
            {},
            ["status.replicas"]
            + [f"status.{n}" for n in ("readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas")],
        ),
        (workload("DaemonSet"), {"numberReady": -1}, {}, ["status.numberReady"]),
        (job(), DONE, {"startTime": AT}, []),
        (job(), {"conditions": true("Complete"), "startTime": AT, "completionTime": AT}, {}, ["status.conditions"]),
        (job(), {**DONE, "active": 1}, {}, ["status.active"]),
        (job(), {"startTime": AT}, DONE, ["status.conditions", "status.conditions"]),
        (job(), {"succeeded": 1}, {"succeeded": 2}, ["status.succeeded"]),
        (job(), {"ready": 1}, {}, ["status.ready"]),
    ],
)
def test_reports_of_status(
    value: dict[str, Any], status: dict[str, Any], before: dict[str, Any], expected: list[str]
) -> None:
    assert status_faults(value, status, before) == expected


def test_templates_are_looked_at_like_pods() -> None:
    metadata = {"name": "a"}
    value = {"apiVersion": "v1", "kind": "PodTemplate", "metadata": metadata, "template": template(dnsPolicy="None")}
    assert [field for _, field, _ in faults(value)] == ["template.spec.dnsConfig"]


def test_a_selector_that_was_not_generated_is_refused() -> None:
    labels = {"batch.kubernetes.io/controller-uid": UID}
    value = job(selector={"matchLabels": {**labels, "app": "press"}})
    assert [field for _, field, _ in faults(value)] == ["spec.selector"]
