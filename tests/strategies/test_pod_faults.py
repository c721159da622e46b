"""What is wrong with pods: one rule at a time, by field and in the words that a client sees."""

from typing import Any

import pytest
from pilothouse.server.schema.validation import validator_for
from pilothouse.server.strategies import strategy_for

from tests.support.objects import context_of, create, faults, pod, read, update_faults

UNSET = "must specify a handler type"


def press(**members: Any) -> dict[str, Any]:
    return {"name": "press", "image": "registry.test/press:3", **members}


def one(**members: Any) -> dict[str, Any]:
    return pod(containers=[press(**members)])


def volume(**source: Any) -> dict[str, Any]:
    return pod(volumes=[{"name": "vat", **source}])


def variable(**source: Any) -> dict[str, Any]:
    return one(env=[{"name": "A", "valueFrom": source}])


def mounted(source: dict[str, Any], **mount: Any) -> dict[str, Any]:
    mounts = [{"name": "vat", "mountPath": "/vat", **mount}]
    return pod(containers=[press(volumeMounts=mounts)], volumes=[{"name": "vat", **source}])


def said(value: dict[str, Any]) -> list[tuple[str, str]]:
    return [(field, message) for _, field, message in faults(value)]


C = "spec.containers[0]"
V = "spec.volumes[0]"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (one(image=" press"), [(f"{C}.image", "must not have leading or trailing whitespace")]),
        (
            one(ports=[{"name": "a", "containerPort": 1}, {"name": "a", "containerPort": 2}]),
            [(f"{C}.ports[1].name", 'Duplicate value: "a"')],
        ),
        (
            one(ports=[{"containerPort": 1, "hostPort": 9}, {"containerPort": 2, "hostPort": 9}]),
            [(f"{C}.ports[1].hostPort", 'Duplicate value: "TCP//9"')],
        ),
        (
            one(restartPolicy="Always", restartPolicyRules=[{"action": "Restart"}]),
            [(f"{C}.restartPolicyRules[0].exitCodes", "must be specified")],
        ),
        (
            one(resizePolicy=[{"resourceName": "disk", "restartPolicy": "NotRequired"}]),
            [(f"{C}.resizePolicy", '"cpu", "memory"')],
        ),
        (variable(fieldRef={"fieldPath": "spec.host"}), []),
        (variable(fieldRef={"fieldPath": "metadata.labels['app']"}), []),
        (
            variable(fieldRef={"fieldPath": "metadata.labels"}),
            [(f"{C}.env[0].valueFrom.fieldRef.fieldPath", "Unsupported value")],
        ),
        (
            variable(fieldRef={"fieldPath": "spec.colour"}),
            [
                (
                    f"{C}.env[0].valueFrom.fieldRef.fieldPath",
                    "error converting fieldPath: field label not supported: spec.colour",
                )
            ],
        ),
        (
            variable(fieldRef={"fieldPath": "spec.nodeName['a']"}),
            [(f"{C}.env[0].valueFrom.fieldRef.fieldPath", "field label does not support subscript")],
        ),
        (
            variable(resourceFieldRef={"resource": "limits.cpu", "divisor": "10m"}),
            [(f"{C}.env[0].valueFrom.resourceFieldRef.divisor", "only divisor's values 1m and 1 are supported")],
        ),
        (variable(resourceFieldRef={"resource": "limits.hugepages-2Mi", "divisor": "1Mi"}), []),
        (one(envFrom=[{"secretRef": {}}]), [(f"{C}.envFrom[0].secretRef.name", "Required value")]),
        (mounted({"emptyDir": {}}), []),
        (mounted({"emptyDir": {}}, subPath="a/../b"), [(f"{C}.volumeMounts.subPath", "must not contain '..'")]),
        (
            mounted({"emptyDir": {}}, recursiveReadOnly="Enabled"),
            [(f"{C}.volumeMounts.recursiveReadOnly", "may only be specified when readOnly is true")],
        ),
        (one(volumeMounts=[{"name": "vat", "mountPath": "/a"}]), [(f"{C}.volumeMounts[0].name", 'Not found: "vat"')]),
        (
            one(volumeDevices=[{"name": "vat", "devicePath": "/a"}]),
            [(f"{C}.volumeDevices[0].name", 'Not found: "vat"')],
        ),
        (one(livenessProbe={}), [(f"{C}.livenessProbe", UNSET)]),
        (one(lifecycle={"postStart": {"exec": {}}}), [(f"{C}.lifecycle.postStart.exec.command", "Required value")]),
        (
            one(readinessProbe={"grpc": {"port": 1}, "terminationGracePeriodSeconds": 5}),
            [(f"{C}.readinessProbe.terminationGracePeriodSeconds", "must not be set for readinessProbes")],
        ),
        (one(resources={"limits": {"cpu": "1"}, "requests": {"cpu": "500m"}}), []),
        (
            one(resources={"limits": {"memory": "1", "hugepages-2Mi": "3Mi"}}),
            [
                (f"{C}.resources.limits[hugepages-2Mi]", "3Mi is not positive integer multiple of 2Mi"),
                (f"{C}.resources.requests[hugepages-2Mi]", "3Mi is not positive integer multiple of 2Mi"),
            ],
        ),
        (
            one(resources={"limits": {"farm.test/ox": "1500m"}}),
            [
                (f"{C}.resources.limits[farm.test/ox]", "must be an integer"),
                (f"{C}.resources.requests[farm.test/ox]", "must be an integer"),
            ],
        ),
        (
            one(resources={"limits": {"farm.test/ox": "2"}, "requests": {"farm.test/ox": "1"}}),
            [(f"{C}.resources.requests", "must be equal to farm.test/ox limit of 2")],
        ),
        (
            one(resources={"claims": [{"name": "ox"}]}),
            [(f"{C}.resources.claims[0]", "must be one of the names in pod.spec.resourceClaims which is empty")],
        ),
        (
            one(securityContext={"procMount": "Unmasked"}),
            [(f"{C}.securityContext.procMount", "`hostUsers` must be false")],
        ),
        (
            one(securityContext={"allowPrivilegeEscalation": False, "privileged": True}),
            [(f"{C}.securityContext", "cannot set `allowPrivilegeEscalation` to false and `privileged` to true")],
        ),
        (
            one(securityContext={"windowsOptions": {"runAsUserName": "farm\\ox\\calf"}}),
            [(f"{C}.securityContext.windowsOptions.runAsUserName", "more than one backslash")],
        ),
    ],
)
def test_containers(value: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    found = said(value)
    assert [field for field, _ in found] == [field for field, _ in expected]
    assert all(text in message for (_, message), (_, text) in zip(found, expected, strict=True))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (volume(), []),
        (volume(emptyDir={"sizeLimit": "-1"}), [f"{V}.emptyDir.sizeLimit"]),
        (volume(hostPath={"path": "/a"}, secret={"secretName": "a"}), [f"{V}.secret"]),
        (volume(hostPath={"path": "/a/../b"}), [f"{V}.hostPath.path"]),
        (volume(secret={}), [f"{V}.secret.secretName"]),
        (volume(configMap={"name": "a", "items": [{"key": "a", "path": "..b"}]}), [f"{V}.configMap.items[0].path"]),
        (volume(downwardAPI={"items": [{"path": "a"}]}), [f"{V}.downwardAPI"]),
        (volume(downwardAPI={"items": [{"path": "a", "fieldRef": {"fieldPath": "metadata.labels"}}]}), []),
        (volume(projected={"sources": [{"secret": {}}]}), [f"{V}.projected.sources[0].secret.name"]),
        (
            volume(projected={"sources": [{"configMap": {"name": "a"}, "secret": {"name": "b"}}]}),
            [f"{V}.projected.sources[0]"],
        ),
        (
            volume(projected={"sources": [{"clusterTrustBundle": {"path": "ca"}}]}),
            [f"{V}.projected.sources[0].clusterTrustBundle"],
        ),
        (
            volume(projected={"sources": [{"serviceAccountToken": {"path": "t", "expirationSeconds": 5}}]}),
            [
                f"{V}.projected.sources[0].serviceAccountToken.expirationSeconds",
                f"{V}.projected.sources[0].serviceAccountToken",
            ],
        ),
        (
            volume(ephemeral={"volumeClaimTemplate": {"spec": {}}}),
            [
                f"{V}.ephemeral.volumeClaimTemplate.spec.accessModes",
                f"{V}.ephemeral.volumeClaimTemplate.spec.resources[storage]",
            ],
        ),
        (volume(image={}), [f"{V}.image.reference"]),
        (volume(csi={"driver": "Bad_Driver"}), [f"{V}.csi.driver"]),
        (volume(iscsi={"targetPortal": "a", "iqn": "b", "lun": 300}), [f"{V}.iscsi.iqn", f"{V}.iscsi.lun"]),
        (volume(fc={}), [f"{V}.fc.targetWWNs"]),
        (volume(flocker={}), [f"{V}.flocker"]),
        (volume(quobyte={"registry": "host", "volume": "a"}), [f"{V}.quobyte.registry"]),
        (volume(flexVolume={"driver": "a/b", "options": {"a.k8s.io/x": "1"}}), [f"{V}.flexVolume.options[a.k8s.io/x]"]),
        (volume(azureDisk={"diskName": "a", "diskURI": "b"}), [f"{V}.azureDisk.diskURI"]),
        (volume(rbd={}), [f"{V}.rbd.monitors", f"{V}.rbd.image"]),
    ],
)
def test_volumes(value: dict[str, Any], expected: list[str]) -> None:
    assert [field for field, _ in said(value)] == expected


