"""Where the server is and how to prove who one is, read from a YAML file."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

CONFIG_VARIABLE = "PILOTHOUSE_CONFIG"
USER_CONFIG = Path(".config/pilothouse/config.yaml")  # below the home directory
LOCAL_CONFIG = Path("data/pilothouse.yaml")  # what `pilothouse-server up` writes in its default data directory

STRINGS = ("server", "namespace", "server-name", "token")
PATHS = ("certificate-authority", "client-certificate", "client-key", "token-file")


class ConfigError(Exception):
    """The configuration is missing or wrong; the message names the file, the key and what to do."""


@dataclass(frozen=True, slots=True)
class ClientConfig:
    """One server and one identity.

    server: "host:port"; certificate_authority: PEM file that the server's certificate is checked against, None for the
    system's; client_certificate and client_key: PEM files, both or neither; namespace: taken where a call names none;
    server_name: the name expected in the server's certificate where it is not the host's; token: a bearer token or "";
    token_file: a file that holds one and is read again when it changes. A server takes tokens on a port of their own.
    """

    server: str
    certificate_authority: Path | None = None
    client_certificate: Path | None = None
    client_key: Path | None = None
    namespace: str = "default"
    server_name: str = ""
    token: str = field(default="", repr=False)
    token_file: Path | None = None

    @classmethod
    def load(cls, path: Path | str | None = None) -> "ClientConfig":
        """Reads `path`; without it the file that $PILOTHOUSE_CONFIG names, else ~/.config/pilothouse/config.yaml, else
        ./data/pilothouse.yaml. Paths in the file are relative to it. Raises ConfigError."""
        file = Path(path) if path is not None else _find()
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"cannot read the configuration {file}: {getattr(error, 'strerror', None) or error}"
            ) from None
        try:
            content = yaml.safe_load(text)
        except yaml.YAMLError as error:
            # The problem and its place, without the parser's excerpt: the file may hold a token.
            mark = getattr(error, "problem_mark", None)
            where = f", line {mark.line + 1}" if mark else ""
            raise ConfigError(
                f"{file}{where}: not valid YAML: {getattr(error, 'problem', None) or 'unreadable'}"
            ) from None
        if not isinstance(content, dict):
            raise ConfigError(f"{file}: expected a mapping with at least `server: HOST:PORT`")
        return _from_mapping(content, file)


def _find() -> Path:
    if named := os.environ.get(CONFIG_VARIABLE):
        return Path(named)
    candidates = [Path.home() / USER_CONFIG, LOCAL_CONFIG]
    for candidate in candidates:
        if candidate.exists():
            return candidate
    tried = " and ".join(str(c) for c in candidates)
    raise ConfigError(
        f"no configuration: {tried} do not exist; name one with --config or ${CONFIG_VARIABLE}, "
        "or start a server here with `pilothouse-server up`"
    )


def _from_mapping(content: Mapping[object, object], file: Path) -> ClientConfig:
    unknown = [str(key) for key in content if key not in (*STRINGS, *PATHS)]
    if unknown:
        raise ConfigError(f"{file}: unknown key {unknown[0]!r}; known are {', '.join((*STRINGS, *PATHS))}")
    text: dict[str, str] = {}
    for key in (*STRINGS, *PATHS):
        value = content.get(key)
        if value is not None and not isinstance(value, str):
            raise ConfigError(f"{file}: {key} must be a string")
        text[key] = value or ""
    host, _, port = text["server"].rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ConfigError(f"{file}: server must be HOST:PORT with a port from 1 to 65535, not {text['server']!r}")
    if bool(text["client-certificate"]) != bool(text["client-key"]):
        raise ConfigError(f"{file}: client-certificate and client-key belong together; one of them is missing")
    if text["token"] and text["token-file"]:
        raise ConfigError(f"{file}: token and token-file are both given; one of them is enough")
    paths = {key: file.parent / Path(text[key]).expanduser() if text[key] else None for key in PATHS}
    return ClientConfig(
        server=text["server"],
        certificate_authority=paths["certificate-authority"],
        client_certificate=paths["client-certificate"],
        client_key=paths["client-key"],
        namespace=text["namespace"] or "default",
        server_name=text["server-name"],
        token=text["token"],
        token_file=paths["token-file"],
    )
