"""What the comments of the .proto files say. Python's descriptors do not carry them; `protos/build.py` writes them
beside the messages, and they are read when a package is first described."""

import json
from functools import cache
from importlib.resources import files

from google.protobuf.descriptor import Descriptor


def comment(descriptor: Descriptor, field: str = "") -> str:
    """Of a message or, by its name in the .proto, of one of its fields; "" where there is none."""
    return _package(descriptor.file.package).get(descriptor.name, {}).get(field, "")


@cache
def _package(name: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(files(name).joinpath("comments.json").read_bytes())
    return found
