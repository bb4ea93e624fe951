"""Candidate files."""

from pathlib import Path

import pytest

from bellrock.document import InvalidDocumentError
from bellrock.inventory import load
from bellrock.inventory.candidates import MOST, read
from bellrock.model.inventory import Inventory
from tests.inventory.small import small


@pytest.fixture
def inventory(tmp_path: Path) -> Inventory:
    (tmp_path / "net.yaml").write_text(small())
    return load(tmp_path / "net.yaml", cache=None).inventory


def test_candidates_are_links_with_a_cost(tmp_path: Path, inventory: Inventory) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(
        "candidates:\n"
        "  - {a: 'cpe1:wan1', b: p1, capacity: 100M, metric: {ab: 5, ba: 7},"
        " cost: 12000, risk_groups: [duct], supplier: northlink}\n"
        "  - {a: cpe1, b: p1, cost: 1.5}\n"
        "  - {id: third, a: pe1, b: p1, cost: 1}\n"
    )
    first, second, third = read(file, inventory)
    assert (first.link.id, second.link.id, third.link.id) == (
        *("cpe1-p1", "cpe1-p1-2", "third"),
    )
    assert (first.cost, first.link.capacity_ab, first.link.metric_ba) == (12000, 1e8, 7)
    assert (first.link.risk_groups, first.km) == (("duct",), None)
    assert str(first.link.a) == "cpe1:wan1"
    assert second.cost == 1.5


MISTAKES = [
    (
        "[]",
        "c.yaml: no candidates\n  add candidates: [{a: .., b: .., cost: ..}]",
    ),
    (
        "[{a: cpe1, b: p1}]",
        "c.yaml:1: candidates[0]: the key cost is missing"
        "\n  add cost: a number; the unit is that of all the others",
    ),
    (
        "[{a: cpe1, b: p1, cost: 0}]",
        "c.yaml:1: candidates[0].cost: the number 0 is out of range"
        "\n  expected more than 0 and at most 1000000000000",
    ),
    (
        "[{a: cpe11, b: p1, cost: 1}]",
        'c.yaml:1: candidates[0].a: no device has the id "cpe11"'
        '\n  did you mean "cpe1"?',
    ),
    (
        "[{a: hosp, b: p1, cost: 1}]",
        'c.yaml:1: candidates[0].a: "hosp" is a site; a circuit ends at a device'
        "\n  name one of its devices",
    ),
    (
        "[{a: p1, b: 'p1:x', cost: 1}]",
        'c.yaml:1: candidates[0]: both ends are at the device "p1"'
        "\n  a circuit joins two devices; correct a or b",
    ),
    (
        "[{a: cpe1, b: p1, cost: 1, risk_groups: [duc]}]",
        'c.yaml:1: candidates[0].risk_groups[0]: no risk group has the id "duc"'
        '\n  did you mean "duct"?',
    ),
    (
        "[{a: cpe1, b: p1, cost: 1, risk_groups: [duct, duct]}]",
        "c.yaml:1: candidates[0].risk_groups[1]: duct is in the list twice"
        "\n  keep one of them",
    ),
    (
        "[{id: l1, a: cpe1, b: p1, cost: 1}]",
        'c.yaml:1: candidates[0] (l1), id: the id "l1" is taken by a link of the'
        " inventory\n  give it another id, or leave it out",
    ),
    (
        "[{a: cpe1, b: p1, cost: .inf, supplier: northlynk}]",
        "c.yaml:1: candidates[0].cost: expected a finite number, found the number inf"
        "\n  write digits, without quotes or a unit\n"
        'c.yaml:1: candidates[0].supplier: no supplier has the id "northlynk"'
        '\n  did you mean "northlink"?',
    ),
]


@pytest.mark.parametrize(("text", "said"), MISTAKES)
def test_a_mistake_is_shown_where_it_is(
    tmp_path: Path, inventory: Inventory, text: str, said: str
) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(f"candidates: {text}\n")
    with pytest.raises(InvalidDocumentError) as error:
        read(file, inventory)
    assert str(error.value).replace(f"{tmp_path}/", "") == said


def test_too_many_are_refused_before_they_are_looked_at(
    tmp_path: Path, inventory: Inventory
) -> None:
    file = tmp_path / "c.yaml"
    line = "- {a: cpe1, b: p1, cost: 1}\n"
    file.write_text("candidates:\n" + line * (MOST + 1))
    with pytest.raises(InvalidDocumentError, match="20,001 candidates"):
        read(file, inventory)


def test_a_file_of_something_else_is_told(tmp_path: Path, inventory: Inventory) -> None:
    file = tmp_path / "c.yaml"
    file.write_text("candidate: 3\n")
    with pytest.raises(InvalidDocumentError, match="unknown key"):
        read(file, inventory)
