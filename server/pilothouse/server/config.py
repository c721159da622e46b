"""What the server is told when it starts: ServerConfig, from flags and a YAML file.

Each field below is one flag and one key of the file: `etcd_servers` is `--etcd-servers` and `etcd-servers:`. Flags are
named as kube-apiserver names them, where it has the option.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from . import config_values as value
from .config_values import Parse
from .controllers.names import ALL, ROLE_AGGREGATION

MIB = 1024 * 1024
UP, SERVE = "up", "serve"
LEVELS = ("debug", "info", "warning", "error")
FORMATS = ("text", "json")


class ConfigError(Exception):
    """The flags or the file are wrong. `faults`: one line each, naming the flag, what is wrong and what is right."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Flag:
    """How a field is given: its parser, its help, the one command that knows it ("": all do), and whether it is given
    once for each of its values."""

    parse: Parse[object]
    help: str
    only: str = ""
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """Durations are in seconds, sizes in bytes. Without etcd_servers the store is SQLite in data_dir. The TLS files are
    None only until they are made (`up`)."""

    data_dir: Annotated[Path, Flag(value.path, "directory of the embedded store, made where missing")] = Path("data")
    etcd_servers: Annotated[
        tuple[str, ...], Flag(value.urls, "etcd endpoints (scheme://host:port), comma list; without it, SQLite", SERVE)
    ] = ()
    etcd_cafile: Annotated[Path | None, Flag(value.file, "CA certificate that etcd is checked against", SERVE)] = None
    etcd_certfile: Annotated[Path | None, Flag(value.file, "client certificate to show to etcd", SERVE)] = None
    etcd_keyfile: Annotated[Path | None, Flag(value.file, "private key of that certificate", SERVE)] = None
    etcd_prefix: Annotated[str, Flag(value.key_prefix, "what every key in etcd begins with", SERVE)] = "/registry"
    etcd_compaction_interval: Annotated[
        float, Flag(value.duration, "how often the history of the store is cut (0: never)")
    ] = 300.0
    event_ttl: Annotated[float, Flag(value.positive_duration, "how long events are kept")] = 3600.0
    client_ca_file: Annotated[Path | None, Flag(value.file, "CA certificates of clients", SERVE)] = None
    crl_file: Annotated[Path | None, Flag(value.file, "revoked client certificates: revocation lists", SERVE)] = None
    tls_cert_file: Annotated[Path | None, Flag(value.file, "the server's certificate", SERVE)] = None
    tls_private_key_file: Annotated[Path | None, Flag(value.file, "private key of that certificate", SERVE)] = None
    bind_address: Annotated[str, Flag(value.ip_address, "IP address to listen on")] = "0.0.0.0"
    advertise_address: Annotated[
        str,
        Flag(
            value.ip_address, "IP address that the cluster is told (default: --bind-address, or one of the host's own)"
        ),
    ] = ""
    grpc_port: Annotated[int, Flag(value.port, "port of the gRPC API, where clients show certificates")] = 7443
    grpc_token_port: Annotated[
        int, Flag(value.port, "port of the gRPC API where clients show bearer tokens; open where tokens are known")
    ] = 7444
    secure_port: Annotated[
        int, Flag(value.port, "port of the REST API, where clients show certificates or bearer tokens")
    ] = 6443
    token_auth_file: Annotated[
        Path | None, Flag(value.file, 'static bearer tokens: token,user,uid,"groups" a line, CSV')
    ] = None
    service_account_issuer: Annotated[
        tuple[str, ...],
        Flag(value.issuers, "issuer of service account tokens; given again, more that are accepted", repeated=True),
    ] = ()
    service_account_signing_key_file: Annotated[
        Path | None, Flag(value.file, "private key that signs service account tokens (RSA or ECDSA, PEM)")
    ] = None
    service_account_key_file: Annotated[
        tuple[Path, ...],
        Flag(value.files, "keys that such tokens may be signed with as well, public or private, PEM", repeated=True),
    ] = ()
    api_audiences: Annotated[
        tuple[str, ...], Flag(value.texts, "whom tokens must be meant for, comma list (default: the issuers)")
    ] = ()
    service_account_max_token_expiration: Annotated[
        float, Flag(value.token_lifetime, "longest life of a service account token that may be asked for (0: any)")
    ] = 0.0
    service_account_extend_token_expiration: Annotated[
        bool, Flag(value.boolean, "let tokens that pods mount by default be good for a year")
    ] = True
    service_account_lookup: Annotated[
        bool, Flag(value.boolean, "take tokens without an end only where their secret holds them")
    ] = True
    service_account_jwks_uri: Annotated[
        str, Flag(value.https_url, "where relying parties find the keys, if not on this server's REST port")
    ] = ""
    anonymous_auth: Annotated[
        bool, Flag(value.boolean, "take REST requests without credentials as system:anonymous, not for health alone")
    ] = False
    health_port: Annotated[
        int, Flag(value.port_or_any, "port of /livez, /readyz and /metrics, on the loopback only (0: a free one)")
    ] = 8080
    workers: Annotated[int, Flag(value.count, "serving processes; more than one needs etcd", SERVE)] = 1
    max_request_bytes: Annotated[int, Flag(value.count, "largest request that is accepted")] = 3 * MIB
    watch_cache_bytes: Annotated[int, Flag(value.count, "memory for past changes, to resume watches from")] = 64 * MIB
    shared_writes: Annotated[bool, Flag(value.boolean, "one etcd transaction per write, not shared ones")] = True
    service_cluster_ip_range: Annotated[
        tuple[str, ...], Flag(value.cluster_ranges, "range of cluster IPs, or one of IPv4 and one of IPv6, comma list")
    ] = ("10.0.0.0/24",)
    service_node_port_range: Annotated[
        tuple[int, int], Flag(value.port_range, "lowest and highest port of services on nodes")
    ] = (30000, 32767)
    enable_admission_plugins: Annotated[
        tuple[str, ...], Flag(value.plugins, "admission plugins to run beside those on by default, comma list")
    ] = ()
    disable_admission_plugins: Annotated[
        tuple[str, ...], Flag(value.plugins, "admission plugins not to run although on by default, comma list")
    ] = ()
    admission_control_config_file: Annotated[
        Path | None, Flag(value.file, "AdmissionConfiguration: what plugins are told, in YAML")
    ] = None
    controllers: Annotated[
        tuple[str, ...],
        Flag(
            value.controllers,
            "controllers to run, comma list: * (all), NAME, -NAME (not this one), or none; names are " + ", ".join(ALL),
        ),
    ] = (ROLE_AGGREGATION,)
    leader_elect_lease_duration: Annotated[
        float, Flag(value.lease_duration, "how long after its last word another server runs the controllers", SERVE)
    ] = 15.0
    root_ca_file: Annotated[
        Path | None,
        Flag(value.file, "CA certificate of the server, published in each namespace as kube-root-ca.crt", SERVE),
    ] = None
    audit_log_path: Annotated[
        Path | None, Flag(value.path, "file that gets a line for each request (-: standard output)")
    ] = None
    audit_log_maxsize: Annotated[int, Flag(value.count, "size in MB at which the audit log is rotated")] = 100
    audit_log_maxbackup: Annotated[int, Flag(value.number, "rotated audit logs that are kept (0: all)")] = 0
    audit_log_maxage: Annotated[int, Flag(value.number, "days that rotated audit logs are kept (0: for ever)")] = 0
    heartbeat_interval: Annotated[
        float, Flag(value.positive_duration, "how often a silent watch is sent its revision")
    ] = 5.0
    shutdown_delay_duration: Annotated[
        float, Flag(value.duration, "how long to serve on, as not ready, once told to stop")
    ] = 0.0
    shutdown_grace_period: Annotated[float, Flag(value.duration, "how long open calls may then take to finish")] = 30.0
    log_level: Annotated[str, Flag(value.one_of(*LEVELS), f"least severity logged: {', '.join(LEVELS)}")] = "info"
    log_format: Annotated[str, Flag(value.one_of(*FORMATS), "text or json, one line each")] = "text"


