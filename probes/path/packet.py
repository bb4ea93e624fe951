"""A packet of a search, from when it is wanted to when nobody waits for it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from probes.path.exchange import Ask

if TYPE_CHECKING:
    from probes.path.search import RouteSearch


@dataclass(slots=True, eq=False)
class Packet:
    """One packet, and what became of it.

    Attributes
    ----------
    search : RouteSearch
        Whose it is.
    ask : Ask
        Its flow, and how far it goes.
    size : int
        Bytes with all headers.
    sizing : bool
        Whether its size is what matters.
    cookie : bytes
        What tells it from all others; empty before it is sent.
    port : int
        The source port it has left from.
    at : int
        When; nanoseconds, monotonic.
    lost, answered : bool
        Whether no answer came in time; whether one came, be it late.
    forgotten : bool
        Whether its search is over.
    """

    search: "RouteSearch"
    ask: Ask
    size: int
    sizing: bool
    cookie: bytes = b""
    port: int = 0
    at: int = 0
    lost: bool = False
    answered: bool = False
    forgotten: bool = False
