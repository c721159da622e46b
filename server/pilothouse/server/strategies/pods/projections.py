"""Projected volumes: files of several sources side by side."""

from pilothouse.api.core.v1.volumes_pb2 import (
    ClusterTrustBundleProjection,
    PodCertificateProjection,
    ProjectedVolumeSource,
    ServiceAccountTokenProjection,
    VolumeProjection,
)

from ...errors import Cause
from ...meta import names
from ...schema.causes import forbidden, invalid, not_supported, required
from .files import downward_file, key_paths
from .paths import descending_unreserved, file_mode, named

_CONFLICT = "conflicting duplicate paths"
_KEY_TYPES = ("ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519", "RSA3072", "RSA4096")


def projected(value: ProjectedVolumeSource, path: str, causes: list[Cause]) -> None:
    file_mode(value.default_mode, f"{path}.defaultMode", causes)
    taken: set[str] = set()
    for index, source in enumerate(value.sources):
        _source(source, taken, path, f"{path}.sources[{index}]", causes)


def _source(source: VolumeProjection, taken: set[str], path: str, at: str, causes: list[Cause]) -> None:
    present = {descriptor.name for descriptor, _ in source.ListFields()}
    for name, json in (("secret", "secret"), ("config_map", "configMap")):
        if name in present:
            keyed = getattr(source, name)
            referred = keyed.local_object_reference.name
            named(referred, f"{at}.{json}.name", causes)
            key_paths(keyed.items, f"{at}.{json}.items", causes)
            for item in keyed.items:
                _take(item.path, taken, path, referred, causes)
    if "downward_api" in present:
        for file in source.downward_api.items:
            downward_file(file, f"{at}.downwardAPI", causes)
            _take(file.path, taken, path, file.path, causes)
    if "service_account_token" in present:
        _token(source.service_account_token, path, f"{at}.serviceAccountToken", causes)
    if "cluster_trust_bundle" in present:
        bundle = source.cluster_trust_bundle
        _bundle(bundle, f"{at}.clusterTrustBundle", causes)
        _take(bundle.path, taken, path, bundle.path, causes)
    if "pod_certificate" in present:
        _certificate(source.pod_certificate, taken, path, f"{at}.podCertificate", causes)
    if len(present) > 1:
        causes.append(forbidden(at, "may not specify more than 1 volume type per source"))


def _take(file: str, taken: set[str], path: str, shown: str, causes: list[Cause]) -> None:
    if not file:
        return
    if file in taken:
        causes.append(invalid(path, shown, _CONFLICT))
    taken.add(file)


def _token(token: ServiceAccountTokenProjection, path: str, at: str, causes: list[Cause]) -> None:
    seconds = token.expiration_seconds
    if seconds < 600:
        causes.append(invalid(f"{at}.expirationSeconds", seconds, "may not specify a duration less than 10 minutes"))
    if seconds > 1 << 32:
        causes.append(
            invalid(f"{at}.expirationSeconds", seconds, "may not specify a duration larger than 2^32 seconds")
        )
    if token.path:
        descending_unreserved(token.path, f"{path}.path", causes)


def _bundle(bundle: ClusterTrustBundleProjection, path: str, causes: list[Cause]) -> None:
    by_name, by_signer = bundle.HasField("name"), bundle.HasField("signer_name")
    if by_name and by_signer:
        causes.append(invalid(path, bundle, "only one of name and signerName may be used"))
    elif by_name:
        if not bundle.name:
            causes.append(required(f"{path}.name", "must be a valid object name"))
        for fault in names.dns1123_subdomain(bundle.name.rpartition(":")[2]):
            causes.append(invalid(f"{path}.name", bundle.name, f"not a valid clustertrustbundlename: {fault}"))
        if bundle.HasField("label_selector"):
            detail = "labelSelector must be unset if name is specified"
            causes.append(invalid(f"{path}.labelSelector", bundle.label_selector, detail))
    elif by_signer:
        if not bundle.signer_name:
            causes.append(required(f"{path}.signerName", "must be a valid signer name"))
        _signer(bundle.signer_name, f"{path}.signerName", causes)
    else:
        causes.append(required(path, "either name or signerName must be specified"))
    named(bundle.path, f"{path}.path", causes)
    descending_unreserved(bundle.path, f"{path}.path", causes)


def _certificate(
    certificate: PodCertificateProjection, taken: set[str], path: str, at: str, causes: list[Cause]
) -> None:
    _signer(certificate.signer_name, f"{at}.signerName", causes)
    if certificate.key_type not in _KEY_TYPES:
        causes.append(not_supported(f"{at}.keyType", certificate.key_type, _KEY_TYPES))
    seconds = certificate.max_expiration_seconds
    if certificate.HasField("max_expiration_seconds"):
        if seconds < 3600:
            detail = "if provided, maxExpirationSeconds must be >= 3600"
            causes.append(invalid(f"{at}.maxExpirationSeconds", seconds, detail))
        if certificate.signer_name.startswith("kubernetes.io/") and seconds > 86400:
            detail = "if provided, maxExpirationSeconds must be <= 86400"
            causes.append(invalid(f"{at}.maxExpirationSeconds", seconds, detail))
    paths = (
        ("credentialBundlePath", certificate.credential_bundle_path),
        ("keyPath", certificate.key_path),
        ("certificateChainPath", certificate.certificate_chain_path),
    )
    if not any(file for _, file in paths):
        causes.append(required(at, "specify at least one of credentialBundlePath, keyPath, and certificateChainPath"))
    for json, file in paths:
        if file:
            descending_unreserved(file, f"{at}.{json}", causes)
            _take(file, taken, path, file, causes)


def _signer(name: str, path: str, causes: list[Cause]) -> None:
    domain, _, rest = name.partition("/")
    if not name:
        causes.append(required(path))
    elif not rest or "/" in rest:
        detail = 'must be a fully qualified domain and path of the form "example.com/signer-name"'
        causes.append(invalid(path, name, detail))
    else:
        causes.extend(invalid(path, domain, fault) for fault in names.dns1123_subdomain(domain))
