"""What a name may look like, and what to say when it does not.

Each rule is a function from the text to the list of its faults, empty when there is none. The words are those of a
kube-apiserver, because people and their tools know them. Where two things are wrong both are named.
"""

import ipaddress
import random
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from hashlib import blake2b
from types import MappingProxyType

NameRule = Callable[[str], list[str]]

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = _LABEL + r"(\." + _LABEL + ")*"
_LABEL_1035 = r"[a-z]([-a-z0-9]*[a-z0-9])?"
_WILDCARD = r"\*\." + _SUBDOMAIN
_QUALIFIED = r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_LABEL_VALUE = f"({_QUALIFIED})?"
_CONFIG_KEY = r"[-._a-zA-Z0-9]+"

_is_label = re.compile(_LABEL).fullmatch
_is_subdomain = re.compile(_SUBDOMAIN).fullmatch
_is_label_1035 = re.compile(_LABEL_1035).fullmatch
_is_wildcard = re.compile(_WILDCARD).fullmatch
_is_qualified = re.compile(_QUALIFIED).fullmatch
_is_label_value = re.compile(_LABEL_VALUE).fullmatch
_is_config_key = re.compile(_CONFIG_KEY).fullmatch
_is_port_charset = re.compile(r"[-a-z0-9]+").fullmatch
_has_letter = re.compile(r"[a-z]").search
_is_environment_name = re.compile(r"[ -<>-~]+").fullmatch


def _pattern_fault(message: str, pattern: str, *examples: str) -> str:
    quoted = ",  or ".join(f"'{example}'" for example in examples)
    return f"{message} (e.g. {quoted}, regex used for validation is '{pattern}')"


_LABEL_FAULT = _pattern_fault(
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with "
    "an alphanumeric character",
    _LABEL,
    "my-name",
    "123-abc",
)
_SUBDOMAIN_FAULT = _pattern_fault(
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an alphanumeric character",
    _SUBDOMAIN,
    "example.com",
)
_LABEL_1035_FAULT = _pattern_fault(
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
    "and end with an alphanumeric character",
    _LABEL_1035,
    "my-name",
    "abc-123",
)
_WILDCARD_FAULT = _pattern_fault(
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of "
    "lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
    _WILDCARD,
    "*.example.com",
)
_QUALIFIED_FAULT = _pattern_fault(
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    _QUALIFIED,
    "MyName",
    "my.name",
    "123-abc",
)
_LABEL_VALUE_FAULT = _pattern_fault(
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
    "end with an alphanumeric character",
    _LABEL_VALUE,
    "MyValue",
    "my_value",
    "12345",
)
_CONFIG_KEY_FAULT = _pattern_fault(
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
    _CONFIG_KEY,
    "key.name",
    "KEY_NAME",
    "key-name",
)


def too_long(limit: int, unit: str = "characters") -> str:
    return f"must be no more than {limit} {unit}"


def dns1123_label(value: str) -> list[str]:
    """RFC 1123 label, at most 63 characters: namespaces, container names."""
    faults = [too_long(63)] if len(value) > 63 else []
    if not _is_label(value):
        faults.append("must not contain dots" if _is_subdomain(value) else _LABEL_FAULT)
    return faults


def dns1123_subdomain(value: str) -> list[str]:
    """RFC 1123 subdomain, at most 253 characters: the name of most objects."""
    faults = [too_long(253)] if len(value) > 253 else []
    if not _is_subdomain(value):
        faults.append(_SUBDOMAIN_FAULT)
    return faults


def dns1035_label(value: str) -> list[str]:
    """RFC 1035 label, at most 63 characters: versions, plural and short names of custom resources."""
    faults = [too_long(63)] if len(value) > 63 else []
    if not _is_label_1035(value):
        faults.append(_LABEL_1035_FAULT)
    return faults


def wildcard_dns1123_subdomain(value: str) -> list[str]:
    """'*.' and a subdomain: hosts of an Ingress."""
    faults = [too_long(253)] if len(value) > 253 else []
    if not _is_wildcard(value):
        faults.append(_WILDCARD_FAULT)
    return faults


def path_segment(value: str) -> list[str]:
    """What can stand in a URL path and in a store key: roles, bindings and others named by people's habit."""
    if value in (".", ".."):
        return [f"may not be '{value}'"]
    return [f"may not contain '{character}'" for character in "/%" if character in value]


def label_key(value: str) -> list[str]:
    """A qualified name: [DNS subdomain '/'] name of at most 63 characters. Label, annotation and taint keys."""
    # Keys repeat from object to object; a caller's very long ones are not kept.
    return _label_key_faults(value) if len(value) > _KEPT_KEY else list(_known_label_key_faults(value))


