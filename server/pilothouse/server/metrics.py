"""The product's own metrics, in the form that Prometheus reads.

Where something is counted at every request, prometheus-client's children are kept at hand by their labels: looking them
up in its own way takes longer than counting.
"""

from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

REQUEST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
STORE_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

Labels = tuple[str, ...]
Read = Callable[[], Mapping[Labels, float]]


class _Timed:
    """A counter and a histogram of how long it took. The counter has one label more, the last: what came of it."""

    def __init__(
        self, name: str, what: str, labels: Labels, buckets: tuple[float, ...], registry: CollectorRegistry
    ) -> None:
        self._count = Counter(f"{name}s", f"{what}s that have ended.", labels, registry=registry)
        self._seconds = Histogram(
            f"{name}_duration_seconds", f"How long a {what} took.", labels[:-1], registry=registry, buckets=buckets
        )
        self._children: dict[Labels, tuple[Counter, Histogram]] = {}

    def add(self, labels: Labels, seconds: float) -> None:
        children = self._children.get(labels)
        if children is None:
            children = self._children[labels] = (self._count.labels(*labels), self._seconds.labels(*labels[:-1]))
        children[0].inc()
        children[1].observe(seconds)


class _Gauge:
    def __init__(self, name: str, help: str, labels: Labels, read: Read) -> None:
        self._name = name
        self._help = help
        self._labels = labels
        self._read = read

    def collect(self) -> Iterable[Metric]:
        family = GaugeMetricFamily(self._name, self._help, labels=self._labels)
        for labels, number in self._read().items():
            family.add_metric(labels, number)
        return [family]


class Metrics:
    """All metrics of one server, in a registry of their own."""

    def __init__(self) -> None:
        # When each series was made is a series of its own otherwise, which nobody reads.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        labels = ("verb", "group", "resource", "subresource", "code")
        self._requests = _Timed("pilothouse_request", "request", labels, REQUEST_SECONDS, self.registry)
        self._store_calls = _Timed(
            "pilothouse_store_call", "store call", ("operation", "outcome"), STORE_SECONDS, self.registry
        )
        self._watches: dict[Labels, int] = {}
        self.gauge("pilothouse_watches", "Open watches.", ("group", "resource"), lambda: self._watches)
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)

    def request(self, labels: tuple[str, str, str, str, str], seconds: float) -> None:
        """Counts a request that has ended. labels: verb, group, plural, subresource and code, which is "OK" or the
        reason of the error. Only names of served resources belong here, none that a caller made up."""
        self._requests.add(labels, seconds)

    def store_call(self, operation: str, outcome: str, seconds: float) -> None:
        """operation: a method of Store; outcome: "ok", or the name of the error's class."""
        self._store_calls.add((operation, outcome), seconds)

    def watch_opened(self, group: str, plural: str) -> None:
        self._watches[group, plural] = self._watches.get((group, plural), 0) + 1

    def watch_closed(self, group: str, plural: str) -> None:
        self._watches[group, plural] -= 1

    def gauge(self, name: str, help: str, labels: Labels, read: Read) -> None:
        """Shows what `read` returns, by label values, whenever /metrics is asked for: sizes of caches and the like."""
        self.registry.register(_Gauge(name, help, labels, read))
