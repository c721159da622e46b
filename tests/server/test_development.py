"""What `up` prepares before it serves."""

import stat
from pathlib import Path

import pytest
import yaml
from cryptography import x509
from cryptography.x509.oid import NameOID
from pilothouse.client.config import ClientConfig
from pilothouse.server.config import ConfigError, ServerConfig
from pilothouse.server.development import prepare, write_client_config


def prepared(data: Path, bind_address: str = "127.0.0.1") -> tuple[ServerConfig, dict[str, str]]:
    config, _ = prepare(ServerConfig(data_dir=data, bind_address=bind_address, grpc_port=7000))
    write_client_config(config)
    client: dict[str, str] = yaml.safe_load((data / "pilothouse.yaml").read_text())
    return config, client


def test_the_first_start_makes_certificates_and_a_client_configuration(tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"
    config, client = prepared(data)
    for path in (config.client_ca_file, config.tls_cert_file, config.tls_private_key_file):
        assert path is not None
        assert path.is_file()
    assert client["server"] == "127.0.0.1:7000"
    assert client["namespace"] == "default"
    certificate = x509.load_pem_x509_certificate((data / client["client-certificate"]).read_bytes())
    ca = x509.load_pem_x509_certificate((data / client["certificate-authority"]).read_bytes())
    certificate.verify_directly_issued_by(ca)
    names = [
        certificate.subject.get_attributes_for_oid(oid)[0].value
        for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)
    ]
    assert names == ["admin", "system:masters"]
    keys = list(data.rglob("*.key"))
    assert len(keys) == 4
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}
    assert stat.S_IMODE(data.stat().st_mode) == 0o700


def test_the_next_start_keeps_the_certificates(tmp_path: Path) -> None:
    prepared(tmp_path)
    before = {path: path.read_bytes() for path in (tmp_path / "pki").rglob("*") if path.is_file()}
    prepared(tmp_path)
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize(
    ("bind_address", "server"),
    [("0.0.0.0", "127.0.0.1:7000"), ("::", "[::1]:7000"), ("::1", "[::1]:7000"), ("127.0.0.2", "127.0.0.2:7000")],
)
def test_the_client_is_told_an_address_that_the_certificate_names(
    tmp_path: Path, bind_address: str, server: str
) -> None:
    config, client = prepared(tmp_path, bind_address)
    assert client["server"] == server
    assert config.tls_cert_file is not None
    certificate = x509.load_pem_x509_certificate(config.tls_cert_file.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    host = server.rpartition(":")[0].strip("[]")
    assert host in [str(name.value) for name in names]


def test_the_client_library_reads_what_is_written(tmp_path: Path) -> None:
    prepared(tmp_path)
    read = ClientConfig.load(tmp_path / "pilothouse.yaml")
    assert (read.server, read.namespace) == ("127.0.0.1:7000", "default")
    for path in (read.certificate_authority, read.client_certificate, read.client_key):
        assert path is not None
        assert path.is_file()


def test_the_advice_names_the_configuration(tmp_path: Path) -> None:
    _, advice = prepare(ServerConfig(data_dir=tmp_path))
    assert f"PILOTHOUSE_CONFIG={tmp_path / 'pilothouse.yaml'}" in advice


def test_a_data_directory_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=f"--data-dir: cannot use {tmp_path}/file"):
        prepare(ServerConfig(data_dir=tmp_path / "file" / "data"))


def test_an_authority_that_is_spoilt_is_an_error_and_kept(tmp_path: Path) -> None:
    prepared(tmp_path)
    (tmp_path / "pki" / "ca.crt").write_text("spoilt")
    with pytest.raises(ConfigError, match=r"--data-dir: cannot use .*ca\.crt"):
        prepared(tmp_path)
    assert (tmp_path / "pki" / "ca.crt").read_text() == "spoilt"


def test_kubectl_is_given_a_configuration_of_its_own(tmp_path: Path) -> None:
    config, _ = prepared(tmp_path)
    file = tmp_path / "kubeconfig"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    content = yaml.safe_load(file.read_text())
    assert content["clusters"][0]["cluster"]["server"] == f"https://127.0.0.1:{config.secure_port}"
    assert content["contexts"][0]["name"] == content["current-context"]
    user = content["users"][0]["user"]
    for path in (*user.values(), content["clusters"][0]["cluster"]["certificate-authority"]):
        assert (tmp_path / path).is_file()
