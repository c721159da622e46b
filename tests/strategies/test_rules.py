"""Rules that look at several fields of one object."""

from typing import Any

import pytest

from tests.support.objects import faults, template, workload

RBAC = "rbac.authorization.k8s.io/v1"


def made(api_version: str, kind: str, name: str = "thing", **members: Any) -> dict[str, Any]:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, **members}


def service(**spec: Any) -> dict[str, Any]:
    return made("v1", "Service", spec={"ports": [{"port": 80}], **spec})


def scaler(**spec: Any) -> dict[str, Any]:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "presses"}
    return made("autoscaling/v2", "HorizontalPodAutoscaler", spec={"scaleTargetRef": target, "maxReplicas": 3, **spec})


@pytest.mark.parametrize(
    ("value", "fields"),
    [
        (workload("Deployment", selector={}), ["spec.selector"]),
        (workload("Deployment", selector={"matchLabels": {"a": "b"}}), ["spec.template.metadata.labels"]),
        (workload("Deployment", strategy={"type": "Swap"}), ["spec.strategy"]),
        (
            workload("Deployment", strategy={"type": "Recreate", "rollingUpdate": {}}),
            ["spec.strategy.rollingUpdate"],
        ),
        (workload("Deployment", minReadySeconds=600), ["spec.progressDeadlineSeconds"]),
        (
            workload("ReplicaSet", template=template(restartPolicy="Never")),
            ["spec.template.spec.restartPolicy"],
        ),
        (workload("StatefulSet", podManagementPolicy="Chaotic"), ["spec.podManagementPolicy"]),
        (workload("StatefulSet", updateStrategy={"type": "Recreate"}), ["spec.updateStrategy"]),
        (
            workload("DaemonSet", updateStrategy={"rollingUpdate": {"maxUnavailable": 0}}),
            ["spec.updateStrategy.rollingUpdate.maxUnavailable"],
        ),
        (
            workload("DaemonSet", updateStrategy={"rollingUpdate": {"maxSurge": "10%"}}),
            ["spec.updateStrategy.rollingUpdate.maxSurge"],
        ),
        (made("batch/v1", "Job", spec={"template": template()}), ["spec.template.spec.restartPolicy"]),
        (service(), []),
        (service(ports=[]), ["spec.ports"]),
        (service(ports=[], clusterIP="None"), []),
        (service(ports=[{"port": 1}, {"port": 2}]), ["spec.ports[0].name", "spec.ports[1].name"]),
        (service(ports=[{"port": 1, "nodePort": 30001}]), ["spec.ports[0].nodePort"]),
        (service(loadBalancerClass="example.test/a"), ["spec.loadBalancerClass"]),
        (made("v1", "ConfigMap", data={"a": ""}, binaryData={"a": "YQ=="}), ["data[a]"]),
        (made("v1", "Secret", type="kubernetes.io/tls", data={"tls.crt": "YQ=="}), ["data[tls.key]"]),
        (
            made("v1", "Secret", type="kubernetes.io/basic-auth"),
            ["data[username]", "data[password]"],
        ),
        (made("v1", "PersistentVolumeClaim"), ["spec.accessModes", "spec.resources[storage]"]),
        (made("v1", "Event", involvedObject={"namespace": "elsewhere"}), ["involvedObject.namespace"]),
        (made("v1", "Event", involvedObject={"namespace": "orchard"}), []),
        (made(RBAC, "Role", rules=[{"verbs": ["get"], "resources": ["pods"]}]), ["rules[0].apiGroups"]),
        (
            made(RBAC, "Role", rules=[{"verbs": ["get"], "nonResourceURLs": ["/a"]}]),
            ["rules[0].nonResourceURLs"],
        ),
        (made(RBAC, "ClusterRole", rules=[{"verbs": ["get"], "nonResourceURLs": ["/a"]}]), []),
        (
            made(RBAC, "ClusterRoleBinding", roleRef={"kind": "Role", "name": "a"}),
            ["roleRef.kind"],
        ),
        (
            made(RBAC, "RoleBinding", roleRef={"kind": "Role", "name": "a", "apiGroup": "x.test"}),
            ["roleRef.apiGroup"],
        ),
        (
            made(
                "apiregistration.k8s.io/v1",
                "APIService",
                spec={"group": "a.test", "version": "v1", "groupPriorityMinimum": 1, "versionPriority": 1},
            ),
            ["metadata.name"],
        ),
        (scaler(), []),
        (scaler(minReplicas=5), ["spec.maxReplicas"]),
        (scaler(minReplicas=0), ["spec.minReplicas", "spec.metrics"]),
        (
            made("autoscaling/v1", "HorizontalPodAutoscaler", spec={"maxReplicas": 1}),
            ["spec.scaleTargetRef.kind", "spec.scaleTargetRef.name", "spec.scaleTargetRef.apiVersion"],
        ),
    ],
)
def test_faults(value: dict[str, Any], fields: list[str]) -> None:
    assert [field for _, field, _ in faults(value)] == fields
