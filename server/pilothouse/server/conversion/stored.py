"""Objects at rest: the envelope that a kube-apiserver writes, and the way between what is stored and what is served.

A protobuf value is `k8s\\0` and a runtime.Unknown{typeMeta{apiVersion, kind} = 1, raw = 2, contentEncoding = 3,
contentType = 4}; some kinds are stored as JSON. A value is decoded by its own envelope, so that what another version of
the same identity wrote is read as well.
"""

import orjson
from google.protobuf.message import DecodeError, Message
from pilothouse.api.runtime.v1.runtime_pb2 import Unknown

from ..errors import BadRequest
from ..meta.codec import codec_for
from ..meta.envelope import MAGIC, TAIL, envelope_head, enveloped
from ..meta.resource import ResourceType
from ..meta.wire import Undecodable
from . import decode_stored_json, encode_stored_json, to_served, to_stored


class StoredObjects:
    """The stored form of one served type."""

    def __init__(self, resource: ResourceType) -> None:
        self._type = resource
        self._storage = resource.storage
        self._to_stored, self._to_served = to_stored(resource), to_served(resource)
        self._encode_json, self._decode_json = encode_stored_json(resource), decode_stored_json(resource)
        self._head = envelope_head(self._storage.api_version, self._storage.kind)
        # Raw bytes that need no conversion are served as they are stored.
        self._as_is = resource.message is self._storage.message and not self._storage.json

    def stored(self, message: Message, raw: bytes = b"") -> bytes:
        """The value that `message`, an object of the served type, is stored as; `raw` is its protobuf, where it is at
        hand."""
        if self._as_is and raw:
            return enveloped(self._head, raw)
        if self._to_stored is not None:
            message = self._to_stored(message)
        if self._storage.json:
            value = codec_for(type(message)).to_value(message, self._storage.api_version, self._storage.kind)
            if self._encode_json is not None:
                value = self._encode_json(value)
            return orjson.dumps(value)
        return enveloped(self._head, message.SerializeToString(deterministic=True))

    def served(self, key: str, value: bytes) -> tuple[bytes, Message]:
        """The object's protobuf as it is served, without resourceVersion, and its message. Raises Undecodable."""
        try:
            raw = _raw_after(value, self._head) if self._as_is else None
            if raw is not None:
                return raw, self._type.message.FromString(raw)
            message = self._decoded(value)
        except (DecodeError, BadRequest, ValueError) as error:
            raise Undecodable(f"the value stored under {key} is no {self._type.kind}: {error}") from None
        return message.SerializeToString(deterministic=True), message

    def _decoded(self, value: bytes) -> Message:
        if not value.startswith(MAGIC):
            return self._from_json(value)
        envelope = Unknown.FromString(value[len(MAGIC) :])
        if envelope.type_meta.kind != self._storage.kind:
            raise ValueError(f"its envelope says {envelope.type_meta.kind!r}")
        if envelope.content_encoding:
            raise ValueError(f"its content encoding {envelope.content_encoding!r} is not known")
        if envelope.type_meta.api_version == self._type.api_version:
            # An identity with several versions, written as the one that is served here.
            return self._type.message.FromString(envelope.raw)
        return self._converted(self._storage.message.FromString(envelope.raw))

    def _from_json(self, value: bytes) -> Message:
        plain = orjson.loads(value)
        if not isinstance(plain, dict) or plain.get("kind") != self._storage.kind:
            raise ValueError("it is neither a protobuf envelope nor the JSON of this kind")
        if plain.get("apiVersion") != self._type.api_version and self._decode_json is not None:
            plain = self._decode_json(plain)
        return self._converted(codec_for(self._storage.message).from_value(plain))

    def _converted(self, message: Message) -> Message:
        return message if self._to_served is None else self._to_served(message)


def _raw_after(value: bytes, head: bytes) -> bytes | None:
    """The `raw` member of an envelope that is plain `head`, raw and TAIL; None where it is not."""
    if not (value.startswith(head) and value.endswith(TAIL)):
        return None
    size = shift = 0
    for at in range(len(head), min(len(head) + 5, len(value))):
        byte = value[at]
        size |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            raw = value[at + 1 : -len(TAIL)]
            return raw if len(raw) == size else None
    return None
