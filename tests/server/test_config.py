"""Flags and the configuration file: what they make, and what they say when wrong."""

from pathlib import Path

import pytest
from pilothouse.server.__main__ import main
from pilothouse.server.config import DEVELOPMENT_ISSUER, SERVE, UP, ConfigError, ServerConfig, load_config
from pilothouse.server.controllers.names import ALL, GARBAGE_COLLECTOR


@pytest.fixture
def tls(tmp_path: Path) -> dict[str, object]:
    """Flags that `serve` cannot do without."""
    flags: dict[str, object] = {}
    for name in ("client_ca_file", "tls_cert_file", "tls_private_key_file"):
        (tmp_path / name).write_text("x")
        flags[name] = str(tmp_path / name)
    return flags


def faults(flags: dict[str, object], command: str = UP, file: Path | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_config(command, flags, file)
    return caught.value.faults


def test_up_needs_no_flag() -> None:
    assert load_config(UP, {}) == ServerConfig(
        bind_address="127.0.0.1", controllers=ALL, service_account_issuer=(DEVELOPMENT_ISSUER,)
    )


@pytest.mark.parametrize(
    ("given", "run"),
    [
        ("*", ALL),
        ("none", ()),
        ("-*", ()),
        ("garbage-collector-controller", (GARBAGE_COLLECTOR,)),
        ("*,-garbage-collector-controller", tuple(name for name in ALL if name != GARBAGE_COLLECTOR)),
        ("-garbage-collector-controller", ()),
        ("-namespace-controller,garbage-collector-controller", (GARBAGE_COLLECTOR,)),
        # The first word about a controller counts.
        ("garbage-collector-controller,-garbage-collector-controller", (GARBAGE_COLLECTOR,)),
        (["namespace-controller", "garbage-collector-controller"], ALL[:2]),
    ],
)
def test_controllers_are_named_as_kube_controller_manager_names_them(given: object, run: tuple[str, ...]) -> None:
    assert load_config(UP, {"controllers": given}).controllers == run


@pytest.mark.parametrize("given", ["garbage", "*,-garbage", "", 5])
def test_controllers_that_there_are_not_are_refused(given: object) -> None:
    assert faults({"controllers": given})[0].startswith("--controllers: ")


def test_serve_names_every_file_that_it_needs() -> None:
    found = faults({}, SERVE)
    assert [fault.split()[0] for fault in found] == ["--client-ca-file", "--tls-cert-file", "--tls-private-key-file"]


def test_flags_become_values(tls: dict[str, object], tmp_path: Path) -> None:
    config = load_config(
        SERVE,
        {
            **tls,
            "etcd_servers": "https://10.0.0.1:2379, https://[::1]:2379",
            "etcd_prefix": "/brewery/",
            "etcd_compaction_interval": "0",
            "event_ttl": "1h30m",
            "bind_address": "::",
            "workers": "4",
            "heartbeat_interval": "500ms",
            "shared_writes": False,
            "log_format": "json",
        },
    )
    assert config.etcd_servers == ("https://10.0.0.1:2379", "https://[::1]:2379")
    assert config.etcd_prefix == "/brewery"
    assert (config.etcd_compaction_interval, config.event_ttl, config.heartbeat_interval) == (0, 5400, 0.5)
    assert (config.bind_address, config.workers, config.shared_writes, config.log_format) == ("::", 4, False, "json")
    assert config.tls_cert_file == tmp_path / "tls_cert_file"


@pytest.mark.parametrize(
    ("flags", "fault"),
    [
        ({"grpc_port": "70000"}, "--grpc-port: expected a port from 1 to 65535, not '70000'"),
        ({"grpc_port": "0"}, "--grpc-port: expected a port from 1 to 65535, not '0'"),
        ({"health_port": "-1"}, "--health-port: expected a port from 1 to 65535, or 0 for a free one, not '-1'"),
        (
            {"bind_address": "me"},
            "--bind-address: expected an IP address such as 127.0.0.1 or ::1, not 'me'",
        ),
        ({"event_ttl": "1 hour"}, "--event-ttl: expected a duration such as 5m0s, 30s or 500ms, not '1 hour'"),
        ({"event_ttl": "-1h"}, "--event-ttl: expected a duration such as 5m0s, 30s or 500ms, not '-1h'"),
        ({"event_ttl": "0"}, "--event-ttl: expected a duration above 0, not '0'"),
        ({"max_request_bytes": "3MB"}, "--max-request-bytes: expected a whole number, 1 or more, not '3MB'"),
        ({"log_level": "loud"}, "--log-level: expected one of debug, info, warning, error, not 'loud'"),
        ({"data_dir": " "}, "--data-dir: expected a text, not ' '"),
    ],
)
def test_a_bad_value_names_its_flag(flags: dict[str, object], fault: str) -> None:
    assert faults(flags) == [fault]


@pytest.mark.parametrize(
    ("flags", "fault"),
    [
        ({"etcd_servers": "10.0.0.1:2379"}, "--etcd-servers: expected a URL such as https://10.0.0.1:2379"),
        ({"etcd_servers": "https://etcd"}, "--etcd-servers: expected a URL"),
        (
            {"enable_admission_plugins": "Priority,Gate"},
            "--enable-admission-plugins: there is no admission plugin 'Gate'; known are AlwaysPullImages, ",
        ),
        (
            {"enable_admission_plugins": "Priority", "disable_admission_plugins": "Priority,RuntimeClass"},
            "--enable-admission-plugins and --disable-admission-plugins both name Priority",
        ),
        ({"etcd_servers": "https://etcd:99999"}, "--etcd-servers: expected a URL"),
        ({"etcd_servers": "https://etcd:2379,http://etcd:2380"}, "--etcd-servers: http and https endpoints"),
        ({"etcd_prefix": "registry"}, "--etcd-prefix: expected a prefix such as /registry"),
        ({"etcd_prefix": "/"}, "--etcd-prefix: expected a prefix such as /registry"),
        ({"workers": "2"}, "--workers above 1 needs --etcd-servers"),
        ({"etcd_cafile": __file__}, "--etcd-cafile is of no use without --etcd-servers"),
        ({"etcd_servers": "http://etcd:1", "etcd_cafile": __file__}, "--etcd-cafile is of no use with http"),
        ({"etcd_servers": "https://etcd:1", "etcd_keyfile": __file__}, "--etcd-certfile and --etcd-keyfile belong"),
        ({"crl_file": "/nowhere/at/all"}, "--crl-file: there is no file /nowhere/at/all"),
    ],
)
def test_what_contradicts_itself_is_refused(tls: dict[str, object], flags: dict[str, object], fault: str) -> None:
    (found,) = faults({**tls, **flags}, SERVE)
    assert found.startswith(fault)


def test_a_password_in_a_url_is_not_repeated() -> None:
    found = faults({"etcd_servers": "https://root:hunter2@etcd:2379"}, SERVE)
    assert "--etcd-servers" in found[0]
    assert "hunter2" not in "".join(found)


def test_all_faults_are_told_at_once() -> None:
    assert len(faults({"grpc_port": "x", "health_port": "y", "event_ttl": "z"})) == 3


def test_flags_win_over_the_file(tls: dict[str, object], tmp_path: Path) -> None:
    file = tmp_path / "server.yaml"
    file.write_text(
        "grpc-port: 9000\nhealth-port: 9001\nshared-writes: false\netcd-servers: [http://a:1, http://b:2]\n"
    )
    config = load_config(SERVE, {**tls, "grpc_port": "9002"}, file)
    assert (config.grpc_port, config.health_port, config.shared_writes) == (9002, 9001, False)
    assert config.etcd_servers == ("http://a:1", "http://b:2")


def test_paths_in_the_file_are_relative_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ca.crt").write_text("x")
    (tmp_path / "server.yaml").write_text(
        "data-dir: store\nclient-ca-file: ca.crt\ntls-cert-file: ca.crt\ntls-private-key-file: ca.crt\n"
    )
    monkeypatch.chdir(tmp_path)
    config = load_config(SERVE, {"tls_cert_file": "ca.crt"}, Path("server.yaml"))
    assert (config.data_dir, config.client_ca_file) == (tmp_path / "store", tmp_path / "ca.crt")
    assert config.tls_cert_file == Path("ca.crt")


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "server.yaml"
    file.write_text("# nothing yet\n")
    assert load_config(UP, {}, file) == load_config(UP, {})


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("grpc_port: 1\n", "unknown key 'grpc_port' in"),
        ("tls-cert-file: x\n", "unknown key 'tls-cert-file' in"),
        ("- grpc-port\n", "must be a mapping"),
        ("grpc-port: [\n", "is not valid YAML (line 2)"),
        ("grpc-port: true\n", "grpc-port in"),
        ("event-ttl: 30\n", "event-ttl in"),
        ("shared-writes: no thanks\n", "shared-writes in"),
        ("log-level:\n", "log-level in"),
    ],
)
def test_a_fault_in_the_file_names_file_and_key(tmp_path: Path, text: str, fault: str) -> None:
    file = tmp_path / "server.yaml"
    file.write_text(text)
    (found,) = faults({}, UP, file)
    assert fault in found
    assert str(file) in found


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    (found,) = faults({}, UP, tmp_path / "none.yaml")
    assert found == f"--config: cannot read {tmp_path / 'none.yaml'}: No such file or directory"


