"""What a create through a subresource is answered with."""

from typing import NamedTuple

from google.protobuf.message import Message


class Answer(NamedTuple):
    """What the caller is answered with: a Status most often."""

    message: Message
    api_version: str
    kind: str
