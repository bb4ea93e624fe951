"""One search for a route: its branches first, then what fits through each flow."""

import socket
from dataclasses import dataclass, replace
from enum import Enum, auto

from bellrock.model.observation import Outcome
from bellrock.model.route import Ending, Flow, Route
from probes.path.discovery import Discovery
from probes.path.exchange import ARRIVED, EXPIRED, REFUSED, Ask, Seen
from probes.path.mtu import Search, Sizing
from probes.path.rotation import Order
from probes.path.settings import PathProbe
from probes.path.template import SEGMENT
from probes.path.wire import Heard
from probes.target import Address, Target

SMALL = 60
"""Bytes of IP packet that branches are looked for with, as traceroute sends them."""

_SYN = {socket.AF_INET: 20 + SEGMENT, socket.AF_INET6: 40 + SEGMENT}
_FAR = 64
_BASE = {socket.AF_INET: 576, socket.AF_INET6: 1280}


class Means(Enum):
    """What an ICMP error says, in either version."""

    EXPIRED = auto()
    NO_PORT = auto()
    REFUSED = auto()
    TOO_BIG = auto()
    OTHER = auto()


_EXPIRED = Means.EXPIRED
_V4 = {(11, 0): Means.EXPIRED, (3, 2): Means.NO_PORT, (3, 3): Means.NO_PORT}
_V4[3, 4] = Means.TOO_BIG
_V6 = {(3, 0): Means.EXPIRED, (1, 4): Means.NO_PORT, (2, 0): Means.TOO_BIG}


@dataclass(slots=True)
class Counts:
    """Packets of one route: sent, answered, answers not believed, and still out."""

    sent: int = 0
    answered: int = 0
    strays: int = 0
    out: int = 0


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


