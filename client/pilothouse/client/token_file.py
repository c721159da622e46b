"""A bearer token from a file that somebody else keeps fresh."""

import os
from pathlib import Path

from grpc import AuthMetadataContext, AuthMetadataPlugin, AuthMetadataPluginCallback

from .config import ConfigError


class TokenFile(AuthMetadataPlugin):
    """Adds the token to each call, and reads the file again when it was written or replaced. A file that is gone, or
    empty for a moment, leaves the token that was there. gRPC calls this from threads of its own."""

    def __init__(self, path: Path) -> None:
        """Raises ConfigError where the file cannot be read, or holds no token."""
        self._path = path
        try:
            self._stamp, self._token = _read(path)
        except OSError as error:
            raise ConfigError(f"cannot read token-file {path}: {error.strerror}") from None
        except ValueError as error:
            raise ConfigError(f"token-file {path}: {error}") from None

    def __call__(self, context: AuthMetadataContext, callback: AuthMetadataPluginCallback) -> None:
        callback((("authorization", f"Bearer {self._current()}"),), None)

    def _current(self) -> str:
        try:
            if _stamp(self._path) != self._stamp:
                self._stamp, self._token = _read(self._path)
        except (OSError, ValueError):
            # The server says whether the old one is still good.
            return self._token
        return self._token


def _read(path: Path) -> tuple[tuple[int, int, int], str]:
    """Raises OSError, ValueError."""
    stamp = _stamp(path)
    token = path.read_bytes().strip().decode("ascii", errors="replace")
    if not token:
        raise ValueError("it holds no token")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise ValueError("it holds something else than one token")
    return stamp, token


def _stamp(path: Path) -> tuple[int, int, int]:
    status = os.stat(path)
    return status.st_mtime_ns, status.st_size, status.st_ino
