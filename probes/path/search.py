"""One search for a route: its branches first, then what fits through each flow."""

import socket
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import NamedTuple

from bellrock.model.observation import Outcome
from bellrock.model.route import Ending, Flow, Route
from probes.path.discovery import Ask, Discovery, Kind, Seen
from probes.path.mtu import Search, Sizing
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


_V4 = {(11, 0): Means.EXPIRED, (3, 2): Means.NO_PORT, (3, 3): Means.NO_PORT}
_V4[3, 4] = Means.TOO_BIG
_V6 = {(3, 0): Means.EXPIRED, (1, 4): Means.NO_PORT, (2, 0): Means.TOO_BIG}


class Packet(NamedTuple):
    """A packet to send; `size` is in bytes with all headers, `sizing` if it matters."""

    ask: Ask
    size: int
    sizing: bool


@dataclass(slots=True)
class Counts:
    """Packets of one route: sent, answered, and answers not believed."""

    sent: int = 0
    answered: int = 0
    strays: int = 0


class RouteSearch:
    """The state of one search.

    Parameters
    ----------
    family, address : int, tuple
        Where the packets go.
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
        top: int,
        started: float,
    ) -> None:
        self.probe = probe
        self.target = target
        self.family = family
        self.address = address
        self.started = started
        self.counts = Counts()
        self.cookies: list[bytes] = []
        self.failed: Outcome | None = None
        self.detail = ""
        self.discovery = Discovery(
            flows=probe.flows, max_ttl=probe.max_ttl, failure=1 - probe.confidence
        )
        self.sizing: Sizing | None = None
        self._top = top
        by_tcp = probe.method == "tcp"
        self._small = _SYN[socket.AddressFamily(family)] if by_tcp else SMALL
        self._kinds = _V4 if family == socket.AF_INET else _V6
        self._host = address[0].partition("%")[0]

    def next(self, now: float) -> Packet | None:
        """Return what to send now; None to wait, or when it is over."""
        if self.failed or self.counts.sent >= self.probe.packets:
            return None
        ask = self.discovery.next(now)
        if ask is not None:
            return Packet(ask, self._small, sizing=False)
        if not self.discovery.done or not self.probe.measures_mtu:
            return None
        if self.sizing is None:
            self.sizing = self._size()
        turn = self.sizing.next(now)
        if turn is None:
            return None
        return Packet(Ask(turn[0], _FAR), turn[1], sizing=True)

    def over(self, now: float) -> bool:
        """Tell whether there is nothing more to find, or no more time."""
        if self.failed or now - self.started >= self.probe.duration:
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
        means = self.means(heard)
        offender = heard.offender or self._host
        # Whatever the target itself refuses has reached it: its own firewall may say
        # "prohibited" where there would be no port.
        refused = means in (Means.NO_PORT, Means.REFUSED)
        here = refused and offender == self._host
        arrived = heard.offender is None or here
        if packet.sizing:
            return self._sized(packet, heard, means, arrived=arrived, late=late)
        if means in (Means.TOO_BIG, Means.OTHER) and not arrived:
            return False
        kind = Kind.EXPIRED if means is Means.EXPIRED else Kind.REFUSED
        seen = Seen(
            Kind.ARRIVED if arrived else kind, offender, rtt, heard.code, heard.labels
        )
        self.discovery.answered(packet.ask, seen, late=late)
        return True

    def lost(self, packet: Packet) -> None:
        """Take note that no answer came in time."""
        if not packet.sizing:
            self.discovery.lost(packet.ask)
        elif self.sizing is not None:
            self.sizing.lost(packet.ask.flow, packet.size)

    def unsent(self, packet: Packet) -> None:
        """Take back a packet that this machine had no room for."""
        if not packet.sizing:
            self.discovery.unsent(packet.ask)
        elif self.sizing is not None:
            self.sizing.unsent(packet.ask.flow)

    def route(self, ports: list[int], now: float, service_class: str) -> Route:
        """Return what was found; `ports` are the source ports of the flows."""
        found = self.discovery.found(ports, self.probe.destination)
        flows = tuple(self._with_mtu(n, flow) for n, flow in enumerate(found))
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
