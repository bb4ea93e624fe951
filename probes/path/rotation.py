"""Which source ports a target's next trace uses: old ones, and one not tried lately.

A trace stops once another branch is unlikely, not impossible: at 99 % one in a hundred
misses one. Were the ports always the same, the next trace would miss it too, and all
others. So each begins with a port that those before it have not used; what is seen by
one port alone is looked at again by all that follow.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from bellrock.model.route import Flow

MOST_TARGETS = 4_096
"""Targets that are remembered; of more, the ones traced longest ago are not."""


class Order(NamedTuple):
    """The ports of one trace, flow by flow, all counted from 0.

    Attributes
    ----------
    ports : list of int
        The one not tried lately is the first.
    least : int
        How many of them are to be followed at least.
    """

    ports: list[int]
    least: int


@dataclass(frozen=True, slots=True)
class _Known:
    """Of one target: the port whose turn is next, and those that show all there is."""

    fresh: int = 0
    telling: tuple[int, ...] = ()


class Rotation:
    """The order in which each target's flows take the ports.

    Parameters
    ----------
    most : int
        Ports there are.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[str, _Known] = {}

    def order(self, address: str) -> Order:
        """Return the ports of a target's next trace."""
        known = self._known.get(address, _Known())
        first = dict.fromkeys([known.fresh, *known.telling])
        return Order(list(first | dict.fromkeys(range(self._most))), len(first))

    def learn(self, address: str, order: Order, flows: tuple[Flow, ...]) -> None:
        """Take over what a trace has found.

        Parameters
        ----------
        order : Order
            What :meth:`order` returned for it.
        flows : tuple of Flow
            Those that were followed; their source ports are counted from 0, too.
        """
        before = self._known.pop(address, _Known()).telling
        fresh = order.ports[0]
        # The fresh port comes last: what the others show as well is no news.
        followed = sorted(flows, key=lambda flow: flow.source_port == fresh)
        # Those that every trace uses have had their turn.
        turn = max(fresh + 1, len(flows)) % self._most
        self._known[address] = _Known(turn, tuple(_telling(followed, before)))
        if len(self._known) > MOST_TARGETS:
            del self._known[next(iter(self._known))]


def _telling(followed: Iterable[Flow], before: tuple[int, ...]) -> Iterator[int]:
    """Yield the ports that show what none before them does.

    One that told something before is left out only where it is known to tell nothing
    now: an answer may have been lost.
    """
    met: set[tuple[int, str]] = set()
    for flow in followed:
        shown = {(hop.ttl, hop.address) for hop in flow.hops if hop.address is not None}
        whole = flow.reached and len(shown) == len(flow.hops)
        told = flow.source_port in before
        if (flow.reached and not shown <= met) or (told and not whole):
            yield flow.source_port
        met |= shown
