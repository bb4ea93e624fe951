"""What a crawl found, beside an inventory: who is who, and what is left out."""

from dataclasses import replace

from bellrock.inventory.draft import write
from bellrock.model.inventory import Device, End, Inventory, Link, Site
from bellrock.model.neighbourhood import Address, Facts, Neighbour, PortKind, Protocol
from bellrock.model.observation import (
    DeviceReading,
    InterfaceReading,
    Interfaces,
    Outcome,
)
from bellrock.model.status import Status
from bellrock.runtime.crawl import Found, Progress, Silent
from bellrock.runtime.discovered import Access, Discovered
from topology.discovery.mismatch import Why


def found(name: str, address: str, far: str, *, speed: float = 1e9) -> Found:
    """Return a device whose only port sees another's."""
    row = InterfaceReading("ge1", 1, Status.UP, speed=speed)
    seen = Neighbour(Protocol.LLDP, far, "ge1", port="ge1", port_kind=PortKind.NAME)
    reading = DeviceReading(
        *(address, "snmp", 0.0, 0.0, Outcome.SUCCESS),
        name=name,
        interfaces=Interfaces.of(row),
        facts=Facts(
            chassis=f"02:{name}",
            addresses=(Address(address, 24, "ge1"),),
            neighbours=(seen,),
        ),
        plans={"lldp": Outcome.SUCCESS},
    )
    return Found(address, "", reading)


def inventory(*links: Link, **addresses: str | None) -> Inventory:
    return Inventory(
        *("net", "Net"),
        sites={"s": Site("s", "s", "exchange")},
        devices={
            name.replace("_", "-"): Device(name.replace("_", "-"), "s", address=at)
            for name, at in addresses.items()
        },
        links={link.id: link for link in links},
        risk_groups={},
        gateways=frozenset(),
    )


def pair() -> Progress:
    return Progress(
        [found("r1", "10.0.0.1", "r2"), found("r2", "10.0.0.2", "r1")], complete=True
    )


def test_devices_are_known_by_their_address_and_keep_their_ids() -> None:
    link = Link("ab", End("north", "ge1"), End("south", "ge1"))
    known = inventory(link, north="10.0.0.1", south="10.0.0.2")
    result = Discovered.of(pair(), known)
    assert list(result.found) == ["north", "south"]
    assert result.comparison is not None
    assert result.comparison.mismatches == ()


def test_a_stranger_with_a_known_name_is_not_taken_for_the_device() -> None:
    link = Link("ab", End("r1", "ge1"), End("r3", "ge1"))
    known = inventory(link, r1="10.99.0.1", r3="10.99.0.3")
    result = Discovered.of(pair(), known)
    assert list(result.found) == ["r1-2", "r2"]
    assert result.comparison is not None
    assert result.comparison.mismatches == ()


def test_a_device_without_an_address_is_known_by_its_name() -> None:
    link = Link("ab", End("r1", "ge1"), End("x", "ge1"))
    known = inventory(link, r1=None, x="10.0.0.2", y="10.9.9.9")
    result = Discovered.of(pair(), known)
    assert list(result.found) == ["r1", "x"]
    swapped = inventory(
        replace(link, b=End("y", "ge1")), r1=None, x="10.0.0.2", y="10.9.9.9"
    )
    comparison = Discovered.of(pair(), swapped).comparison
    assert comparison is not None
    assert [m.why for m in comparison.mismatches] == [Why.OTHER_FAR_END]


def test_speeds_that_differ_are_a_remark_and_no_capacity() -> None:
    progress = Progress(
        [found("r1", "10.0.0.1", "r2", speed=1e10), found("r2", "10.0.0.2", "r1")],
        [Silent("10.0.0.3", "10.0.0.1", "timeout", "no answer")],
    )
    text = write(Discovered.of(progress, None).draft(Access("default"), "today"))
    assert "capacity:" not in text
    assert "speeds 10G and 1G: capacity to complete" in text
    assert "# Incomplete" in text
    assert "10.0.0.3, told of by 10.0.0.1: timeout" in text
