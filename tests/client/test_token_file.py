"""A token from a file: read again when it changes, and what is said where there is none."""

import os
from pathlib import Path
from typing import Any

import pytest
from grpc import AuthMetadataContext, AuthMetadataPluginCallback
from pilothouse.client import ClientConfig, ConfigError
from pilothouse.client.token_file import TokenFile


class Kept(AuthMetadataPluginCallback):
    """What the calls of a plugin would carry."""

    def __init__(self) -> None:
        self.metadata: list[str] = []

    def __call__(self, metadata: Any, error: Exception | None) -> None:
        assert error is None
        self.metadata = [f"{key}: {value}" for key, value in metadata]


def shown(tokens: TokenFile) -> list[str]:
    kept = Kept()
    tokens(AuthMetadataContext(), kept)
    return kept.metadata


def test_a_file_that_is_replaced_is_read_again(tmp_path: Path) -> None:
    file, newer = tmp_path / "token", tmp_path / "newer"
    file.write_text("one\n")
    tokens = TokenFile(file)
    assert shown(tokens) == ["authorization: Bearer one"]
    newer.write_text("another")
    os.replace(newer, file)
    assert shown(tokens) == ["authorization: Bearer another"]
    for broken in ("", "a b", "a\nb"):
        file.write_text(broken)
        assert shown(tokens) == ["authorization: Bearer another"]
    file.unlink()
    assert shown(tokens) == ["authorization: Bearer another"]


@pytest.mark.parametrize(
    ("text", "fault"), [(None, "cannot read"), (" \n", "holds no token"), ("a b", "than one token")]
)
def test_a_file_that_holds_no_token_is_named(tmp_path: Path, text: str | None, fault: str) -> None:
    file = tmp_path / "token"
    if text is not None:
        file.write_text(text)
    with pytest.raises(ConfigError, match=f"token-file {file}.*{fault}|{fault} token-file {file}"):
        TokenFile(file)


def test_one_token_is_enough(tmp_path: Path) -> None:
    file = tmp_path / "client.yaml"
    file.write_text("server: a:1\ntoken: hush\ntoken-file: t\n")
    with pytest.raises(ConfigError, match="token and token-file are both given") as caught:
        ClientConfig.load(file)
    assert "hush" not in str(caught.value)
