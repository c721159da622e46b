import re

import pytest
from pilothouse.server.meta.names import (
    NAME_RULES,
    NameRule,
    config_key,
    dns1035_label,
    dns1123_label,
    dns1123_subdomain,
    environment_name,
    generate_name,
    label_key,
    label_value,
    path_segment,
    port_name,
    prefix_faults,
    wildcard_dns1123_subdomain,
)

LABEL = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with "
    "an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)
SUBDOMAIN = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    r"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
LABEL_KEY = (
    "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
    "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' "
    "(e.g. 'example.com/MyName')"
)
QUALIFIED = (
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
    "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
)


@pytest.mark.parametrize(
    ("rule", "good"),
    [
        (dns1123_label, "a"),
        (dns1123_label, "0-9" * 21),
        (dns1123_subdomain, "a.b-c.0"),
        (dns1035_label, "v1beta1"),
        (path_segment, "system:node:x y"),
        (label_key, "app"),
        (label_key, "example.com/My_name.1"),
        (label_value, ""),
        (label_value, "A_b.c-1"),
        (config_key, "_.-a"),
        (environment_name, "a.b-c d"),
        (port_name, "http-2"),
        (wildcard_dns1123_subdomain, "*.example.com"),
        (NAME_RULES["canonical-ip"], "2001:db8::1"),
    ],
)
def test_a_good_name_has_no_faults(rule: NameRule, good: str) -> None:
    assert rule(good) == []


@pytest.mark.parametrize(
    ("rule", "bad", "faults"),
    [
        (dns1123_label, "Bad", [LABEL]),
        (dns1123_label, "a.b", ["must not contain dots"]),
        (dns1123_label, "a" * 64, ["must be no more than 63 characters"]),
        (dns1123_label, "a\n", [LABEL]),
        (dns1123_subdomain, "Kettle", [SUBDOMAIN]),
        (dns1123_subdomain, "k" * 254, ["must be no more than 253 characters"]),
        (path_segment, "..", ["may not be '..'"]),
        (path_segment, "a/b%", ["may not contain '/'", "may not contain '%'"]),
        (label_key, "a/b/c", [LABEL_KEY]),
        (label_key, "", ["name part must be non-empty", QUALIFIED]),
        (label_key, "/x", ["prefix part must be non-empty"]),
        (label_key, "A/x", [f"prefix part {SUBDOMAIN}"]),
        (label_value, "x" * 64, ["must be no more than 63 bytes"]),
        (config_key, "..a", ["must not start with '..'"]),
        (environment_name, "A=B", [environment_name("=")[0]]),
        (port_name, "123", ["must contain at least one letter (a-z)"]),
        (port_name, "a--b", ["must not contain consecutive hyphens"]),
        (NAME_RULES["canonical-ip"], "2001:DB8::1", ["must be a canonical format IP address"]),
        (NAME_RULES["canonical-ip"], "ten", ["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"]),
    ],
)
def test_each_fault_is_named(rule: NameRule, bad: str, faults: list[str]) -> None:
    assert rule(bad) == faults


def test_generated_names_keep_the_prefix_and_stay_within_63() -> None:
    assert re.fullmatch(r"web-[bcdfghjklmnpqrstvwxz2456789]{5}", generate_name("web-"))
    assert len(generate_name("x" * 100)) == 63
    assert len({generate_name("a-") for _ in range(100)}) > 90


def test_a_prefix_may_end_in_a_dash() -> None:
    assert prefix_faults(dns1123_subdomain, "web-") == []
    assert prefix_faults(dns1123_subdomain, "Web_") == [SUBDOMAIN]
    assert prefix_faults(path_segment, "..") == []
    assert prefix_faults(path_segment, "a/") == ["may not contain '/'"]