DEVELOPMENT_ISSUER = "https://kubernetes.default.svc"
UP_DEFAULTS: Mapping[str, object] = MappingProxyType(
    {
        "bind_address": "127.0.0.1",
        "controllers": ALL,
        "service_account_issuer": (DEVELOPMENT_ISSUER,),
    }
)
"""What `up` takes for granted otherwise than `serve`."""


def _flags() -> dict[str, Flag]:
    return {found.name: found.type.__metadata__[0] for found in fields(ServerConfig)}  # type: ignore[union-attr]


FLAGS: Mapping[str, Flag] = MappingProxyType(_flags())
"""Every flag by its field's name."""


def flag_name(name: str) -> str:
    """The flag of a field: the name of a switch says what it does when given."""
    return "--no-shared-writes" if name == "shared_writes" else "--" + name.replace("_", "-")


def flags_of(command: str) -> dict[str, Flag]:
    """The flags that a command knows, by field name."""
    return {name: flag for name, flag in FLAGS.items() if flag.only in ("", command)}


def load_config(command: str, flags: Mapping[str, object], config_file: Path | None = None) -> ServerConfig:
    """The configuration of "up" or "serve".

    flags: by field name; None where a flag was not given. config_file: a YAML mapping whose keys are the flags' names
    without dashes in front, and whose paths are relative to the file; flags win over it. Raises ConfigError with
    everything that is wrong at once.
    """
    faults: list[str] = []
    given = _from_file(command, config_file, faults) if config_file is not None else {}
    given |= {name: (flag_name(name), raw) for name, raw in flags.items() if raw is not None}
    parsed: dict[str, object] = {} if command == SERVE else dict(UP_DEFAULTS)
    for name, (source, raw) in given.items():
        try:
            parsed[name] = FLAGS[name].parse(raw)
        except ValueError as error:
            faults.append(f"{source}: {error}")
    if not faults:
        config = ServerConfig(**parsed)  # type: ignore[arg-type]  # each by the parser of its own field
        faults = _contradictions(config) + (_missing(config) if command == SERVE else [])
    if faults:
        raise ConfigError(faults)
    return config


