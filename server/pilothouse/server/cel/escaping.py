"""What expressions call members whose names are no identifiers, as in k8s.io/apiserver/pkg/cel."""

import re

_RESERVED = frozenset(
    (
        *("true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if"),
        *("import", "let", "loop", "package", "namespace", "return", "var", "void", "while"),
    )
)
_PARTS = {"__": "__underscores__", ".": "__dot__", "-": "__dash__", "/": "__slash__"}
_BACK = {escaped: part for part, escaped in _PARTS.items()}
_part = re.compile(r"__|[.\-/]")
_escaped = re.compile("|".join(_BACK))
_is_identifier = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*").fullmatch
_can_be_one = re.compile(r"[a-zA-Z_][a-zA-Z0-9_./\-]*").fullmatch


def escape(name: str) -> str | None:
    """The identifier that stands for a member's name; None where there is none."""
    if name in _RESERVED:
        return f"__{name}__"
    if not _can_be_one(name):
        return None
    return _part.sub(lambda found: _PARTS[found[0]], name)


def unescape(name: str) -> str:
    """The member's name that an identifier stands for."""
    if name.startswith("__") and name.endswith("__") and name[2:-2] in _RESERVED:
        return name[2:-2]
    return _escaped.sub(lambda found: _BACK[found[0]], name)


def is_identifier(name: str) -> bool:
    return bool(_is_identifier(name)) and name not in _RESERVED
