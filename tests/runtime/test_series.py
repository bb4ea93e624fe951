"""What is exported, after good news, bad news and none."""

from pathlib import Path

import pytest

from bellrock.export.exposition import render
from bellrock.inventory.load import load
from bellrock.model import catalogue
from bellrock.model.inventory import Inventory
from bellrock.model.observation import (
    DeviceReading,
    InterfaceReading,
    Interfaces,
    Outcome,
)
from bellrock.model.status import Status
from bellrock.runtime.series import Series
from bellrock.runtime.utilisation import Load
from topology.discovery.compare import Comparison
from topology.discovery.mismatch import Mismatch, Why

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


def test_a_fault_of_ours_leaves_no_old_counters_behind(inventory: Inventory) -> None:
    series = Series(inventory)
    row = InterfaceReading("0", 1, Status.UP, receive_bytes=7)
    reading = DeviceReading(
        "cpe", "snmp", 0, 0.1, Outcome.SUCCESS, uptime=9, interfaces=Interfaces.of(row)
    )
    series.add_reading(reading, {"0": "tail"})
    series.set_loads("cpe", out(0.6))
    series.unread("cpe", "snmp")
    for metric in (catalogue.INTERFACE_RECEIVE_BYTES, catalogue.INTERFACE_UP):
        assert series.interfaces[metric].total() == 0
    for metric in (catalogue.DEVICE_UPTIME, catalogue.LINK_UTILISATION):
        assert series[metric].total() == 0


def test_interfaces_are_told_as_they_are_and_those_without_a_number_are_not(
    inventory: Inventory,
) -> None:
    series = Series(inventory)
    whole = InterfaceReading("0", 1, Status.UP, speed=10**9, receive_bytes=2**63)
    odd = InterfaceReading('100%d "x"', 2, Status.UNKNOWN, receive_bytes=5)
    for rows in ((whole,), (whole, odd), (odd,)):
        reading = DeviceReading(
            *("cpe", "snmp", 0, 0.1, Outcome.SUCCESS),
            interfaces=Interfaces.of(*rows),
        )
        series.add_reading(reading, {"0": "tail"})
        text = render(series.families(), openmetrics=False)
        assert told(text) == sorted(line for row in rows for line in EXPECTED[row.name])


EXPECTED = {
    "0": [
        'up{device="cpe",interface="0",link="tail"} 1',
        'receive_bytes_total{device="cpe",interface="0",link="tail"} '
        "9223372036854775808",
        'speed_bits_per_second{device="cpe",interface="0",link="tail"} 1000000000',
    ],
    '100%d "x"': [
        r'receive_bytes_total{device="cpe",interface="100%d \"x\"",link=""} 5'
    ],
}


def told(text: str) -> list[str]:
    """Return the samples of interfaces, sorted."""
    return sorted(
        line.removeprefix("bellrock_interface_")
        for line in text.splitlines()
        if line.startswith("bellrock_interface_")
    )


def test_after_a_reload_only_the_interfaces_that_are_still_right_are_told(
    inventory: Inventory,
) -> None:
    series = Series(inventory)
    rows = [InterfaceReading(name, 1, Status.UP) for name in ("0", "1")]
    reading = DeviceReading(
        "cpe", "snmp", 0, 0.1, Outcome.SUCCESS, interfaces=Interfaces.of(*rows)
    )
    series.add_reading(reading, {"1": "gone"})
    up = series.interfaces[catalogue.INTERFACE_UP]
    assert up.get(("cpe", "1", "gone")) == 1
    series.adopt(inventory, {})
    assert up.get(("cpe", "1", "gone")) is None
    series.add_reading(reading, {"0": "tail"})
    assert up.total() == 2


def test_strays_of_traces_stand_beside_what_devices_say_of_links(
    inventory: Inventory,
) -> None:
    series, metric = Series(inventory), catalogue.TOPOLOGY_MISMATCH
    series.set_strays((Mismatch("cpe - p1", Why.PATH, ""),))
    series.set_discovery(Comparison((Mismatch("tail", Why.METRIC, ""),), {}))
    assert series[metric].get(("cpe - p1", "path")) == 1
    assert series[metric].get(("tail", "metric")) == 1
    series.set_strays(())
    assert series[metric].total() == 1


def test_a_reload_keeps_paths_of_what_is_still_traced(tmp_path: Path) -> None:
    path = tmp_path / "network.yaml"
    path.write_text(NETWORK.replace("snmp: default}", "probes: [path]}"))
    traced = load(path, cache=None).inventory
    series = Series(traced)
    reached = series.paths.families[catalogue.PATH_REACHED]
    reached.set(("cpe", "gp", ""), 1.0)
    series.adopt(traced, {})
    assert reached.get(("cpe", "gp", "")) == 1
    path.write_text(NETWORK)
    series.adopt(load(path, cache=None).inventory, {})
    assert reached.get(("cpe", "gp", "")) is None
