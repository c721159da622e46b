"""Objects from files: YAML of many documents, or JSON, from a path, a directory or standard input."""

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import yaml

from ..wire import JsonObject
from .kinds import CliError

SUFFIXES = (".json", ".yaml", ".yml")
Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ManifestLoader(Loader):  # type: ignore[misc]  # one of two classes, by how PyYAML was built
    """YAML as Kubernetes reads it: no dates, no numbers to base 60, 1e3 is a number; keys are strings, each once."""

    # Of the standard's tags, those of scalars that are read differently are given anew below.
    yaml_implicit_resolvers = {  # noqa: RUF012  the name and its shape are PyYAML's
        first: [(tag, pattern) for tag, pattern in found if tag.rpartition(":")[2] not in ("timestamp", "int", "float")]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: Any, deep: bool = False) -> JsonObject:
        self.flatten_mapping(node)
        content: JsonObject = {}
        own: set[str] = set()
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key must be a scalar", key_node.start_mark)
            key = key_node.value
            # What a merge key (<<) brings in stands further up in the text, and may be overruled.
            if key_node.start_mark.index >= node.start_mark.index:
                if key in own:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"key {key!r} occurs twice", key_node.start_mark
                    )
                own.add(key)
            content[key] = self.construct_object(value_node, deep=deep)
        return content


ManifestLoader.add_implicit_resolver(
    "tag:yaml.org,2002:int",
    re.compile(r"^(?:[-+]?0b[01_]+|[-+]?0o?[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+)$"),
    list("-+0123456789"),
)
ManifestLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(
        r"^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+"
        r"|[-+]?\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
    ),
    list("-+0123456789."),
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """One object; `source` says where it stands, for messages."""

    source: str
    object: JsonObject

    @property
    def name(self) -> str:
        return str(self.object["metadata"]["name"])

    def namespace(self, default: str, asked: str | None) -> str:
        """Its own, or the default's. Raises CliError where it names another than was asked for."""
        own = self.object["metadata"].get("namespace")
        if own and asked and own != asked:
            raise CliError(f"{self.source}: its namespace is {own!r}, not {asked!r} as --namespace says")
        return str(own or default)


def read(paths: Sequence[str]) -> list[Manifest]:
    """The objects in these files, in their order; of a directory its YAML and JSON files by name; "-" is standard
    input. Lists are taken apart. Raises CliError."""
    found = [m for path in paths for source, text in _texts(path) for m in _documents(source, text)]
    if not found:
        raise CliError(f"no objects in {', '.join(paths)}")
    return found


def _texts(path: str) -> Iterator[tuple[str, str]]:
    if path == "-":
        yield "standard input", sys.stdin.read()
        return
    place = Path(path)
    if not place.exists():
        raise CliError(f"the path {path!r} does not exist")
    files = sorted(f for f in place.iterdir() if f.suffix in SUFFIXES) if place.is_dir() else [place]
    for file in files:
        try:
            yield str(file), file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CliError(f"cannot read {file}: {getattr(error, 'strerror', None) or error}") from None


def _documents(source: str, text: str) -> Iterator[Manifest]:
    try:
        documents = list(yaml.load_all(text, ManifestLoader))
        orjson.dumps(documents)
    except (yaml.YAMLError, ValueError) as error:
        raise CliError(f"{source}: not valid YAML: {' '.join(str(error).split())}") from None
    except TypeError as error:
        raise CliError(f"{source}: holds a value that JSON does not have: {error}") from None
    for number, document in enumerate(documents, 1):
        if document is None:
            continue
        where = source if len(documents) == 1 else f"{source}, document {number}"
        if isinstance(document, dict) and str(document.get("kind", "")).endswith("List") and "items" in document:
            for index, item in enumerate(document["items"] or ()):
                yield _manifest(f"{where}, item {index + 1}", item)
        else:
            yield _manifest(where, document)


def _manifest(source: str, document: object) -> Manifest:
    if not isinstance(document, dict):
        raise CliError(f"{source}: expected an object with apiVersion, kind and metadata")
    for key in ("apiVersion", "kind"):
        if not isinstance(document.get(key), str) or not document[key]:
            raise CliError(f"{source}: {key} is missing or not a string")
    metadata = document.get("metadata")
    if not isinstance(metadata, dict) or not isinstance(metadata.get("name"), str) or not metadata["name"]:
        raise CliError(f"{source}: metadata.name is missing or not a string")
    # Generated manifests say it for want of omitting it; it asks for nothing.
    if "creationTimestamp" in metadata and metadata["creationTimestamp"] is None:
        del metadata["creationTimestamp"]
    return Manifest(source, document)
