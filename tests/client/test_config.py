"""Where the configuration is found, and what is said about one that is wrong."""

from pathlib import Path

import pytest
from pilothouse.client import Client, ClientConfig, ConfigError

GOOD = """\
server: localhost:7443
certificate-authority: pki/ca.pem
client-certificate: /etc/me.pem
client-key: pki/me-key.pem
namespace: team-a
"""


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PILOTHOUSE_CONFIG", raising=False)


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    config = ClientConfig.load(write(tmp_path / "etc" / "c.yaml", GOOD))
    assert config.certificate_authority == tmp_path / "etc" / "pki" / "ca.pem"
    assert config.client_certificate == Path("/etc/me.pem")
    assert (config.server, config.namespace) == ("localhost:7443", "team-a")


def test_is_looked_for_where_users_expect_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "data" / "pilothouse.yaml", "server: local:1")
    assert ClientConfig.load().server == "local:1"
    write(tmp_path / "home" / ".config" / "pilothouse" / "config.yaml", "server: home:1")
    assert ClientConfig.load().server == "home:1"
    monkeypatch.setenv("PILOTHOUSE_CONFIG", str(write(tmp_path / "named.yaml", "server: named:1")))
    assert ClientConfig.load().server == "named:1"
    assert ClientConfig.load(write(tmp_path / "given.yaml", "server: given:1")).server == "given:1"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("server: localhost", "must be HOST:PORT"),
        ("server: localhost:70000", "must be HOST:PORT"),
        ("namespace: x", "must be HOST:PORT"),
        ("server: a:1\nclient-key: k.pem", "one of them is missing"),
        ("server: a:1\nclient_key: k.pem", "unknown key 'client_key'; known are"),
        ("server: a:1\nnamespace: 7", "namespace must be a string"),
        ("- a", "expected a mapping"),
        ("token: 'secret", "line 1: not valid YAML"),
    ],
)
def test_says_what_is_wrong(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint) as caught:
        ClientConfig.load(write(tmp_path / "c.yaml", text))
    assert "secret" not in str(caught.value)


def test_says_where_it_looked() -> None:
    with pytest.raises(ConfigError, match="name one with --config"):
        ClientConfig.load()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot read the configuration .*absent.yaml: No such file"):
        ClientConfig.load(tmp_path / "absent.yaml")


async def test_a_key_that_is_no_pem_is_named(tmp_path: Path) -> None:
    write(tmp_path / "ca.pem", "hello")
    config = ClientConfig.load(write(tmp_path / "c.yaml", "server: a:1\ncertificate-authority: ca.pem"))
    with pytest.raises(ConfigError, match=r"certificate-authority .*ca.pem is not a PEM file"):
        Client.connect(config)


def test_a_token_is_not_shown(tmp_path: Path) -> None:
    config = ClientConfig.load(write(tmp_path / "c.yaml", "server: a:1\ntoken: secret"))
    assert config.token == "secret"
    assert "secret" not in repr(config)
