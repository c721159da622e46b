"""The chain from names and configuration."""

from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from pilothouse.server.admission import building
from pilothouse.server.admission.base import Plugin
from pilothouse.server.admission.building import build_chain
from pilothouse.server.admission.configuration import read_sections
from pilothouse.server.admission.environment import ConfigurationError, Environment
from pilothouse.server.admission.plugins import DEFAULT_ON, LAST, ORDER
from pilothouse.server.objects import CachedObjects

from tests.admission.cluster import Cluster, Granting


@pytest.fixture
def environment(cluster: Cluster) -> Environment:
    plane = cluster.plane
    objects = CachedObjects(plane.registry, plane.kinds, plane.cache, plane.store, plane.writer)
    return Environment(objects, Granting(), plane.registry, plane.now)


def _names(*plugins: Plugin) -> list[str]:
    return [plugin.name for plugin in plugins]


def test_the_default_plugins_run_in_order(environment: Environment) -> None:
    names = _names(*build_chain(environment).plugins)
    assert set(names) <= DEFAULT_ON
    assert names == [name for name in (*ORDER, *LAST) if name in names]
    assert {"NamespaceLifecycle", "ServiceAccount", "Priority", "RuntimeClass"} <= set(names)


def test_every_plugin_of_the_order_can_be_enabled_and_disabled(environment: Environment) -> None:
    sections = {"EventRateLimit": {"limits": [{"type": "Server", "qps": 1, "burst": 1}]}}
    assert _names(*build_chain(environment, ORDER, (), sections).plugins)[: len(ORDER)] == list(ORDER)
    assert build_chain(environment, (), (*ORDER, *LAST)).plugins == ()


def test_what_is_built_in_comes_last(environment: Environment) -> None:
    built_in = Plugin()
    assert build_chain(environment, (), (), {}, (built_in,)).plugins[-1] is built_in


class Gate(Plugin):
    name = "Gate"

    def __init__(self, environment: Environment) -> None:
        self.told = environment.configuration


def test_other_distributions_offer_plugins(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("Gate", f"{__name__}:Gate", "pilothouse.admission")
    monkeypatch.setattr(EntryPoint, "load", lambda self: Gate)
    monkeypatch.setattr(building, "entry_points", lambda group: [point])
    chain = build_chain(environment, ["Gate"], (), {"Gate": {"open": True}})
    gate = next(p for p in chain.plugins if isinstance(p, Gate))
    assert gate.told == {"open": True}
    assert chain.plugins.index(gate) > _names(*chain.plugins).index("RuntimeClass")


@pytest.mark.parametrize(
    ("enable", "disable", "sections", "message"),
    [
        (["Gate"], [], {}, "there is no admission plugin 'Gate'; known are NamespaceLifecycle, "),
        (["Priority"], ["Priority"], {}, "Priority cannot be both enabled and disabled"),
        ([], [], {"Priority": {}}, "there is nothing to configure of 'Priority'; plugins with a section are"),
        (["EventRateLimit"], [], {}, "EventRateLimit: limits must name one limit at least"),
        (
            ["EventRateLimit"],
            [],
            {"EventRateLimit": {"limits": [{"type": "All", "qps": 1, "burst": 1}]}},
            r"EventRateLimit: limits\[0\].type must be one of Server, Namespace, User, SourceAndObject, not 'All'",
        ),
        (
            ["EventRateLimit"],
            [],
            {"EventRateLimit": {"limits": [{"type": "User", "qps": 0, "burst": 1}]}},
            r"limits\[0\].qps must be a whole number above 0, not 0",
        ),
        (
            ["PodNodeSelector"],
            [],
            {"PodNodeSelector": {"podNodeSelectorPluginConfig": {"orchard": "a"}}},
            "PodNodeSelector: podNodeSelectorPluginConfig.orchard: 'a': expected key=value",
        ),
        (
            ["PodTolerationRestriction"],
            [],
            {"PodTolerationRestriction": {"defaults": []}},
            "PodTolerationRestriction: the section has no member 'defaults'",
        ),
        (
            [],
            [],
            {"PodSecurity": {"defaults": {"enforce": "strong"}}},
            "PodSecurity: defaults.enforce must be one of privileged, baseline, restricted, not 'strong'",
        ),
    ],
)
def test_what_is_wrong_is_told(
    environment: Environment, enable: list[str], disable: list[str], sections: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        build_chain(environment, enable, disable, sections)


HEAD = "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\n"


def test_a_section_stands_in_the_file_or_beside_it(tmp_path: Path) -> None:
    (tmp_path / "limits.yaml").write_text("limits: []\n")
    file = tmp_path / "admission.yaml"
    file.write_text(
        HEAD + "plugins:\n- name: EventRateLimit\n  path: limits.yaml\n- name: PodSecurity\n  configuration: {a: b}\n"
    )
    assert read_sections(file) == {"EventRateLimit": {"limits": []}, "PodSecurity": {"a": "b"}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a", "must be a mapping"),
        ("a: [", "is not valid YAML"),
        ("kind: AdmissionConfiguration", "must be of apiVersion 'apiserver.config.k8s.io/v1'"),
        (HEAD + "plugin: []", "has no member 'plugin'; known are apiVersion, kind, plugins"),
        (HEAD + "plugins: [{name: 3}]", r"plugins\[0\].name must be a text, not 3"),
        (HEAD + "plugins: [{name: A}, {name: A}]", "A is configured twice"),
        (HEAD + "plugins: [{name: A, path: b, configuration: {}}]", "it can have one of them"),
        (HEAD + "plugins: [{name: A, path: gone.yaml}]", "cannot read .*gone.yaml: No such file"),
    ],
)
def test_a_file_that_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "admission.yaml"
    file.write_text(text)
    with pytest.raises(ConfigurationError, match=message):
        read_sections(file)
