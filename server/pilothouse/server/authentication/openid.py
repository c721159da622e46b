"""What relying parties read to check tokens of service accounts by themselves: OpenID Connect Discovery 1.0, as far as
a kube-apiserver serves it."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlsplit

import orjson
from pilothouse.server.authentication.account_keys import VerifyingKey, key_set

CONFIGURATION_PATH, KEYS_PATH = "/.well-known/openid-configuration", "/openid/v1/jwks"
MAX_AGE_SECONDS = 3600


class Published(NamedTuple):
    """A document for everybody who may read the path."""

    data: bytes
    content_type: str


def openid_documents(issuer: str, keys: Sequence[VerifyingKey], keys_url: str, address: str) -> Mapping[str, Published]:
    """By path; none for an issuer that is no plain https URL, as the specification asks for. keys_url: where the keys
    are, "" for this server, whose host:port `address` is."""
    parts = urlsplit(issuer)
    if not keys or parts.scheme != "https" or not parts.netloc or parts.query or parts.fragment:
        return MappingProxyType({})
    configuration = {
        "issuer": issuer,
        "jwks_uri": keys_url or f"https://{address}{KEYS_PATH}",
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": sorted({key.algorithm for key in keys}),
    }
    return MappingProxyType(
        {
            CONFIGURATION_PATH: Published(orjson.dumps(configuration), "application/json"),
            KEYS_PATH: Published(key_set(keys), "application/jwk-set+json"),
        }
    )
