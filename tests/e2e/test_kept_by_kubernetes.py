"""Objects that a kube-apiserver has left in etcd are served as it serves them, through both doors; and what is written
here lies in etcd as it would have written it."""

import asyncio
import csv
import json
import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pilothouse.api.core.v1.core_pb2 import ConfigMap
from pilothouse.api.meta.v1 import meta_pb2 as meta
from pilothouse.api.meta.v1 import requests_pb2 as requests
from pilothouse.api.runtime.v1.runtime_pb2 import Unknown
from pilothouse.server.authentication.pki import Pki
from pilothouse.server.meta.declared import registry_from_protos
from pilothouse.server.meta.resource import ResourceType
from pilothouse.server.store.base import Put
from pilothouse.server.store.etcd import EtcdStore
from pilothouse.server.store.etcd_endpoints import EtcdConfig

from tests.support.caller import Caller, admin_of
from tests.support.etcd import Etcd
from tests.support.kubernetes import MAGIC, sample_message, samples, without_zeros
from tests.support.server import ServerProcess

REGISTRY = registry_from_protos()
PROTOBUF = "application/vnd.kubernetes.protobuf"
with (Path(__file__).parents[1] / "data/kubernetes/storage.tsv").open() as table:
    ROWS = {(row["group"], row["resource"]): row for row in csv.DictReader(table, delimiter="\t")}


def resource_of(sample: Path) -> ResourceType | None:
    """The stored type that a sample is an object of."""
    envelope = Unknown.FromString(sample.with_suffix(".pb").read_bytes()[len(MAGIC) :])
    found = REGISTRY.by_kind(envelope.type_meta.api_version, envelope.type_meta.kind)
    return found if found is not None and not found.is_review else None


def key_of(resource: ResourceType, metadata: Any) -> str:
    key = ROWS[resource.group, resource.plural]["etcd_key"]
    return key.replace("<ns>", metadata.get("namespace", "")).replace("<name>", metadata["name"])


def place_of(sample: Path) -> tuple[str, bytes]:
    resource = resource_of(sample)
    assert resource is not None
    metadata = json.loads(sample.read_bytes())["metadata"]
    return key_of(resource, metadata), sample.with_suffix(".pb").read_bytes()


# A key holds one object: of two that would share one, the later lies there.
STORED = list({place_of(sample)[0]: sample for sample in samples() if resource_of(sample) is not None}.values())


@pytest.fixture(scope="module")
def etcd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Etcd]:
    etcd = Etcd(tmp_path_factory.mktemp("etcd"))
    etcd.start()
    yield etcd
    etcd.stop()


async def leave_behind(etcd: Etcd) -> None:
    """Puts all samples into etcd."""
    store = EtcdStore(EtcdConfig((etcd.url,)))
    for sample in STORED:
        await store.transact((Put(*place_of(sample), 0),))
    await store.close()


