"""EventRateLimit: events come at a bounded rate: all of them, those of a namespace, of a user, or about one object.

The section of the AdmissionConfiguration: `limits`, a list of {type, qps, burst, cacheSize}, where type is Server,
Namespace, User or SourceAndObject, qps and burst are events, and cacheSize is how many keys are remembered.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from google.protobuf.message import Message
from pilothouse.api.core.v1.core_pb2 import Event
from pilothouse.api.events.v1.events_pb2 import Event as NewEvent

from ...errors import TooManyRequests
from ..base import AdmissionRequest
from ..environment import ConfigurationError, Environment
from ..scoped import CREATE_OR_UPDATE, ScopedPlugin
from ..sections import listing, mapping, only, positive

KEYS = 4096
"""How many namespaces, users or objects are remembered where the configuration does not say."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled: float


class _Limit:
    """Token buckets by key: `burst` at once, `qps` a second in the long run; rate: (qps, burst)."""

    def __init__(self, type: str, rate: tuple[int, int], keys: int, now: Callable[[], float]) -> None:
        self.type = type
        self._qps, self._burst = rate
        self._keys, self._now = keys, now
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def accepts(self, key: str) -> bool:
        """Whether one more event may come; takes note of it."""
        now = self._now()
        bucket = self._buckets.setdefault(key, _Bucket(self._burst, now))
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._keys:
            self._buckets.popitem(last=False)
        bucket.tokens = min(self._burst, bucket.tokens + max(0.0, now - bucket.filled) * self._qps)
        bucket.filled = now
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        return True


class EventRateLimit(ScopedPlugin):
    name = "EventRateLimit"
    resources = frozenset({("", "events"), ("events.k8s.io", "events")})
    operations = CREATE_OR_UPDATE

    def __init__(self, environment: Environment) -> None:
        only(environment.configuration, ("limits",), "the section")
        limits = listing(environment.configuration.get("limits", []), "limits")
        if not limits:
            raise ConfigurationError("limits must name one limit at least, as {type: Server, qps: 50, burst: 100}")
        self._limits = [_limit(value, f"limits[{index}]", environment.now) for index, value in enumerate(limits)]

    async def validate(self, request: AdmissionRequest) -> None:
        if request.context.dry_run:
            return
        reached = []
        for limit in self._limits:
            key = _KEYS[limit.type](request)
            if not limit.accepts(key):
                reached.append(f"limit reached on type {limit.type} for key {key}")
        if reached:
            text = reached[0] if len(reached) == 1 else f"[{', '.join(reached)}]"
            raise TooManyRequests(text, retry_after=1)


def _limit(value: object, where: str, now: Callable[[], float]) -> _Limit:
    given: Mapping[str, object] = mapping(value, where)
    only(given, ("type", "qps", "burst", "cacheSize"), where)
    type = given.get("type")
    if not isinstance(type, str) or type not in _KEYS:
        raise ConfigurationError(f"{where}.type must be one of {', '.join(_KEYS)}, not {type!r}")
    rate = positive(given.get("qps"), f"{where}.qps"), positive(given.get("burst"), f"{where}.burst")
    return _Limit(type, rate, positive(given.get("cacheSize", KEYS), f"{where}.cacheSize"), now)


def _source_and_object(request: AdmissionRequest) -> str:
    event: Message | None = request.object
    if isinstance(event, NewEvent):
        source, about = event.deprecated_source, event.regarding
        component, host = source.component or event.reporting_controller, source.host or event.reporting_instance
    else:
        assert isinstance(event, Event)
        component, host, about = event.source.component, event.source.host, event.involved_object
    return "".join((component, host, about.kind, about.namespace, about.name, about.uid, about.api_version))


_KEYS: Mapping[str, Callable[[AdmissionRequest], str]] = {
    "Server": lambda request: "",
    "Namespace": lambda request: request.context.namespace,
    "User": lambda request: request.context.user.name,
    "SourceAndObject": _source_and_object,
}
