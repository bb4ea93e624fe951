"""A crawl finds what can be reached, asks nobody it may not, and ends."""

import asyncio
import errno
import ipaddress
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from bellrock.model.neighbourhood import Address, Facts, Neighbour, Protocol
from bellrock.model.observation import (
    DeviceReading,
    InterfaceReading,
    Interfaces,
    Outcome,
)
from bellrock.model.status import Status
from bellrock.runtime.crawl import Crawler
from bellrock.runtime.scope import Scope

ROW = Interfaces.of(InterfaceReading("ge1", 1, Status.UP, speed=1e9))


@dataclass
class Field:
    """Devices at addresses; whoever is asked is written down."""

    devices: dict[str, DeviceReading] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    forbidden: frozenset[str] = frozenset()

    def add(
        self, name: str, addresses: list[str], *neighbours: Neighbour, prefix: int = 24
    ) -> None:
        facts = Facts(
            chassis=f"02:{name}",
            addresses=tuple(Address(each, prefix, "ge1") for each in addresses),
            neighbours=neighbours,
        )
        for address in addresses:
            self.devices[address] = DeviceReading(
                *(name, "snmp", 0.0, 0.0, Outcome.SUCCESS),
                name=name,
                interfaces=ROW,
                facts=facts,
            )

    async def ask(self, address: str) -> DeviceReading:
        self.asked.append(address)
        await asyncio.sleep(0)
        if address in self.forbidden:
            raise PermissionError(errno.EPERM, "Operation not permitted")
        silence = DeviceReading(address, "snmp", 0.0, 0.0, Outcome.TIMEOUT, "no answer")
        return self.devices.get(address, silence)

    def crawler(
        self, seed: str, *allowed: str, limit: int = 100, depth: int = 10
    ) -> Crawler:
        networks = [ipaddress.ip_network(each) for each in allowed]
        scope = Scope(ipaddress.ip_address(seed), networks)
        return Crawler(self.ask, scope, limit=limit, depth=depth)


def lldp(name: str, *addresses: str) -> Neighbour:
    return Neighbour(Protocol.LLDP, name, "ge1", addresses=addresses)


def ospf(router: str, address: str) -> Neighbour:
    return Neighbour(Protocol.OSPF, router, "ge1", addresses=(address,))


async def names(crawler: Crawler, seed: str) -> list[str]:
    await crawler.run(seed)
    return [each.reading.name for each in crawler.progress.found]


async def test_a_ring_is_gone_round_once() -> None:
    ring = Field()
    for n in range(5):
        before, after = (n - 1) % 5, (n + 1) % 5
        ring.add(
            f"r{n}",
            [f"10.0.0.{n + 1}", f"10.1.0.{n + 1}"],
            lldp(f"r{before}", f"10.0.0.{before + 1}"),
            lldp(f"r{after}", f"10.1.0.{after + 1}"),
        )
    crawler = ring.crawler("10.0.0.1")
    assert sorted(await names(crawler, "10.0.0.1")) == [f"r{n}" for n in range(5)]
    assert crawler.progress.complete
    assert len(ring.asked) <= 2 * 5


async def test_ospf_leads_on_where_its_addresses_do_not_answer() -> None:
    place = Field()
    place.add("a", ["10.255.0.1"], ospf("10.255.0.2", "10.9.0.2"))
    place.add("b", ["10.255.0.2"])
    assert await names(place.crawler("10.255.0.1"), "10.255.0.1") == ["a", "b"]
    assert place.asked == ["10.255.0.1", "10.9.0.2", "10.255.0.2"]


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("10.200.0.1", True),
        ("192.168.7.7", True),
        ("fd00::1", True),
        ("198.51.100.77", True),
        ("8.8.8.8", False),
        ("2001:db8::1", False),
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.5", False),
        ("255.255.255.255", False),
        ("169.254.1.1", False),
        ("fe80::1", False),
        ("rm -rf /", False),
    ],
)
async def test_only_private_networks_and_the_seed_s_own_are_asked(
    address: str, asked: bool
) -> None:
    place = Field()
    place.add("a", ["198.51.100.1"], lldp("x", address))
    crawler = place.crawler("198.51.100.1")
    await crawler.run("198.51.100.1")
    assert (address in place.asked) is asked


