"""Whose an address is, as far as devices and the inventory say it beyond doubt.

Three sources, the surest first: addresses that a device has, by its own word or the
inventory's; addresses that a neighbour saw it with; and the other address of a network
of two in which one end of a declared link has the first. Where a surer source speaks,
the others are not asked; where two devices have an address, it is nobody's.
"""

import ipaddress
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from bellrock.model.inventory import End, Inventory
from bellrock.model.neighbourhood import Address
from topology.discovery.identity import Identity, plain_address
from topology.discovery.told import Told

_TWO_HOSTS = {4: (30, 31), 6: (126, 127)}
"""By version of IP, lengths of networks that have room for two ends and no more."""

_Owners = dict[str, set[End]]


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose an address is; no end where nobody's, `disputed` where several devices'."""

    end: End | None = None
    disputed: bool = False


class Book:
    """Every address of the network.

    Parameters
    ----------
    inventory : Inventory
        For the addresses and links that are declared.
    told : mapping of str to Told
        What each device said, by id; devices that said nothing may be left out.

    Examples
    --------
    >>> from bellrock.model.inventory import Device, Link
    >>> pair = Inventory(
    ...     id="n", name="n", sites={}, risk_groups={}, gateways=frozenset(),
    ...     devices={"pe": Device("pe", "x", address="192.0.2.1"),
    ...              "cpe": Device("cpe", "y")},
    ...     links={"tail": Link("tail", End("pe", "ge-0/0/4"), End("cpe", "wan0"))},
    ... )
    >>> here = Address("10.0.8.1", 30, "ge-0/0/4")
    >>> book = Book(pair, {"pe": Told("pe", addresses=(here,))})
    >>> [str(book.owner(a).end) for a in ("192.0.2.1", "10.0.8.1", "10.0.8.2")]
    ['pe', 'pe:ge-0/0/4', 'cpe:wan0']
    >>> book.at(End("cpe", "wan0"))
    '10.0.8.2'
    """

    def __init__(self, inventory: Inventory, told: Mapping[str, Told]) -> None:
        self._inventory = inventory
        everybody = {
            device.id: told.get(device.id, Told(device.id, address=device.address))
            for device in inventory.devices.values()
        }
        self._complete = {one.device for one in told.values() if one.addresses}
        self._sources = (
            _collected(_own(inventory, everybody.values())),
            _collected(_seen(everybody.values())),
            _collected(_across(inventory, everybody)),
        )
        self._at: dict[End, list[str]] = defaultdict(list)
        for address in sorted({a for source in self._sources for a in source}):
            end = self.owner(address).end
            if end is not None and end.interface:
                self._at[end].append(address)

    def owner(self, address: str) -> Owner:
        """Return whose an address is, and at which of its interfaces if it is known."""
        plain = plain_address(address)
        for source in self._sources:
            ends = source.get(plain, set())
            devices = {end.device for end in ends}
            if len(devices) > 1:
                return Owner(disputed=True)
            if devices:
                named = {end.interface for end in ends if end.interface}
                [device] = devices
                return Owner(End(device, named.pop() if len(named) == 1 else ""))
        return Owner()

    def complete(self, device: str) -> bool:
        """Return whether the device told all of its addresses."""
        return device in self._complete

    def at(self, end: End, version: int = 4) -> str | None:
        """Return the address of an interface; None if it has none, or several.

        Parameters
        ----------
        version : int
            Of IP.
        """
        found = [a for a in self._at.get(end, ()) if (":" in a) == (version == 6)]
        return found[0] if len(found) == 1 else None


def _collected(pairs: Iterable[tuple[str, End]]) -> _Owners:
    found: _Owners = defaultdict(set)
    for address, end in pairs:
        plain = plain_address(address)
        if plain:
            found[plain].add(end)
    return dict(found)


def _own(inventory: Inventory, told: Iterable[Told]) -> Iterator[tuple[str, End]]:
    for device in inventory.devices.values():
        if device.address is not None:
            yield device.address, End(device.id)
    declared = {e for link in inventory.links.values() for e in (link.a, link.b)}
    for one in told:
        for each in one.addresses:
            yield each.address, _place(one, each.interface, declared)


def _place(told: Told, interface: str, declared: Container[End]) -> End:
    """Return an interface, or the port it is a unit of if that is what is declared."""
    end, port = End(told.device, interface), End(told.device, told.port(interface))
    return port if port in declared and end not in declared else end


def _seen(told: Iterable[Told]) -> Iterator[tuple[str, End]]:
    """Yield addresses of neighbours that are somebody we know."""
    everybody = list(told)
    identity = Identity(everybody)
    for one in everybody:
        for neighbour in one.neighbours:
            who = identity.who(neighbour).device
            if who is not None:
                for address in neighbour.addresses:
                    yield address, End(who)


def _across(
    inventory: Inventory, told: Mapping[str, Told]
) -> Iterator[tuple[str, End]]:
    """Yield what the far end of a declared link must have, in a network of two."""
    links = inventory.links.values()
    far = {end: b for link in links for end, b in _ways(link.a, link.b)}
    for one in told.values():
        for each in one.addresses:
            end, other = far.get(_place(one, each.interface, far)), _other(each)
            if end is not None and end.interface and other is not None:
                yield other, end


def _ways(a: End, b: End) -> Iterator[tuple[End, End]]:
    for end, other in ((a, b), (b, a)):
        if end.interface:
            yield end, other


def _other(address: Address) -> str | None:
    """Return the other address of a network of two; None if there are more.

    Examples
    --------
    >>> _other(Address("10.0.0.1", 30)), _other(Address("10.0.0.2", 31))
    ('10.0.0.2', '10.0.0.3')
    """
    try:
        own = ipaddress.ip_address(address.address)
    except ValueError:
        return None
    if address.prefix not in _TWO_HOSTS[own.version]:
        return None
    # Of four, the first is the network's name and the last is for all of it.
    four = address.prefix in (30, 126)
    place = int(own) % 4
    if four and place not in (1, 2):
        return None
    other = int(own) + (1 if place == 1 else -1) if four else int(own) ^ 1
    return str(type(own)(other))
