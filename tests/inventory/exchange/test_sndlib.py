"""SNDlib networks in XML."""

from pathlib import Path

import pytest

from bellrock.inventory.exchange.records import Wishes
from bellrock.model.inventory import Demand
from tests.inventory.exchange.told import imported, problems

NETWORK = """\
<?xml version="1.0" encoding="ISO-8859-1"?>
<network xmlns="http://sndlib.zib.de/network" version="1.0">
 <meta><unit>MBITPERSEC</unit></meta>
 <networkStructure>
  <nodes coordinatesType="geographical">
   <node id="Koeln"><coordinates><x>6.96</x><y>50.94</y></coordinates></node>
   <node id="Ulm"><coordinates><x>9.99</x><y>48.40</y></coordinates></node>
   <node id="Fulda"/>
  </nodes>
  <links>
   <link id="L1"><source>Koeln</source><target>Ulm</target>
    <preInstalledModule><capacity>2.5</capacity><cost>0.0</cost></preInstalledModule>
    <routingCost>7.0</routingCost>
   </link>
   <link id="L2"><source>Ulm</source><target>Koeln</target>
    <additionalModules>
     <addModule><capacity>40.0</capacity><cost>1.0</cost></addModule>
    </additionalModules>
   </link>
   <link id="L3"><source>Ulm</source><target>Fulda</target></link>
  </links>
 </networkStructure>
 <demands>
  <demand id="D1"><source>Koeln</source><target>Fulda</target>
   <routingUnit>2</routingUnit><demandValue>0.6</demandValue></demand>
 </demands>
</network>
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "net.xml"


def test_installed_capacity_is_one_and_what_could_be_bought_is_none(file: Path) -> None:
    file.write_text(NETWORK)
    found, findings = imported("sndlib", file)
    links = [(each.id, each.capacity_ab) for each in found.links.values()]
    assert links == [("l1", 2.5e6), ("l2", None), ("l3", None)]
    assert not any(each.metric_declared for each in found.links.values())
    assert found.demands == (Demand("koeln", "fulda", 1.2e6),)
    assert (found.sites["koeln"].lat, found.sites["koeln"].lon) == (50.94, 6.96)
    assert found.sites["fulda"].lat is None
    assert findings.notes == [
        "1 link lists modules that could be bought; none is a capacity"
    ]


def test_figures_without_a_unit_wait_for_one(file: Path) -> None:
    file.write_text(NETWORK.replace("<meta><unit>MBITPERSEC</unit></meta>", ""))
    found, findings = imported("sndlib", file)
    assert found.links["l1"].capacity_ab is None
    assert not found.demands
    assert len(findings.notes) == 3
    found, _ = imported("sndlib", file, Wishes(unit=1e9))
    assert found.links["l1"].capacity_ab == 2.5e9
    assert found.demands[0].rate == 1.2e9


def test_pixels_are_no_coordinates(file: Path) -> None:
    file.write_text(NETWORK.replace("geographical", "pixel"))
    found, _ = imported("sndlib", file)
    assert {each.lat for each in found.sites.values()} == {None}


def test_every_problem_is_shown_with_its_line(file: Path) -> None:
    broken = (
        NETWORK.replace("<x>6.96</x>", "<x>196.96</x>")
        .replace('<node id="Fulda"/>', "<node/>")
        .replace("<target>Ulm</target>", "")
        .replace("<capacity>2.5<", "<capacity>-2.5<")
        .replace("0.6", "NaN")
    )
    file.write_text(broken)
    found = problems("sndlib", file)
    lines = [each.split(":")[1] for each in found]
    assert lines == ["6", "8", "11", "12", "20", "24"]
    assert "longitude: 196.96 is out of range" in found[0]


def test_a_unit_that_nobody_knows_is_not_guessed(file: Path) -> None:
    file.write_text(NETWORK.replace("MBITPERSEC", "WAVELENGTHS"))
    found, findings = imported("sndlib", file)
    assert found.links["l1"].capacity_ab is None
    assert '"WAVELENGTHS" is not known' in str(findings.doubts[0])
