"""Defaults that depend on other fields."""

from typing import Any

import pytest
from pilothouse.server.meta.codec import codec_for

from tests.support.objects import create, pod, read, template, workload


def shown(value: dict[str, Any]) -> Any:
    resource, message = read(value)
    return codec_for(resource.message).to_value(message)


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("press", "Always"),
        ("press:latest", "Always"),
        ("registry.test:5000/press", "Always"),
        ("press:3", "IfNotPresent"),
        ("press@sha256:" + "0" * 64, "IfNotPresent"),
    ],
)
def test_pull_policy_follows_the_tag(image: str, policy: str) -> None:
    spec = shown(pod(containers=[{"name": "press", "image": image}]))["spec"]
    assert spec["containers"][0]["imagePullPolicy"] == policy


def test_a_volume_without_a_source_is_an_empty_directory() -> None:
    spec = shown(pod(volumes=[{"name": "bin"}]))["spec"]
    assert spec["volumes"] == [{"name": "bin", "emptyDir": {}}]


def test_limits_become_requests_in_pods_only() -> None:
    limited = {"name": "press", "image": "p:1", "resources": {"limits": {"cpu": "2"}}}
    assert shown(pod(containers=[limited]))["spec"]["containers"][0]["resources"] == {
        "limits": {"cpu": "2"},
        "requests": {"cpu": "2"},
    }
    inner = shown(workload("Deployment", template=template(containers=[limited])))["spec"]["template"]["spec"]
    assert inner["containers"][0]["resources"] == {"limits": {"cpu": "2"}}
    assert "enableServiceLinks" not in inner


def test_the_older_name_of_a_service_account_is_kept_in_step() -> None:
    spec = shown(pod(serviceAccount="press"))["spec"]
    assert (spec["serviceAccountName"], spec["serviceAccount"]) == ("press", "press")


def test_rolling_updates() -> None:
    assert shown(workload("Deployment"))["spec"]["strategy"] == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"},
    }
    assert shown(workload("Deployment", strategy={"type": "Recreate"}))["spec"]["strategy"] == {"type": "Recreate"}
    assert shown(workload("DaemonSet"))["spec"]["updateStrategy"]["rollingUpdate"] == {
        "maxUnavailable": 1,
        "maxSurge": 0,
    }
    assert shown(workload("StatefulSet"))["spec"]["updateStrategy"]["rollingUpdate"] == {"partition": 0}
    spec = shown(workload("StatefulSet", updateStrategy={"type": "RollingUpdate"}))["spec"]
    assert spec["updateStrategy"] == {"type": "RollingUpdate"}


def test_services() -> None:
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "stall"}, "spec": {"ports": [{"port": 80}]}}
    spec = shown(service)["spec"]
    assert spec["ports"] == [{"protocol": "TCP", "port": 80, "targetPort": 80}]
    assert (spec["type"], spec["internalTrafficPolicy"]) == ("ClusterIP", "Cluster")
    assert "externalTrafficPolicy" not in spec
    service["spec"] = {"ports": [{"port": 80, "targetPort": "http"}], "type": "LoadBalancer"}
    spec = shown(service)["spec"]
    assert spec["ports"][0]["targetPort"] == "http"
    assert (spec["externalTrafficPolicy"], spec["allocateLoadBalancerNodePorts"]) == ("Cluster", True)


def test_jobs_select_their_own_pods() -> None:
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "harvest"}, "spec": {"template": template()}}
    _, message = create(job)
    labels = message.spec.template.metadata.labels
    assert labels["batch.kubernetes.io/controller-uid"] == message.metadata.uid
    assert dict(message.spec.selector.match_labels) == {"batch.kubernetes.io/controller-uid": message.metadata.uid}
    assert (message.spec.completions, message.spec.parallelism, message.spec.backoff_limit) == (1, 1, 6)


def test_a_job_in_a_cron_job_gets_only_the_defaults_of_pods() -> None:
    cron = {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": "nightly"},
        "spec": {"schedule": "0 1 * * *", "jobTemplate": {"spec": {"template": template()}}},
    }
    inner = shown(cron)["spec"]["jobTemplate"]["spec"]
    assert set(inner) == {"template"}
    assert inner["template"]["spec"]["dnsPolicy"] == "ClusterFirst"


def test_limit_ranges_fill_in_each_other() -> None:
    item = {"type": "Container", "max": {"cpu": "4"}, "min": {"memory": "1Mi"}}
    value = {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "b"}, "spec": {"limits": [item]}}
    (shown_item,) = shown(value)["spec"]["limits"]
    assert shown_item["default"] == {"cpu": "4"}
    assert shown_item["defaultRequest"] == {"cpu": "4", "memory": "1Mi"}


def test_secrets_take_text_as_data() -> None:
    value = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key"}, "stringData": {"a": "b"}}
    assert shown(value)["data"] == {"a": "Yg=="}
    assert "stringData" not in shown(value)


def test_behavior_of_autoscalers() -> None:
    spec = {"scaleTargetRef": {"kind": "Deployment", "name": "d"}, "maxReplicas": 3, "behavior": {"scaleUp": {}}}
    value = {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "h"}, "spec": spec}
    behavior = shown(value)["spec"]["behavior"]
    assert behavior["scaleUp"]["stabilizationWindowSeconds"] == 0
    assert [policy["value"] for policy in behavior["scaleUp"]["policies"]] == [4, 100]
    assert "stabilizationWindowSeconds" not in behavior["scaleDown"]


def test_definitions_complete_their_names() -> None:
    names = {"plural": "apples", "kind": "Apple"}
    spec = {"group": "example.test", "names": names, "versions": [{"name": "v1", "served": True, "storage": True}]}
    value = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "apples.example.test"},
        "spec": spec,
    }
    found = shown(value)
    assert (found["spec"]["names"]["singular"], found["spec"]["names"]["listKind"]) == ("apple", "AppleList")
    assert found["status"]["storedVersions"] == ["v1"]
