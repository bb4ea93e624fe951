"""What plans read, as it is exported: told while it is known, and no longer."""

from dataclasses import replace
from pathlib import Path

import pytest

from bellrock.export.exposition import render
from bellrock.inventory.load import load
from bellrock.model import catalogue
from bellrock.model.catalogue import Metric
from bellrock.model.inventory import Inventory
from bellrock.model.neighbourhood import Facts, Neighbour, Protocol, Sensor, SensorKind
from bellrock.model.observation import DeviceReading, Outcome
from bellrock.model.status import Status
from bellrock.runtime.neighbours import MISSED_FOR, MOST, MOST_MISSED
from bellrock.runtime.series import Series
from tests.runtime.test_series import NETWORK

LLDP = {"lldp": Outcome.SUCCESS}
BUSY = Facts(
    cpu=0.25, memory=0.5, sensors=(Sensor("inlet", SensorKind.TEMPERATURE, 21.5),)
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
    facts: Facts | None = None,
    outcome: Outcome = Outcome.SUCCESS,
    *,
    plans: dict[str, Outcome] = LLDP,
    failed: tuple[str, ...] = (),
    at: float = 0.0,
) -> DeviceReading:
    if facts is None:
        return DeviceReading("cpe", "snmp", at, 0.1, outcome)
    return DeviceReading(
        *("cpe", "snmp", at, 0.1, outcome), facts=facts, plans=plans, failed=failed
    )


def met(*neighbours: tuple[str, str], protocol: Protocol = Protocol.LLDP) -> Facts:
    return Facts(
        neighbours=tuple(Neighbour(protocol, name, port) for name, port in neighbours)
    )


def told(series: Series, metric: Metric) -> dict[tuple[str, ...], float]:
    """Return the samples of a family, by label values without the device's."""
    rows = series.facts.families[metric]
    found = {}
    for line in rows.lines():
        for sample in line.splitlines():
            text, value = sample.rsplit(" ", 1)
            labels = text.split("{", 1)[1].rstrip("}").split('",')
            values = tuple(label.split('="')[1].strip('"') for label in labels)
            found[values[1:]] = float(value)
    return found


def neighbours(series: Series) -> dict[str, float]:
    return {name: up for (_, name), up in told(series, catalogue.NEIGHBOUR_UP).items()}


def test_what_a_device_says_of_itself_is_told(series: Series) -> None:
    series.add_reading(reading(BUSY), {})
    assert told(series, catalogue.DEVICE_CPU) == {("gp",): 0.25}
    assert told(series, catalogue.DEVICE_MEMORY) == {("gp",): 0.5}
    sensors = told(series, catalogue.DEVICE_SENSOR)
    assert sensors == {("inlet", "temperature_celsius"): 21.5}


@pytest.mark.parametrize("way", ["poll failed", "plan failed", "fault", "reload"])
def test_nothing_of_it_is_told_once_it_is_not_known(
    series: Series, way: str, tmp_path: Path
) -> None:
    series.add_reading(reading(BUSY), {})
    match way:
        case "poll failed":
            series.add_reading(reading(outcome=Outcome.TIMEOUT), {})
        case "plan failed":
            failed = {"resources": Outcome.MALFORMED, "sensors": Outcome.MALFORMED}
            series.add_reading(reading(Facts(), plans=failed), {})
        case "fault":
            series.unread("cpe", "snmp")
        case _:
            path = tmp_path / "other.yaml"
            path.write_text(NETWORK.replace("127.0.0.2, snmp: default", "127.0.0.2"))
            series.adopt(load(path, cache=None).inventory, {})
    for metric in series.facts.families:
        assert told(series, metric) == {}
    assert "device_cpu" not in render(series.families(), openmetrics=True)


def test_after_a_reload_that_leaves_it_in_it_is_told_again(
    series: Series, inventory: Inventory
) -> None:
    same = reading(BUSY)
    series.add_reading(same, {})
    series.adopt(inventory, {})
    series.add_reading(same, {})
    assert told(series, catalogue.DEVICE_CPU) == {("gp",): 0.25}


def test_after_a_reload_nobody_is_lost_whom_another_collector_saw(
    series: Series, inventory: Inventory
) -> None:
    over_snmp = reading(BUSY, plans={"resources": Outcome.SUCCESS})
    over_ssh = replace(reading(met(("p1", "wan0"))), collector="ssh")
    series.add_reading(over_snmp, {})
    series.add_reading(over_ssh, {})
    series.adopt(inventory, {})
    series.add_reading(over_snmp, {})
    assert neighbours(series) == {}
    series.add_reading(over_ssh, {})
    assert neighbours(series) == {"p1": 1}


def test_nobody_is_lost_because_the_collector_that_saw_them_failed(
    series: Series,
) -> None:
    def over_ssh(facts: Facts | None, outcome: Outcome = Outcome.SUCCESS) -> None:
        series.add_reading(replace(reading(facts, outcome), collector="ssh"), {})

    def over_snmp(*names: str) -> None:
        series.add_reading(reading(met(*((name, "wan0") for name in names))), {})

    over_snmp("p1", "p2")
    over_ssh(met(("p2", "wan0"), ("p3", "wan1")))
    assert neighbours(series) == {"p1": 1, "p2": 1, "p3": 1}
    over_ssh(None, Outcome.TIMEOUT)
    assert neighbours(series) == {"p1": 1, "p2": 1}
    over_snmp("p1")
    assert neighbours(series) == {"p1": 1, "p2": 0}
    over_ssh(Facts())
    assert neighbours(series) == {"p1": 1, "p2": 0, "p3": 0}


