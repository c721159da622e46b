"""What is accepted stays accepted: objects as a kube-apiserver serves them, and pods that replace themselves."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pilothouse.server.schema.validation import validator_for
from pilothouse.server.strategies import strategy_for

from tests.support.objects import context_of, create, faults, pod, read, told, update_faults

SPARSE = sorted((Path(__file__).parents[1] / "data/kubernetes/sparse").glob("*.json"))


@pytest.mark.parametrize("path", SPARSE, ids=lambda path: path.stem)
def test_served_objects(path: Path) -> None:
    resource, message = read(json.loads(path.read_text()))
    strategy, context = strategy_for(resource), context_of(resource, "update")
    found = strategy.arranged(validator_for(resource.message)(message) + strategy.validate(context, message))
    assert told(found + strategy.validate_update(context, message, message)) == []


NAMES = st.sampled_from(("press", "vat", "hose", "Bad_Name", ""))
AMOUNTS = st.dictionaries(
    st.sampled_from(("cpu", "memory", "hugepages-2Mi", "farm.test/ox", "wood")),
    st.sampled_from(("1", "2", "500m", "2Mi", "-1")),
    max_size=2,
)
HANDLERS = st.fixed_dictionaries(
    {},
    optional={
        "exec": st.just({"command": ["a"]}),
        "tcpSocket": st.just({"port": 1}),
        "httpGet": st.sampled_from(({"port": "web"}, {"port": 0})),
    },
)
CONTAINERS = st.fixed_dictionaries(
    {"name": NAMES, "image": st.sampled_from(("registry.test/press:3", " padded", ""))},
    optional={
        "resources": st.fixed_dictionaries({"limits": AMOUNTS, "requests": AMOUNTS}),
        "livenessProbe": HANDLERS,
        "ports": st.lists(st.fixed_dictionaries({"containerPort": st.sampled_from((0, 80, 443))}), max_size=2),
        "volumeMounts": st.lists(st.fixed_dictionaries({"name": NAMES, "mountPath": st.just("/a")}), max_size=2),
        "securityContext": st.fixed_dictionaries(
            {"allowPrivilegeEscalation": st.booleans(), "privileged": st.booleans()}
        ),
    },
)
SPECS = st.fixed_dictionaries(
    {"containers": st.lists(CONTAINERS, min_size=1, max_size=2)},
    optional={
        "initContainers": st.lists(CONTAINERS, max_size=1),
        "volumes": st.lists(st.fixed_dictionaries({"name": NAMES}, optional={"emptyDir": st.just({})}), max_size=2),
        "restartPolicy": st.sampled_from(("Always", "Never", "Maybe")),
        "hostNetwork": st.booleans(),
        "activeDeadlineSeconds": st.sampled_from((0, 5)),
        "terminationGracePeriodSeconds": st.sampled_from((-1, 0, 30)),
        "tolerations": st.lists(st.fixed_dictionaries({"key": NAMES}, optional={"operator": st.just("Exists")})),
    },
)


@settings(max_examples=150, deadline=None)
@given(spec=SPECS)
def test_a_pod_that_is_accepted_may_replace_itself(spec: dict[str, Any]) -> None:
    value = pod(**spec)
    if faults(value):
        return
    resource, message = create(value)
    strategy, context = strategy_for(resource), context_of(resource, "update")
    assert strategy.validate(context, message) == []
    assert update_faults(value, value) == []
