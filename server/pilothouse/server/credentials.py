"""What the server knows of tokens, put together from its configuration: whom it believes, and what it issues."""

from collections.abc import Mapping
from ipaddress import ip_address
from socket import gethostname

from pilothouse.api.core.v1.core_pb2 import Secret
from pilothouse.api.meta.v1 import meta_pb2 as meta

from .authentication.account_keys import SigningKey, VerifyingKey, read_signing_key, read_verifying_keys
from .authentication.account_tokens import AccountTokens
from .authentication.bearer import BearerTokens
from .authentication.bound_objects import BoundObjects, Record
from .authentication.issuing import TokenIssuer
from .authentication.openid import Published, openid_documents
from .authentication.token_file import TokenFile
from .config import ServerConfig
from .meta.resource import Registry
from .verbs.plane import Writer
from .watchcache.cache import WatchCache
from .watchcache.item import Item

CATCH_UP_SECONDS = 1.0
_TOKEN_KEY = "token"


class CurrentObjects:
    """The objects that tokens name, as the watch cache has them."""

    def __init__(self, registry: Registry, cache: WatchCache, writer: Writer) -> None:
        self._cache = cache
        self._writer = writer
        self._types = {
            plural: registry.get("", "v1", plural) for plural in ("serviceaccounts", "pods", "nodes", "secrets")
        }

    def find(self, plural: str, namespace: str, name: str) -> object | None:
        resource = self._types[plural]
        return self._cache.collection(resource).get(resource.key(namespace, name))

    def read(self, found: object) -> Record:
        assert isinstance(found, Item)
        metadata = meta.PartialObjectMetadata.FromString(found.body).metadata
        deleted = metadata.HasField("deletion_timestamp")
        secret = found.key.startswith(self._types["secrets"].storage.prefix)
        return Record(
            metadata.uid,
            float(metadata.deletion_timestamp.seconds) if deleted else float("inf"),
            Secret.FromString(found.body).data.get(_TOKEN_KEY, b"") if secret else b"",
        )

    async def catch_up(self) -> None:
        await self._cache.wait_for(await self._writer.revision(), CATCH_UP_SECONDS)


def account_keys(config: ServerConfig) -> tuple[SigningKey | None, tuple[VerifyingKey, ...]]:
    """The key that signs, and all that verify, its own first. Raises AccountKeyError."""
    signing = None
    file = config.service_account_signing_key_file
    if file is not None:
        signing = read_signing_key(file)
    found = read_verifying_keys(config.service_account_key_file)
    if signing is not None:
        found = [signing.public, *(key for key in found if key.id != signing.public.id)]
    return signing, tuple(found)


def audiences_of(config: ServerConfig) -> tuple[str, ...]:
    """Whom a token must be meant for to be taken here."""
    return config.api_audiences or config.service_account_issuer


def open_tokens(
    config: ServerConfig, registry: Registry, cache: WatchCache, writer: Writer
) -> tuple[BearerTokens, TokenIssuer | None]:
    """Raises AccountKeyError, TokenFileError."""
    signing, keys = account_keys(config)
    audiences, issuers = audiences_of(config), config.service_account_issuer
    accounts = issuer = None
    if keys:
        objects = BoundObjects(CurrentObjects(registry, cache, writer))
        lookup = config.service_account_lookup
        accounts = AccountTokens(issuers, keys, audiences, objects, lookup=lookup)
    if signing is not None:
        seconds = int(config.service_account_max_token_expiration)
        extend = config.service_account_extend_token_expiration
        issuer = TokenIssuer(issuers[0], signing, audiences, seconds, extend)
    file = TokenFile(config.token_auth_file) if config.token_auth_file is not None else None
    return BearerTokens(file, accounts, audiences), issuer


def published_documents(config: ServerConfig, tokens: BearerTokens, address: str) -> Mapping[str, Published]:
    """What relying parties may read, by path. address: host:port of the REST door."""
    if not config.service_account_issuer:
        return {}
    host, _, port = address.rpartition(":")
    if ip_address(host.strip("[]")).is_unspecified:
        address = f"{gethostname()}:{port}"
    keys_url = config.service_account_jwks_uri
    return openid_documents(config.service_account_issuer[0], tokens.keys, keys_url, address)
