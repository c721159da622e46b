"""The file of --admission-control-config-file: an AdmissionConfiguration of apiserver.config.k8s.io/v1.

`plugins` is a list of {name, configuration} or {name, path}, where path names a file with the section, relative to this
one.
"""

from collections.abc import Mapping
from pathlib import Path

import yaml

from .environment import ConfigurationError
from .sections import listing, mapping, only, text

API_VERSION, KIND = "apiserver.config.k8s.io/v1", "AdmissionConfiguration"


def read_sections(file: Path) -> Mapping[str, Mapping[str, object]]:
    """The sections by the names of plugins. Raises ConfigurationError."""
    whole = mapping(_read(file), str(file))
    only(whole, ("plugins",), str(file))
    given = (whole.get("apiVersion"), whole.get("kind"))
    if given != (API_VERSION, KIND):
        raise ConfigurationError(
            f"{file} must be of apiVersion {API_VERSION!r} and kind {KIND!r}, not {given[0]!r} and {given[1]!r}"
        )
    found: dict[str, Mapping[str, object]] = {}
    for index, value in enumerate(listing(whole.get("plugins", []), "plugins")):
        where = f"plugins[{index}]"
        plugin = mapping(value, where)
        only(plugin, ("name", "path", "configuration"), where)
        name = text(plugin.get("name"), f"{where}.name")
        if name in found:
            raise ConfigurationError(f"{where}: {name} is configured twice")
        found[name] = _section(plugin, file, f"{where} ({name})")
    return found


def _section(plugin: Mapping[str, object], file: Path, where: str) -> Mapping[str, object]:
    inline, path = plugin.get("configuration"), plugin.get("path")
    if inline is not None and path:
        raise ConfigurationError(f"{where} has a path and a configuration; it can have one of them")
    if path:
        return mapping(_read(file.parent / text(path, f"{where}.path")) or {}, f"{where}.path")
    return mapping(inline if inline is not None else {}, f"{where}.configuration")


def _read(file: Path) -> object:
    try:
        return yaml.load(file.read_bytes(), yaml.CSafeLoader)
    except OSError as error:
        raise ConfigurationError(f"cannot read {file}: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} is not valid YAML: {getattr(error, 'problem', error)}") from None
