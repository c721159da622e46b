import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pilothouse.api.autoscaling.v1 import autoscaling_pb2 as v1
from pilothouse.api.autoscaling.v2 import autoscaling_pb2 as v2
from pilothouse.server.conversion.autoscaling import BEHAVIOR, CONDITIONS, METRICS, from_v1, to_v1
from pilothouse.server.meta.codec import codec_for
from pilothouse.server.schema.presence import normalizer_for

quantities = st.sampled_from(["1", "250m", "2Gi", "30k"])
names = st.sampled_from(["presses", "queue-length", "cpu", "memory"])
identifiers = st.fixed_dictionaries(
    {"name": names},
    optional={"selector": st.just({"matchLabels": {"a": "b"}})},
)
by_value = quantities.map(lambda q: {"type": "Value", "value": q})
by_average = quantities.map(lambda q: {"type": "AverageValue", "averageValue": q})
by_use = st.integers(1, 200).map(lambda n: {"type": "Utilization", "averageUtilization": n})
objects = st.fixed_dictionaries(
    {
        "describedObject": st.just({"kind": "Service", "name": "stall", "apiVersion": "v1"}),
        "metric": identifiers,
        "target": by_value | by_average,
    }
)
metrics = st.one_of(
    objects.map(lambda o: {"type": "Object", "object": o}),
    st.builds(lambda m, t: {"type": "Pods", "pods": {"metric": m, "target": t}}, identifiers, by_average),
    st.builds(
        lambda m, t: {"type": "External", "external": {"metric": m, "target": t}}, identifiers, by_value | by_average
    ),
    st.builds(lambda t: {"type": "Resource", "resource": {"name": "memory", "target": t}}, by_use | by_average),
    st.builds(
        lambda t: {
            "type": "ContainerResource",
            "containerResource": {"name": "cpu", "container": "press", "target": t},
        },
        by_use | by_average,
    ),
)
behaviors = st.fixed_dictionaries(
    {},
    optional={
        "scaleUp": st.just({"stabilizationWindowSeconds": 0, "selectPolicy": "Max"}),
        "scaleDown": st.just({"policies": [{"type": "Pods", "value": 4, "periodSeconds": 15}]}),
    },
)
specs = st.fixed_dictionaries(
    {
        "scaleTargetRef": st.just({"kind": "Deployment", "name": "d", "apiVersion": "apps/v1"}),
        "maxReplicas": names.map(len),
    },
    optional={"minReplicas": st.integers(0, 5), "metrics": st.lists(metrics, max_size=3), "behavior": behaviors},
)


def read(value: dict[str, Any]) -> v2.HorizontalPodAutoscaler:
    message = codec_for(v2.HorizontalPodAutoscaler).from_value(value)
    normalizer_for(v2.HorizontalPodAutoscaler)(message)
    return message


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(specs, st.none() | by_use)
def test_a_client_of_v1_gives_back_what_it_got(spec: dict[str, Any], cpu: dict[str, Any] | None) -> None:
    if cpu is not None:
        # What v1 has a field of its own for comes last.
        own = {"type": "Resource", "resource": {"name": "cpu", "target": cpu}}
        spec = {**spec, "metrics": [*spec.get("metrics", []), own]}
    stored = read({"metadata": {"name": "h", "annotations": {"a": "b"}}, "spec": spec})
    returned = from_v1(to_v1(stored))
    normalizer_for(v2.HorizontalPodAutoscaler)(returned)
    assert returned == stored


def test_the_one_metric_of_v1() -> None:
    served = v1.HorizontalPodAutoscaler()
    served.spec.max_replicas = 3
    served.spec.target_cpu_utilization_percentage = 70
    stored = from_v1(served)
    (metric,) = stored.spec.metrics
    assert (metric.type, metric.resource.name, metric.resource.target.average_utilization) == ("Resource", "cpu", 70)
    returned = to_v1(stored)
    assert returned.spec == served.spec
    assert not returned.metadata.annotations


def test_the_rest_is_in_annotations() -> None:
    metric = {
        "type": "Pods",
        "pods": {"metric": {"name": "q"}, "target": {"type": "AverageValue", "averageValue": "5"}},
    }
    condition = {"type": "AbleToScale", "status": "True"}
    stored = read(
        {
            "spec": {"maxReplicas": 2, "metrics": [metric], "behavior": {"scaleUp": {"selectPolicy": "Min"}}},
            "status": {"conditions": [condition]},
        }
    )
    annotations = to_v1(stored).metadata.annotations
    assert json.loads(annotations[METRICS])[0]["pods"] == {"metricName": "q", "targetAverageValue": "5"}
    assert json.loads(annotations[BEHAVIOR])["ScaleUp"]["SelectPolicy"] == "Min"
    assert json.loads(annotations[CONDITIONS])[0]["type"] == "AbleToScale"
    assert not from_v1(to_v1(stored)).metadata.annotations


@pytest.mark.parametrize("text", ["", "{", "[]", "[1]", '{"type": 4}', '[{"type": 4}]', "null"])
def test_an_annotation_that_says_nothing_is_dropped(text: str) -> None:
    served = v1.HorizontalPodAutoscaler()
    for name in (METRICS, BEHAVIOR, CONDITIONS):
        served.metadata.annotations[name] = text
    stored = from_v1(served)
    assert not stored.metadata.annotations
    assert not stored.spec.metrics
