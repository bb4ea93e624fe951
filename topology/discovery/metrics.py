"""What OSPF costs at the ends of a link: by their own word, or by its database."""

from collections.abc import Iterable, Mapping

from bellrock.model.neighbourhood import Protocol
from topology.discovery.database import Database
from topology.discovery.sighting import Plug, Sighting
from topology.discovery.told import Told


class Metrics:
    """Tells what an end of a link costs.

    Parameters
    ----------
    told : mapping of str to Told
        Of all devices, by id.
    """

    def __init__(self, told: Mapping[str, Told], database: Database) -> None:
        self._told = told
        self._database = database

    def at(self, plug: Plug, far: str, seen: Iterable[Sighting]) -> int | None:
        """Return the metric at one end, `seen` being all the evidence for the link.

        The device's own word goes first: it is the fresher one.
        """
        ours = [each for each in seen if each.device == plug[0]]
        theirs = [each for each in seen if each.device == far]
        own = _own(ours)
        return own if own is not None else self._recorded(plug, theirs)

    def _recorded(self, plug: Plug, theirs: Iterable[Sighting]) -> int | None:
        """Return what the database has for the end's address, whoever tells that."""
        device = self._told[plug[0]]
        asked = {
            (each.address, device.router_id)
            for each in device.addresses
            if plug[1] and device.port(each.interface) == device.port(plug[1])
        }
        for each in theirs:
            if each.protocol is Protocol.OSPF:
                router, addresses = each.neighbour.name, each.neighbour.addresses
                asked.update((address, router) for address in addresses)
        found = {self._database.metric(*each) for each in asked} - {None}
        return next(iter(found)) if len(found) == 1 else None


def _own(ours: Iterable[Sighting]) -> int | None:
    """Return what a device itself says: for IPv4 if OSPF runs for both."""
    found: dict[bool, set[int]] = {True: set(), False: set()}
    for each in ours:
        metric = each.neighbour.metric
        if metric is not None:
            found[any("." in one for one in each.neighbour.addresses)].add(metric)
    metrics = found[True] or found[False]
    return next(iter(metrics)) if len(metrics) == 1 else None
