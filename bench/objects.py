"""The objects that are measured with, as bytes made once: a name and a stamp of fixed length are swapped in."""

from dataclasses import dataclass

from pilothouse.api.core.v1 import core_pb2, pods_pb2

from bench.wire import field

NAMESPACE = "bench"
NAME = b"item-000000"
STAMP = b"stamp:00000000000000000000"
STAMP_MARK = b"stamp:"


def name(index: int) -> bytes:
    """As long as NAME, for an index below a million."""
    return b"item-%06d" % index


def stamp(value: int) -> bytes:
    """As long as STAMP; watchers read the value back from behind STAMP_MARK."""
    return b"stamp:%020d" % value


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: its service, its plural, and an object as a client sends it."""

    service: str
    plural: str
    object: bytes

    def method(self, verb: str) -> str:
        return f"/pilothouse.api.core.v1.{self.service}/{verb}"

    @property
    def path(self) -> str:
        """Where all of them are at the REST door."""
        return f"/api/v1/namespaces/{NAMESPACE}/{self.plural}"

    def write(self, index: int, stamped: int) -> bytes:
        """A create or update request for the object with that index."""
        body = self.object.replace(NAME, name(index)).replace(STAMP, stamp(stamped))
        return field(1, NAMESPACE.encode()) + field(2, body)

    def with_object(self, body: bytes) -> "Kind":
        return Kind(self.service, self.plural, body)

    def key(self, index: int) -> bytes:
        """Its key in etcd."""
        return b"/registry/%s/%s/%s" % (self.plural.encode(), NAMESPACE.encode(), name(index))


def get(index: int) -> bytes:
    return field(1, NAMESPACE.encode()) + field(2, name(index))


def page(token: bytes) -> bytes:
    """A list request for the page behind `token` (b"": the first)."""
    options = field(2, field(8, token)) if token else b""
    return field(1, NAMESPACE.encode()) + options


def watch() -> bytes:
    """A watch request that starts with what exists."""
    return field(1, NAMESPACE.encode())


def watch_after(revision: bytes) -> bytes:
    return field(1, NAMESPACE.encode()) + field(2, field(4, revision))


def config_map(size: int) -> Kind:
    """A ConfigMap of `size` bytes, as a client sends it."""
    message = core_pb2.ConfigMap()
    message.metadata.name = NAME.decode()
    message.metadata.namespace = NAMESPACE
    message.metadata.annotations["bench"] = STAMP.decode()
    message.data["mode"] = "measured"
    padding = size - message.ByteSize() - len("data.txt") - 12
    message.data["text"] = "x" * padding
    return Kind("ConfigMaps", "configmaps", message.SerializeToString(deterministic=True))


def pod(size: int) -> Kind:
    """A Pod of one container and about `size` bytes, as a client sends it: no less than some 400."""
    message = pods_pb2.Pod()
    message.metadata.name = NAME.decode()
    message.metadata.namespace = NAMESPACE
    message.metadata.annotations["bench"] = STAMP.decode()
    for key, value in {"app": "shop", "tier": "front", "release": "stable", "track": "daily"}.items():
        message.metadata.labels[key] = value
    container = message.spec.containers.add(name="web", image="registry.example/shop/web:1.4.2")
    container.ports.add(name="web", container_port=8080)
    container.resources.requests["cpu"].string = "100m"
    container.resources.limits["memory"].string = "128Mi"
    for number in range(2):
        container.env.add(name=f"SETTING_{number}", value=f"value of setting {number}")
    container.readiness_probe.handler.http_get.path = "/ready"
    container.readiness_probe.handler.http_get.port.type = 0
    container.readiness_probe.handler.http_get.port.int_val = 8080
    message.metadata.annotations["text"] = "x" * (size - message.ByteSize() - 16)
    return Kind("Pods", "pods", message.SerializeToString(deterministic=True))


def stored_copy(value: bytes, index: int, original_uid: bytes, stamped: int = 0) -> bytes:
    """What the store holds for one object, as a copy of `value` under another name and uid of the same lengths."""
    uid = b"00000000-0000-4000-8000-%012d" % index
    copy = value.replace(NAME, name(index)).replace(original_uid, uid)
    return copy.replace(STAMP, stamp(stamped))