def _from_file(command: str, file: Path, faults: list[str]) -> dict[str, tuple[str, object]]:
    """field name -> (where it was said, its raw value)."""
    import yaml

    try:
        content = yaml.load(file.read_bytes(), yaml.CSafeLoader)
    except OSError as error:
        faults.append(f"--config: cannot read {file}: {error.strerror}")
        return {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark else ""
        faults.append(f"--config: {file} is not valid YAML{where}: {getattr(error, 'problem', error)}")
        return {}
    if not isinstance(content, dict | None):
        faults.append(f"--config: {file} must be a mapping of flags, as `grpc-port: 7443`")
        return {}
    known = {name.replace("_", "-"): name for name in flags_of(command)}
    given: dict[str, tuple[str, object]] = {}
    for key, raw in (content or {}).items():
        if key in known:
            given[known[key]] = (f"{key} in {file}", _beside(file, FLAGS[known[key]], raw))
        else:
            faults.append(f"--config: unknown key {str(key)!r} in {file}; known are {', '.join(known)}")
    return given


def _beside(file: Path, flag: Flag, raw: object) -> object:
    """A path in a file is relative to that file, wherever the server is started."""
    if flag.parse in (value.path, value.file) and isinstance(raw, str) and raw.strip() not in ("", "-"):
        return str(file.absolute().parent / value.path(raw))
    if flag.parse is value.files and isinstance(raw, str | list):
        parts = [raw] if isinstance(raw, str) else raw
        return [str(file.absolute().parent / value.path(part)) for part in parts]
    return raw


def _contradictions(config: ServerConfig) -> list[str]:
    faults = []
    if both := sorted(set(config.enable_admission_plugins) & set(config.disable_admission_plugins)):
        faults.append(f"--enable-admission-plugins and --disable-admission-plugins both name {', '.join(both)}")
    if (config.etcd_certfile is None) != (config.etcd_keyfile is None):
        faults.append("--etcd-certfile and --etcd-keyfile belong together; one of them is missing")
    if (config.service_account_signing_key_file or config.service_account_key_file) and (
        not config.service_account_issuer
    ):
        faults.append("--service-account-issuer is needed with keys of service accounts: who makes their tokens?")
    if not config.etcd_servers:
        for name in ("etcd_cafile", "etcd_certfile"):
            if getattr(config, name) is not None:
                faults.append(f"{flag_name(name)} is of no use without --etcd-servers")
        if config.workers > 1:
            faults.append("--workers above 1 needs --etcd-servers: the embedded store serves one process")
    if len({url.partition("://")[0] for url in config.etcd_servers}) > 1:
        faults.append("--etcd-servers: http and https endpoints cannot be mixed")
    elif config.etcd_cafile is not None and config.etcd_servers and config.etcd_servers[0].startswith("http:"):
        faults.append("--etcd-cafile is of no use with http endpoints in --etcd-servers")
    ports = {"grpc_port": config.grpc_port, "secure_port": config.secure_port}
    takes_tokens = bool(config.token_auth_file or config.service_account_issuer)
    for name, port in ports.items():
        if takes_tokens and port == config.grpc_token_port:
            faults.append(f"--grpc-token-port and {flag_name(name)} are both {port}")
    return faults


def _missing(config: ServerConfig) -> list[str]:
    return [
        f"{flag_name(name)} is required (for development, `pilothouse-server up` makes its own)"
        for name in ("client_ca_file", "tls_cert_file", "tls_private_key_file")
        if getattr(config, name) is None
    ]
