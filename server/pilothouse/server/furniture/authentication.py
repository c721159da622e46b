"""ConfigMaps that say how callers prove who they are: to servers that stand behind this one, and to operators."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from google.protobuf.message import Message

from ..authorization.bootstrap import JsonObject
from .laying import Piece

NAMESPACE = "kube-system"
CLIENT_CA = "client-ca-file"
# The headers in which a proxy that is trusted says for whom it asks. There is none yet: no authority is named.
PROXY_HEADERS = {
    "requestheader-allowed-names": [],
    "requestheader-extra-headers-prefix": ["X-Remote-Extra-"],
    "requestheader-group-headers": ["X-Remote-Group"],
    "requestheader-uid-headers": ["X-Remote-Uid"],
    "requestheader-username-headers": ["X-Remote-User"],
}
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n?", re.DOTALL)


def client_authentication(ca_file: Path | None) -> Piece:
    """How clients are known. Servers may know different authorities while these are replaced: all of them are told.
    Raises OSError where the file cannot be read."""
    data = {name: orjson.dumps(value).decode() for name, value in PROXY_HEADERS.items()}
    if ca_file is not None:
        data[CLIENT_CA] = "".join(_certificates(ca_file.read_text()))

    def mend(existing: Any, default: Any) -> Message | None:
        wanted = dict(default.data)
        if CLIENT_CA in wanted:
            known = _certificates(existing.data.get(CLIENT_CA, ""))
            wanted[CLIENT_CA] = "".join(dict.fromkeys((*known, *_certificates(wanted[CLIENT_CA]))))
        if all(existing.data.get(key) == value for key, value in wanted.items()):
            return None
        existing.data.update(wanted)
        mended: Message = existing
        return mended

    return Piece(_config_map("extension-apiserver-authentication", data), mend)


def legacy_token_tracking(now: float) -> Piece:
    """Since when the use of tokens without an end is marked on their secrets. now: seconds since the epoch."""
    since = datetime.fromtimestamp(now, UTC).date().isoformat()
    return Piece(_config_map("kube-apiserver-legacy-service-account-token-tracking", {"since": since}))


def _certificates(text: str) -> list[str]:
    return [found.rstrip("\n") + "\n" for found in _CERTIFICATE.findall(text)]


def _config_map(name: str, data: dict[str, str]) -> JsonObject:
    metadata = {"name": name, "namespace": NAMESPACE}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}
