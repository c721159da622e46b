"""The columns of every kind, against those that a kube-apiserver has."""

import csv
from collections import defaultdict
from pathlib import Path

import pytest
from pilothouse.server.doors.rest.tables.printers import printer_for
from pilothouse.server.meta.resource import ResourceType

from tests.support.kubernetes import sample_class, sample_message, samples
from tests.support.tables import NOW, registry, shown

COLUMNS = Path(__file__).parents[3] / "data/kubernetes/columns.tsv"
Columns = list[tuple[str, str, str, int]]


def recorded() -> dict[tuple[str, str, str], Columns]:
    found: dict[tuple[str, str, str], Columns] = defaultdict(list)
    with COLUMNS.open() as file:
        for row in csv.DictReader(file, delimiter="\t"):
            place = (row["group"], row["version"], row["resource"])
            found[place].append((row["column"], row["type"], row["format"], int(row["priority"])))
    return found


RECORDED = recorded()


@pytest.mark.parametrize("resource", list(registry()), ids=lambda r: f"{r.qualified}/{r.version}")
def test_a_kind_has_the_columns_that_it_has_everywhere(resource: ResourceType) -> None:
    columns = printer_for(resource).columns
    place = (resource.group, resource.version, resource.plural)
    assert [(c.name, c.type, c.format, c.priority) for c in columns] == RECORDED[place]
    assert all(column.description.endswith(".") for column in columns)


TYPES = {resource.message: resource for resource in registry()}
OBJECTS = [sample for sample in samples() if sample_class(sample) in TYPES]


@pytest.mark.parametrize("sample", OBJECTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_object_has_a_cell_for_each_column(sample: Path) -> None:
    resource = TYPES[sample_class(sample)]
    printer = printer_for(resource)
    cells = printer.row(sample_message(sample).SerializeToString(), 0.0).cells
    # A kube-apiserver gives addresses an age that no column is for.
    assert len(cells) == len(printer.columns) + (resource.kind == "IPAddress")
    assert all(isinstance(cell, str | int) for cell in cells)


def test_an_empty_object_can_be_shown() -> None:
    for resource in registry():
        assert printer_for(resource).row(b"", 0.0).cells


def test_what_nothing_is_known_of_is_shown_by_name_and_creation() -> None:
    review = next(r for r in registry().reviews if r.plural == "subjectaccessreviews")
    printer = printer_for(review)
    assert [column.name for column in printer.columns] == ["Name", "Created At"]
    assert printer.row(b"", 0.0).cells == ["", "0001-01-01T00:00:00Z"]
    assert shown("rbac.authorization.k8s.io/v1", "Role")["Created At"] < NOW
