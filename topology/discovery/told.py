"""What one device said, as far as links can be told from it."""

import ipaddress
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

from bellrock.model.neighbourhood import (
    Address,
    Facts,
    Neighbour,
    OspfLink,
    Port,
    Protocol,
)
from bellrock.model.observation import DeviceReading, Outcome
from bellrock.model.status import Status
from topology.discovery.names import Names

LINK_LAYER = frozenset({Protocol.LLDP, Protocol.CDP})
"""What is heard from the other end of the cable, not through a switch or two."""

_UNIT = re.compile(r"(.+)\.\d{1,10}")


@dataclass(frozen=True)
class Told:
    """A device's own words; equal as long as no link can have changed.

    Attributes
    ----------
    device : str
        Id in the inventory, or in the draft of one.
    name : str
        sysName; where it was never read, the id has to do.
    address : str or None
        What it is declared to be managed by.
    interfaces, indexes, statuses, speeds
        Columns of its interface table: ifName, ifIndex, state, bit/s.
    whole : bool
        Whether that is the whole table.
    read : frozenset of Protocol
        Protocols whose neighbours were asked for, and told or said to be none.
    ospf_links : tuple of OspfLink
        Of all routers of its areas, if it was asked for them.
    """

    device: str
    name: str = ""
    address: str | None = None
    chassis: str = ""
    router_id: str = ""
    addresses: tuple[Address, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    ports: tuple[Port, ...] = ()
    interfaces: tuple[str, ...] = ()
    indexes: tuple[int, ...] = ()
    statuses: tuple[Status, ...] = ()
    speeds: tuple[float | None, ...] = ()
    whole: bool = False
    read: frozenset[Protocol] = frozenset()
    ospf_links: tuple[OspfLink, ...] = ()

    @classmethod
    def of(cls, reading: DeviceReading, address: str | None) -> "Told":
        """Take from a reading what matters here."""
        table = reading.interfaces
        facts = _in_its_names(reading.facts, table.name)
        return cls(
            reading.device,
            reading.name,
            address,
            facts.chassis,
            facts.router_id,
            facts.addresses,
            facts.neighbours,
            facts.ports,
            table.name,
            table.index,
            table.status,
            table.speed,
            whole=reading.outcome is Outcome.SUCCESS and bool(table.name),
            read=_read(reading),
            ospf_links=facts.ospf_links,
        )

    def silent(self) -> "Told":
        """Return what stays true of a device that says nothing any more: who it is."""
        return Told(
            self.device,
            self.name,
            self.address,
            self.chassis,
            self.router_id,
            self.addresses,
            ports=self.ports,
        )

    @cached_property
    def rows(self) -> dict[str, int]:
        """Where in the columns each interface stands."""
        return {name: at for at, name in enumerate(self.interfaces)}

    @cached_property
    def numbered(self) -> frozenset[str]:
        """Interfaces with an address of their own."""
        return frozenset(each.interface for each in self.addresses)

    @cached_property
    def speaks(self) -> frozenset[Protocol]:
        """Protocols that were read and have neighbours: those that run for certain."""
        heard = {n.protocol for n in self.neighbours if n.status is Status.UP}
        return self.read & heard

    @cached_property
    def _networks(self) -> dict[tuple[int, int, int], set[str]]:
        """Interfaces by the networks of their addresses: IP version, length, number."""
        found: dict[tuple[int, int, int], set[str]] = defaultdict(set)
        for each in self.addresses:
            number = _number(each.address)
            if each.interface and each.prefix and number is not None:
                at = _network(*number, each.prefix)
                found[at].add(each.interface)
        return found

    @cached_property
    def _lengths(self) -> frozenset[tuple[int, int]]:
        return frozenset((version, length) for version, length, _ in self._networks)

    def facing(self, address: str, interface: str = "") -> str | None:
        """Return the interface in whose network an address is; None if not just one.

        Parameters
        ----------
        interface : str
            The only one that may be it; empty if any.

        Examples
        --------
        >>> link = Address("10.0.0.1", 30, "wan0")
        >>> Told("cpe", addresses=(link,)).facing("10.0.0.2")
        'wan0'
        """
        number = _number(address)
        if number is None:
            return None
        found = {
            name
            for version, length in self._lengths
            if version == number[0]
            for name in self._networks.get(_network(*number, length), ())
            if interface in ("", name)
        }
        return next(iter(found)) if len(found) == 1 else None

    def speed(self, interface: str) -> float | None:
        """Return an interface's speed in bit/s while it is up; None if not known."""
        at = self.rows.get(interface)
        return self.speeds[at] if at is not None and self.up(interface) else None

    def up(self, interface: str) -> bool:
        """Return whether an interface is known to be up."""
        at = self.rows.get(interface)
        return at is not None and self.statuses[at] is Status.UP

    def port(self, interface: str) -> str:
        """Return the port that an interface is a unit of, or the interface itself.

        Examples
        --------
        >>> router = Told("pe1", interfaces=("ge-0/0/1", "ge-0/0/1.100", "lo0.0"))
        >>> router.port("ge-0/0/1.100"), router.port("lo0.0")
        ('ge-0/0/1', 'lo0.0')
        """
        unit = _UNIT.fullmatch(interface)
        return unit[1] if unit is not None and unit[1] in self.rows else interface


def _in_its_names(facts: Facts, interfaces: tuple[str, ...]) -> Facts:
    """Return facts whose interfaces are named as the table of interfaces has them.

    A command line may write ``GigabitEthernet0/1`` where SNMP says ``Gi0/1``.
    """
    said: tuple[Address | Neighbour | Port, ...]
    said = (*facts.addresses, *facts.neighbours, *facts.ports)
    others = {each.interface for each in said}.difference(interfaces, ("",))
    if not others or not interfaces:
        return facts
    names = Names(interfaces)
    known = {name: names.meant(name) or name for name in others}
    return replace(
        facts,
        addresses=tuple(_renamed(each, known) for each in facts.addresses),
        neighbours=tuple(_renamed(each, known) for each in facts.neighbours),
        ports=tuple(_renamed(each, known) for each in facts.ports),
    )


_Placed = TypeVar("_Placed", Address, Neighbour, Port)


def _renamed(placed: _Placed, known: dict[str, str]) -> _Placed:
    name = known.get(placed.interface)
    return placed if name is None else replace(placed, interface=name)


def _number(address: str) -> tuple[int, int] | None:
    """Return IP version and address as numbers; None if it is no address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    return parsed.version, int(parsed)


def _network(version: int, number: int, length: int) -> tuple[int, int, int]:
    bits = (32 if version == 4 else 128) - length
    return version, length, number >> max(bits, 0)


def _read(reading: DeviceReading) -> frozenset[Protocol]:
    """Return the protocols of the plans that ended well, and those that told anyway."""
    planned = {
        protocol
        for protocol in Protocol
        if reading.plans.get(protocol.value) is Outcome.SUCCESS
    }
    return frozenset(planned | {each.protocol for each in reading.facts.neighbours})
