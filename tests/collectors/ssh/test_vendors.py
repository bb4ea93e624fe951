"""IOS, NX-OS, Junos and EOS as their documentation has them."""

from pathlib import Path

import pytest

from bellrock.model.neighbourhood import (
    Address,
    Facts,
    Neighbour,
    Port,
    PortKind,
    Protocol,
    SensorKind,
)
from bellrock.model.observation import Outcome
from bellrock.model.status import Status
from collectors.ssh.collector import SshCollector
from collectors.ssh.platforms.table import PLATFORMS
from collectors.ssh.reader import Malformed
from tests.collectors.ssh.device import credentials, device, recorded, settings
from tests.collectors.ssh.outputs import OUTPUTS
from tests.collectors.ssh.test_shell import Terminal


def read(platform: str, name: str) -> Facts:
    plan = next(each for each in PLATFORMS[platform].plans if each.name == name)
    return plan.read(*(recorded(OUTPUTS[platform, each]) for each in plan.commands))


BEN = ("192.0.2.1",)


@pytest.mark.parametrize(
    ("platform", "first"),
    [
        (
            "ios",
            Neighbour(
                *(Protocol.LLDP, "ben-p1.example.net", "Gi0/0/1"),
                port="Gi0/0/3",
                port_description="to glen-pe1",
                chassis="02:00:5e:00:00:01",
                addresses=BEN,
            ),
        ),
        (
            "nxos",
            Neighbour(
                *(Protocol.LLDP, "ben-spine1", "Ethernet1/1"),
                port="Ethernet1/49",
                port_description="to glen-leaf1",
                chassis="02:00:5e:00:00:01",
                addresses=(*BEN, "2001:db8::1"),
            ),
        ),
        (
            "junos",
            Neighbour(
                *(Protocol.LLDP, "ben-p1", "ge-0/0/0"),
                port="ge-0/0/7",
                port_kind=PortKind.NAME,
                chassis="02:00:5e:00:00:01",
            ),
        ),
        (
            "eos",
            Neighbour(
                *(Protocol.LLDP, "ben-spine1", "Ethernet1"),
                port="Ethernet49/1",
                port_kind=PortKind.NAME,
                port_description="to glen-leaf1",
                chassis="02:00:5e:00:00:01",
                addresses=BEN,
            ),
        ),
    ],
)
def test_lldp(platform: str, first: Neighbour) -> None:
    assert read(platform, "lldp").neighbours[0] == first


@pytest.mark.parametrize(
    ("platform", "interface", "port"),
    [
        ("ios", "Te0/1/0", "02:00:5e:00:00:22"),
        ("nxos", "mgmt0", "02:00:5e:00:00:22"),
        ("junos", "xe-0/1/0", "594"),
    ],
)
def test_a_neighbour_without_a_name_has_its_chassis(
    platform: str, interface: str, port: str
) -> None:
    second = read(platform, "lldp").neighbours[1]
    assert (second.name, second.interface, second.port) == (
        *("02:00:5e:00:00:02", interface),
        port,
    )


def test_cdp() -> None:
    assert read("ios", "cdp").neighbours == (
        Neighbour(
            *(Protocol.CDP, "ben-p1.example.net", "Gi0/0/1"),
            port="GigabitEthernet0/0/3",
            port_kind=PortKind.NAME,
            chassis="ben-p1.example.net",
            addresses=BEN,
        ),
    )


def test_junos_says_what_its_ports_are_called_by_others() -> None:
    facts = read("junos", "lldp")
    assert facts.chassis == "02:00:5e:00:00:09"
    assert facts.ports == (Port("ge-0/0/0", "513", PortKind.LOCAL, "to ben-p1"),)


UP, DOWN = Status.UP, Status.DOWN


@pytest.mark.parametrize(
    ("platform", "expected"),
    [
        (
            "ios",
            [
                ("198.51.100.1", "Gi0/0/1", UP, "full", 20),
                ("198.51.100.2", "Te0/1/0", UP, "full", 5),
                ("198.51.100.3", "Gi0/0/1", UP, "two_way", 20),
                ("198.51.100.4", "Tu10", DOWN, "exstart", 1000),
            ],
        ),
        (
            "nxos",
            [
                ("198.51.100.1", "Ethernet1/1", UP, "full", 40),
                ("198.51.100.2", "port-channel10", UP, "two_way", 4),
            ],
        ),
        (
            "junos",
            [
                ("198.51.100.1", "ge-0/0/0.0", UP, "full", 100),
                ("198.51.100.2", "xe-0/1/0.100", DOWN, "exstart", None),
            ],
        ),
        (
            "eos",
            [
                ("198.51.100.1", "Ethernet1", UP, "full", 10),
                ("198.51.100.2", "Vlan10", UP, "two_way", 65),
            ],
        ),
    ],
)
def test_ospf(platform: str, expected: list[tuple[object, ...]]) -> None:
    found = read(platform, "ospf").neighbours
    assert [
        (each.name, each.interface, each.status, each.state, each.metric)
        for each in found
    ] == expected
    assert found[0].addresses == BEN


