"""What `pilothouse-server up` prepares: a data directory with certificates, and a configuration for the client."""

import ipaddress
from dataclasses import replace
from pathlib import Path

import yaml

from .authentication.pki import CertificateFiles, Pki, PkiError
from .config import ConfigError, ServerConfig

NAME = "pilothouse"
ADMIN = "admin"
ADMIN_GROUPS = ("system:masters",)


def prepare(config: ServerConfig) -> tuple[ServerConfig, str]:
    """The configuration with certificates that are made where they are missing, and what to tell the user. Raises
    ConfigError where the data directory cannot be used. The client's configuration is written by
    `write_client_config`, once the server has the directory for itself."""
    address = ipaddress.ip_address(config.bind_address)
    hosts = () if address.is_unspecified else (config.bind_address,)
    try:
        # For the owner only: besides private keys, the store holds every Secret.
        config.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        pki = Pki(config.data_dir / "pki")
        server = pki.server(hosts)
        pki.client(ADMIN, ADMIN_GROUPS)
        signing = config.service_account_signing_key_file or pki.account_key()
    except OSError as error:
        where = error.filename or config.data_dir
        raise ConfigError([f"--data-dir: cannot use {where}: {error.strerror}"]) from None
    except PkiError as error:
        raise ConfigError([f"--data-dir: {error}"]) from None
    made = replace(
        config,
        client_ca_file=server.ca,
        tls_cert_file=server.certificate,
        tls_private_key_file=server.key,
        service_account_signing_key_file=signing,
        root_ca_file=server.ca,
    )
    return made, _advice(config, _client_config(config))


def _address(config: ServerConfig, port: int) -> str:
    """Where a client on this machine finds the server."""
    address = ipaddress.ip_address(config.bind_address)
    if address.is_unspecified:
        address = ipaddress.ip_address("127.0.0.1" if address.version == 4 else "::1")
    return f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"


def _client_config(config: ServerConfig) -> Path:
    return config.data_dir / "pilothouse.yaml"


def _kubeconfig(config: ServerConfig) -> Path:
    return config.data_dir / "kubeconfig"


def write_client_config(config: ServerConfig) -> None:
    """Tells clients where the server is. Raises OSError. A second server on the same directory must not come so far:
    the clients of the first one would be sent elsewhere."""
    file = _client_config(config)
    client = Pki(config.data_dir / "pki").client(ADMIN, ADMIN_GROUPS)
    content = {
        "server": _address(config, config.grpc_port),
        "certificate-authority": str(client.ca.relative_to(file.parent)),
        "client-certificate": str(client.certificate.relative_to(file.parent)),
        "client-key": str(client.key.relative_to(file.parent)),
        "namespace": "default",
    }
    text = "# Written by every `pilothouse-server up`.\n" + yaml.safe_dump(content, sort_keys=False)
    file.write_text(text, encoding="utf-8")
    _write_kubeconfig(config, client)


def _write_kubeconfig(config: ServerConfig, client: CertificateFiles) -> None:
    """What kubectl and its kin read. Paths in it are relative to the file, as they take them."""
    file = _kubeconfig(config)
    cluster = {
        "server": f"https://{_address(config, config.secure_port)}",
        "certificate-authority": str(client.ca.relative_to(file.parent)),
    }
    user = {
        "client-certificate": str(client.certificate.relative_to(file.parent)),
        "client-key": str(client.key.relative_to(file.parent)),
    }
    context = {"cluster": NAME, "user": ADMIN, "namespace": "default"}
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": NAME, "cluster": cluster}],
        "users": [{"name": ADMIN, "user": user}],
        "contexts": [{"name": NAME, "context": context}],
        "current-context": NAME,
    }
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def _advice(config: ServerConfig, client_config: Path) -> str:
    return (
        f"Starting on {_address(config, config.grpc_port)}, with data and certificates in {config.data_dir}. "
        "In another terminal:\n\n"
        f"    export PILOTHOUSE_CONFIG={client_config.absolute()}\n"
        "    pilothouse get namespaces\n\n"
        f"or, through the Kubernetes API on {_address(config, config.secure_port)}:\n\n"
        f"    kubectl --kubeconfig {_kubeconfig(config).absolute()} get namespaces\n\n"
        "Ctrl-C stops the server; what it stores stays.\n"
    )
