"""The fieldPath of a rule: where in a value its fault is. ".spec.x", ".spec['a key']", but no items of lists."""

import re

from .declared import Schema

_quoted = re.compile(r"\['((?:[^'\\]|\\.)*)'\]").match
_plain = re.compile(r"\.([^.\[\]]+)").match
_escape = re.compile(r"\\(.)")
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "'": "'", "\\": "\\"}


def normalized(path: str, schema: Schema) -> str | None:
    """The path as errors show it ("spec.x", "labels[a key]"); None where it is no path of the schema."""
    shown, at = "", 0
    found: Schema = schema
    while at < len(path):
        match = _quoted(path, at) or _plain(path, at)
        if match is None:
            return None
        name = _unescaped(match[1]) if match[0].startswith("[") else match[1]
        properties, values = found.get("properties"), found.get("additionalProperties")
        if name is None:
            return None
        if isinstance(properties, dict) and properties:
            if name not in properties:
                return None
            shown, found = f"{shown}.{name}" if shown else name, properties[name]
        elif isinstance(values, dict):
            shown, found = f"{shown}[{name}]", values
        else:
            return None
        at = match.end()
    return shown


def _unescaped(text: str) -> str | None:
    if any(found not in _ESCAPES for found in _escape.findall(text)):
        return None
    return _escape.sub(lambda match: _ESCAPES[match[1]], text)
