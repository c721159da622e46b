"""The product's own metrics, in the form that Prometheus reads."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from itertools import accumulate
from operator import add

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

REQUEST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)

Labels = tuple[str, ...]
Read = Callable[[], Mapping[Labels, float]]


class _Series:
    """How long each took: how many fell into each bucket, and all together."""

    __slots__ = ("buckets", "seconds")

    def __init__(self, buckets: int) -> None:
        self.buckets = [0] * (buckets + 1)
        self.seconds = 0.0


class _Timed:
    """A counter and a histogram of how long it took. The counter has one label more, the last: what came of it.

    Counted by the event loop alone, at every request, so without the locks of prometheus-client's own metrics."""

    def __init__(self, name: str, what: str, labels: Labels, buckets: tuple[float, ...]) -> None:
        self._name = name
        self._what = what
        self._labels = labels
        self._limits = buckets
        self._series: dict[Labels, _Series] = {}

    def add(self, labels: Labels, seconds: float) -> None:
        series = self._series.get(labels)
        if series is None:
            series = self._series[labels] = _Series(len(self._limits))
        series.buckets[bisect_left(self._limits, seconds)] += 1
        series.seconds += seconds

    def collect(self) -> Iterable[Metric]:
        count = CounterMetricFamily(f"{self._name}s", f"{self._what}s that have ended.", labels=self._labels)
        together: dict[Labels, _Series] = {}
        for labels, series in self._series.items():
            count.add_metric(labels, sum(series.buckets))
            whole = together.setdefault(labels[:-1], _Series(len(self._limits)))
            whole.buckets = [*map(add, whole.buckets, series.buckets)]
            whole.seconds += series.seconds
        took = HistogramMetricFamily(
            f"{self._name}_duration_seconds", f"How long a {self._what} took.", labels=self._labels[:-1]
        )
        limits = [*map(str, self._limits), "+Inf"]
        for labels, series in together.items():
            took.add_metric(labels, list(zip(limits, accumulate(series.buckets), strict=True)), series.seconds)
        return [count, took]


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
        self.registry = CollectorRegistry()
        labels = ("verb", "group", "resource", "subresource", "code")
        self._requests = _Timed("pilothouse_request", "request", labels, REQUEST_SECONDS)
        self.registry.register(self._requests)
        self._watches: dict[Labels, int] = {}
        self.gauge("pilothouse_watches", "Open watches.", ("group", "resource"), lambda: self._watches)
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)

    def request(self, labels: tuple[str, str, str, str, str], seconds: float) -> None:
        """Counts a request that has ended. labels: verb, group, plural, subresource and code, which is "OK" or the
        reason of the error. Only names of served resources belong here, none that a caller made up."""
        self._requests.add(labels, seconds)

    def watch_opened(self, group: str, plural: str) -> None:
        self._watches[group, plural] = self._watches.get((group, plural), 0) + 1

    def watch_closed(self, group: str, plural: str) -> None:
        self._watches[group, plural] -= 1

    def gauge(self, name: str, help: str, labels: Labels, read: Read) -> None:
        """Shows what `read` returns, by label values, whenever /metrics is asked for: sizes of caches and the like."""
        self.registry.register(_Gauge(name, help, labels, read))