def test_plans_that_failed_are_counted_and_those_a_device_lacks_are_not(
    series: Series,
) -> None:
    plans = {"lldp": Outcome.UNSUPPORTED, "ospf": Outcome.TIMEOUT}
    for failed in (("ospf",), ("ospf",), ()):
        series.add_reading(reading(Facts(), plans=plans, failed=failed), {})
    failures = series[catalogue.COLLECT_FAILURES]
    assert failures.get(("cpe", "snmp/ospf", "timeout")) == 2
    assert failures.total() == 2


def test_a_neighbour_that_is_lost_reads_zero_for_a_day(series: Series) -> None:
    series.add_reading(reading(met(("p1", "wan0"), ("sw", "lan0")), at=0), {})
    assert neighbours(series) == {"p1": 1, "sw": 1}
    series.add_reading(reading(met(("sw", "lan0")), at=60), {})
    assert neighbours(series) == {"p1": 0, "sw": 1}
    series.add_reading(reading(met(("sw", "lan0")), at=MISSED_FOR + 61), {})
    assert neighbours(series) == {"sw": 1}


def test_a_neighbour_that_comes_back_is_there_again(series: Series) -> None:
    for facts in (met(("p1", "wan0")), Facts(), met(("p1", "wan0"))):
        series.add_reading(reading(facts), {})
    assert neighbours(series) == {"p1": 1}


def test_when_the_table_could_not_be_read_no_neighbour_is_lost(series: Series) -> None:
    series.add_reading(reading(met(("p1", "wan0"))), {})
    for bad in (Outcome.TIMEOUT, Outcome.UNSUPPORTED):
        series.add_reading(reading(Facts(), plans={"lldp": bad}), {})
        assert neighbours(series) == {}
    series.add_reading(reading(Facts()), {})
    assert neighbours(series) == {"p1": 0}


def test_two_links_to_one_neighbour_stay_apart_when_one_is_lost(series: Series) -> None:
    series.add_reading(reading(met(("p1", "wan0"), ("p1", "wan1"))), {})
    assert neighbours(series) == {"p1 wan0": 1, "p1 wan1": 1}
    series.add_reading(reading(met(("p1", "wan1"))), {})
    assert neighbours(series) == {"p1 wan0": 0, "p1 wan1": 1}


def over(*where: tuple[str, str]) -> DeviceReading:
    """Return a reading with one OSPF router behind these interfaces and addresses."""
    facts = Facts(
        neighbours=tuple(
            Neighbour(Protocol.OSPF, "10.255.0.2", port, addresses=(address,))
            for port, address in where
        )
    )
    return reading(facts, plans={"ospf": Outcome.SUCCESS})


def test_a_router_whose_interface_is_not_found_is_not_taken_for_lost(
    series: Series,
) -> None:
    for port in ("wan0", "", "wan0"):
        series.add_reading(over((port, "10.0.0.2")), {})
        assert neighbours(series) == {"10.255.0.2": 1}


def test_one_router_in_ospf_for_both_families_is_two_neighbours(series: Series) -> None:
    both = over(("wan0", "10.0.0.2"), ("wan0", "fe80::2"))
    series.add_reading(both, {})
    assert neighbours(series) == {
        "10.255.0.2 wan0 10.0.0.2": 1,
        "10.255.0.2 wan0 fe80::2": 1,
    }
    series.add_reading(over(("wan0", "10.0.0.2")), {})
    assert neighbours(series)["10.255.0.2 wan0 fe80::2"] == 0


def test_a_state_that_is_not_up_reads_zero_and_an_unknown_one_nothing(
    series: Series,
) -> None:
    peers = [("10.0.0.1", Status.DOWN), ("10.0.0.2", Status.UNKNOWN)]
    facts = Facts(
        neighbours=tuple(Neighbour(Protocol.BGP, name, "", up) for name, up in peers)
    )
    series.add_reading(reading(facts, plans={"bgp": Outcome.SUCCESS}), {})
    assert neighbours(series) == {"10.0.0.1": 0}


def test_a_crowd_that_comes_and_goes_is_remembered_in_part(series: Series) -> None:
    for crowd in range(5):
        many = [(f"phone-{crowd}-{n}", f"lan{n}") for n in range(200)]
        series.add_reading(reading(met(*many), at=60.0 * crowd), {})
    series.add_reading(reading(Facts(), at=600), {})
    lost = neighbours(series)
    assert len(lost) == MOST_MISSED
    assert "phone-4-0" in lost
    assert "phone-0-0" not in lost


def test_a_second_collector_does_not_tell_a_neighbour_twice(series: Series) -> None:
    series.add_reading(reading(met(("p1", "wan0"))), {})
    other = DeviceReading(
        *("cpe", "ssh", 0, 0.1, Outcome.SUCCESS),
        facts=met(("p1", "wan0"), ("p2", "wan1")),
        plans=LLDP,
    )
    series.add_reading(other, {})
    assert neighbours(series) == {"p1": 1, "p2": 1}
    series.add_reading(reading(outcome=Outcome.TIMEOUT), {})
    assert neighbours(series) == {"p1": 1, "p2": 1}


def test_of_more_than_are_told_of_none_is_taken_for_lost(series: Series) -> None:
    many = [(f"router-{n}", f"wan{n}") for n in range(MOST + 500)]
    for crowd in (many, many[::-1], many[700:] + many[:700]):
        series.add_reading(reading(met(*crowd)), {})
        assert set(neighbours(series).values()) == {1}
    assert len(neighbours(series)) <= MOST + MOST_MISSED
    series.add_reading(reading(met(*many[1:])), {})
    lost = [name for name, up in neighbours(series).items() if not up]
    assert lost == ["router-0"]
