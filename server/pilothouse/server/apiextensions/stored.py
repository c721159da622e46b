"""Custom objects at rest: JSON in the definition's storage version, as a kube-apiserver keeps them."""

from typing import Any

import orjson
from google.protobuf.message import Message
from pilothouse.api.dynamic.v1.dynamic_pb2 import CustomObject
from pilothouse.api.meta.v1 import meta_pb2 as meta

from ..errors import BadRequest, Internal, TooLarge
from ..meta.codec import codec_for
from ..meta.resource import ResourceType
from ..meta.wire import Undecodable
from ..schema.structural.defaulting import default
from ..schema.structural.pruning import OBJECT_MEMBERS
from .codec import CustomCodec, check_depth, compact, content_of
from .definition import CustomVersion, Definition
from .embedded import read_metadata


class CustomForm:
    """The stored form of one served version. Versions differ in nothing but their name, unless a webhook converts them:
    then no version but the stored one can be read or written."""

    def __init__(self, definition: Definition, version: CustomVersion, resource: ResourceType) -> None:
        self._definition = definition
        self._version = version
        self._type = resource
        self._codecs = {v.name: codec_of(v, resource.kind) for v in definition.versions.values()}

    def stored(self, message: Message, raw: bytes = b"") -> bytes:
        """The value that an object is stored as. Raises Internal where no webhook converts it."""
        assert isinstance(message, CustomObject)
        storage = self._type.storage
        if self._definition.webhook and self._version is not self._definition.stored:
            raise Internal(self._no_webhook(self._type.api_version))
        return self._codecs[self._version.name].encode(message, storage.api_version, storage.kind)

    def served(self, key: str, value: bytes) -> tuple[bytes, Message]:
        """The object's protobuf as it is served, without resourceVersion, and its message: pruned and defaulted by the
        version that it was written in, and pruned by this one. Raises Undecodable."""
        try:
            message = self._decoded(value)
        except (BadRequest, TooLarge, ValueError) as error:
            raise Undecodable(f"the value stored under {key} is no {self._type.kind}: {error}") from None
        return message.SerializeToString(deterministic=True), message

    def _decoded(self, value: bytes) -> CustomObject:
        plain = orjson.loads(value)
        if not isinstance(plain, dict) or plain.get("kind") != self._type.kind:
            raise ValueError("it is not the JSON of this kind")
        group, _, name = str(plain.get("apiVersion")).rpartition("/")
        if group != self._type.group:
            raise ValueError(f"its apiVersion is {plain.get('apiVersion')!r}")
        written = self._definition.versions.get(name, self._definition.stored)
        if self._definition.webhook and name != self._version.name:
            raise ValueError(self._no_webhook(f"{group}/{name}"))
        message = CustomObject()
        message.metadata.CopyFrom(_stored_metadata(plain.get("metadata")))
        if not message.metadata.generation:
            message.metadata.generation = 1
        content = {key: item for key, item in plain.items() if key not in OBJECT_MEMBERS}
        self._codecs[written.name].prune(content)
        default(content, written.root)
        if written is not self._version:
            self._codecs[self._version.name].prune(content)
        message.content = compact(content)
        return message

    def _no_webhook(self, api_version: str) -> str:
        stored = f"{self._type.group}/{self._definition.stored.name}"
        return (
            f"conversion webhook for {api_version}, Kind={self._type.kind} failed: this server calls no conversion "
            f"webhooks; objects can be read and written as {stored}"
        )


def codec_of(version: CustomVersion, kind: str) -> CustomCodec:
    """The codec of a version, as requests and what is stored need it."""
    return CustomCodec(kind, lambda: None if version.keeps_unknown else version.root)


class Completer:
    """Brings the content of an object into full form: pruned, defaulted, and with nothing in it that would not be
    stored."""

    def __init__(self, definition: Definition, version: CustomVersion, kind: str) -> None:
        self._kind = kind
        self._version = version
        self._codec = codec_of(version, kind)
        self._stored = None if definition.stored is version else codec_of(definition.stored, kind)

    def __call__(self, message: CustomObject) -> None:
        """Raises BadRequest."""
        if message.kind and message.kind != self._kind:
            return
        message.ClearField("kind")
        content: dict[str, Any] = content_of(message)
        check_depth(content)
        self._codec.prune(content)
        default(content, self._version.root)
        if self._stored is not None:
            self._stored.prune(content)
        message.content = compact(content)


def _stored_metadata(value: Any) -> meta.ObjectMeta:
    """Metadata as it was written; of what is malformed, as old objects may have it, the good members."""
    try:
        return read_metadata(value)
    except BadRequest:
        kept = meta.ObjectMeta()
        for name, item in (value if isinstance(value, dict) else {}).items():
            try:
                kept.MergeFrom(codec_for(meta.ObjectMeta).from_value({name: item}))
            except BadRequest:
                continue
        return kept
