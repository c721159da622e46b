"""The values of a plugin's section of the AdmissionConfiguration. All raise ConfigurationError."""

from collections.abc import Iterable, Mapping

from .environment import ConfigurationError


def mapping(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise ConfigurationError(f"{where} must be a mapping, not {value!r}")
    return value


def listing(value: object, where: str) -> list[object]:
    if not isinstance(value, list):
        raise ConfigurationError(f"{where} must be a list, not {value!r}")
    return value


def text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise ConfigurationError(f"{where} must be a text, not {value!r}")
    return value


def positive(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        raise ConfigurationError(f"{where} must be a whole number above 0, not {value!r}")
    return value


def only(section: Mapping[str, object], known: Iterable[str], where: str) -> None:
    """Refuses members that nothing is known of."""
    names = ("apiVersion", "kind", *known)
    for name in section:
        if name not in names:
            raise ConfigurationError(f"{where} has no member {name!r}; known are {', '.join(names)}")
