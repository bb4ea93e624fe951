"""REPETITA's topologies and demands."""

from pathlib import Path

import pytest

from bellrock.model.inventory import Demand
from tests.inventory.exchange.told import doubts, imported, problems

GRAPH = """\
NODES 3
label x y
0_New_York -74.00 40.71
1_Chicago -87.65 41.85
2_Denver -104.98 39.74

EDGES 6
label src dest weight bw delay
edge_0 0 1 10 9953280 1913
edge_1 1 0 20 2488320 1913
edge_2 0 1 1 1000 1
edge_3 1 0 1 1000 1
edge_4 1 2 5 1000 9
edge_5 2 2 1 1000 1
"""
DEMANDS = """\
DEMANDS 2
label src dest bw
demand_0 0 2 1500
demand_1 1 1 7
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "Abilene.graph"


def test_two_arcs_are_a_link_with_figures_each_way(file: Path) -> None:
    file.write_text(GRAPH)
    file.with_suffix(".demands").write_text(DEMANDS)
    found, findings = imported("repetita", file)
    assert [each.name for each in found.sites.values()] == [
        "New York",
        "Chicago",
        "Denver",
    ]
    first, parallel, lone = found.links.values()
    assert (first.capacity_ab, first.capacity_ba) == (9953280e3, 2488320e3)
    assert (first.metric_ab, first.metric_ba) == (10, 20)
    assert (parallel.capacity_ab, parallel.metric_declared) == (1e6, True)
    assert (lone.capacity_ab, lone.metric_declared) == (None, False)
    assert found.demands == (Demand("new-york", "denver", 1.5e6),)
    said = doubts(findings, file.parent)
    assert [each.split(":")[1] for each in said] == ["13", "14", "4"]


def test_of_several_demands_none_is_chosen(file: Path) -> None:
    file.write_text(GRAPH)
    for number in range(2):
        (file.parent / f"Abilene.000{number}.demands").write_text(DEMANDS)
    found, findings = imported("repetita", file)
    assert not found.demands
    assert "rename the right one to Abilene.demands" in findings.notes[-1]


def test_positions_of_nowhere_are_left_out(file: Path) -> None:
    zeros = GRAPH.replace("-74.00 40.71", "0 0").replace("-87.65 41.85", "0 0")
    file.write_text(zeros.replace("-104.98 39.74", "0.0 0.0"))
    found, _ = imported("repetita", file)
    assert {each.lat for each in found.sites.values()} == {None}
    file.write_text(GRAPH.replace("-74.00", "-740.0"))
    found, _ = imported("repetita", file)
    assert {each.lat for each in found.sites.values()} == {None}


def test_every_problem_is_shown_with_its_line(file: Path) -> None:
    file.write_text(
        GRAPH.replace("1_Chicago -87.65", "1_Chicago nan")
        .replace("edge_0 0 1", "edge_0 0 9")
        .replace("edge_2 0 1 1 1000 1", "edge_2 0 1 1 1000")
        .replace("20 2488320", "-20 -1")
    )
    found = problems("repetita", file)
    assert [each.split(":")[1] for each in found] == ["4", "9", "10", "10", "11"]
    assert "expected: label src dest weight bw delay" in found[-1]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("hello", 'Abilene.graph:1: expected NODES or EDGES or DEMANDS, found "hello"'),
        ("NODES 0\nlabel x y\n", "Abilene.graph: no section EDGES"),
        ("", "Abilene.graph: no section NODES"),
    ],
)
def test_what_is_no_topology_is_refused(file: Path, text: str, what: str) -> None:
    file.write_text(text)
    assert problems("repetita", file)[0].startswith(what)
