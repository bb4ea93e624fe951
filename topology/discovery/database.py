"""What OSPF's database adds to what devices say themselves: never a link.

It says whose router id is whose, and what an interface costs on a device that was not
asked. What two entries of one address contradict each other about stays unknown.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from bellrock.model.neighbourhood import OspfLink, OspfLinkKind
from topology.discovery.told import Told

_NOT_THROUGH = 65535
"""Metric of a router that carries nothing for others (RFC 6987, section 2)."""
_WHOLE = "255.255.255.255"


class Database:
    """The links that all asked routers together know.

    Parameters
    ----------
    links : iterable of OspfLink
        In any order, and each as often as there are routers that told it.
    """

    def __init__(self, links: Iterable[OspfLink]) -> None:
        self._metrics: dict[str, set[tuple[str, int]]] = defaultdict(set)
        self._host: set[str] = set()
        passable: dict[str, bool] = {}
        for link in links:
            router = link.router
            if link.kind is OspfLinkKind.STUB:
                if link.far == router and link.own == _WHOLE:
                    self._host.add(router)
                continue
            through = link.metric != _NOT_THROUGH
            passable[router] = passable.get(router, False) or through
            if link.kind is not OspfLinkKind.VIRTUAL and not link.own.startswith("0."):
                self._metrics[link.own].add((router, link.metric))
        self._stubs = {router for router, through in passable.items() if not through}

    def metric(self, address: str, router: str = "") -> int | None:
        """Return what the interface with an address costs; None if that is not known.

        Parameters
        ----------
        router : str
            Id of the router whose it has to be; empty if that is not known.
        """
        found = self._metrics.get(address, ())
        if len(found) != 1:
            return None
        [(whose, metric)] = found
        # What a router says to keep others away is no metric of its link.
        wrong = router not in ("", whose) or metric == _NOT_THROUGH
        return None if wrong else metric

    def stubs(self, told: Mapping[str, Told]) -> frozenset[str]:
        """Return the devices that ask not to be passed through (max-metric)."""
        owners = _owners(told)
        return frozenset(
            next(iter(owners[router]))
            for router in self._stubs
            if len(owners.get(router, ())) == 1
        )

    def identified(self, told: Mapping[str, Told]) -> Mapping[str, Told]:
        """Return devices with their router ids, also of those that did not tell them.

        Such a device is known by the address it is managed by, which has to be its
        router id and in no other's hands: a router that has its id for an address tells
        all others how to reach it there.
        """
        owners = _owners(told)
        holders: dict[str, set[str]] = defaultdict(set)
        for each in told.values():
            for address in _addresses(each):
                holders[address].add(each.device)
        found = {
            device: router
            for router in self._host
            if router not in owners and len(holders.get(router, ())) == 1
            for device in holders[router]
            if told[device].router_id == ""
        }
        if not found:
            return told
        return {
            name: replace(each, router_id=found[name]) if name in found else each
            for name, each in told.items()
        }


def _owners(told: Mapping[str, Told]) -> dict[str, set[str]]:
    owners: dict[str, set[str]] = defaultdict(set)
    for each in told.values():
        if each.router_id:
            owners[each.router_id].add(each.device)
    return owners


def _addresses(told: Told) -> Iterator[str]:
    if told.address is not None:
        yield told.address
    for each in told.addresses:
        yield each.address
