"""Which device a neighbour is: by chassis id, addresses, name and router id together.

Whatever two devices share (a cloned machine's chassis id, a virtual router's address,
the name a switch leaves the factory with) identifies neither; and keys that point at
different devices identify none. Better no link than a wrong one.
"""

import ipaddress
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bellrock.model.neighbourhood import Neighbour, Protocol
from topology.discovery.told import Told

_SHARED_BY_MANY = 16
"""Devices with one key in common, beyond which it says nothing at all."""

_MOST_ADDRESSES = 16
"""Of one neighbour that are looked at."""

_NOBODYS_OWN = ("0.", "127.", "169.254.", "fe80:", "ff")
"""How addresses begin that are the same on many devices by design."""


@dataclass(frozen=True, slots=True)
class Who:
    """A device, or those it may be; neither of both if nobody knows the neighbour."""

    device: str | None = None
    rivals: tuple[str, ...] = ()


_NOBODY = Who()

_Holders = dict[str, set[str]]


class Identity:
    """What each device of the network is known by."""

    def __init__(self, told: Iterable[Told]) -> None:
        self._told = {each.device: each for each in told}
        self._chassis: _Holders = defaultdict(set)
        self._routers: _Holders = defaultdict(set)
        self._addresses: _Holders = defaultdict(set)
        self._names: _Holders = defaultdict(set)
        self._bare: _Holders = defaultdict(set)
        self._labels: _Holders = defaultdict(set)
        for each in self._told.values():
            self._add(each)

    def _add(self, told: Told) -> None:
        own = [each.address for each in told.addresses]
        if told.address is not None:
            own.append(told.address)
        for address in filter(None, map(plain_address, own)):
            self._addresses[address].add(told.device)
        if told.chassis:
            self._chassis[told.chassis].add(told.device)
        if told.router_id:
            self._routers[told.router_id].add(told.device)
        name = called(told.name or told.device)
        label, dot, _ = name.partition(".")
        self._names[name].add(told.device)
        self._labels[label].add(told.device)
        if not dot:
            self._bare[name].add(told.device)

    def who(self, neighbour: Neighbour) -> Who:
        """Return who a neighbour is."""
        candidates: set[str] | None = None
        everybody: set[str] = set()
        for holders in self._holders(neighbour):
            if len(holders) > _SHARED_BY_MANY:
                everybody.update(sorted(holders)[:_SHARED_BY_MANY])
                continue
            everybody |= holders
            candidates = holders if candidates is None else candidates & holders
        if not everybody:
            return _NOBODY
        if candidates is not None and len(candidates) == 1:
            [device] = candidates
            if not self._denies(self._told[device], neighbour):
                return Who(device)
        return Who(rivals=tuple(sorted(everybody)[:_SHARED_BY_MANY]))

    def at(self, address: str) -> Who:
        """Return whose an address is."""
        holders = self._addresses.get(address, ())
        if len(holders) == 1:
            return Who(next(iter(holders)))
        return Who(rivals=tuple(sorted(holders)[:_SHARED_BY_MANY]))

    def _holders(self, neighbour: Neighbour) -> Iterator[set[str]]:
        """Yield the devices that each thing known of a neighbour is true of."""
        found: list[set[str] | None] = [
            self._addresses.get(plain_address(address))
            for address in neighbour.addresses[:_MOST_ADDRESSES]
        ]
        if neighbour.protocol is Protocol.OSPF:
            found.append(self._routers.get(neighbour.name))
        else:
            if neighbour.protocol is Protocol.LLDP:
                # CDP's own id is in other words than a chassis'.
                found.append(self._chassis.get(neighbour.chassis))
            found.append(self._named(called(neighbour.name)))
        yield from filter(None, found)

    def _named(self, name: str) -> set[str] | None:
        """Return who has the name: as it is, or else with a domain on one side only."""
        exact = self._names.get(name)
        if exact:
            return exact
        label, dot, _ = name.partition(".")
        if label.isdigit():
            return None
        return self._bare.get(label) if dot else self._labels.get(label)

    def _denies(self, told: Told, neighbour: Neighbour) -> bool:
        """Return whether the device itself says that it is somebody else."""
        if neighbour.protocol is Protocol.OSPF:
            return told.router_id not in ("", neighbour.name)
        chassis = neighbour.chassis if neighbour.protocol is Protocol.LLDP else ""
        if told.chassis and chassis not in ("", told.chassis):
            return True
        theirs = called(neighbour.name)
        if not told.name or theirs in ("", called(neighbour.chassis)):
            return False
        mine = called(told.name)
        return mine != theirs and not (
            mine.startswith(f"{theirs}.") or theirs.startswith(f"{mine}.")
        )


def called(name: str) -> str:
    """Return a system name as it is compared.

    Host names know no case, and CDP may add a serial number in brackets.

    Examples
    --------
    >>> called("Core1.example.net"), called("sw1(FOX1234X0AB)")
    ('core1.example.net', 'sw1')
    """
    return name.casefold().partition("(")[0].strip().rstrip(".")


def plain_address(text: str) -> str:
    """Return an address in its usual writing; "" if it cannot be one device's own.

    Examples
    --------
    >>> plain_address("2001:DB8:0::1"), plain_address("fe80::1")
    ('2001:db8::1', '')
    """
    if ":" in text:
        try:
            text = str(ipaddress.IPv6Address(text.partition("%")[0]))
        except ValueError:
            return ""
    return "" if text.startswith(_NOBODYS_OWN) or text in ("", "::", "::1") else text
