"""Finds routes: many targets over the same sockets, in one loop, at one pace."""

import asyncio
import errno
import secrets
import select
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from bellrock.model.observation import DEFAULT_CLASS, Outcome
from bellrock.model.route import Route
from probes.clock import SECOND, Clock, Offset, nanoseconds
from probes.path.search import Packet as Asked
from probes.path.search import RouteSearch
from probes.path.settings import PathProbe
from probes.path.syn import Raw, SynPort
from probes.path.wire import Heard, Port
from probes.runner import located, not_sent
from probes.target import Address, Target
from probes.timing import round_trip, stepped

TICK = 0.01
"""Seconds between two looks at the sockets; delays are stamped by the kernel."""

_COOKIE = 8
_HEADERS: dict[int, int] = {socket.AF_INET: 28, socket.AF_INET6: 48}
_LARGEST = 65_535
_ZEROS = memoryview(bytes(_LARGEST))
_BURST = 2
_LEAST = 4
_PORTS = range(40_000, 60_000)
_BUSY = {errno.EAGAIN, errno.ENOBUFS, errno.ECONNREFUSED, errno.ENOMEM}


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


@dataclass(slots=True)
class _Sent:
    search: RouteSearch
    packet: Asked
    at: int
    lost: bool = False
    answered: bool = False


