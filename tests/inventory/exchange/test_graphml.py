"""GraphML as the Topology Zoo, editors and hostile people write it."""

from pathlib import Path

import pytest

from tests.inventory.exchange.told import doubts, imported, problems

KEYS = """\
<?xml version="1.0" encoding="utf-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key attr.name="LinkSpeedRaw" attr.type="double" for="edge" id="d35"/>
  <key attr.name="LinkSpeed" attr.type="string" for="edge" id="d34"/>
  <key attr.name="LinkSpeedUnits" attr.type="string" for="edge" id="d33"/>
  <key attr.name="Latitude" attr.type="double" for="node" id="d29"/>
  <key attr.name="Longitude" attr.type="double" for="node" id="d32"/>
  <key attr.name="label" attr.type="string" for="node" id="d0"/>
  <key attr.name="metric" attr.type="int" for="edge" id="m"><default>10</default></key>
  <key attr.name="Network" attr.type="string" for="graph" id="d9"/>
"""

ZOO = f"""{KEYS}  <graph edgedefault="undirected">
    <data key="d9">NORDUnet</data>
    <node id="0">
      <data key="d29">55.7</data>
      <data key="d32">12.6</data>
      <data key="d0">København</data>
    </node>
    <node id="1"><data key="d0">Malmö</data></node>
    <node id="2"><data key="d0">Malmo</data></node>
    <edge source="0" target="1">
      <data key="d35">10000000000.0</data><data key="m">7</data>
    </edge>
    <edge source="0" target="1">
      <data key="d35"/><data key="d34">2.5</data><data key="d33">G</data>
    </edge>
    <edge source="1" target="2"><data key="d34">&lt;10</data></edge>
    <edge source="2" target="2"/>
  </graph>
</graphml>
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "zoo.graphml"


def test_what_the_topology_zoo_says_is_declared_and_nothing_else(file: Path) -> None:
    file.write_text(ZOO)
    found, findings = imported("graphml", file)
    assert (found.id, found.name) == ("nordunet", "NORDUnet")
    assert list(found.sites) == ["kobenhavn", "malmo", "malmo-2"]
    first, second, third = found.links.values()
    ids = ["kobenhavn-r1--malmo-r1", "kobenhavn-r1--malmo-r1-2"]
    assert [first.id, second.id] == ids
    assert (first.capacity_ab, second.capacity_ab, third.capacity_ab) == (
        *(1e10, 2.5e9),
        None,
    )
    assert (first.metric_ab, second.metric_ab) == (7, 10)
    site = found.sites["kobenhavn"]
    assert (site.lat, site.lon, site.name) == (55.7, 12.6, "København")
    assert found.sites["malmo-2"].lat is None
    assert not found.gateways
    assert {each.people for each in found.sites.values()} == {0}
    said = doubts(findings, file.parent)
    assert said[0].startswith('zoo.graphml:26: warning: data: the speed "<10" ""')
    assert 'zoo.graphml:19: warning: node, 2: the id that "Malmo" makes' in said[1]
    assert said[2].startswith("zoo.graphml:27: warning: edge, 2 to 2: both ends are at")


def test_opposite_directed_edges_are_a_link_and_parallel_ones_stay_so(
    file: Path,
) -> None:
    file.write_text(
        f"""{KEYS}<graph edgedefault="directed">
<node id="a"/><node id="b"/><node id="c"/>
<edge source="a" target="b"><data key="d35">1e9</data></edge>
<edge source="b" target="a"><data key="d35">2e9</data></edge>
<edge source="b" target="a"><data key="d35">3e9</data></edge>
<edge source="a" target="b"><data key="d35">4e9</data></edge>
<edge source="b" target="c"><data key="d35">5e9</data></edge>
<edge source="b" target="c" directed="false"><data key="d35">6e9</data></edge>
</graph></graphml>"""
    )
    found, findings = imported("graphml", file)
    assert sorted(
        (each.capacity_ab or 0, each.capacity_ba or 0) for each in found.links.values()
    ) == [(0, 0), (1e9, 2e9), (3e9, 4e9), (6e9, 6e9)]
    assert findings.notes == ["a link each: 2 pairs of opposite arcs"]
    [lone] = doubts(findings, file.parent)
    assert lone.startswith("zoo.graphml:17: warning: edge, b to c: no arc goes the")


def test_arrows_that_an_editor_always_draws_mean_nothing(file: Path) -> None:
    file.write_text(
        f"""{KEYS}<graph edgedefault="directed"><node id="a"/><node id="b"/>
<edge source="a" target="b"><data key="d35">1e9</data></edge></graph></graphml>"""
    )
    found, findings = imported("graphml", file)
    [link] = found.links.values()
    assert (link.capacity_ab, link.capacity_ba) == (1e9, 1e9)
    assert "taken as drawing" in findings.notes[0]


def test_every_problem_is_shown_with_its_line(file: Path) -> None:
    file.write_text(
        f"""{KEYS}<graph edgedefault="undirected">
<node id="a"><data key="d29">NaN</data></node>
<node id="a"/>
<node id="b"><data key="d29">95</data><data key="d32">1</data></node>
<node><data key="nowhere">x</data><graph/></node>
<edge source="a" target="nobody"/>
<edge source="a" target="b"><data key="d35">-1</data></edge>
<edge source="a" target="b"><data key="d35">inf</data></edge>
<edge source="a" target="b"><data key="d35">1e30</data></edge>
<edge source="a" target="b"><data key="m">-3</data></edge>
<hyperedge/>
</graph><graph/></graphml>"""
    )
    found = problems("graphml", file)
    lines = [int(each.split(":")[1]) for each in found]
    assert lines == [12, 13, 14, 15, 15, 15, 16, 17, 18, 19, 20, 21, 22]
    assert found[0] == (
        'zoo.graphml:12: data, Latitude: "NaN" is no number\n'
        "  write digits, or leave it out"
    )
    assert 'the device "a" is at' in found[1] or 'the site "node a" is at' in found[1]


LAUGHS = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "/etc/passwd">]>
<graphml><graph id="&b;&f;"/></graphml>"""


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (LAUGHS, "2: a document type declaration"),
        ("<a>" * 60 + "</a>" * 60, "1: more than 50 levels deep"),
        ("<graphml>\n<graph></graphml>", "2: not XML: mismatched tag"),
        ("", "1: not XML: no element found"),
        ("<graphml>&nope;</graphml>", "1: not XML: undefined entity"),
        ('<?xml version="1.0" encoding="x-y"?><graphml/>', "1: "),
        ("<svg/>", "1: svg: no <graphml> with a <graph> in it"),
        ("<graphml><graph/></graphml>", "1: graph: nothing that could be a device"),
    ],
)
def test_xml_that_is_broken_or_built_to_harm_is_refused(
    file: Path, text: str, what: str
) -> None:
    file.write_text(text)
    assert problems("graphml", file)[0].startswith(f"zoo.graphml:{what}")


def test_latin_1_is_read_as_such(file: Path) -> None:
    text = ZOO.replace('encoding="utf-8"', 'encoding="iso-8859-1"')
    file.write_bytes(text.encode("latin-1"))
    found, _ = imported("graphml", file)
    assert found.sites["malmo"].name == "Malmö"
