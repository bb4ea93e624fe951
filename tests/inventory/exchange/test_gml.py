"""GML as the Topology Zoo, editors and hostile people write it."""

from pathlib import Path

import pytest

from tests.inventory.exchange.told import imported, problems

ZOO = """\
# a comment
graph [
  label "Géant &amp; friends"
  node [
    id 0
    label "Praha"
    Longitude 14.42
    Latitude 50.09
    Internal 1
  ]
  node [ id 1 label "Lisboa" Internal 0 graphics [ x 1.5 y -2 ] ]
  node [ id 2 hyperedge 1 ]
  edge [ source 0 target 1 LinkSpeed "155" LinkSpeedUnits "M" LinkSpeedRaw 155000000.0 ]
  edge [
    source 0
    target 1
    LinkLabel "two
lines"
  ]
  edge [ source 1 target 2 ]
]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "zoo.gml"


def test_what_the_topology_zoo_says_is_declared(file: Path) -> None:
    file.write_text(ZOO)
    found, findings = imported("gml", file)
    assert found.name == "Géant & friends"
    assert list(found.sites) == ["praha", "lisboa", "node-2"]
    capacities = [each.capacity_ab for each in found.links.values()]
    assert capacities == [155e6, None, None]
    assert not any(each.metric_declared for each in found.links.values())
    assert findings.notes == [
        "no devices but shared media (hyperedge 1): 1 node",
        "of other networks (Internal 0): 1 node",
    ]


def test_a_directed_graph_has_a_link_for_two_edges(file: Path) -> None:
    edges = "edge [ source 1 target 0 ] edge [ source 0 target 1 ]"
    file.write_text(f"graph [ directed 1 node [ id 0 ] node [ id 1 ] {edges} ]")
    assert len(imported("gml", file)[0].links) == 1
    file.write_text(f"graph [ directed 0 node [ id 0 ] node [ id 1 ] {edges} ]")
    assert len(imported("gml", file)[0].links) == 2


def test_every_problem_is_shown_with_its_line(file: Path) -> None:
    file.write_text(
        """graph [
node [ id 0 Latitude 1e999 Longitude 1 ]
node [ label "no id" ]
node [ id 0 ]
edge [ source 0 ]
edge [ source 0 target 7 LinkSpeedRaw abc ]
node [ id 5 priority ]
]"""
    )
    found = problems("gml", file)
    lines = [each.split(":")[1] for each in found]
    assert lines == ["2", "3", "4", "5", "6", "6", "7"]
    assert 'Latitude: "1e999" is no number' in found[0]
    assert 'the key "priority" has no value' in found[-1]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("graph [ node [ id 0 ]", "zoo.gml:1: graph: a [ that is never closed"),
        ("graph [ ] ]", "zoo.gml:1: a ] without its ["),
        ('graph [\nlabel "x', "zoo.gml:2: a text in quotes that does not end"),
        ("graph " + "[ a " * 60, "zoo.gml:1: more than 50 levels deep"),
        ("{}", 'zoo.gml:1: expected a key, found "{}"'),
        ("", "zoo.gml:1: no graph [ ... ] in the file"),
        ("graph [ ]", "zoo.gml:1: graph: nothing that could be a device"),
    ],
)
def test_what_is_no_gml_is_refused(file: Path, text: str, what: str) -> None:
    file.write_text(text)
    assert problems("gml", file)[0].startswith(what)


def test_text_that_is_not_utf_8_is_refused_with_its_line(file: Path) -> None:
    file.write_bytes(b'graph [\nlabel "\xff" ]')
    assert problems("gml", file) == [
        "zoo.gml:2: not UTF-8 text\n  save the file as UTF-8"
    ]
