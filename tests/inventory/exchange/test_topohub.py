"""TopoHub's JSON: every Topology Zoo graph it has, and SNDlib's with their demands."""

import importlib.resources
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from bellrock.inventory.exchange.records import Wishes
from bellrock.inventory.exchange.table import WRITERS
from bellrock.inventory.exchange.yamlfile import write
from bellrock.inventory.load import load
from tests.inventory.exchange.told import imported, problems
from topology.analysis import Design
from topology.report import spof_report

DATA = Path(str(importlib.resources.files("topohub"))) / "data"
ZOO = sorted((DATA / "topozoo").glob("*.json"))
MBITS = Wishes(unit=1e6)


def graph(file: Path) -> "nx.Graph[Any]":
    """Return what networkx makes of the same file."""
    whole = json.loads(file.read_bytes())
    return nx.node_link_graph(whole, multigraph=True, edges="edges")


def test_there_are_two_hundred_graphs() -> None:
    assert len(ZOO) > 200


@pytest.mark.parametrize("part", range(4))
def test_every_graph_is_imported_written_read_back_and_analysed(
    tmp_path: Path, part: int
) -> None:
    for file in ZOO[part::4]:
        expected = graph(file)
        loops = nx.number_of_selfloops(expected)
        found, _ = imported("topohub", file)
        assert len(found.devices) == expected.number_of_nodes(), file
        assert len(found.links) == expected.number_of_edges() - loops, file
        whole = replace(found, gateways=frozenset([next(iter(found.devices))]))
        path = tmp_path / "imported.yaml"
        path.write_text(write(whole))
        assert load(path, cache=None).inventory == whole, file
        report = spof_report(Design(whole))
        assert report["sites"] == len(found.sites) - 1, file
        # Whom no failure can cut off is whoever is cut off now.
        parts = nx.number_connected_components(expected)
        assert (parts > 1) == bool(report["cut_off"]), file


@pytest.mark.parametrize("form", ["graphml", "rfc8345"])
def test_graphs_go_out_and_in_again(tmp_path: Path, form: str) -> None:
    for file in ZOO[::10]:
        found, _ = imported("topohub", file)
        path = tmp_path / "exported"
        path.write_text(WRITERS[form](found))
        again, _ = imported(form, path)
        assert again.links.keys() == found.links.keys(), file
        assert {k: v.site for k, v in again.devices.items()} == {
            k: v.site for k, v in found.devices.items()
        }, file


def test_germany50_comes_with_its_demands() -> None:
    file = DATA / "sndlib" / "germany50.json"
    found, findings = imported("topohub", file, MBITS)
    assert (len(found.sites), len(found.links), len(found.demands)) == (50, 88, 662)
    demands = graph(file).graph["demands"]
    total = sum(rate for targets in demands.values() for rate in targets.values())
    assert sum(each.rate for each in found.demands) == pytest.approx(total * 1e6)
    assert found.sites["aachen"].lat == 50.76
    assert {each.capacity_ab for each in found.links.values()} == {None}
    assert not findings.doubts
    silent, findings = imported("topohub", file)
    assert not silent.demands
    assert "--unit 1M" in findings.notes[0]


def test_positions_on_a_plane_are_no_coordinates() -> None:
    [file, *_] = sorted((DATA / "gabriel" / "25").glob("*.json"))
    found, findings = imported("topohub", file)
    assert {each.lat for each in found.sites.values()} == {None}
    assert findings.notes == ["positions are no degrees on earth; they are left out"]


def test_every_problem_is_shown_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "net.json"
    file.write_text(
        """{"graph": {"name": "x", "demands": {"a": {"b": -1, "z": 1},
 "b": 3}},
"nodes": [{"id": "a", "pos": [1, 2]},
 {"id": "a"},
 {"pos": [0, 0]},
 {"id": "b", "pos": "here"},
 7],
"edges": [{"source": "a", "target": "nobody"},
 {"source": true, "target": "b"}]}"""
    )
    found = problems("topohub", file, MBITS)
    lines = [int(each.split(":")[1]) for each in found]
    assert lines == [1, 1, 2, 4, 5, 6, 7, 8, 9], found
