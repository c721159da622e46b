"""ServiceAccount."""

import asyncio
from typing import Any

import pytest
from pilothouse.server.errors import Forbidden

from tests.admission.cluster import Cluster, named, pod

PATH = "/var/run/secrets/kubernetes.io/serviceaccount"
MIRROR = {"kubernetes.io/config.mirror": "1"}


async def test_a_pod_acts_for_the_default_account_and_mounts_its_token(cluster: Cluster) -> None:
    own = {"name": "b", "image": "x:1", "volumeMounts": [{"name": "own", "mountPath": PATH}]}
    plain = {"name": "a", "image": "x:1"}
    spec: dict[str, Any] = {"containers": [plain, own], "initContainers": [{**plain, "name": "i"}]}
    made = await cluster("pods").create(pod(**spec, volumes=[{"name": "own", "emptyDir": {}}]))
    assert (made.spec.service_account_name, made.spec.service_account) == ("default", "default")
    volume = made.spec.volumes[1]
    assert volume.name.startswith("kube-api-access-")
    assert len(volume.name) == len("kube-api-access-") + 5
    token, root, namespace = volume.volume_source.projected.sources
    assert (token.service_account_token.expiration_seconds, token.service_account_token.path) == (3607, "token")
    assert root.config_map.local_object_reference.name == "kube-root-ca.crt"
    assert namespace.downward_api.items[0].field_ref.field_path == "metadata.namespace"
    for container in (made.spec.containers[0], made.spec.init_containers[0]):
        assert [(m.name, m.mount_path, m.read_only) for m in container.volume_mounts] == [(volume.name, PATH, True)]
    assert [m.name for m in made.spec.containers[1].volume_mounts] == ["own"]


@pytest.mark.parametrize("name", ["ghost", "default"])
async def test_an_account_that_does_not_exist_has_no_pods(cluster: Cluster, name: str) -> None:
    await cluster("serviceaccounts").delete("default")
    where = f'error looking up service account orchard/{name}: serviceaccount "{name}" not found'
    with pytest.raises(Forbidden, match=rf'^pods "cider" is forbidden: {where}$'):
        await cluster("pods").create(pod(serviceAccountName=name))


async def test_a_pod_waits_for_the_default_account_of_a_new_namespace(cluster: Cluster) -> None:
    await cluster("serviceaccounts").delete("default")
    async with asyncio.TaskGroup() as group:
        early = group.create_task(cluster("pods").create(pod()))
        await asyncio.wait({early}, timeout=0.05)
        assert not early.done()
        await cluster("serviceaccounts").create(named("default"))
    assert early.result().spec.service_account_name == "default"


async def test_an_account_that_was_made_a_moment_ago_is_found(cluster: Cluster) -> None:
    for number in range(10):
        await cluster("serviceaccounts").create(named(f"clerk-{number}"))
        await cluster("pods").create(pod(f"cider-{number}", serviceAccountName=f"clerk-{number}"))


async def test_an_account_may_decline_the_token_and_give_pull_secrets_and_the_pod_has_the_last_word(
    cluster: Cluster,
) -> None:
    quiet = {**named("quiet"), "automountServiceAccountToken": False, "imagePullSecrets": [{"name": "reg"}]}
    await cluster("serviceaccounts").create(quiet)
    made = await cluster("pods").create(pod(serviceAccountName="quiet"))
    assert not made.spec.volumes
    assert [s.name for s in made.spec.image_pull_secrets] == ["reg"]
    own = pod("perry", serviceAccountName="quiet", automountServiceAccountToken=True)
    own["spec"]["imagePullSecrets"] = [{"name": "mine"}]
    made = await cluster("pods").create(own)
    assert len(made.spec.volumes) == 1
    assert [s.name for s in made.spec.image_pull_secrets] == ["mine"]


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ({"serviceAccountName": "default"}, "a mirror pod may not reference service accounts"),
        ({"volumes": [{"name": "v", "secret": {"secretName": "s"}}]}, "a mirror pod may not reference secrets"),
        ({"imagePullSecrets": [{"name": "s"}]}, "a mirror pod may not reference secrets"),
        (
            {"volumes": [{"name": "v", "projected": {"sources": [{"serviceAccountToken": {"path": "t"}}]}}]},
            "a mirror pod may not use ServiceAccountToken volume projections",
        ),
    ],
)
async def test_a_mirror_pod_refers_to_no_credentials(cluster: Cluster, spec: dict[str, Any], reason: str) -> None:
    with pytest.raises(Forbidden, match=reason):
        await cluster("pods").create(pod(annotations=MIRROR, nodeName="shed", **spec))


async def test_a_mirror_pod_is_left_as_it_is(cluster: Cluster) -> None:
    made = await cluster("pods").create(pod(annotations=MIRROR, nodeName="shed"))
    assert not made.spec.service_account_name
    assert not made.spec.volumes


def _env(name: str) -> dict[str, Any]:
    container = {"name": "press", "image": "x:1"}
    return {**container, "env": [{"name": "E", "valueFrom": {"secretKeyRef": {"name": name, "key": "k"}}}]}


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (
            {"volumes": [{"name": "v", "secret": {"secretName": "other"}}]},
            'volume with secret.secretName="other" is not allowed because service account clerk',
        ),
        ({"containers": [_env("other")]}, 'container press with envVar E referencing secret.secretName="other"'),
        (
            {"containers": [{"name": "c", "image": "x:1", "envFrom": [{"secretRef": {"name": "other"}}]}]},
            'container c with envFrom referencing secret.secretName="other"',
        ),
        ({"imagePullSecrets": [{"name": "other"}]}, r'imagePullSecrets\[0\].name="other" is not allowed'),
    ],
)
async def test_an_account_may_limit_its_pods_to_its_own_secrets(
    cluster: Cluster, spec: dict[str, Any], reason: str
) -> None:
    metadata = named("clerk", annotations={"kubernetes.io/enforce-mountable-secrets": "true"})
    await cluster("serviceaccounts").create({**metadata, "secrets": [{"name": "mine"}]})
    allowed = pod("fine", serviceAccountName="clerk", containers=[_env("mine")])
    await cluster("pods").create(allowed)
    with pytest.raises(Forbidden, match=reason):
        await cluster("pods").create(pod(**{"serviceAccountName": "clerk", **spec}))
