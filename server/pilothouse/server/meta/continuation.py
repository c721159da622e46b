"""Continue tokens and resourceVersions: where a list goes on, and as of when.

A token is base64url without padding of {"v":"meta.k8s.io/v1","rv":<revision>,"start":<key>}, the form that a
kube-apiserver gives out, so that a list begun at one server can be finished at the other. The key is the part after
the list's own prefix; a negative revision means "the newest" (an inconsistent continuation). Errors: BadRequest.
"""

import base64
import binascii
import json
import re

from pilothouse.server.errors import BadRequest, Unclassified

_VERSION = "meta.k8s.io/v1"
_REVISION = re.compile(r"[0-9]{1,20}")
_BASE64URL = re.compile(r"[-_A-Za-z0-9]*")
NEWEST = -1


def encode_continue(revision: int, start: str) -> str:
    """revision: what the list is read at, or NEWEST; start: the first key of the next page, after the list's prefix."""
    token = json.dumps({"v": _VERSION, "rv": revision, "start": start}, separators=(",", ":"))
    return base64.urlsafe_b64encode(token.encode()).rstrip(b"=").decode()


def decode_continue(token: str) -> tuple[int, str]:
    """(revision, start key after the list's prefix). Raises BadRequest for anything but a token of encode_continue."""
    fields = _fields(token)
    version, revision, start = fields.get("v", ""), fields.get("rv", 0), fields.get("start", "")
    if version != _VERSION:
        raise _invalid(f"server does not recognize this encoded version {json.dumps(version)}")
    if not isinstance(revision, int) or isinstance(revision, bool) or not 0 < abs(revision) < 1 << 63:
        raise _invalid(f"incorrect encoded start resourceVersion (version {_VERSION})")
    if not isinstance(start, str) or not start:
        raise _invalid(f"encoded start key empty (version {_VERSION})")
    # A key with "." or ".." segments could lead out of the resource's own prefix.
    relative = start.removeprefix("/")
    if any(segment in ("", ".", "..") for segment in relative.split("/")):
        raise _invalid(start)
    return max(revision, NEWEST), relative


def _fields(token: str) -> dict[str, object]:
    if not _BASE64URL.fullmatch(token):
        wrong = next(index for index, character in enumerate(token) if not _BASE64URL.fullmatch(character))
        raise _invalid(f"illegal base64 data at input byte {wrong}")
    try:
        fields = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except binascii.Error:
        raise _invalid(f"illegal base64 data at input byte {len(token)}") from None
    except (ValueError, RecursionError):
        raise _invalid("the token holds no JSON") from None
    if not isinstance(fields, dict):
        raise _invalid("the token holds no JSON object")
    return fields


def _invalid(why: str) -> BadRequest:
    return BadRequest(f"invalid continue token: continue key is not valid: {why}")


class MalformedVersion(BadRequest):
    """A resourceVersion that is none."""

    def __init__(self, fault: str) -> None:
        super().__init__(f"invalid resource version: {fault}")
        self._fault = fault

    def unclassified(self) -> Unclassified:
        """What clients of Kubernetes know it by where one object is read, or a watch is opened."""
        return Unclassified(self._fault)


def parse_resource_version(text: str) -> int:
    """The revision that a resourceVersion names; 0 for "" and "0". Raises MalformedVersion when it is no decimal
    uint64."""
    if not text:
        return 0
    if not _REVISION.fullmatch(text):
        raise _bad_version(text, "invalid syntax" if not text.isascii() or not text.isdigit() else "value out of range")
    revision = int(text)
    if revision >= 1 << 64:
        raise _bad_version(text, "value out of range")
    return revision


def _bad_version(text: str, why: str) -> MalformedVersion:
    quoted = json.dumps(text)
    parsing = f"strconv.ParseUint: parsing {quoted}: {why}"
    return MalformedVersion(f"resourceVersion: Invalid value: {quoted}: {parsing}")