def test_the_command_line_says_what_is_wrong_and_exits_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["up", "--grpc-port", "x", "--log-level", "loud"]) == 2
    out = capsys.readouterr()
    assert out.err.splitlines() == [
        "pilothouse-server up: --grpc-port: expected a port from 1 to 65535, not 'x'",
        "pilothouse-server up: --log-level: expected one of debug, info, warning, error, not 'loud'",
    ]
    assert out.out == ""


def test_flags_of_one_command_are_unknown_to_the_other(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["up", "--tls-cert-file", "x"])
    assert caught.value.code == 2
    assert "--tls-cert-file" in capsys.readouterr().err


def test_help_shows_flags_as_kubernetes_names_them(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", "--help"])
    shown = capsys.readouterr().out
    for flag in ("--etcd-servers", "--client-ca-file", "--tls-private-key-file", "--event-ttl", "--no-shared-writes"):
        assert flag in shown


def test_what_is_told_of_service_accounts(tls: dict[str, object], tmp_path: Path) -> None:
    key, older = tmp_path / "key", tmp_path / "older"
    key.write_text("x")
    older.write_text("x")
    flags = {
        **tls,
        "service_account_issuer": ["https://a.test", "https://b.test", "https://a.test"],
        "service_account_signing_key_file": str(key),
        "service_account_key_file": [str(older), str(key)],
        "api_audiences": "https://a.test, vault",
        "service_account_max_token_expiration": "24h",
        "service_account_extend_token_expiration": "false",
        "anonymous_auth": "true",
    }
    config = load_config(SERVE, flags)
    assert config.service_account_issuer == ("https://a.test", "https://b.test")
    assert config.service_account_key_file == (older, key)
    assert config.api_audiences == ("https://a.test", "vault")
    assert config.service_account_max_token_expiration == 86400
    assert (config.service_account_extend_token_expiration, config.anonymous_auth) == (False, True)
    file = tmp_path / "server.yaml"
    file.write_text("service-account-issuer: https://a.test\nservice-account-key-file: [older, key]\n")
    config = load_config(SERVE, tls, file)
    assert (config.service_account_issuer, config.service_account_key_file) == (("https://a.test",), (older, key))


@pytest.mark.parametrize(
    ("flags", "fault"),
    [
        ({"service_account_issuer": ["a:b"]}, "--service-account-issuer: expected a URL, or a text without a colon"),
        ({"service_account_jwks_uri": "http://a.test"}, "--service-account-jwks-uri: expected a URL such as https://"),
        ({"service_account_max_token_expiration": "10m"}, "expected 0, or a duration from 1h to 2^32 seconds"),
        ({"service_account_lookup": "perhaps"}, "--service-account-lookup: expected true or false, not 'perhaps'"),
        ({"grpc_token_port": "7443"}, "--grpc-token-port and --grpc-port are both 7443"),
    ],
)
def test_what_is_told_wrong_of_tokens(flags: dict[str, object], fault: str) -> None:
    assert fault in faults(flags)[0]


def test_keys_need_an_issuer(tls: dict[str, object]) -> None:
    found = faults({**tls, "service_account_signing_key_file": tls["tls_cert_file"]}, SERVE)
    assert found[0].startswith("--service-account-issuer is needed")
