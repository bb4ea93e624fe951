"""Devices asked over SSH beside SNMP: neither disturbs what the other read."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from bellrock.inventory.load import load
from bellrock.model import catalogue
from bellrock.model.errors import UserError
from bellrock.model.inventory import Inventory
from bellrock.model.neighbourhood import Facts, Neighbour, Protocol
from bellrock.model.observation import (
    DeviceReading,
    InterfaceReading,
    Interfaces,
    Outcome,
)
from bellrock.model.status import Status
from bellrock.runtime.parts import Parts
from bellrock.runtime.series import Series
from bellrock.runtime.ssh_polling import Polls, SshPolling, check
from bellrock.runtime.supervise import Supervisor
from bellrock.runtime.united import united
from collectors.ssh.settings import SshCredentials
from tests.collectors.ssh.device import (
    FRR_ANSWERS,
    answering,
    credentials,
    device,
    settings,
)
from tests.probes.harness import PATIENCE
from tests.runtime.test_series import NETWORK

OVER_SSH = NETWORK.replace("snmp: default", "snmp: default, ssh: all, platform: frr")
TABLE = Interfaces.of(InterfaceReading("0", 1, Status.UP, receive_bytes=100))


@pytest.fixture
def inventory(tmp_path: Path) -> Inventory:
    path = tmp_path / "network.yaml"
    path.write_text(OVER_SSH)
    return load(path, cache=None).inventory


def counters(outcome: Outcome = Outcome.SUCCESS) -> DeviceReading:
    table = TABLE if outcome is Outcome.SUCCESS else Interfaces()
    return DeviceReading("cpe", "snmp", 1, 0.1, outcome, uptime=50, interfaces=table)


def words(
    *names: str, collector: str = "ssh", outcome: Outcome = Outcome.SUCCESS
) -> DeviceReading:
    neighbours = tuple(Neighbour(Protocol.LLDP, name, "0") for name in names)
    plans = {"lldp": Outcome.SUCCESS} if outcome is Outcome.SUCCESS else {}
    return DeviceReading(
        *("cpe", collector, 1, 0.2, outcome),
        facts=Facts(neighbours=neighbours),
        plans=plans,
    )


def received(series: Series) -> float:
    return series.interfaces[catalogue.INTERFACE_RECEIVE_BYTES].total()


def met(series: Series) -> float:
    return series.facts.families[catalogue.NEIGHBOUR_UP].total()


def test_what_is_read_over_ssh_leaves_the_counters_alone(inventory: Inventory) -> None:
    series = Series(inventory)
    series.add_reading(counters(), {})
    series.add_reading(words("p1"), {})
    assert received(series) == 100
    assert series[catalogue.DEVICE_UPTIME].get(("cpe", "gp")) == 50
    series.add_reading(words(outcome=Outcome.TIMEOUT), {})
    series.unread("cpe", "ssh")
    assert received(series) == 100
    failed = series[catalogue.COLLECT_FAILURES]
    assert failed.get(("cpe", "ssh", "timeout")) == 1
    series.add_reading(counters(Outcome.TIMEOUT), {})
    assert received(series) == 0


def test_what_is_read_over_snmp_leaves_the_neighbours_alone(
    inventory: Inventory,
) -> None:
    series = Series(inventory)
    series.add_reading(words("p1"), {})
    series.add_reading(counters(), {})
    series.add_reading(counters(Outcome.TIMEOUT), {})
    series.unread("cpe", "snmp")
    assert met(series) == 1
    # Both see the same neighbour: that is one.
    series.add_reading(words("p1", collector="snmp"), {})
    assert met(series) == 1
    series.unread("cpe", "ssh")
    assert met(series) == 1
    series.unread("cpe", "snmp")
    assert met(series) == 0


def test_a_device_without_snmp_keeps_what_ssh_told(
    inventory: Inventory, tmp_path: Path
) -> None:
    series = Series(inventory)
    series.add_reading(counters(), {})
    series.add_reading(words("p1"), {})
    path = tmp_path / "network.yaml"
    path.write_text(OVER_SSH.replace("snmp: default, ", ""))
    series.adopt(load(path, cache=None).inventory, {})
    assert received(series) == 0
    assert series[catalogue.DEVICE_UPTIME].get(("cpe", "gp")) is None
    duration = series[catalogue.COLLECT_DURATION]
    assert duration.get(("cpe", "ssh")) == 0.2
    assert duration.get(("cpe", "snmp")) is None
    series.add_reading(words("p1"), {})
    assert met(series) == 1


def test_readings_of_one_device_are_joined_without_repeating_anything() -> None:
    other = Neighbour(Protocol.OSPF, "10.0.0.1", "0", addresses=("192.0.2.1",))
    known = Neighbour(
        Protocol.OSPF, "10.0.0.1", "0", addresses=("192.0.2.1",), metric=20
    )
    snmp = DeviceReading(
        *("cpe", "snmp", 1, 0.1, Outcome.SUCCESS),
        interfaces=TABLE,
        facts=Facts(neighbours=(other,)),
        plans={"ospf": Outcome.SUCCESS, "lldp": Outcome.UNSUPPORTED},
    )
    ssh = DeviceReading(
        *("cpe", "ssh", 1, 0.1, Outcome.SUCCESS),
        facts=Facts(neighbours=(known, Neighbour(Protocol.LLDP, "p1", "0"))),
        plans={"ospf": Outcome.SUCCESS, "lldp": Outcome.SUCCESS},
    )
    for both in ((snmp, ssh), (ssh, snmp)):
        joined = united(both)
        assert joined.interfaces == TABLE
        assert known in joined.facts.neighbours
        assert len(joined.facts.neighbours) == 2
        assert set(joined.plans.values()) == {Outcome.SUCCESS}


async def test_devices_are_asked_until_they_are_no_longer_assigned(
    tmp_path: Path,
) -> None:
    heard: asyncio.Queue[DeviceReading] = asyncio.Queue()
    faults: list[str] = []
    supervisor = Supervisor(faults.append)
    async with (
        device(answering(FRR_ANSWERS)) as met,
        asyncio.TaskGroup() as group,
    ):
        polling = SshPolling(
            Parts(group, supervisor),
            supervisor,
            accept_new=False,
            on_reading=heard.put_nowait,
            on_unread=faults.append,
            on_skip=faults.append,
        )
        chosen = settings(tmp_path, met, interval="200ms")
        polls: Polls = {"r1": (met.device(), credentials(tmp_path))}
        await check(polls)
        await polling.assign(chosen, polls)
        for _ in range(3):
            reading = await asyncio.wait_for(heard.get(), PATIENCE)
            assert reading.outcome is Outcome.SUCCESS
        assert len(met.connections) == 1
        await polling.assign(chosen, {})
        await asyncio.wait_for(met.connections[0].wait_closed(), PATIENCE)
        assert faults == []


async def test_a_key_that_cannot_be_used_is_told_before_anything_starts(
    tmp_path: Path,
) -> None:
    (tmp_path / "id").write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n")
    bad = SshCredentials(user="monitor", key_file=tmp_path / "id")
    with pytest.raises(UserError, match="the key of monitor cannot be read"):
        await check({"r1": (None, bad)})  # type: ignore[dict-item]


def test_nobody_without_ssh_pays_for_it() -> None:
    said = subprocess.run(
        [
            *(sys.executable, "-P", "-c"),
            "import sys, bellrock.cli.main; "
            "print({'asyncssh', 'textfsm', 'ntc_templates'} & sys.modules.keys())",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said == "set()\n"
