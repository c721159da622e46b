"""What is wrong with a text that is no JSON, in the words of Go's decoder, which people who write manifests know."""

import re

_STRING = re.compile(rb'"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*')
_NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)?(?:\.[0-9]*)?(?:[eE][-+]?[0-9]*)?")
_LITERALS = {ord("t"): b"true", ord("f"): b"false", ord("n"): b"null"}
_DIGITS = b"0123456789"
_BEGINNING = "looking for beginning of value"
END = "unexpected end of JSON input"
_KEY = "looking for beginning of object key string"


# As deep as Go reads, and as much as is read here to find a fault: a text of the caller's must not take long.
_DEEPEST = 10_000
_LONGEST = 32 * 1024


def syntax_fault(data: bytes, otherwise: object = "") -> str:
    """The first fault of the text; `otherwise` where Go finds none, or the text is too long to look for it."""
    if len(data) > _LONGEST:
        return END if "unexpected end" in str(otherwise) else str(otherwise)
    try:
        _Text(data).read()
    except _Unexpected as fault:
        return END if fault.at >= len(data) else f"invalid character {_quoted(data[fault.at])} {fault.where}"
    except _TooDeep:
        return "exceeded max depth"
    return str(otherwise)


class _TooDeep(Exception):
    pass


class _Unexpected(Exception):
    """A character that cannot stand there, or the end of the text."""

    def __init__(self, at: int, where: str) -> None:
        super().__init__(where)
        self.at = at
        self.where = where


class _Text:
    """Reads a text from its start; the ends of what is open are on a stack, for texts may be deep."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._open: list[bytes] = []
        self._fresh = False

    def read(self) -> None:
        """Raises _Unexpected."""
        self._value()
        while self._open:
            self._next()
        self._skip()
        if self._at < len(self._data):
            raise _Unexpected(self._at, "after top-level value")

    def _next(self) -> None:
        """What follows in the innermost object or list: its end, or another member."""
        end = self._open[-1]
        char = self._skip()
        fresh, self._fresh = self._fresh, False
        if char == end:
            self._open.pop()
            self._at += 1
            return
        if not fresh:
            if char != b",":
                raise _Unexpected(self._at, "after object key:value pair" if end == b"}" else "after array element")
            self._at += 1
        if end == b"}":
            self._key()
        self._value()

    def _key(self) -> None:
        if self._skip() != b'"':
            raise _Unexpected(self._at, _KEY)
        self._string()
        if self._skip() != b":":
            raise _Unexpected(self._at, "after object key")
        self._at += 1

    def _value(self) -> None:
        """A value, or the beginning of an object or a list."""
        char = self._skip()
        if char in (b"{", b"["):
            self._open.append(b"}" if char == b"{" else b"]")
            if len(self._open) > _DEEPEST:
                raise _TooDeep
            self._fresh = True
            self._at += 1
        elif char == b'"':
            self._string()
        elif char == b"-" or (char and char in _DIGITS):
            self._number()
        else:
            self._literal()

    def _string(self) -> None:
        match = _STRING.match(self._data, self._at)
        assert match is not None
        at = match.end()
        char = self._data[at : at + 1]
        if char == b'"':
            self._at = at + 1
            return
        if char != b"\\":
            raise _Unexpected(at, "in string literal")
        if self._data[at + 1 : at + 2] != b"u":
            raise _Unexpected(at + 1, "in string escape code")
        at += 2
        while self._data[at : at + 1] and self._data[at : at + 1] in b"0123456789abcdefABCDEF":
            at += 1
        raise _Unexpected(at, "in \\u hexadecimal character escape")

    def _number(self) -> None:
        match = _NUMBER.match(self._data, self._at)
        assert match is not None
        text, at = match[0], match.end()
        if text.startswith(b"-") and not text[1:2].isdigit():
            raise _Unexpected(self._at + 1, "in numeric literal")
        if text.endswith(b"."):
            raise _Unexpected(at, "after decimal point in numeric literal")
        if b".e" in text.lower():
            raise _Unexpected(self._at + text.lower().index(b".e") + 1, "after decimal point in numeric literal")
        if text[-1:] in b"eE+-":
            raise _Unexpected(at, "in exponent of numeric literal")
        self._at = at

    def _literal(self) -> None:
        word = _LITERALS.get(self._data[self._at]) if self._at < len(self._data) else None
        if word is None:
            raise _Unexpected(self._at, _BEGINNING)
        for offset in range(1, len(word)):
            expected = word[offset : offset + 1]
            if self._data[self._at + offset : self._at + offset + 1] != expected:
                where = f"in literal {word.decode()} (expecting '{expected.decode()}')"
                raise _Unexpected(self._at + offset, where)
        self._at += len(word)

    def _skip(self) -> bytes:
        """Goes to the next character that is no blank, and returns it; b"" at the end."""
        while self._data[self._at : self._at + 1] and self._data[self._at : self._at + 1] in b" \t\r\n":
            self._at += 1
        return self._data[self._at : self._at + 1]


def _quoted(byte: int) -> str:
    """A byte as Go shows it: as a character of its own."""
    char = chr(byte)
    if char == "'":
        return r"'\''"
    escapes = {"\n": r"\n", "\r": r"\r", "\t": r"\t", "\a": r"\a", "\b": r"\b", "\f": r"\f", "\v": r"\v", "\\": r"\\"}
    if char in escapes:
        return f"'{escapes[char]}'"
    if char.isprintable():
        return f"'{char}'"
    return rf"'\x{byte:02x}'" if byte < 0x80 else rf"'\u{byte:04x}'"
