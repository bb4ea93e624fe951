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


def test_a_file_declares_what_its_own_candidates_share(
    tmp_path: Path, inventory: Inventory
) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(
        "risk_groups: [{id: trench, kind: duct}, {id: pe1-p1, kind: duct}]\n"
        "candidates:\n"
        "  - {a: cpe1, b: p1, cost: 1, risk_groups: [duct, trench]}\n"
        "  - {a: pe1, b: p1, cost: 1, risk_groups: [trench, pe1-p1]}\n"
    )
    first, second = read(file, inventory)
    assert first.link.risk_groups == ("duct", "trench")
    assert second.link.risk_groups == ("trench", "pe1-p1")
    assert second.link.id == "pe1-p1-2"
    file.write_text("risk_groups:\ncandidates: [{a: pe1, b: p1, cost: 1}]\n")
    assert len(read(file, inventory)) == 1


def test_groups_of_a_file_are_checked_as_those_of_a_scenario(
    tmp_path: Path, inventory: Inventory
) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(
        "candidates:\n"
        "  - {id: shaft, a: cpe1, b: p1, cost: 1, risk_groups: [trench, trensh]}\n"
        "risk_groups:\n"
        "  - {id: trench, kind: duct}\n"
        "  - {id: trench, kind: duct}\n"
        "  - {id: shaft, kind: duct}\n"
        "  - {id: duct, kind: duct}\n"
        "  - {id: pe1}\n"
    )
    with pytest.raises(InvalidDocumentError) as error:
        read(file, inventory)
    said = [str(each).removeprefix(f"{file}:") for each in error.value.problems]
    assert said == [
        '2: candidates[0] (shaft), id: the id "shaft" is taken by a risk group of the '
        "file\n  give it another id, or leave it out",
        '2: candidates[0] (shaft), risk_groups[1]: no risk group has the id "trensh"'
        '\n  did you mean "trench"?',
        '5: risk_groups[1] (trench), id: the id "trench" is taken by an earlier risk '
        "group\n  give it another id",
        '6: risk_groups[2] (shaft), id: no candidate is in the risk group "shaft"'
        "\n  name it in the risk_groups of one, or leave it out",
        '7: risk_groups[3] (duct), id: the id "duct" is taken by a risk group of the '
        "inventory\n  give it another id, or leave it out: links may name the "
        "inventory's",
        "8: risk_groups[4] (pe1): the key kind is missing\n  add kind: duct, exchange, "
        "power, subsea-cable ...",
        '8: risk_groups[4] (pe1), id: the id "pe1" is taken by a device of the '
        "inventory\n  give it another id",
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