def spread(**members: Any) -> dict[str, Any]:
    constraint = {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway", **members}
    return pod(topologySpreadConstraints=[constraint])


def near(**term: Any) -> dict[str, Any]:
    return pod(affinity={"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}})


NEAR = "spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]"
INIT = "spec.initContainers[0]"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (pod(initContainers=[press()]), [f"{INIT}.name"]),
        (pod(initContainers=[press(name="wash", livenessProbe={"tcpSocket": {"port": 1}})]), [f"{INIT}.livenessProbe"]),
        (
            pod(initContainers=[press(name="wash", restartPolicy="Always", livenessProbe={"tcpSocket": {"port": 1}})]),
            [],
        ),
        (pod(ephemeralContainers=[press(name="look")]), ["spec.ephemeralContainers"]),
        (pod(dnsPolicy="None"), ["spec.dnsConfig"]),
        (
            pod(dnsConfig={"nameservers": ["a"], "searches": ["b c"], "options": [{}]}),
            ["spec.dnsConfig.nameservers[0]", "spec.dnsConfig.searches[0]", "spec.dnsConfig.options[0]"],
        ),
        (pod(dnsConfig={"searches": [".", "_a.b."]}), []),
        (pod(hostUsers=False, hostPID=True), ["spec.hostPID"]),
        (pod(hostPID=True, shareProcessNamespace=True), ["spec.securityContext.shareProcessNamespace"]),
        (pod(hostnameOverride="a", setHostnameAsFQDN=True), ["spec.hostnameOverride"]),
        (pod(tolerations=[{"operator": "Exists"}]), []),
        (pod(tolerations=[{"key": "a", "operator": "Exists", "value": "b"}]), ["spec.tolerations[0].operator"]),
        (spread(maxSkew=0), ["spec.topologySpreadConstraints[0].maxSkew"]),
        (spread(minDomains=2), ["spec.topologySpreadConstraints[0].minDomains"]),
        (spread(matchLabelKeys=["a"]), ["spec.topologySpreadConstraints[0].matchLabelKeys"]),
        (near(topologyKey="zone"), []),
        (near(), [f"{NEAR}.topologyKey", f"{NEAR}.topologyKey", f"{NEAR}.topologyKey"]),
        (near(topologyKey="zone", namespaces=["A"]), [f"{NEAR}.namespace"]),
        (near(topologyKey="zone", matchLabelKeys=["a"]), [f"{NEAR}.matchLabelKeys"]),
        (pod(schedulingGates=[{"name": "a"}, {"name": "a"}]), ["spec.schedulingGates[1]"]),
        (pod(os={"name": "windows"}, hostUsers=True), ["spec.hostUsers"]),
        (pod(os={"name": "linux"}, securityContext={"windowsOptions": {}}), ["spec.securityContext.windowsOptions"]),
        (pod(securityContext={"windowsOptions": {"hostProcess": True}}), ["spec.hostNetwork"]),
        (pod(resourceClaims=[{"name": "ox"}]), ["spec.resourceClaims[0]"]),
        (
            pod(resources={"limits": {"ephemeral-storage": "1"}}),
            ["spec.resources.limits[ephemeral-storage]", "spec.resources.requests[ephemeral-storage]"],
        ),
    ],
)
def test_the_pod_as_a_whole(value: dict[str, Any], expected: list[str]) -> None:
    assert [field for field, _ in said(value)] == expected


@pytest.mark.parametrize(
    ("annotations", "expected"),
    [
        ({"controller.kubernetes.io/pod-deletion-cost": "-7"}, []),
        (
            {"controller.kubernetes.io/pod-deletion-cost": "+7"},
            ["metadata.annotations[controller.kubernetes.io/pod-deletion-cost]"],
        ),
        ({"kubernetes.io/config.mirror": "x"}, ["metadata.annotations[kubernetes.io/config.mirror]"]),
        (
            {"container.apparmor.security.beta.kubernetes.io/vat": "unconfined"},
            ["metadata.annotations[container.apparmor.security.beta.kubernetes.io/vat]"],
        ),
    ],
)
def test_annotations(annotations: dict[str, str], expected: list[str]) -> None:
    value = pod()
    value["metadata"]["annotations"] = annotations
    assert [field for field, _ in said(value)] == expected


@pytest.mark.parametrize(
    ("now", "before", "refused"),
    [("a", "a", False), ("a", "b", True), ("", "a", True), ("a", "", True)],
)
def test_the_mark_of_a_mirror_stays(now: str, before: str, refused: bool) -> None:
    key = "kubernetes.io/config.mirror"

    def mirror(mark: str) -> dict[str, Any]:
        value = pod(nodeName="n1")
        value["metadata"]["annotations"] = {key: mark} if mark else {}
        return value

    found = [field for _, field, _ in update_faults(mirror(now), mirror(before))]
    assert found == ([f"metadata.annotations[{key}]"] if refused else [])


def state(name: str, **state: Any) -> dict[str, Any]:
    return {"name": name, "state": state, "ready": False, "restartCount": 0, "image": "", "imageID": ""}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({"containerStatuses": [state("press", running={})]}, ["status.containerStatuses[0].state"]),
        ({"containerStatuses": [state("press", terminated={"exitCode": 1})]}, []),
        ({"podIPs": [{"ip": "10.0.0.1"}, {"ip": "10.0.0.2"}]}, ["status.podIPs"]),
        ({"podIPs": [{"ip": "10.0.0.1"}, {"ip": "fd00::1"}]}, []),
        ({"hostIP": "10.0.0.1", "hostIPs": [{"ip": "10.0.0.9"}]}, ["status.hostIPs[0].ip"]),
        ({"conditions": [{"type": "not good", "status": "True"}]}, ["metadata.conditions[0].Type"]),
        ({"nominatedNodeName": "Bad_Node"}, ["status.nominatedNodeName"]),
        ({"resourceClaimStatuses": [{"name": "ox"}]}, ["status.resourceClaimStatuses[0].name"]),
    ],
)
def test_reports_of_status(status: dict[str, Any], expected: list[str]) -> None:
    resource, old = read(
        {**pod(restartPolicy="Never"), "status": {"containerStatuses": [state("press", terminated={"exitCode": 0})]}}
    )
    _, new = read({**pod(restartPolicy="Never"), "status": status})
    found = strategy_for(resource).validate_update(context_of(resource, "update", "status"), new, old)
    assert [cause.field for cause in found] == expected