class RouteSearch:
    """The state of one search.

    Parameters
    ----------
    family, address : int, tuple
        Where the packets go.
    order : Order
        Which of the ports each flow has, and how many are followed at least.
    top : int
        MTU of our own interface there, in bytes.
    started : float
        Seconds, monotonic.
    """

    def __init__(
        self,
        probe: PathProbe,
        target: Target,
        family: int,
        address: Address,
        *,
        order: Order,
        top: int,
        started: float,
    ) -> None:
        self.probe = probe
        self.target = target
        self.family = family
        self.address = address
        self.ports = order.ports
        self.started = started
        self.counts = Counts()
        self.failed: Outcome | None = None
        self.detail = ""
        self.discovery = Discovery(
            flows=probe.flows,
            least=order.least,
            max_ttl=probe.max_ttl,
            failure=1 - probe.confidence,
        )
        self.sizing: Sizing | None = None
        self._top = top
        by_tcp = probe.method == "tcp"
        self._small = _SYN[socket.AddressFamily(family)] if by_tcp else SMALL
        self._kinds = _V4 if family == socket.AF_INET else _V6
        self._host = address[0].partition("%")[0]

    def next(self, now: float) -> Packet | None:
        """Return what to send now, which counts as sent; None to wait or when over."""
        counts = self.counts
        if self.failed or counts.sent >= self.probe.packets:
            return None
        ask = self.discovery.next(now)
        if ask is not None:
            packet = Packet(self, ask, self._small, sizing=False)
        else:
            sized = self._next_sized(now)
            if sized is None:
                return None
            packet = sized
        counts.sent += 1
        counts.out += 1
        return packet

    def _next_sized(self, now: float) -> Packet | None:
        if not self.discovery.done or not self.probe.measures_mtu:
            return None
        if self.sizing is None:
            self.sizing = self._size()
        turn = self.sizing.next(now)
        return turn and Packet(self, Ask(turn[0], _FAR), turn[1], sizing=True)

    def over(self, now: float) -> bool:
        """Tell whether there is nothing more to find, or no more time."""
        if self.failed or now - self.started >= self.probe.duration:
            return True
        if self.counts.sent >= self.probe.packets and not self.counts.out:
            return True
        if not self.discovery.done:
            return False
        return not self.probe.measures_mtu or (
            self.sizing is not None and self.sizing.done
        )

    def means(self, heard: Heard) -> Means:
        """Return what an ICMP error says, whichever version it is of."""
        found = self._kinds.get((heard.type, heard.code))
        if found is not None:
            return found
        refused = 3 if self.family == socket.AF_INET else 1
        return Means.REFUSED if heard.type == refused else Means.OTHER

    def answered(
        self, packet: Packet, heard: Heard, rtt: float | None, *, late: bool
    ) -> bool:
        """Take an answer to a packet of ours; return whether it says anything."""
        said = self._hears(packet, heard, rtt, late=late)
        if said:
            self.counts.answered += 1
            self.counts.out -= not late
        return said

    def lost(self, packet: Packet) -> None:
        """Take note that no answer came in time."""
        self.counts.out -= 1
        self._missed(packet)

    def unsent(self, packet: Packet) -> None:
        """Take back a packet that this machine had no room for."""
        self.counts.sent -= 1
        self.counts.out -= 1
        if not packet.sizing:
            self.discovery.unsent(packet.ask)
        elif self.sizing is not None:
            self.sizing.unsent(packet.ask.flow)

    def too_long(self, packet: Packet) -> None:
        """Take back a packet that our own interface takes no longer."""
        self.counts.sent -= 1
        self.lost(packet)

    def followed(self) -> tuple[Flow, ...]:
        """Return the flows, with source ports counted from 0."""
        return self.discovery.found(self.ports, self.probe.destination)

    def route(
        self,
        followed: tuple[Flow, ...],
        numbers: list[int],
        now: float,
        service_class: str,
    ) -> Route:
        """Return what was found.

        Parameters
        ----------
        followed : tuple of Flow
            What :meth:`followed` returned.
        numbers : list of int
            Those of the ports.
        """
        sized = (self._with_mtu(n, flow) for n, flow in enumerate(followed))
        numbered = (replace(f, source_port=numbers[f.source_port]) for f in sized)
        flows = tuple(sorted(numbered, key=lambda flow: flow.source_port))
        return Route(
            self.target.id,
            str(self.address[0]),
            now,
            self.failed or _outcome(flows),
            flows,
            confidence=self.probe.confidence,
            incomplete=self.discovery.incomplete,
            per_packet=self.discovery.per_packet,
            duration=now - self.started,
            sent=self.counts.sent,
            answered=self.counts.answered,
            strays=self.counts.strays,
            service_class=service_class,
            detail=self.detail,
        )

    def _missed(self, packet: Packet) -> None:
        if not packet.sizing:
            self.discovery.lost(packet.ask)
        elif self.sizing is not None:
            self.sizing.lost(packet.ask.flow, packet.size)

    def _hears(
        self, packet: Packet, heard: Heard, rtt: float | None, *, late: bool
    ) -> bool:
        offender = heard.offender
        means = self._kinds.get((heard.type, heard.code)) or self.means(heard)
        if means is _EXPIRED and offender is not None and not packet.sizing:
            # A router on the way, as nearly always.
            seen = Seen(EXPIRED, offender, rtt, heard.code, heard.labels)
            self.discovery.answered(packet.ask, seen, late=late)
            return True
        # Whatever the target itself refuses has reached it: its own firewall may say
        # "prohibited" where there would be no port.
        refused = means in (Means.NO_PORT, Means.REFUSED)
        arrived = offender is None or (refused and offender == self._host)
        if packet.sizing:
            return self._sized(packet, heard, means, arrived=arrived, late=late)
        if means in (Means.TOO_BIG, Means.OTHER) and not arrived:
            return False
        kind = ARRIVED if arrived else REFUSED
        seen = Seen(kind, offender or self._host, rtt, heard.code, heard.labels)
        self.discovery.answered(packet.ask, seen, late=late)
        return True

    def _sized(
        self, packet: Packet, heard: Heard, means: Means, *, arrived: bool, late: bool
    ) -> bool:
        sizing = self.sizing
        if sizing is None:
            return False
        if arrived:
            sizing.passed(packet.ask.flow, packet.size, late=late)
            return True
        if means is Means.TOO_BIG and heard.offender is not None and not late:
            mtu, by = heard.mtu, heard.offender
            return sizing.refused(packet.ask.flow, packet.size, mtu, by)
        return False

    def _size(self) -> Sizing:
        """Prepare to measure: one flow of each branch first, then the others."""
        ports = list(range(self.discovery.flows))
        flows = self.discovery.found(ports, self.probe.destination)
        route = Route("", None, 0.0, Outcome.SUCCESS, flows)
        branches = [branch.flows for branch in route.branches]
        turns = [*(first for first, *_ in branches)]
        turns += [flow for _, *rest in branches for flow in rest]
        hints: set[int] = set()
        base = _BASE[socket.AddressFamily(self.family)]
        wanted = {
            flow.source_port: Search(base, self._top, hints, answers=flow.reached)
            for flow in turns
            if flow.ending in (Ending.REACHED, Ending.SILENT) and flow.hops
        }
        return Sizing(wanted, wait=self.discovery.wait)

    def _with_mtu(self, number: int, flow: Flow) -> Flow:
        search = self.sizing.searches.get(number) if self.sizing else None
        if search is None or search.found is None:
            return flow
        size, source, by = search.found
        return replace(flow, mtu=size, mtu_source=source, mtu_told_by=by)


def _outcome(flows: tuple[Flow, ...]) -> Outcome:
    if any(flow.reached for flow in flows):
        return Outcome.SUCCESS
    if any(flow.ending is Ending.UNREACHABLE for flow in flows):
        return Outcome.UNREACHABLE
    return Outcome.TIMEOUT
