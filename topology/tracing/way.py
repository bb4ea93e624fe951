"""The hops of a traced path as devices and links; what is not known stays unknown."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bellrock.model.inventory import End, Link
from topology.graph import Layout
from topology.tracing.book import Book


@dataclass(frozen=True, slots=True)
class Hop:
    """One hop, and how it is reached from the one before it.

    Attributes
    ----------
    address : str or None
        What answered; None where nothing did.
    device : str or None
        Whose address that is; None if nobody's, or more than one device's.
    interface : str
        Where the address is; empty if not known.
    links : tuple of str
        The declared links it may have been reached over from the hop before; just one
        where that is certain, none where a hop is unknown or no link is declared.
    anyone : bool
        Whether it may be any device at all: nothing answered, or several devices have
        the address, or nobody we know has it and not all addresses of the gateways are
        known.
    """

    address: str | None
    device: str | None = None
    interface: str = ""
    links: tuple[str, ...] = ()
    anyone: bool = False

    def __str__(self) -> str:
        """Write it as a page does: device, address, or a star where nothing answers."""
        return self.device or self.address or "*"


@dataclass(frozen=True, slots=True)
class Way:
    """What one flow of packets took to the device that was traced."""

    hops: tuple[Hop, ...]

    @property
    def devices(self) -> tuple[str | None, ...]:
        """The devices in their order; None for a hop that is not known."""
        return tuple(hop.device for hop in self.hops)

    def __str__(self) -> str:
        """Write the way from us to the target."""
        return " > ".join(map(str, self.hops))

    def steps(self) -> Iterator[tuple[Hop, Hop]]:
        """Yield each hop with the one after it."""
        return zip(self.hops, self.hops[1:], strict=False)


class Joiner:
    """Makes ways of addresses.

    Parameters
    ----------
    layout : Layout
        The declared network.
    book : Book
        Whose addresses are.
    """

    def __init__(self, layout: Layout, book: Book) -> None:
        self._book = book
        self._gateways_known = all(map(book.complete, layout.inventory.gateways))
        self._between: dict[frozenset[str], list[Link]] = defaultdict(list)
        for link in layout.inventory.links.values():
            self._between[frozenset((link.a.device, link.b.device))].append(link)

    def way(self, hops: Sequence[str | None], device: str, link: str = "") -> Way:
        """Join one flow that reached its target.

        Parameters
        ----------
        hops : sequence of str or None
            The addresses that answered, the nearest first and the target's own last;
            None where nothing answered.
        device : str
            Who was traced.
        link : str
            The link at whose end the traced address is; empty if the device's own.
        """
        known = [self._known(address) for address in hops[:-1]]
        target = Hop(hops[-1] if hops else None, device)
        joined: list[Hop] = []
        for hop in (*known, target):
            before = joined[-1] if joined else None
            if before is not None and hop.device and before.device == hop.device:
                # A device that answers twice was passed once.
                continue
            found = self._reached(before, hop, link if hop is target else "")
            joined.append(replace(hop, links=found))
        return Way(tuple(joined))

    def _known(self, address: str | None) -> Hop:
        if address is None:
            return Hop(None, anyone=True)
        owner = self._book.owner(address)
        if owner.end is None:
            anyone = owner.disputed or not self._gateways_known
            return Hop(address, anyone=anyone)
        return Hop(address, owner.end.device, owner.end.interface)

    def _reached(self, before: Hop | None, hop: Hop, tail: str) -> tuple[str, ...]:
        if before is None or before.device is None or hop.device is None:
            return ()
        links = self._between.get(frozenset((before.device, hop.device)), [])
        if tail in (found := [link.id for link in links]):
            # The network of a tail is next to its far end, and nowhere else there.
            return (tail,)
        here = End(hop.device, hop.interface)
        at = [link.id for link in links if here in (link.a, link.b)]
        return tuple(at if hop.interface and len(at) == 1 else found)
