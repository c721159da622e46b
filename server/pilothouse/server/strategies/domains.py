"""Names that hold a domain: of webhooks, of signers, of controllers."""

import re

from ..errors import Cause
from ..meta import names
from ..schema.causes import faulty, invalid, required, too_long

_PATH = r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+"
_is_path = re.compile(_PATH).fullmatch
_SIGNER = "must be a fully qualified domain and path of the form 'example.com/signer-name'"


def qualified_domain(name: str, path: str) -> list[Cause]:
    """A domain of three segments at least: the name of a webhook."""
    if not name:
        return [required(path)]
    faults = names.dns1123_subdomain(name)
    if faults:
        return [invalid(path, name, ",".join(faults))]
    if name.count(".") < 2:
        return [invalid(path, name, "should be a domain with at least three segments separated by dots")]
    return []


def full_domain(name: str, path: str) -> list[Cause]:
    """A domain of two segments at least, of labels that DNS takes; a dot may end it."""
    if not name:
        return [required(path)]
    name = name.removesuffix(".")
    faults = names.dns1123_subdomain(name)
    if faults:
        return [invalid(path, name, ",".join(faults))]
    labels = name.split(".")
    if len(labels) < 2:
        return [invalid(path, name, "should be a domain with at least two segments separated by dots")]
    found = ((label, names.dns1123_label(label)) for label in labels)
    return [invalid(path, label, ",".join(wrong)) for label, wrong in found if wrong]


def domain_path(name: str, path: str) -> list[Cause]:
    """A domain and a path below it: the name of a controller."""
    if not name:
        return [required(path)]
    domain, _, rest = name.partition("/")
    if not domain or not rest:
        return [invalid(path, name, 'must be a domain-prefixed path (such as "acme.io/foo")')]
    causes = faulty(path, domain, names.dns1123_subdomain(domain))
    if not _is_path(rest):
        causes.append(invalid(path, rest, f"Invalid path (regex used for validation is '{_PATH}')"))
    return causes


def signer_name(name: str, path: str) -> list[Cause]:
    """Who signs certificates; that there is a name at all is checked elsewhere."""
    if name.count("/") != 1:
        return [invalid(path, name, _SIGNER)] if name else []
    domain, _, rest = name.partition("/")
    if len(domain) > 253:
        return [too_long(path, 253)]
    causes = _labelled(domain, names.dns1123_label, path)
    if "." not in domain:
        causes.append(invalid(path, domain, "should be a domain with at least two segments separated by dots"))
    return causes + _labelled(rest, names.dns1123_subdomain, path)


def driver_name(name: str, path: str) -> list[Cause]:
    """The name of a CSI driver; that there is one is checked elsewhere."""
    if not name:
        return []
    causes = [too_long(path, 63)] if len(name) > 63 else []
    return causes + faulty(path, name, names.dns1123_subdomain(name.lower()))


def _labelled(text: str, rule: names.NameRule, path: str) -> list[Cause]:
    """The faults of the first of the labels between dots that has some."""
    for label in text.split("."):
        faults = rule(label)
        if faults:
            return faulty(path, text, [f'validating label "{label}": {fault}' for fault in faults])
    return []
