"""The controllers of one server, made by their names."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ..admission.base import Objects
from ..verbs.plane import Plane
from . import names
from .base import Controller, PatientWriter, Report, Reports
from .garbage import GarbageCollector
from .namespaces import NamespaceTermination
from .quotas import QuotaRecount
from .role_aggregation import RoleAggregation
from .root_ca import RootCaPublisher
from .service_accounts import ServiceAccounts

log = logging.getLogger(__name__)

SIMPLE: Mapping[str, Callable[[Plane, Report], Controller]] = {
    names.NAMESPACES: NamespaceTermination,
    names.GARBAGE_COLLECTOR: GarbageCollector,
    names.SERVICE_ACCOUNTS: ServiceAccounts,
    names.ROLE_AGGREGATION: RoleAggregation,
}


def build_controllers(
    plane: Plane, objects: Objects, wanted: Sequence[str], reports: Reports, root_ca: str
) -> list[Controller]:
    """root_ca: the certificates by which clients know the server, PEM; "" where they are not known."""
    plane = replace(plane, writer=PatientWriter(plane.writer))
    made: list[Controller] = []
    for name in wanted:
        if name == names.QUOTAS:
            made.append(QuotaRecount(plane, reports[name], objects))
        elif name != names.ROOT_CA:
            made.append(SIMPLE[name](plane, reports[name]))
        elif root_ca:
            made.append(RootCaPublisher(plane, reports[name], root_ca))
        else:
            log.warning("%s does not run: --root-ca-file is not given", name)
    return made
