"""Static bearer tokens from a file, in the form of kube-apiserver's --token-auth-file.

CSV, a line each: token, user name, uid, and then, as one quoted cell, the groups between commas. The file is read once,
at the start.
"""

import csv
import io
from hashlib import sha256
from pathlib import Path

from pilothouse.server.authentication.user import authenticated
from pilothouse.server.meta.user import User

TOKEN_FILE_FLAG = "--token-auth-file"


class TokenFileError(ValueError):
    """The file cannot be used; the text names the line, never the token."""


class TokenFile:
    """Tokens are kept by their hash: to look one up takes as long whatever it has in common with others."""

    def __init__(self, path: Path) -> None:
        """Raises TokenFileError."""
        self._users: dict[bytes, User] = {}
        try:
            rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8")), skipinitialspace=True))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise TokenFileError(f"{TOKEN_FILE_FLAG}: cannot read {path}: {error}") from None
        for number, row in enumerate(rows, 1):
            if row:
                self._add(path, number, [cell.strip() for cell in row])

    def authenticate(self, token: str) -> User | None:
        """The user of a token; None where it is not known."""
        return self._users.get(_hash(token))

    def _add(self, path: Path, number: int, row: list[str]) -> None:
        if len(row) < 3 or not row[0] or not row[1]:
            raise TokenFileError(f"{TOKEN_FILE_FLAG}: line {number} of {path} needs a token, a user name and a uid")
        token, name, uid, *rest = row
        if _hash(token) in self._users:
            raise TokenFileError(f"{TOKEN_FILE_FLAG}: the token in line {number} of {path} is there before")
        groups = [group.strip() for group in rest[0].split(",") if group.strip()] if rest else []
        self._users[_hash(token)] = authenticated(name, groups, uid=uid)


def _hash(token: str) -> bytes:
    return sha256(token.encode(errors="surrogateescape")).digest()