@pytest.mark.parametrize(
    ("platform", "plan", "address"),
    [
        ("ios", "ospf", Address("192.0.2.2", 29, "Gi0/0/1")),
        ("nxos", "ospf", Address("192.0.2.2", 30, "Ethernet1/1")),
        ("junos", "ospf", Address("192.0.2.2", 30, "ge-0/0/0.0")),
        ("eos", "addresses", Address("192.0.2.2", 30, "Ethernet1")),
    ],
)
def test_addresses(platform: str, plan: str, address: Address) -> None:
    assert address in read(platform, plan).addresses


@pytest.mark.parametrize(
    ("platform", "expected"),
    [
        (
            "ios",
            [
                ("192.0.2.1", UP, "established", 65000),
                ("192.0.2.33", DOWN, "active", 65546),
                ("192.0.2.34", DOWN, "idle", 65002),
            ],
        ),
        (
            "nxos",
            [
                ("192.0.2.1", UP, "established", 65000),
                ("2001:db8::9", DOWN, "idle", 65009),
            ],
        ),
        (
            "junos",
            [
                ("192.0.2.1", UP, "established", 65000),
                ("2001:db8::9", DOWN, "connect", 65009),
            ],
        ),
        (
            "eos",
            [
                ("192.0.2.1", UP, "established", 65000),
                ("192.0.2.33", DOWN, "idle", 65009),
            ],
        ),
    ],
)
def test_bgp(platform: str, expected: list[tuple[object, ...]]) -> None:
    facts = read(platform, "bgp")
    assert [
        (each.name, each.status, each.state, each.remote_as)
        for each in facts.neighbours
    ] == expected
    if platform != "junos":
        assert facts.router_id == "198.51.100.9"


@pytest.mark.parametrize(
    ("platform", "expected"),
    [
        (
            "ios",
            {
                "Gi0/0/1 receive power": -7.9,
                "Gi0/0/1 transmit power": -5.2,
                "Gi0/0/1 temperature": 33.4,
                "Te0/1/0 transmit power": -2.3,
                "Te0/1/0 temperature": 31.0,
            },
        ),
        (
            "nxos",
            {
                "Ethernet1/1 receive power": -4.05,
                "Ethernet1/1 transmit power": -2.1,
                "Ethernet1/1 temperature": 32.1,
                "Ethernet1/49 lane 1 receive power": -1.0,
                "Ethernet1/49 lane 1 transmit power": 0.5,
                "Ethernet1/49 lane 1 temperature": 30.0,
                "Ethernet1/49 lane 2 transmit power": 0.6,
                "Ethernet1/49 lane 2 temperature": 30.0,
            },
        ),
        (
            "junos",
            {
                "ge-0/0/0 receive power": -2.49,
                "ge-0/0/0 transmit power": -2.86,
                "ge-0/0/0 temperature": 34.8,
                "et-0/0/1 lane 0 receive power": -1.1,
            },
        ),
        (
            "eos",
            {
                "Ethernet1 receive power": -5.6,
                "Ethernet1 transmit power": -2.4,
                "Ethernet1 temperature": 33.5,
                "Ethernet3 receive power": -30.0,
                "Ethernet3 temperature": 30.0,
            },
        ),
    ],
)
def test_optics(platform: str, expected: dict[str, float]) -> None:
    found = read(platform, "optics").sensors
    assert {each.name: each.value for each in found} == expected
    for each in found:
        warm = each.name.endswith("temperature")
        kind = SensorKind.TEMPERATURE if warm else SensorKind.OPTICAL_POWER
        assert each.kind is kind


def test_an_empty_screen_is_no_neighbours_and_another_screen_is_malformed() -> None:
    for plan in PLATFORMS["ios"].plans:
        nothing = [""] * len(plan.commands)
        assert plan.read(*nothing) == Facts()
        with pytest.raises(Malformed):
            plan.read(*["Welcome to the menu\n1) Exit"] * len(plan.commands))


async def test_ios_is_typed_to_on_one_connection(tmp_path: Path) -> None:
    class Ios(Terminal):
        def screen(self, command: str) -> str | None:
            name = OUTPUTS.get(("ios", command))
            return None if name is None else recorded(name)

    async with (
        device(
            lambda process: process.wait_closed(),
            terminal=lambda: Ios(page=10, prompt=b"glen-pe1>"),
        ) as met,
        SshCollector(settings(tmp_path, met)) as collector,
    ):
        ours = met.device("ios")
        for _ in range(2):
            reading = await collector.collect(ours, credentials(tmp_path))
            assert (reading.outcome, reading.detail) == (Outcome.SUCCESS, "")
            assert reading.facts.neighbours == sum(
                (read("ios", plan.name).neighbours for plan in PLATFORMS["ios"].plans),
                (),
            )
        assert len(met.connections) == 1
