"""Content negotiation: which of the forms that are on offer a caller takes, and in which form a body came.

The rules are those of a kube-apiserver's: clauses by their quality, then in their order; `as`, `g` and `v` ask for the
object transformed; parameters that are not known are no hindrance.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple, TypeVar

from ...errors import NotAcceptable, UnsupportedMediaType
from ...verbs.body import Encoding

JSON, YAML, PROTOBUF = "application/json", "application/yaml", "application/vnd.kubernetes.protobuf"
KNOWN = (JSON, YAML, PROTOBUF)

_BODIES = {
    JSON: Encoding.JSON,
    YAML: Encoding.YAML,
    PROTOBUF: Encoding.ENVELOPE,
    "": Encoding.JSON,
}

T = TypeVar("T")


class Transform(NamedTuple):
    """What an answer is to be turned into: "Table", "PartialObjectMetadataList" and so on, by group and version."""

    kind: str
    group: str
    version: str


Form = tuple[str, Transform | None]
"""A media type, and what the object is turned into before it is encoded."""


class _Clause(NamedTuple):
    type: str
    transform: Transform | None


def choose(accept: str, offers: Mapping[Form, T]) -> T:
    """The offer that an Accept header prefers; the first one where it says nothing. A form whose offer is None is named
    to who cannot be served, and is not served. Raises NotAcceptable."""
    for clause in _clauses(accept[:4096]):
        found = offers.get((clause.type, clause.transform))
        if found is not None:
            return found
        if clause.type in ("*/*", "application/*"):
            for (_, transform), offer in offers.items():
                if transform == clause.transform:
                    return offer
    types = ", ".join(dict.fromkeys(media for media, _ in offers))
    raise NotAcceptable(f"only the following media types are accepted: {types}")


def body_encoding(content_type: str) -> Encoding:
    """The encoding of a body. Raises UnsupportedMediaType."""
    found = _BODIES.get(media_type(content_type))
    if found is None:
        raise UnsupportedMediaType(
            f"the body of the request was in an unknown format - accepted media types include: {', '.join(KNOWN)}"
        )
    return found


def media_type(content_type: str) -> str:
    """A Content-Type without its parameters."""
    return content_type.partition(";")[0].strip().lower()


@lru_cache(maxsize=256)
def _clauses(accept: str) -> tuple[_Clause, ...]:
    """Best first. One of quality 0 is none."""
    found: list[tuple[float, int, _Clause]] = []
    for clause in accept.split(","):
        kind, *parameters = (part.strip() for part in clause.split(";"))
        values = {}
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            values[key.strip().lower()] = value.strip().strip('"')
        quality = _quality(values.get("q", "1"))
        if (
            quality <= 0
            or values.get("charset", "utf-8").lower() != "utf-8"
            or values.get("stream", "watch") != "watch"
        ):
            continue
        wanted = Transform(values.get("as", ""), values.get("g", ""), values.get("v", ""))
        wide = (kind == "*/*") + (kind.endswith("/*"))
        found.append((-quality, wide, _Clause(kind.lower() or "*/*", wanted if any(wanted) else None)))
    if not accept.strip():
        return (_Clause("*/*", None),)
    return tuple(clause for _, _, clause in sorted(found, key=lambda f: f[:2]))


def _quality(text: str) -> float:
    try:
        return min(float(text), 1.0)
    except ValueError:
        return 0.0
