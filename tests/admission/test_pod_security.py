"""The Pod Security Standards by level and version, and what a namespace makes of them."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pilothouse.server.admission.plugins.pod_security_policy import LATEST, Policy, Standard, policy_of
from pilothouse.server.admission.plugins.pod_security_standards import faults_of
from pilothouse.server.errors import Forbidden, Invalid
from pilothouse.server.meta.codec import codec_for
from pilothouse.server.meta.user import User
from pilothouse.server.verbs.body import Body
from pilothouse.server.verbs.create import create
from pilothouse.server.verbs.plane import Plane
from pilothouse.server.verbs.update import update

from tests.admission.quotas import CONTAINER, pod
from tests.allocation.planes import caught_up, requests, small_plane
from tests.support.objects import resource_of

GOOD = {
    "runAsNonRoot": True,
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}
PREFIX = "pod-security.kubernetes.io/"


def faults(level: str, minor: int, spec: dict[str, Any], **annotations: str) -> list[tuple[str, str]]:
    """What a level finds in a pod whose spec has these members beside one good container, or with these in it."""
    inside = spec.pop("container", {})
    context = {**GOOD, **spec.pop("context", {})}
    whole = {"containers": [{**CONTAINER, "securityContext": context, **inside}], **spec}
    notes = {key.replace("__", "/").replace("_", "."): value for key, value in annotations.items()}
    value: dict[str, Any] = {"metadata": {"name": "cider", "annotations": notes}, "spec": whole}
    found: Any = codec_for(resource_of("v1", "Pod").message).from_value(value)
    return faults_of(Standard(level, minor), found.metadata, found.spec)


ESCAPES: list[tuple[dict[str, Any], str, str]] = [
    ({"hostNetwork": True, "hostPID": True}, "host namespaces", "hostNetwork=true, hostPID=true"),
    (
        {"context": {"privileged": True}},
        "privileged",
        'container "press" must not set securityContext.privileged=true',
    ),
    (
        {"container": {"ports": [{"containerPort": 80, "hostPort": 8080}, {"containerPort": 81, "hostPort": 81}]}},
        "hostPort",
        'container "press" uses hostPorts 8080, 81',
    ),
    (
        {"securityContext": {"seLinuxOptions": {"type": "spc_t", "role": "r"}}},
        "seLinuxOptions",
        'pod set forbidden securityContext.seLinuxOptions: type "spc_t"; role may not be set',
    ),
    (
        {"context": {"procMount": "Unmasked"}},
        "procMount",
        'container "press" must not set securityContext.procMount to "Unmasked"',
    ),
    (
        {"securityContext": {"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}},
        "forbidden sysctls",
        "kernel.msgmax",
    ),
    (
        {"context": {"windowsOptions": {"hostProcess": True}}},
        "hostProcess",
        'container "press" must not set securityContext.windowsOptions.hostProcess=true',
    ),
    (
        {"securityContext": {"appArmorProfile": {"type": "Unconfined"}}},
        "forbidden AppArmor profile",
        'pod must not set AppArmor profile type to "Unconfined"',
    ),
    (
        {"container": {"livenessProbe": {"httpGet": {"port": 1, "host": "b.test"}}}},
        "probe or lifecycle host",
        'container "press" uses probe or lifecycle host "b.test"',
    ),
]


@pytest.mark.parametrize(("spec", "reason", "detail"), ESCAPES)
@pytest.mark.parametrize("level", ["baseline", "restricted"])
def test_the_baseline_holds_at_both_levels(level: str, spec: dict[str, Any], reason: str, detail: str) -> None:
    assert faults(level, LATEST, dict(spec)) == [(reason, detail)]
    assert faults("privileged", LATEST, dict(spec)) == []


@pytest.mark.parametrize(
    ("spec", "baseline", "restricted"),
    [
        (
            {"context": {"capabilities": {"add": ["SYS_TIME"], "drop": ["ALL"]}}},
            (
                "non-default capabilities",
                'container "press" must not include "SYS_TIME" in securityContext.capabilities.add',
            ),
            (
                "unrestricted capabilities",
                'container "press" must not include "SYS_TIME" in securityContext.capabilities.add',
            ),
        ),
        (
            {"volumes": [{"name": "a", "hostPath": {"path": "/"}}, {"name": "b", "nfs": {"path": "/", "server": "s"}}]},
            ("hostPath volumes", 'volume "a"'),
            ("restricted volume types", 'volumes "a", "b" use restricted volume types "hostPath", "nfs"'),
        ),
        (
            {"context": {"seccompProfile": {"type": "Unconfined"}}},
            (
                "seccompProfile",
                'container "press" must not set securityContext.seccompProfile.type to "Unconfined"',
            ),
            (
                "seccompProfile",
                'container "press" must not set securityContext.seccompProfile.type to "Unconfined"',
            ),
        ),
    ],
)
def test_the_restricted_level_tells_a_fault_once(
    spec: dict[str, Any], baseline: tuple[str, str], restricted: tuple[str, str]
) -> None:
    assert faults("baseline", LATEST, dict(spec)) == [baseline]
    assert faults("restricted", LATEST, dict(spec)) == [restricted]


def test_users_that_are_root() -> None:
    assert faults("restricted", LATEST, {"context": {"runAsUser": 0, "runAsNonRoot": False}}) == [
        ("runAsNonRoot != true", 'container "press" must not set securityContext.runAsNonRoot=false'),
        ("runAsUser=0", 'container "press" must not set runAsUser=0'),
    ]
    own = {"hostUsers": False, "context": {"runAsUser": 0, "runAsNonRoot": False}}
    assert faults("restricted", LATEST, dict(own)) == []
    assert len(faults("restricted", 34, dict(own))) == 2


@pytest.mark.parametrize(
    ("level", "since", "spec"),
    [
        ("baseline", 34, {"container": {"livenessProbe": {"httpGet": {"port": 1, "host": "b.test"}}}}),
        ("baseline", 19, {"context": {"seccompProfile": {"type": "Unconfined"}}}),
        ("restricted", 8, {"context": {"allowPrivilegeEscalation": True}}),
        ("restricted", 22, {"context": {"capabilities": {}}}),
        ("restricted", 23, {"context": {"runAsUser": 0}}),
    ],
)
def test_a_check_holds_from_its_version_on(level: str, since: int, spec: dict[str, Any]) -> None:
    assert len(faults(level, since, dict(spec))) == 1
    assert faults(level, since - 1, dict(spec)) == []


@pytest.mark.parametrize(
    ("since", "spec"),
    [
        (27, {"securityContext": {"sysctls": [{"name": "net.ipv4.ip_local_reserved_ports", "value": "1"}]}}),
        (29, {"securityContext": {"sysctls": [{"name": "net.ipv4.tcp_fin_timeout", "value": "1"}]}}),
        (31, {"securityContext": {"seLinuxOptions": {"type": "container_engine_t"}}}),
        (32, {"securityContext": {"sysctls": [{"name": "net.ipv4.tcp_rmem", "value": "1"}]}}),
        (35, {"hostUsers": False, "context": {"procMount": "Unmasked"}}),
    ],
)
def test_a_leave_holds_from_its_version_on(since: int, spec: dict[str, Any]) -> None:
    assert faults("baseline", since, dict(spec)) == []
    assert len(faults("baseline", since - 1, dict(spec))) == 1


def test_labels() -> None:
    strict = {f"{PREFIX}enforce": "restricted", f"{PREFIX}enforce-version": "v1.24"}
    policy, causes = policy_of(strict, Policy())
    assert (str(policy.enforce), str(policy.warn), str(policy.audit), causes) == (
        "restricted:v1.24",
        "restricted:v1.24",
        "privileged:latest",
        [],
    )
    policy, causes = policy_of({f"{PREFIX}warn-version": "1.24", f"{PREFIX}enforce": "tight"}, Policy())
    assert (policy.enforce.level, policy.warn.level) == ("restricted", "privileged")
    assert [cause.message for cause in causes] == [
        'Invalid value: "tight": must be one of privileged, baseline, restricted',
        'Invalid value: "1.24": must be "latest" or "v1.x"',
    ]


@pytest.fixture
async def plane(tmp_path: Path) -> AsyncIterator[Plane]:
    async with small_plane(tmp_path) as plane:
        yield plane


async def label(plane: Plane, **labels: str) -> list[str]:
    """Labels the namespace; gives the warnings."""
    namespaces = requests(plane, "namespaces", "")
    found = await namespaces.get("orchard")
    for mode, level in labels.items():
        found.metadata.labels[PREFIX + mode] = level
    context = namespaces.context("update", "orchard")
    await update(plane, context, Body(found.SerializeToString()))
    await caught_up(plane)
    return context.warnings


async def test_warnings_and_audit_annotations_refuse_nothing(plane: Plane) -> None:
    await label(plane, warn="baseline", audit="baseline")
    pods = requests(plane, "pods")
    context = pods.context("create")
    await create(plane, context, pods.body(pod(hostNetwork=True)))
    text = 'would violate PodSecurity "baseline:latest": host namespaces (hostNetwork=true)'
    assert context.warnings == [text]
    assert context.annotations[f"{PREFIX}audit-violations"] == text


async def test_workloads_are_warned_of_what_their_pods_will_be_refused(plane: Plane) -> None:
    await label(plane, enforce="baseline")
    with pytest.raises(Forbidden, match='violates PodSecurity "baseline:latest": host namespaces'):
        await requests(plane, "pods").create(pod(hostPID=True))
    deployments = requests(plane, "deployments", group="apps")
    template = {"metadata": {"labels": {"app": "press"}}, "spec": pod(hostPID=True)["spec"]}
    context = deployments.context("create")
    spec = {"selector": {"matchLabels": {"app": "press"}}, "template": template}
    await create(plane, context, deployments.body({"metadata": {"name": "presses"}, "spec": spec}))
    assert context.warnings == ['would violate PodSecurity "baseline:latest": host namespaces (hostPID=true)']


async def test_a_namespace_hears_of_the_pods_that_break_its_new_level(plane: Plane) -> None:
    for name in ("a", "b"):
        await requests(plane, "pods").create(pod(name, hostPID=True))
    await caught_up(plane)
    assert await label(plane, enforce="baseline") == [
        'existing pods in namespace "orchard" violate the new PodSecurity enforce level "baseline:latest"',
        "a (and 1 other pod): host namespaces",
    ]
    assert await label(plane, enforce="privileged") == []
    with pytest.raises(Invalid, match="must be one of privileged, baseline, restricted"):
        await label(plane, enforce="none")


async def test_exemptions_and_defaults_by_configuration(tmp_path: Path) -> None:
    section = {
        "apiVersion": "pod-security.admission.config.k8s.io/v1",
        "kind": "PodSecurityConfiguration",
        "defaults": {"enforce": "restricted"},
        "exemptions": {"usernames": ["admin"]},
    }
    whole = {
        "apiVersion": "apiserver.config.k8s.io/v1",
        "kind": "AdmissionConfiguration",
        "plugins": [{"name": "PodSecurity", "configuration": section}],
    }
    file = tmp_path / "admission.json"
    file.write_text(json.dumps(whole))
    async with small_plane(tmp_path, admission_control_config_file=file) as plane:
        await requests(plane, "pods").create(pod(hostPID=True))
        somebody = replace(requests(plane, "pods"), user=User("gardener", ("system:masters",)))
        with pytest.raises(Forbidden, match="host namespaces"):
            await somebody.create(pod("perry", hostPID=True))
