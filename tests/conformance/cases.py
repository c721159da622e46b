"""Recorded cases: requests to a Kubernetes API server, and what it answered.

A case directory holds one JSON file per area, a list of cases each: `name`, `area`, `why`, `setup` (requests sent
first), `request` and `answer`. A request has `method`, `path` (with its query), `as` (admin, nobody, node, anonymous),
and may have `contentType`, `body` (a string goes as it is, anything else as JSON) and `headers`. One of the setup may
also have `expect` (codes), `save` (name -> JSON pointer into the answer; `${name}` stands for the value afterwards) and
`until` (it is sent again until the answer fits), or be `{"external": "compact-store"}` alone. An answer has `code`,
`body` and maybe `headers`; `{"stream": [...]}` is a watch, `{"base64": ...}` anything but text. `<ns>` stands for the
namespace of the run.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

Json: TypeAlias = Any
"""What json.loads gives."""

_REPEAT = re.compile(r"\$\{repeat:(.+?):(\d+)\}")
_SAVED = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Case:
    """One case, as in its file."""

    name: str
    area: str
    why: str
    setup: Sequence[Mapping[str, Json]]
    request: Mapping[str, Json]
    answer: Mapping[str, Json]


def load_cases(directory: Path) -> list[Case]:
    """The cases of every file, in the order of files and places. Raises ValueError where a file is none of cases."""
    cases: list[Case] = []
    for file in sorted(directory.glob("*.json")):
        try:
            cases += [Case(**value) for value in json.loads(file.read_text())]
        except (TypeError, json.JSONDecodeError) as error:
            raise ValueError(f"{file}: {error}") from None
    return cases


class Values:
    """What the placeholders of a run stand for."""

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
        self.saved: dict[str, str] = {}

    def fill(self, value: Json) -> Json:
        """A copy with every text filled in, the names of members too."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(key): self.fill(item) for key, item in value.items()}
        return [self.fill(item) for item in value] if isinstance(value, list) else value

    def text(self, text: str) -> str:
        """Raises KeyError for a name that nothing was saved under."""
        text = _REPEAT.sub(lambda m: m[1] * int(m[2]), text.replace("<ns>", self.namespace))
        return _SAVED.sub(lambda m: self.saved[m[1]], text)


def at(document: Json, pointer: str) -> Json:
    """The value at a JSON pointer; None where there is none."""
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(document, list):
            document = document[int(key)] if int(key) < len(document) else None
        else:
            document = document.get(key) if isinstance(document, dict) else None
    return document
