"""What a scrape shows of what was counted."""

import pytest
from pilothouse.server.metrics import Metrics
from prometheus_client import generate_latest

PODS = {"verb": "get", "group": "", "resource": "pods", "subresource": ""}


def test_requests_are_counted_by_outcome_and_timed_by_kind() -> None:
    metrics = Metrics()
    metrics.request(("get", "", "pods", "", "OK"), 0.002)
    metrics.request(("get", "", "pods", "", "OK"), 0.002)
    metrics.request(("get", "", "pods", "", "NotFound"), 0.4)
    value = metrics.registry.get_sample_value
    assert value("pilothouse_requests_total", {**PODS, "code": "OK"}) == 2
    assert value("pilothouse_requests_total", {**PODS, "code": "NotFound"}) == 1
    assert value("pilothouse_request_duration_seconds_count", PODS) == 3
    assert value("pilothouse_request_duration_seconds_sum", PODS) == pytest.approx(0.404)
    assert value("pilothouse_request_duration_seconds_bucket", {**PODS, "le": "0.005"}) == 2


def test_open_watches_rise_and_fall() -> None:
    metrics = Metrics()
    for _ in range(3):
        metrics.watch_opened("apps", "deployments")
    metrics.watch_closed("apps", "deployments")
    labels = {"group": "apps", "resource": "deployments"}
    assert metrics.registry.get_sample_value("pilothouse_watches", labels) == 2


def test_a_gauge_is_read_when_it_is_asked_for() -> None:
    metrics = Metrics()
    sizes: dict[tuple[str, ...], float] = {}
    metrics.gauge("pilothouse_cache_objects", "Objects in the cache.", ("resource",), lambda: sizes)
    sizes[("pods",)] = 12
    assert 'pilothouse_cache_objects{resource="pods"} 12.0' in generate_latest(metrics.registry).decode()


def test_two_servers_in_one_process_count_apart() -> None:
    one, other = Metrics(), Metrics()
    one.request(("get", "", "pods", "", "OK"), 0.01)
    labels = {**PODS, "code": "OK"}
    assert one.registry.get_sample_value("pilothouse_requests_total", labels) == 1
    assert other.registry.get_sample_value("pilothouse_requests_total", labels) is None
