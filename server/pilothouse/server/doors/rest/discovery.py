"""Discovery: what is served, as documents that are made once for each state of the registry."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from itertools import product
from typing import NamedTuple

from google.protobuf.message import Message
from pilothouse.api.apidiscovery.v2 import apidiscovery_pb2 as v2
from pilothouse.api.meta.v1 import meta_pb2 as meta

from ...meta.resource import Registry, ResourceType, Subresource
from ...meta.versions import preference
from .encoders import Encoder
from .negotiation import KNOWN, Form, Transform, choose
from .paths import nothing_at

# The document of everything; older clients know it by its first version, which looks the same.
AGGREGATED = [Transform("APIGroupDiscoveryList", "apidiscovery.k8s.io", version) for version in ("v2", "v2beta1")]
# The order in which clients look for a resource that several groups have; what is not named comes after.
_FIRST = (
    "",
    "apiregistration.k8s.io",
    "apps",
    "events.k8s.io",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "networking.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "storage.k8s.io",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "scheduling.k8s.io",
    "coordination.k8s.io",
    "node.k8s.io",
    "discovery.k8s.io",
    "resource.k8s.io",
    "flowcontrol.apiserver.k8s.io",
)


_CUSTOM_VERBS = ("delete", "deletecollection", "get", "list", "patch", "create", "update", "watch")


class Document(NamedTuple):
    """A document as it is sent."""

    data: bytes
    content_type: str
    digest: str

    @classmethod
    def of(cls, data: bytes, content_type: str) -> "Document":
        return cls(data, content_type, sha256(data).hexdigest().upper())

    @property
    def etag(self) -> str:
        return f'"{self.digest}"'


class Discovery:
    """Documents by path and form, forgotten when a type comes or goes. address: host:port for clients from anywhere."""

    def __init__(self, registry: Registry, address: str, offers: Mapping[Form, Encoder]) -> None:
        self._registry = registry
        self._address = address
        self._offers = offers
        self._known: dict[tuple[tuple[str, ...], str], Document] = {}
        self._groups: Mapping[str, Mapping[str, Sequence[ResourceType]]] = {}
        self._generation = -1

    def document(self, parts: Sequence[str], accept: str) -> Document:
        """parts: of a path such as /apis/apps/v1. Raises NotFound, NotAcceptable."""
        self._catch_up()
        key = (tuple(parts), accept)
        found = self._known.get(key)
        if found is None:
            found = self._make(parts, accept)
            if len(self._known) < 1024:
                self._known[key] = found
        return found

    def paths(self) -> list[str]:
        """Every path of a group and version, and those beside them."""
        self._catch_up()
        found = ["/api", "/apis", "/healthz", "/livez", "/metrics", "/openapi/v2", "/openapi/v3", "/readyz", "/version"]
        for group, versions in self._groups.items():
            base = f"/apis/{group}" if group else "/api"
            found += [base, *(f"{base}/{version}" for version in versions)]
        return sorted(set(found))

    def _catch_up(self) -> None:
        if self._generation != self._registry.generation:
            self._known.clear()
            self._groups = _groups(self._registry)
            self._generation = self._registry.generation

    def _make(self, parts: Sequence[str], accept: str) -> Document:
        if len(parts) == 1:
            offers: dict[Form, tuple[Encoder, Transform | None]]
            offers = {form: (encoder, form[1]) for form, encoder in self._offers.items()}
            for media, wanted in product(KNOWN, AGGREGATED):
                offers[media, wanted] = self._offers[media, None], wanted
            encoder, transform = choose(accept, offers)
        else:
            encoder, transform = choose(accept, self._offers), None
        if transform is None:
            return Document.of(encoder.document(*self._document(parts)), encoder.media_type)
        groups = self._groups
        listed = [""] if parts[0] == "api" else [group for group in groups if group]
        message = v2.APIGroupDiscoveryList(items=[_group_discovery(g, groups[g]) for g in listed])
        data = encoder.document(message, f"{transform.group}/{transform.version}", transform.kind)
        what = f"g={transform.group};v={transform.version};as={transform.kind}"
        return Document.of(data, f"{encoder.media_type};{what}")

    def _document(self, parts: Sequence[str]) -> tuple[Message, str, str]:
        """The document, its apiVersion and kind. Raises NotFound."""
        groups, group = self._groups, parts[1] if parts[0] == "apis" and len(parts) > 1 else ""
        if tuple(parts) == ("api",):
            everywhere = meta.ServerAddressByClientCIDR(client_cidr="0.0.0.0/0", server_address=self._address)
            return meta.APIVersions(versions=["v1"], server_address_by_client_cidrs=[everywhere]), "", "APIVersions"
        if tuple(parts) == ("apis",):
            named = [_group(name, versions) for name, versions in groups.items() if name]
            return meta.APIGroupList(groups=named), "v1", "APIGroupList"
        if group not in groups:
            raise nothing_at(self._registry, group)
        if parts[0] == "apis" and len(parts) == 2:
            return _group(group, groups[group]), "v1", "APIGroup"
        resources = groups[group].get(parts[-1])
        if resources is None:
            raise nothing_at(self._registry, group)
        version = resources[0].api_version
        entries = [entry for resource in resources for entry in _entries(resource)]
        # That of the core group says no apiVersion: clients have never seen one there.
        listing = meta.APIResourceList(group_version=version, resources=entries)
        return listing, "v1" if group else "", "APIResourceList"


def _groups(registry: Registry) -> Mapping[str, Mapping[str, Sequence[ResourceType]]]:
    """group -> version -> types, as clients look for them: the preferred version first."""
    found: dict[str, dict[str, list[ResourceType]]] = {}
    for resource in sorted((*registry, *registry.reviews), key=lambda r: r.plural):
        found.setdefault(resource.group, {}).setdefault(resource.version, []).append(resource)
    order = {group: place for place, group in enumerate(_FIRST)}
    groups = sorted(found, key=lambda group: (order.get(group, len(order)), group))
    return {group: dict(sorted(found[group].items(), key=lambda v: preference(v[0]))) for group in groups}


def _group(name: str, versions: Mapping[str, Sequence[ResourceType]]) -> meta.APIGroup:
    listed = [meta.GroupVersionForDiscovery(group_version=f"{name}/{v}", version=v) for v in versions]
    return meta.APIGroup(name=name, versions=listed, preferred_version=listed[0])


def _entries(resource: ResourceType) -> list[meta.APIResource]:
    """The resource and then its subresources."""
    entry = meta.APIResource(
        name=resource.plural,
        singular_name=resource.singular,
        namespaced=resource.namespaced,
        kind=resource.kind,
        verbs=meta.Verbs(items=_verbs(resource)),
        short_names=resource.short_names,
        categories=resource.categories,
    )
    # Of a custom resource, the version that is stored has a hash.
    if not resource.is_review and (not resource.definition or resource.storage.api_version == resource.api_version):
        entry.storage_version_hash = _storage_hash(resource)
    return [entry, *(_subentry(resource, part) for part in _parts(resource))]


def _verbs(resource: ResourceType) -> Sequence[str]:
    """As a kube-apiserver lists them: custom resources are listed by another part of it."""
    return _CUSTOM_VERBS if resource.definition else sorted(resource.verbs)


def _parts(resource: ResourceType) -> Sequence[Subresource]:
    return resource.subresources if resource.definition else sorted(resource.subresources, key=lambda s: s.name)


def _subentry(resource: ResourceType, part: Subresource) -> meta.APIResource:
    entry = meta.APIResource(
        name=f"{resource.plural}/{part.name}",
        singular_name="",
        namespaced=resource.namespaced,
        kind=resource.kind,
        verbs=meta.Verbs(items=sorted(part.verbs)),
    )
    if part.body:
        kind = _kind(part.body)
        entry.kind = kind.kind
        if (kind.group, kind.version) != (resource.group, resource.version):
            entry.version = kind.version
            if kind.group:
                entry.group = kind.group
    return entry


def _kind(body: str) -> meta.GroupVersionKind:
    """Of "apiVersion Kind"."""
    api_version, _, kind = body.partition(" ")
    group, _, version = api_version.rpartition("/")
    return meta.GroupVersionKind(group=group, version=version, kind=kind)


def _storage_hash(resource: ResourceType) -> str:
    storage = resource.storage
    api_version = storage.api_version if "/" in storage.api_version else f"/{storage.api_version}"
    return b64encode(sha256(f"{api_version}/{storage.kind}".encode()).digest()[:8]).decode()


def _group_discovery(name: str, versions: Mapping[str, Sequence[ResourceType]]) -> v2.APIGroupDiscovery:
    found = v2.APIGroupDiscovery()
    found.metadata.SetInParent()
    if name:
        found.metadata.name = name
    for version, resources in versions.items():
        found.versions.add(version=version, resources=[_discovery(r) for r in resources], freshness="Current")
    return found


def _discovery(resource: ResourceType) -> v2.APIResourceDiscovery:
    own = meta.GroupVersionKind(group=resource.group, version=resource.version, kind=resource.kind)
    parts = [
        v2.APISubresourceDiscovery(
            subresource=part.name, response_kind=_kind(part.body) if part.body else own, verbs=sorted(part.verbs)
        )
        for part in _parts(resource)
    ]
    return v2.APIResourceDiscovery(
        resource=resource.plural,
        response_kind=own,
        scope="Namespaced" if resource.namespaced else "Cluster",
        singular_resource=resource.singular,
        verbs=_verbs(resource),
        short_names=resource.short_names,
        categories=resource.categories,
        subresources=parts,
    )