@lru_cache(maxsize=16384)
def _known_label_key_faults(value: str) -> tuple[str, ...]:
    return tuple(_label_key_faults(value))


def _label_key_faults(value: str) -> list[str]:
    prefix, slash, name = value.rpartition("/")
    if "/" in prefix:
        optional = "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        return [f"a valid label key {_QUALIFIED_FAULT} {optional}"]
    faults = []
    if slash and not prefix:
        faults.append("prefix part must be non-empty")
    elif slash:
        faults.extend(f"prefix part {fault}" for fault in dns1123_subdomain(prefix))
    if not name:
        faults.append("name part must be non-empty")
    elif len(name) > 63:
        faults.append(f"name part {too_long(63, 'bytes')}")
    if not _is_qualified(name):
        faults.append(f"name part {_QUALIFIED_FAULT}")
    return faults


def label_value(value: str) -> list[str]:
    """Empty, or a name of at most 63 characters."""
    faults = [too_long(63, "bytes")] if len(value) > 63 else []
    if not _is_label_value(value):
        faults.append(_LABEL_VALUE_FAULT)
    return faults


def config_key(value: str) -> list[str]:
    """A key of a ConfigMap's or Secret's data."""
    faults = [too_long(253)] if len(value) > 253 else []
    if not _is_config_key(value):
        faults.append(_CONFIG_KEY_FAULT)
    if value in (".", ".."):
        faults.append(f"must not be '{value}'")
    elif value.startswith(".."):
        faults.append("must not start with '..'")
    return faults


def environment_name(value: str) -> list[str]:
    """The name of an environment variable: printable ASCII without '='."""
    if _is_environment_name(value):
        return []
    return ["a valid environment variable name must consist only of printable ASCII characters other than '='"]


def port_name(value: str) -> list[str]:
    """IANA service name (RFC 6335): at most 15 characters with a letter among them."""
    faults = [too_long(15)] if len(value) > 15 else []
    if not _is_port_charset(value):
        faults.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    if not _has_letter(value):
        faults.append("must contain at least one letter (a-z)")
    if "--" in value:
        faults.append("must not contain consecutive hyphens")
    if value.startswith("-") or value.endswith("-"):
        faults.append("must not begin or end with a hyphen")
    return faults


def port_number(value: int) -> list[str]:
    return [] if 1 <= value <= 65535 else ["must be between 1 and 65535, inclusive"]


def ip_address(value: str) -> list[str]:
    """IPv4 or IPv6 text without a zone, in any spelling."""
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return ["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"]
    return ["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"] if "%" in value else []


def canonical_ip_address(value: str) -> list[str]:
    """IP text as RFC 5952 writes it: the name of an IPAddress object."""
    faults = ip_address(value)
    if not faults and str(ipaddress.ip_address(value)) != value:
        faults.append("must be a canonical format IP address")
    return faults


NAME_RULES: Mapping[str, NameRule] = MappingProxyType(
    {
        "dns1123subdomain": dns1123_subdomain,
        "dns1123label": dns1123_label,
        "dns1035label": dns1035_label,
        "path-segment": path_segment,
        "canonical-ip": canonical_ip_address,
    }
)
"""The rules that a resource's metadata.name can follow, by the word that its declaration uses."""

_SUFFIX_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
_SUFFIX_LENGTH = 5
_KEPT_KEY = 316
_PREFIX_LENGTH = 58


def generate_name(prefix: str) -> str:
    """metadata.name from metadata.generateName: the prefix, cut to 58 characters, and five random ones that spell no
    word."""
    return prefix[:_PREFIX_LENGTH] + "".join(random.choices(_SUFFIX_ALPHABET, k=_SUFFIX_LENGTH))


def derived_name(prefix: str, data: bytes) -> str:
    """As generate_name, with characters that follow from `data`: the same for the same data."""
    number = int.from_bytes(blake2b(data, digest_size=8).digest())
    suffix = ""
    for _ in range(_SUFFIX_LENGTH):
        number, index = divmod(number, len(_SUFFIX_ALPHABET))
        suffix += _SUFFIX_ALPHABET[index]
    return prefix[:_PREFIX_LENGTH] + suffix


def prefix_faults(rule: NameRule, prefix: str) -> list[str]:
    """The faults of a metadata.generateName under a name rule: a dash may end it, because a suffix follows."""
    if rule is not path_segment:
        return rule(prefix[:-2] + "a" if len(prefix) > 1 and prefix.endswith("-") else prefix)
    return [f"may not contain '{character}'" for character in "/%" if character in prefix]
