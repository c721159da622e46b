"""How clients name schemas and groups: by the packages of Kubernetes' own sources."""

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

from ....meta.resource import ResourceType

APIMACHINERY = "io.k8s.apimachinery.pkg"
META = f"{APIMACHINERY}.apis.meta.v1"
_OURS = "pilothouse.api."
_ELSEWHERE = {
    "meta": f"{APIMACHINERY}.apis.meta",
    "apiextensions": "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions",
    "apiregistration": "io.k8s.kube-aggregator.pkg.apis.apiregistration",
}
_SINGLE = {
    "meta.v1.IntOrString": f"{APIMACHINERY}.util.intstr.IntOrString",
    "meta.v1.Quantity": f"{APIMACHINERY}.api.resource.Quantity",
    "meta.v1.QuantityValue": f"{APIMACHINERY}.api.resource.QuantityValue",
    "runtime.v1.RawExtension": f"{APIMACHINERY}.runtime.RawExtension",
}
CORE = "core"


def descriptor_of(message: type[Message]) -> Descriptor:
    found: Descriptor = message.DESCRIPTOR  # type: ignore[assignment]  # the stub adds upb's own class
    return found


def schema_name(descriptor: Descriptor) -> str:
    """The name of a message's schema: "io.k8s.api.core.v1.Pod"."""
    own = descriptor.full_name.removeprefix(_OURS)
    package, _, rest = own.partition(".")
    return _SINGLE.get(own) or f"{_ELSEWHERE.get(package, f'io.k8s.api.{package}')}.{rest}"


def custom_schema_name(resource: ResourceType, kind: str) -> str:
    """The name of the schema of a kind that no message describes: its group from the back, its version, its kind."""
    return ".".join((*reversed(resource.group.split(".")), resource.version, kind))


def group_words(group: str) -> str:
    """A group as it stands in the names of operations: "Core", "RbacAuthorization", "StableExampleCom"."""
    words = (group or CORE).removesuffix(".k8s.io").replace("-", ".").split(".")
    return "".join(word[:1].upper() + word[1:] for word in words)


def tag(group: str, version: str = "") -> str:
    """What the operations of a group version are filed under: "core_v1", "rbacAuthorization_v1"."""
    words = group_words(group)
    name = words[0].lower() + words[1:]
    return f"{name}_{version}" if version else name