def test_ephemeral_containers_are_added_and_never_changed() -> None:
    look, other = press(name="look"), press(name="look", image="registry.test/other:1")

    def change(now: list[Any], before: list[Any]) -> list[str]:
        value, old = pod(ephemeralContainers=now), pod(ephemeralContainers=before)
        return [field for _, field, _ in update_faults(value, old, "ephemeralcontainers")]

    assert change([look], []) == []
    assert change([], [look]) == change([other], [look]) == ["spec.ephemeralContainers"]


def test_causes_are_told_in_the_order_of_kubernetes() -> None:
    value = pod(
        containers=[press(imagePullPolicy="Often", env=[{"name": ""}], ports=[{"containerPort": 0}]), press()],
        restartPolicy="Perhaps",
        volumes=[{"name": "A"}],
        dnsPolicy="None",
    )
    resource, message = create(value)
    strategy = strategy_for(resource)
    causes = validator_for(resource.message)(message) + strategy.validate(context_of(resource), message)
    assert [cause.field for cause in strategy.arranged(causes)] == [
        "spec.volumes[0].name",
        "spec.containers[0].ports[0].containerPort",
        "spec.containers[0].env[0].name",
        "spec.containers[0].imagePullPolicy",
        "spec.containers[1].name",
        "spec.restartPolicy",
        "spec.dnsConfig",
    ]