@pytest.fixture(scope="module")
def keeper(etcd: Etcd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """It leaves alone what is stored: those objects name owners and finalizers."""
    asyncio.run(leave_behind(etcd))
    directory = tmp_path_factory.mktemp("keeper")
    own = Pki(directory / "data/pki").server()
    flags = {
        "--etcd-servers": etcd.url,
        "--controllers": "none",
        "--client-ca-file": own.ca,
        "--tls-cert-file": own.certificate,
        "--tls-private-key-file": own.key,
    }
    process = ServerProcess(directory, [str(word) for pair in flags.items() for word in pair], "serve")
    process.start()
    yield process
    process.stop()


@pytest.fixture
async def rest(keeper: ServerProcess) -> AsyncIterator[aiohttp.ClientSession]:
    files = Pki(keeper.data / "pki").client("admin", ["system:masters"])
    context = ssl.create_default_context(cafile=str(files.ca))
    context.load_cert_chain(files.certificate, files.key)
    connector = aiohttp.TCPConnector(ssl=context)
    async with aiohttp.ClientSession(f"https://127.0.0.1:{keeper.secure_port}", connector=connector) as session:
        yield session


def path_of(resource: ResourceType, metadata: Any) -> str:
    """Of the resource's collection."""
    root = f"/apis/{resource.group}/{resource.version}" if resource.group else f"/api/{resource.version}"
    inside = f"/namespaces/{metadata['namespace']}" if resource.namespaced else ""
    return f"{root}{inside}/{resource.plural}"


def plain(value: Any) -> Any:
    """An object without what the server owns: its version is the key's revision in etcd."""
    value["metadata"].pop("resourceVersion", None)
    return value


def unversioned(message: Any) -> Any:
    """As plain()."""
    message.metadata.ClearField("resource_version")
    return without_zeros(message)


@pytest.mark.parametrize("sample", STORED, ids=lambda path: f"{path.parent.name}/{path.stem}")
async def test_it_is_read_listed_and_watched_as_it_lies_there(
    keeper: ServerProcess, rest: aiohttp.ClientSession, sample: Path
) -> None:
    resource, expected = resource_of(sample), plain(json.loads(sample.read_bytes()))
    assert resource is not None
    metadata = expected["metadata"]
    collection = path_of(resource, metadata)
    bare = {member: value for member, value in expected.items() if member not in ("apiVersion", "kind")}

    async with rest.get(f"{collection}/{metadata['name']}") as answer:
        assert plain(await answer.json()) == expected
    async with rest.get(f"{collection}/{metadata['name']}", headers={"Accept": PROTOBUF}) as answer:
        envelope = Unknown.FromString((await answer.read())[len(MAGIC) :])
    assert (envelope.type_meta.api_version, envelope.type_meta.kind) == (resource.api_version, resource.kind)
    message = unversioned(sample_message(sample))
    assert unversioned(type(message).FromString(envelope.raw)) == message

    async with rest.get(collection) as answer:
        assert bare in [plain(item) for item in (await answer.json())["items"]]
    one = f"fieldSelector=metadata.name%3D{metadata['name']}"
    async with rest.get(f"{collection}?watch=1&resourceVersion=0&{one}") as answer:
        event = json.loads(await answer.content.readline())
    assert (event["type"], plain(event["object"])) == ("ADDED", expected)

    async with Caller(keeper.grpc_port, admin_of(keeper)) as grpc:
        place = requests.GetRequest(
            namespace=metadata["namespace"] if resource.namespaced else "", name=metadata["name"]
        )
        got = await grpc.call(f"{resource.service}/Get", place)
        assert unversioned(type(message).FromString(got)) == message
        options = meta.ListOptions(field_selector=f"metadata.name={metadata['name']}")
        listing = requests.ListRequest(namespace=place.namespace, options=options)
        assert got in await grpc.call(f"{resource.service}/List", listing)
        watching = requests.WatchRequest(namespace=place.namespace, options=options)
        frame = await grpc.stream(f"{resource.service}/Watch", watching).read()
        assert got in frame


async def test_what_is_written_has_the_envelope_and_the_place_of_kubernetes(
    keeper: ServerProcess, rest: aiohttp.ClientSession, etcd: Etcd
) -> None:
    body = {"metadata": {"name": "jar"}, "data": {"of": "honey"}}
    async with rest.post("/api/v1/namespaces/default/configmaps", json=body) as answer:
        assert answer.status == 201, await answer.text()
    store = EtcdStore(EtcdConfig((etcd.url,)))
    entry, _ = await store.get("/registry/configmaps/default/jar")
    await store.close()
    assert entry is not None
    assert entry.value.startswith(MAGIC)
    envelope = Unknown.FromString(entry.value[len(MAGIC) :])
    assert (envelope.type_meta.api_version, envelope.type_meta.kind) == ("v1", "ConfigMap")
    stored = ConfigMap.FromString(envelope.raw)
    assert (dict(stored.data), stored.metadata.resource_version) == ({"of": "honey"}, "")
