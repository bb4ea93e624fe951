"""One neighbour of one device by one protocol, and who and where that is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from bellrock.model.neighbourhood import Neighbour, Protocol
from bellrock.model.status import Status
from topology.discovery.identity import Identity, plain_address
from topology.discovery.ports import Ports
from topology.discovery.told import LINK_LAYER, Told

Plug = tuple[str, str]
"""A device and the ifName of one of its interfaces."""


class Loose(StrEnum):
    """Why what a device sees is no link."""

    UNKNOWN = "unknown_neighbour"
    AMBIGUOUS = "ambiguous_neighbour"
    SHARED = "shared_medium"
    ITSELF = "itself"
    THROUGH = "through_another_device"
    NOWHERE = "unknown_interface"


LOOSE_WORDS: Mapping[Loose, str] = {
    Loose.UNKNOWN: "no device that was read, or that the inventory has",
    Loose.AMBIGUOUS: "may be more than one device: they share a name, address or id",
    Loose.SHARED: "one of several on this port or on theirs: no cable between two",
    Loose.ITSELF: "the device itself: a loop",
    Loose.THROUGH: "reached through the device that is plugged in here",
    Loose.NOWHERE: "on an interface that cannot be told",
}


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one device sees.

    Attributes
    ----------
    device, interface : str
        Who sees it, and where.
    far : str or None
        The device that it is; None if that is not certain.
    far_port : str or None
        Its ifName there; None if that is not certain.
    rivals : tuple of str
        Devices that it may be.
    loose : Loose or None
        Why it is no link; None if it is one.
    """

    device: str
    interface: str
    neighbour: Neighbour
    far: str | None
    far_port: str | None = None
    rivals: tuple[str, ...] = ()
    loose: Loose | None = None

    @property
    def protocol(self) -> Protocol:
        """By what it is seen."""
        return self.neighbour.protocol

    @property
    def here(self) -> Plug:
        """Where it is seen."""
        return self.device, self.interface

    @property
    def there(self) -> Plug | None:
        """Where the far end is; None if that is not certain."""
        if self.far is None or self.far_port is None:
            return None
        return self.far, self.far_port

    @property
    def somebody(self) -> object:
        """What tells this neighbour from others on the same port."""
        return self.far or ("", self.neighbour.name.casefold())

    def as_loose(self, why: Loose) -> "Sighting":
        """Return it as one that is no link; the first reason stays."""
        return self if self.loose is not None else replace(self, loose=why)


class Eyes:
    """Reads what devices see.

    Parameters
    ----------
    told : mapping of str to Told
        Of all devices, by id.
    """

    def __init__(self, told: Mapping[str, Told]) -> None:
        self._told = told
        self._identity = Identity(told.values())
        self._ports: dict[str, Ports] = {}

    def sightings(self, told: Told) -> Iterator[Sighting]:
        """Yield what one device sees on its links, each thing once.

        BGP is left out: its peers may be anywhere.
        """
        seen: dict[tuple[Protocol, str, object], dict[str | None, Sighting]] = {}
        strangers: list[Sighting] = []
        for neighbour in told.neighbours:
            if neighbour.status is not Status.UP:
                continue
            if neighbour.protocol in LINK_LAYER:
                sighting = self._next_door(told, neighbour)
            elif neighbour.protocol is Protocol.OSPF:
                sighting = self._routing(told, neighbour)
            else:
                continue
            if sighting.far is None and _is_version_6(neighbour):
                strangers.append(sighting)
                continue
            at = sighting.protocol, sighting.interface, sighting.somebody
            seen.setdefault(at, {}).setdefault(sighting.far_port, sighting)
        for by_port in seen.values():
            if len(by_port) > 1:
                # SNMP and SSH may both tell of it, one of them less exactly.
                by_port.pop(None, None)
            yield from by_port.values()
        # A router may have another id in OSPF for IPv6: it is no second one beside
        # that for IPv4.
        known = {(protocol, interface) for protocol, interface, _ in seen}
        for each in strangers:
            if (each.protocol, each.interface) not in known:
                yield each

    def _next_door(self, told: Told, neighbour: Neighbour) -> Sighting:
        who = self._identity.who(neighbour)
        port = None
        if who.device is not None:
            port = self._ports_of(who.device).meant(neighbour)
        return _sighting(
            told, neighbour.interface, neighbour, who.device, port, who.rivals
        )

    def _routing(self, told: Told, neighbour: Neighbour) -> Sighting:
        """Return whom OSPF speaks with, and through which interface of theirs.

        An address is that of the port only if it lies in the network of our own
        interface: one without a number of its own borrows that of a loopback.
        """
        who = self._identity.who(neighbour)
        interface, port = neighbour.interface, None
        for address in filter(None, map(plain_address, neighbour.addresses)):
            ours = told.facing(address, interface)
            if ours is not None:
                interface = ours
                if who.device is not None:
                    port = self._ports_of(who.device).at(address)
                break
        return _sighting(told, interface, neighbour, who.device, port, who.rivals)

    def _ports_of(self, device: str) -> Ports:
        ports = self._ports.get(device)
        if ports is None:
            ports = self._ports[device] = Ports(self._told[device])
        return ports


def _sighting(
    told: Told,
    interface: str,
    neighbour: Neighbour,
    far: str | None,
    port: str | None,
    rivals: tuple[str, ...],
) -> Sighting:
    loose = None
    if far is None:
        loose = Loose.AMBIGUOUS if rivals else Loose.UNKNOWN
    elif far == told.device:
        loose = Loose.ITSELF
    elif not interface:
        loose = Loose.NOWHERE
    return Sighting(told.device, interface, neighbour, far, port, rivals, loose)


def _is_version_6(neighbour: Neighbour) -> bool:
    """Return whether OSPF speaks with it over IPv6 alone."""
    routed = neighbour.protocol is Protocol.OSPF and bool(neighbour.addresses)
    return routed and all(":" in address for address in neighbour.addresses)