class Tracer:
    """Finds the routes to any number of targets.

    Its source ports stay the same as long as it lives: routers that balance by flow
    then send the flows of the next route the same ways.

    Parameters
    ----------
    probe : PathProbe
        How.
    clock : Clock or None
        Tests step it.
    service_class : str
        What routes are labelled with.
    dscp : int or None
        What packets are marked with; None for the section's own.
    """

    def __init__(
        self,
        probe: PathProbe,
        *,
        clock: Clock | None = None,
        service_class: str = DEFAULT_CLASS,
        dscp: int | None = None,
    ) -> None:
        self._probe = probe
        self._clock = clock or Clock()
        self._class = service_class
        self._dscp = probe.dscp if dscp is None else dscp
        self._ports: dict[int, list[Port | SynPort]] = {
            socket.AF_INET: [],
            socket.AF_INET6: [],
        }
        self._raws: dict[int, Raw] = {}
        self._ears: dict[int, Port | Raw] = {}
        self._flows: dict[int, int] = {}
        self._poll = select.epoll()
        self._searches: dict[RouteSearch, tuple[asyncio.Event, Watch | None]] = {}
        self._sent: dict[bytes, _Sent] = {}
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._used: set[Port | SynPort] = set()
        self._watched = False
        self._pump: asyncio.Task[None] | None = None
        self._offset = self._clock.offset()
        self._steady = True
        first = secrets.choice(_PORTS[: -2 * probe.flows])
        self._numbers = iter([*range(first, _PORTS.stop), *range(_PORTS.start, first)])
        self._deadline = nanoseconds(probe.deadline)

    async def trace(self, target: Target, *, watch: Watch | None = None) -> Route:
        """Find the route to a target.

        Parameters
        ----------
        target : Target
            Where to; its port is another probe's and is not used.
        watch : callable or None
            Called from within the loop with all that is sent and seen.

        Returns
        -------
        Route
            Whatever was found until there was no more to find, or no more time. What
            the network or this machine refuses is in its outcome, never raised.

        Raises
        ------
        UserError
            Where TCP is asked for, and the privilege is not there.
        """
        started = self._clock.monotonic() / SECOND
        place = located(target, self._probe.destination)
        if isinstance(place, Outcome):
            return Route(target.id, None, started, place, service_class=self._class)
        family, address = place
        try:
            top = self._interface_mtu(family, address)
            self._port(family, 0)
            if family in self._raws:
                self._raws[family].renew(address)
        except OSError as error:
            outcome = not_sent(error)
            return Route(
                target.id,
                str(address[0]),
                started,
                outcome,
                service_class=self._class,
                detail=error.strerror or "",
            )
        search = RouteSearch(
            self._probe, target, family, address, top=top, started=started
        )
        over = asyncio.Event()
        self._searches[search] = over, watch
        self._watched = self._watched or watch is not None
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._run())
        try:
            await over.wait()
        finally:
            self._forget(search)
        if self._pump.done() and not self._pump.cancelled():
            # What went wrong in it is ours, and is not to read as the network's.
            self._pump.result()
        ports = [port.number for port in self._ports[family]]
        now = self._clock.monotonic() / SECOND
        return search.route(ports, now, self._class)

    async def close(self) -> None:
        """Stop, and give all sockets back."""
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)
        for ports in self._ports.values():
            for port in ports:
                port.close()
            ports.clear()
        for raw in self._raws.values():
            raw.close()
        self._poll.close()

    def _interface_mtu(self, family: int, address: Address) -> int:
        """Ask a socket of its own, so that no other search's answers are lost."""
        if not self._probe.measures_mtu:
            return _LARGEST
        port = Port(family, 0, dscp=self._dscp)
        try:
            return min(_LARGEST, port.interface_mtu(address) or _LARGEST)
        finally:
            port.close()

    async def _run(self) -> None:
        budget, before = 0.0, self._clock.monotonic()
        most = max(_LEAST, self._probe.rate * TICK * _BURST)
        try:
            while self._searches:
                offset = self._clock.offset()
                self._steady = not stepped(self._offset, offset)
                self._offset = offset
                self._hear()
                now = self._clock.monotonic()
                self._expire(now)
                budget += self._probe.rate * (now - before) / SECOND
                budget = self._send(min(budget, most), now / SECOND)
                before = now
                for search, (over, _) in list(self._searches.items()):
                    if self._ended(search, now / SECOND):
                        over.set()
                        self._forget(search)
                await asyncio.sleep(TICK)
        finally:
            for over, _ in self._searches.values():
                over.set()

    def _ended(self, search: RouteSearch, now: float) -> bool:
        if search.over(now):
            return True
        if search.counts.sent < self._probe.packets:
            return False
        return not any(sent.search is search for sent in self._out())

    def _out(self) -> list[_Sent]:
        found = (self._sent.get(cookie) for _, cookie in self._waiting)
        return [sent for sent in found if sent and not sent.answered]

    def _forget(self, search: RouteSearch) -> None:
        if self._searches.pop(search, None) is not None:
            for cookie in search.cookies:
                del self._sent[cookie]
            search.cookies.clear()

    def _open(self, family: int, number: int) -> Port | SynPort:
        if self._probe.method == "udp":
            return Port(family, number, dscp=self._dscp)
        if family not in self._raws:
            port = self._probe.destination
            self._raws[family] = Raw(family, port, dscp=self._dscp)
        return SynPort(self._raws[family], family, number)

    def _port(self, family: int, flow: int) -> Port | SynPort:
        ports = self._ports[family]
        while len(ports) <= flow:
            for number in self._numbers:
                try:
                    port = self._open(family, number)
                except OSError as error:
                    if error.errno != errno.EADDRINUSE:
                        raise
                else:
                    break
            else:
                raise OSError(errno.EADDRINUSE, "no port is free")
            self._flows[port.number] = len(ports)
            handle = port.ear.fileno()
            if handle not in self._ears:
                self._ears[handle] = port.ear
                self._poll.register(handle, select.EPOLLIN)
            ports.append(port)
        return ports[flow]

    def _send(self, budget: float, now: float) -> float:
        """Send what may be sent, each search in its turn; return what may be yet."""
        turns = deque(self._searches)
        while budget >= 1 and turns:
            search = turns.popleft()
            asked = search.next(now)
            if asked is None:
                continue
            if not self._sent_one(search, asked):
                return 0.0
            budget -= 1
            turns.append(search)
            # Last in the next round too: it may be that there is room for few only.
            self._searches[search] = self._searches.pop(search)
        return budget

    def _sent_one(self, search: RouteSearch, asked: Asked) -> bool:
        """Send a packet; return whether this machine had room for it."""
        ports, flow = self._ports[search.family], asked.ask.flow
        port = ports[flow] if flow < len(ports) else self._port(search.family, flow)
        if port in self._used:
            # What has come back by now would only be in the way of sending.
            self._hear()
        self._used.add(port)
        cookie = port.cookie(search.address)
        while cookie in self._sent:
            cookie = port.cookie(search.address)
        fill = max(0, asked.size - _HEADERS[search.family] - _COOKIE)
        at = self._clock.monotonic()
        number = port.send(search.address, asked.ask.ttl, cookie, _ZEROS[:fill])
        if number in _BUSY:
            search.unsent(asked)
            return False
        if number == errno.EMSGSIZE:
            # Our own interface takes less than it did a moment ago.
            search.lost(asked)
            return True
        if number:
            search.unsent(asked)
            error = OSError(number, "")
            search.failed = not_sent(error)
            search.detail = errno.errorcode.get(number, str(number))
            return True
        search.counts.sent += 1
        search.cookies.append(cookie)
        self._sent[cookie] = _Sent(search, asked, at)
        self._waiting.append((at + self._deadline, cookie))
        if self._watched:
            self._tell(search, "sent", port.number, asked)
        return True

    def _expire(self, now: int) -> None:
        while self._waiting and self._waiting[0][0] <= now:
            sent = self._sent.get(self._waiting.popleft()[1])
            if sent is None or sent.answered:
                continue
            sent.lost = True
            sent.search.lost(sent.packet)
            number = self._port(sent.search.family, sent.packet.ask.flow).number
            self._tell(sent.search, "lost", number, sent.packet)

    def _hear(self) -> None:
        self._used.clear()
        ready = self._poll.poll(0)
        if not ready:
            return
        offset = self._offset
        for handle, events in ready:
            ear = self._ears[handle]
            for heard in ear.heard():
                self._heard(heard, offset)
            if events & select.EPOLLIN:
                for heard in ear.replies():
                    self._heard(heard, offset)

    def _heard(self, heard: Heard, offset: Offset) -> None:
        sent = self._match(self._flows[heard.port], heard)
        if sent is None:
            self._stray(heard)
            return
        if sent.answered:
            return
        rtt = None
        if heard.stamp is not None and self._steady:
            received = heard.stamp - offset.value
            trip = round_trip(sent.at, received, self._clock.monotonic(), 0)
            rtt = None if trip is None else trip / SECOND
        late, search = sent.lost, sent.search
        if not search.answered(sent.packet, heard, rtt, late=late):
            self._stray(heard)
            return
        sent.answered = True
        search.counts.answered += 1
        if self._watched:
            kind = "late" if late else "answered"
            self._tell(search, kind, heard.port, sent.packet, heard, rtt)

    def _match(self, flow: int, heard: Heard) -> _Sent | None:
        """Find the packet an answer is about, by what only its way has seen of it.

        Routers may quote no more than the UDP header (RFC 792), and a reply quotes
        nothing. The kernel has seen to addresses and ports; which of a flow's packets
        it was is certain only while there is one, so from then on there is.
        """
        if len(heard.quoted) >= _COOKIE:
            sent = self._sent.get(bytes(heard.quoted[:_COOKIE]))
            if sent is None or sent.packet.ask.flow != flow or not _to(sent, heard):
                return None
            return sent
        out = [
            sent
            for sent in self._out()
            if sent.packet.ask.flow == flow and _to(sent, heard)
        ]
        for sent in out:
            sent.search.discovery.single = True
        return out[0] if len(out) == 1 else None

    def _stray(self, heard: Heard) -> None:
        for search, (_, watch) in self._searches.items():
            if _same(search.address, heard.to):
                search.counts.strays += 1
                if watch is not None:
                    self._tell(search, "stray", heard.port, None, heard)

    def _tell(
        self,
        search: RouteSearch,
        kind: str,
        number: int,
        packet: Asked | None,
        heard: Heard | None = None,
        rtt: float | None = None,
    ) -> None:
        watch = self._searches[search][1] if search in self._searches else None
        if watch is None:
            return
        at = self._clock.monotonic() / SECOND - search.started
        ttl, size = (packet.ask.ttl, packet.size) if packet else (0, 0)
        watch(Event(at, kind, number, ttl, size, heard, rtt))


def _to(sent: _Sent, heard: Heard) -> bool:
    return _same(sent.search.address, heard.to)


def _same(ours: Address, theirs: Address) -> bool:
    # The rest is IPv6's flow label and scope, which come back otherwise filled in.
    return ours[0] == theirs[0] and ours[1] == theirs[1]


async def trace(
    target: Target, probe: PathProbe, *, watch: Watch | None = None
) -> Route:
    """Find the route to one target, once; see :meth:`Tracer.trace`."""
    tracer = Tracer(probe)
    try:
        return await tracer.trace(target, watch=watch)
    finally:
        await tracer.close()
