"""What is exported, after good news, bad news and none."""

from pathlib import Path

import pytest

from bellrock.inventory.load import load
from bellrock.model import catalogue
from bellrock.model.inventory import Inventory
from bellrock.runtime.series import Series
from bellrock.runtime.utilisation import Load

NETWORK = """\
network: {id: two, name: Two sites}
sites:
  - {id: dc, name: Data centre, kind: datacentre}
  - {id: gp, name: Surgery, kind: gp}
devices:
  - {id: p1, site: dc, address: 127.0.0.1, snmp: default}
  - {id: cpe, site: gp, address: 127.0.0.2, snmp: default}
links:
  - {id: tail, a: "p1:0", b: "cpe:0", capacity: 1G}
gateways: [dc]
"""


@pytest.fixture
def inventory(tmp_path: Path) -> Inventory:
    path = tmp_path / "network.yaml"
    path.write_text(NETWORK)
    return load(path, cache=None).inventory


def out(share: float) -> tuple[Load, ...]:
    return (Load("tail", "ab", share * 1e9, share),)


def test_the_load_of_a_link_is_the_latest_of_its_ends(inventory: Inventory) -> None:
    series = Series(inventory)
    series.set_loads("p1", out(0.5))
    series.set_loads("cpe", out(0.6))
    assert series[catalogue.LINK_UTILISATION].get(("tail", "ab")) == 0.6


def test_a_device_that_no_longer_tells_leaves_it_to_the_far_end(
    inventory: Inventory,
) -> None:
    series = Series(inventory)
    series.set_loads("p1", out(0.5))
    series.set_loads("cpe", out(0.6))
    series.set_loads("cpe", ())
    assert series[catalogue.LINK_UTILISATION].get(("tail", "ab")) == 0.5


def test_a_link_nobody_tells_of_has_no_load(inventory: Inventory) -> None:
    series = Series(inventory)
    series.set_loads("p1", out(0.5))
    series.set_loads("p1", ())
    assert series[catalogue.LINK_UTILISATION].get(("tail", "ab")) is None
