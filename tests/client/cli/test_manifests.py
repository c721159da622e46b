"""Manifests are read as Kubernetes reads them, and faults are told by their place."""

import io
from pathlib import Path

import pytest
from pilothouse.client.cli.kinds import CliError
from pilothouse.client.cli.manifests import read

HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"


def data_of(tmp_path: Path, text: str) -> object:
    file = tmp_path / "m.yaml"
    file.write_text(HEAD + text)
    return read([str(file)])[0].object.get("data")


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("2024-01-02", "2024-01-02"),
        ("2024-01-02T03:04:05Z", "2024-01-02T03:04:05Z"),
        ("22:22", "22:22"),
        ("0644", 420),
        ("0o644", 420),
        ("1e3", 1000.0),
        ("1.5", 1.5),
        ("1.2.3", "1.2.3"),
        ("-7", -7),
        ("yes", True),
        ("~", None),
        ("'7'", "7"),
        ("100m", "100m"),
        ("08", "08"),
    ],
)
def test_scalars(tmp_path: Path, written: str, read_as: object) -> None:
    assert data_of(tmp_path, f"data: {{k: {written}}}") == {"k": read_as}


def test_keys_are_strings(tmp_path: Path) -> None:
    assert data_of(tmp_path, "data: {1: a, true: b, 2024-01-02: c}") == {"1": "a", "true": "b", "2024-01-02": "c"}


def test_a_merged_key_may_be_overruled(tmp_path: Path) -> None:
    assert data_of(tmp_path, "base: &b {k: 1, l: 2}\ndata:\n  <<: *b\n  k: 3") == {"k": 3, "l": 2}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (HEAD + "data: {k: 1, k: 2}", "key 'k' occurs twice"),
        (HEAD + "data: {", "not valid YAML"),
        (HEAD + "data: !!binary aGk=", "a value that JSON does not have"),
        (HEAD + "data: !!python/object:os.system {}", "not valid YAML"),
        ("kind: Pod\nmetadata: {name: x}", "apiVersion is missing"),
        ("apiVersion: v1\nkind: Pod\nmetadata: {}", "metadata.name is missing"),
        (HEAD + "---\nhello", "document 2: expected an object"),
        ("---\n", "no objects in"),
    ],
)
def test_faults_are_told(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "m.yaml"
    file.write_text(text)
    with pytest.raises(CliError, match=complaint) as caught:
        read([str(file)])
    assert str(file) in str(caught.value)


def test_directories_lists_and_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    item = '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "%s", "creationTimestamp": null}}'
    (tmp_path / "b.yaml").write_text(f"{item % 'b1'}\n---\n\n---\n{item % 'b2'}")
    (tmp_path / "a.json").write_text(f'{{"apiVersion": "v1", "kind": "List", "items": [{item % "a1"}, {item % "a2"}]}}')
    (tmp_path / "notes.txt").write_text("not YAML: {")
    monkeypatch.setattr("sys.stdin", io.StringIO(item % "c"))
    found = read([str(tmp_path), "-"])
    assert [m.name for m in found] == ["a1", "a2", "b1", "b2", "c"]
    assert all("creationTimestamp" not in m.object["metadata"] for m in found)


def test_a_path_that_is_not_there_is_named() -> None:
    with pytest.raises(CliError, match=r"'absent\.yaml' does not exist"):
        read(["absent.yaml"])


def test_a_namespace_that_contradicts_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: x, namespace: a}")
    (manifest,) = read([str(tmp_path / "m.yaml")])
    assert manifest.namespace("default", None) == "a"
    with pytest.raises(CliError, match="its namespace is 'a', not 'b'"):
        manifest.namespace("default", "b")
