"""What whoever looks on at a trace is told."""

from collections.abc import Callable
from typing import NamedTuple

from probes.path.search import Packet, RouteSearch
from probes.path.wire import Heard


class Event(NamedTuple):
    """Something sent or seen, for whoever looks on.

    Attributes
    ----------
    at : float
        Seconds since the search began.
    kind : str
        ``sent``, ``answered``, ``late``, ``lost`` or ``stray`` (not believed).
    source_port, ttl, size : int
        Of our packet, `size` in bytes with all headers; of a stray only the port is
        certain, the others are 0.
    heard : Heard or None
        What came, if anything did.
    rtt : float or None
        Seconds.
    """

    at: float
    kind: str
    source_port: int
    ttl: int
    size: int
    heard: Heard | None = None
    rtt: float | None = None


Watch = Callable[[Event], None]


class Onlookers:
    """Who looks on at which search."""

    def __init__(self) -> None:
        self._watches: dict[RouteSearch, Watch] = {}

    def __bool__(self) -> bool:
        """Tell whether there is anyone."""
        return bool(self._watches)

    def add(self, search: RouteSearch, watch: Watch) -> None:
        """Have somebody told of all that is sent and seen for a search."""
        self._watches[search] = watch

    def forget(self, search: RouteSearch) -> None:
        """Tell no more of a search."""
        self._watches.pop(search, None)

    def tell(
        self,
        search: RouteSearch,
        now: float,
        kind: str,
        packet: Packet | None,
        heard: Heard | None = None,
        rtt: float | None = None,
    ) -> None:
        """Tell whoever looks on at a search; see :class:`Event`."""
        watch = self._watches.get(search)
        if watch is None:
            return
        port = heard.port if heard else packet.port if packet else 0
        ttl, size = (packet.ask.ttl, packet.size) if packet else (0, 0)
        watch(Event(now - search.started, kind, port, ttl, size, heard, rtt))
