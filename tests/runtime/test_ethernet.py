"""What is exported of Ethernet cables: of interfaces that are there, while known."""

from pathlib import Path

import pytest

from bellrock.export.exposition import render
from bellrock.inventory.load import load
from bellrock.model import catalogue
from bellrock.model.inventory import Inventory
from bellrock.model.neighbourhood import EthernetPort, Facts
from bellrock.model.observation import (
    DeviceReading,
    InterfaceReading,
    Interfaces,
    Outcome,
)
from bellrock.model.status import Status
from bellrock.runtime.series import Series
from tests.runtime.test_series import NETWORK

LINKS = {"0": "tail"}
CABLES = Facts(
    ethernet=(
        EthernetPort("0", False, 7, 6, 5, 4),
        EthernetPort("1", True, 0),
        EthernetPort("2"),
    )
)
ZERO, ONE = ("cpe", "0", "tail"), ("cpe", "1", "")
METRICS = (
    *(catalogue.INTERFACE_FULL_DUPLEX, catalogue.INTERFACE_FCS_ERRORS),
    *(catalogue.INTERFACE_ALIGNMENT_ERRORS, catalogue.INTERFACE_SYMBOL_ERRORS),
    catalogue.INTERFACE_LATE_COLLISIONS,
)


@pytest.fixture
def inventory(tmp_path: Path) -> Inventory:
    path = tmp_path / "network.yaml"
    path.write_text(NETWORK)
    return load(path, cache=None).inventory


@pytest.fixture
def series(inventory: Inventory) -> Series:
    return Series(inventory)


def reading(
    *names: str, facts: Facts = CABLES, outcome: Outcome = Outcome.SUCCESS
) -> DeviceReading:
    rows = [InterfaceReading(name, n, Status.UP) for n, name in enumerate(names, 1)]
    return DeviceReading(
        *("cpe", "snmp", 0.0, 0.1, outcome),
        uptime=1.0,
        interfaces=Interfaces.of(*rows),
        facts=facts,
        plans={"ethernet": Outcome.SUCCESS},
    )


def told(series: Series) -> list[str]:
    """Return the samples of all five families, as they are exported."""
    text = render(series.families(), openmetrics=True)
    lines = text.decode() if isinstance(text, bytes) else text
    names = tuple(metric.name + "{" for metric in METRICS)
    return [line for line in lines.splitlines() if line.startswith(names)]


def test_each_number_has_the_labels_of_its_interface(series: Series) -> None:
    series.add_reading(reading("0", "1", "2"), LINKS)
    families = series.ethernet.families
    assert [families[metric].get(ZERO) for metric in METRICS] == [0, 7, 6, 5, 4]
    assert [families[metric].get(ONE) for metric in METRICS] == [1, 0, None, None, None]
    assert told(series)[:2] == [
        'bellrock_interface_full_duplex{device="cpe",interface="0",link="tail"} 0',
        'bellrock_interface_full_duplex{device="cpe",interface="1",link=""} 1',
    ]
    assert len(told(series)) == 7


def test_an_interface_that_goes_takes_its_numbers_along(series: Series) -> None:
    series.add_reading(reading("0", "1", "2"), LINKS)
    series.add_reading(reading("1", "2"), LINKS)
    assert series.ethernet.families[catalogue.INTERFACE_FCS_ERRORS].get(ZERO) is None
    assert series.ethernet.families[catalogue.INTERFACE_FCS_ERRORS].get(ONE) == 0
    series.add_reading(reading("0", "1", "2"), LINKS)
    assert series.ethernet.families[catalogue.INTERFACE_FCS_ERRORS].get(ZERO) == 7


@pytest.mark.parametrize("reloaded", [False, True])
@pytest.mark.parametrize("way", ["plan failed", "poll failed", "fault", "taken out"])
def test_nothing_is_told_once_it_is_not_known(
    series: Series, inventory: Inventory, tmp_path: Path, way: str, reloaded: bool
) -> None:
    series.add_reading(reading("0", "1"), LINKS)
    if reloaded:
        series.adopt(inventory, {})
    assert len(told(series)) == 7
    match way:
        case "plan failed":
            series.add_reading(reading("0", "1", facts=Facts()), LINKS)
        case "poll failed":
            series.add_reading(reading("0", "1", outcome=Outcome.TIMEOUT), LINKS)
        case "fault":
            series.unread("cpe", "snmp")
        case _:
            path = tmp_path / "other.yaml"
            path.write_text(NETWORK.replace("127.0.0.2, snmp: default", "127.0.0.2"))
            series.adopt(load(path, cache=None).inventory, {})
    assert told(series) == []


def test_a_link_that_is_declared_later_is_in_the_labels(
    series: Series, inventory: Inventory
) -> None:
    same = reading("0", "1")
    series.add_reading(same, {})
    series.adopt(inventory, {})
    series.add_reading(same, LINKS)
    assert series.ethernet.families[catalogue.INTERFACE_FCS_ERRORS].get(ZERO) == 7
