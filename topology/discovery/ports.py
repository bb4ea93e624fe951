"""Which of a device's ports a neighbour means by what it heard of it."""

from collections import defaultdict
from collections.abc import Collection

from bellrock.model.neighbourhood import Neighbour, PortKind
from topology.discovery.identity import plain_address
from topology.discovery.names import Names
from topology.discovery.told import Told

_NAMED = frozenset({PortKind.NAME, PortKind.LOCAL, PortKind.UNKNOWN})
"""Kinds that are an ifName where they look like one."""


class Ports:
    """What each port of one device is known by."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._own: dict[tuple[PortKind, str], set[str]] = defaultdict(set)
        self._described: dict[str, set[str]] = defaultdict(set)
        self._addresses: dict[str, set[str]] = defaultdict(set)
        self._names = Names(told.interfaces)
        for port in told.ports:
            self._own[port.kind, port.port].add(port.interface)
            if port.description:
                self._described[port.description].add(port.interface)
        for address in told.addresses:
            if address.interface:
                where = plain_address(address.address)
                self._addresses[where].add(address.interface)

    def meant(self, neighbour: Neighbour) -> str | None:
        """Return the ifName of the port; None if it is none for certain.

        What the device itself calls its ports goes before what their names look like;
        a number alone is nobody's name, since ports are often counted apart from
        interfaces.
        """
        port, kind = neighbour.port, neighbour.port_kind
        description = neighbour.port_description
        told = self._told
        own = self._own.get((kind, port), set())
        if len(own) > 1:
            # One MAC address on many ports: then the description has to tell.
            own = own & self._described.get(description, set())
        if len(own) == 1:
            return next(iter(own))
        if not told.interfaces:
            # Never read: its own word for a port is the best there is.
            return port if kind is PortKind.NAME and port else None
        if kind in _NAMED and port in told.rows:
            # A number that is no more than local may be counted apart from names.
            return port if kind is PortKind.NAME or not port.isdigit() else None
        if kind is PortKind.ADDRESS:
            return only(self._addresses.get(plain_address(port), ()))
        if kind in _NAMED:
            found = self._names.meant(port)
            if found is not None:
                return found
        if description in told.rows:
            return description
        return only(self._described.get(description, ()))

    def at(self, address: str) -> str | None:
        """Return the interface that has an address; None if not exactly one has."""
        return only(self._addresses.get(address, ()))


def only(found: Collection[str]) -> str | None:
    """Return the one there is; None if there are none or many."""
    return next(iter(found)) if len(found) == 1 else None
