"""Field selectors from text: "metadata.name=a,status.phase!=Running", with `\\,` `\\=` and `\\\\` for the bare
characters in values. Errors: BadRequest, in the words of a kube-apiserver."""

import re
from collections.abc import Mapping
from functools import lru_cache

from pilothouse.server.errors import BadRequest
from pilothouse.server.meta.selectors import Operator, Requirement, Selector

METADATA_FIELDS = frozenset(("metadata.name", "metadata.namespace"))
"""The fields by which every resource can be selected."""

EVERY_OBJECT = Selector(of_fields=True)

_TERM = re.compile(r"(?:[^\\,]|\\.|\\$)+", re.DOTALL)
_OPERATOR = re.compile(r"!=|==|=")


def parse_field_selector(
    text: str,
    supported: frozenset[str] | None = METADATA_FIELDS,
    aliases: Mapping[str, str] | None = None,
    custom: bool = False,
) -> Selector:
    """The selector that the text means; an empty text means every object.

    supported: the fields that the resource can be selected by, None where any will do; aliases: older name of a
    field -> its name; custom: whether the resource is one, of which a kube-apiserver says less.
    """
    if not text:
        return EVERY_OBJECT
    parsed = _parse(text, supported, custom)
    if aliases and any(requirement.key in aliases for requirement in parsed.requirements):
        renamed = (Requirement(aliases.get(r.key, r.key), r.operator, r.values) for r in parsed.requirements)
        return Selector(tuple(renamed), of_fields=True)
    return parsed


@lru_cache(maxsize=1024)
def _parse(text: str, supported: frozenset[str] | None, custom: bool) -> Selector:
    requirements = []
    for term in sorted(_TERM.findall(text)):
        found = _OPERATOR.search(term)
        if found is None:
            raise BadRequest(f"invalid selector: '{text}'; can't understand '{term}'")
        key, value = term[: found.start()], _unescape(term[found.end() :])
        if supported is not None and key not in supported:
            raise BadRequest(_unsupported(key, supported, custom))
        operator = Operator.NOT_EQUALS if found.group() == "!=" else Operator.EQUALS
        requirements.append(Requirement(key, operator, (value,)))
    return Selector(tuple(requirements), of_fields=True)


def _unsupported(key: str, supported: frozenset[str], custom: bool) -> str:
    if not custom and supported <= METADATA_FIELDS:
        return f'"{key}" is not a known field selector: only "metadata.name", "metadata.namespace"'
    return f"field label not supported: {key}"


def _unescape(text: str) -> str:
    if not re.search(r"[\\,=]", text):
        return text
    value = []
    escaped = False
    for character in text:
        if escaped:
            if character not in "\\,=":
                raise BadRequest(f"invalid field selector: invalid escape sequence: \\{character}")
            value.append(character)
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == "=":
            raise BadRequest(f"invalid field selector: unescaped character in value: {ord(character)}")
        else:
            value.append(character)
    if escaped:
        raise BadRequest("invalid field selector: invalid escape sequence: \\")
    return "".join(value)
