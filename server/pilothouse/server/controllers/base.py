"""What every controller is, who it acts as, and where it tells what went wrong."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from google.protobuf.message import Message
from pilothouse.api.meta.v1 import meta_pb2 as meta

from ..errors import Forbidden
from ..meta.user import User
from ..store.base import Op, Outcome
from ..verbs.faults import api_error
from ..verbs.plane import Writer
from ..watchcache.item import Item

log = logging.getLogger(__name__)


class Controller(Protocol):
    """name: as kube-controller-manager names it ("namespace-controller")."""

    name: str

    async def run(self) -> None:
        """Does its work until it is cancelled; then it follows nothing any more, and nothing of it is under way. May
        be run again."""
        ...


class Report:
    """Where a controller tells of its failures and of how much is left to do. One for each controller."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.failures: Counter[str] = Counter()
        self.waiting: Callable[[], int] = lambda: 0

    def failed(self, what: str, error: BaseException) -> None:
        """Counts and logs that `what` ("the ConfigMap of namespace a") could not be brought about for now."""
        told = api_error(error)
        self.failures[told.reason] += 1
        log.warning("%s: %s is not done yet: %s", self.name, what, told.message)


class Reports(dict[str, Report]):
    """A Report by the name of each controller."""

    def __missing__(self, name: str) -> Report:
        report = self[name] = Report(name)
        return report

    def failures(self) -> Mapping[tuple[str, ...], float]:
        """By controller and reason."""
        return {(n, reason): float(count) for n, r in self.items() for reason, count in r.failures.items()}

    def waiting(self) -> Mapping[tuple[str, ...], float]:
        """By controller."""
        return {(name,): float(report.waiting()) for name, report in self.items()}


class PatientWriter:
    """A writer for who works in the background: requests are not slowed down to share calls with it."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    async def write(self, ops: Sequence[Op], patient: bool = True) -> Outcome:
        return await self._writer.write(ops, patient)

    async def revision(self) -> int:
        return await self._writer.revision()


def account(name: str) -> User:
    """The service account in kube-system that a controller acts as; the default roles say what it may do."""
    return User(
        f"system:serviceaccount:kube-system:{name}",
        ("system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"),
    )


def metadata_of_item(item: Item) -> meta.ObjectMeta:
    """The metadata of a cached object of any kind, with its resourceVersion; the rest is not decoded."""
    return meta.PartialObjectMetadata.FromString(item.body).metadata


def is_leaving(namespace: Message) -> bool:
    """Whether a Namespace is being deleted."""
    phase: str = namespace.status.phase  # type: ignore[attr-defined]
    return phase == "Terminating" or namespace.metadata.HasField("deletion_timestamp")  # type: ignore[attr-defined]


def is_terminating(error: Forbidden) -> bool:
    """Whether an object was refused because its namespace is being deleted."""
    return any(cause.reason == "NamespaceTerminating" for cause in error.causes)