async def test_what_we_may_not_send_to_takes_nothing_from_the_rest() -> None:
    place = Field(forbidden=frozenset({"10.0.0.2"}))
    place.add("a", ["10.0.0.1"], lldp("b", "10.0.0.2"), lldp("c", "10.0.0.3"))
    place.add("c", ["10.0.0.3"])
    crawler = place.crawler("10.0.0.1")
    assert await names(crawler, "10.0.0.1") == ["a", "c"]
    assert "not permitted" in crawler.progress.refused["10.0.0.2"].detail
    assert crawler.progress.complete
    with pytest.raises(ExceptionGroup):
        await place.crawler("10.0.0.2").run("10.0.0.2")


async def test_a_seed_that_claims_the_internet_does_not_get_it() -> None:
    place = Field()
    place.add("a", ["10.0.0.1"], lldp("x", "8.8.8.8"), prefix=0)
    crawler = place.crawler("10.0.0.1")
    await crawler.run("10.0.0.1")
    assert place.asked == ["10.0.0.1"]
    assert "--allow" in crawler.progress.refused["8.8.8.8"].detail


async def test_what_is_allowed_is_all_that_is_asked() -> None:
    place = Field()
    place.add("a", ["10.0.0.1"], lldp("b", "10.0.0.2"), lldp("c", "192.0.2.3"))
    crawler = place.crawler("10.0.0.1", "192.0.2.0/24")
    await crawler.run("10.0.0.1")
    assert place.asked == ["10.0.0.1", "192.0.2.3"]
    assert [each.outcome for each in crawler.progress.silent] == ["timeout"]


async def test_limits_hold_and_are_told() -> None:
    chain = Field()
    for n in range(1, 30):
        chain.add(f"r{n}", [f"10.0.0.{n}"], lldp("next", f"10.0.0.{n + 1}"))
    few = chain.crawler("10.0.0.1", limit=5)
    assert len(await names(few, "10.0.0.1")) == 5
    assert "--limit" in few.progress.refused["10.0.0.6"].detail
    near = chain.crawler("10.0.0.1", depth=3)
    assert len(await names(near, "10.0.0.1")) == 4
    assert "--depth" in near.progress.refused["10.0.0.5"].detail


async def test_a_device_with_ten_thousand_neighbours_is_not_believed_for_ever() -> None:
    place = Field()
    crowd = [lldp(f"n{n}", f"10.{n // 250}.{n % 250}.1") for n in range(10_000)]
    place.add("a", ["10.255.255.1"], *crowd)
    crawler = place.crawler("10.255.255.1", limit=20)
    await crawler.run("10.255.255.1")
    assert len(place.asked) <= 4 * 20 + 1


async def test_devices_alike_in_name_alone_are_two() -> None:
    place = Field()
    place.add("a", ["10.0.0.1"], lldp("s", "10.0.0.2"), lldp("s", "10.0.0.3"))
    place.add("s", ["10.0.0.2"])
    switch = place.devices["10.0.0.2"]
    place.add("t", ["10.0.0.3"])
    other = place.devices["10.0.0.3"]
    place.devices["10.0.0.3"] = DeviceReading(
        *("s", "snmp", 0.0, 0.0, Outcome.SUCCESS),
        name=switch.name,
        interfaces=ROW,
        facts=other.facts,
    )
    assert await names(place.crawler("10.0.0.1"), "10.0.0.1") == ["a", "s", "s"]


async def test_what_was_found_before_a_stop_is_kept() -> None:
    place = Field()
    place.add("a", ["10.0.0.1"], lldp("b", "10.0.0.2"))
    crawler = place.crawler("10.0.0.1")
    stuck = asyncio.Event()

    async def ask(address: str) -> DeviceReading:
        if address == "10.0.0.2":
            stuck.set()
            await asyncio.sleep(60)
        return place.devices[address]

    crawler = Crawler(ask, Scope(ipaddress.ip_address("10.0.0.1")), limit=9, depth=9)
    task = asyncio.create_task(crawler.run("10.0.0.1"))
    await stuck.wait()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert [each.reading.name for each in crawler.progress.found] == ["a"]
    assert not crawler.progress.complete
