"""Finds routes: many targets over the same sockets, in one loop, at one pace."""

import asyncio
import errno
from collections import deque
from weakref import WeakValueDictionary

from bellrock.model.observation import DEFAULT_CLASS, Outcome
from bellrock.model.route import Route
from probes.clock import SECOND, Clock
from probes.path.flight import same
from probes.path.line import Line
from probes.path.rotation import Rotation
from probes.path.search import Packet, RouteSearch
from probes.path.settings import PathProbe
from probes.path.watch import Event, Onlookers, Watch
from probes.path.wire import Heard
from probes.runner import located, not_sent
from probes.target import Address, Target

__all__ = ["Event", "Tracer", "Watch", "trace"]

TICK = 0.02
"""Seconds between two looks at the sockets; delays are stamped by the kernel."""

_LARGEST = 65_535
_BURST = 2
_LEAST = 4
_BUSY = {errno.EAGAIN, errno.ENOBUFS, errno.ECONNREFUSED, errno.ENOMEM}


class Tracer:
    """Finds the routes to any number of targets.

    Its source ports stay the same as long as it lives: routers that balance by flow
    then send the flows of the next route the same ways. One flow of each is another
    one than last time (:mod:`probes.path.rotation`).

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

    Notes
    -----
    Of each tick all decisions are made first, then all packets sent, then all answers
    read, and in the end they are understood: the same few lines, and the same few
    kernel paths, one packet after the other cost half of what they cost in turns.
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
        self._line = Line(probe, self._clock, dscp=probe.dscp if dscp is None else dscp)
        self._searches: dict[RouteSearch, asyncio.Event] = {}
        self._turns: deque[RouteSearch] = deque()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._onlookers = Onlookers()
        self._rotation = Rotation(probe.flows)
        self._pump: asyncio.Task[None] | None = None

    async def trace(self, target: Target, *, watch: Watch | None = None) -> Route:
        """Find the route to a target.

        Traces to one address take turns: routers that quote little of a packet do not
        tell whose it was.

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
        place = located(target, self._probe.destination)
        if isinstance(place, Outcome):
            return self._nothing(target, None, place)
        family, address = place
        lock = self._locks.setdefault(address[0], asyncio.Lock())
        async with lock:
            return await self._trace(target, family, address, watch)

    async def close(self) -> None:
        """Stop, and give all sockets back."""
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)
        self._line.close()

    async def _trace(
        self, target: Target, family: int, address: Address, watch: Watch | None
    ) -> Route:
        started = self._now()
        try:
            top = _LARGEST
            if self._probe.measures_mtu:
                top = min(top, self._line.ports.interface_mtu(family, address) or top)
            self._line.ports.renew(family, address)
        except OSError as error:
            return self._nothing(
                target, address[0], not_sent(error), error.strerror or ""
            )
        order = self._rotation.order(address[0])
        search = RouteSearch(
            self._probe,
            target,
            family,
            address,
            order=order,
            top=top,
            started=started,
        )
        over = asyncio.Event()
        self._searches[search] = over
        self._turns.append(search)
        if watch is not None:
            self._onlookers.add(search, watch)
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._run())
        try:
            await over.wait()
        finally:
            self._forget(search)
        if self._pump.done() and not self._pump.cancelled():
            # What went wrong in it is ours, and is not to read as the network's.
            self._pump.result()
        followed = search.followed()
        self._rotation.learn(address[0], order, followed)
        numbers = self._line.ports.numbers(family)
        return search.route(followed, numbers, self._now(), self._class)

    def _nothing(
        self, target: Target, address: str | None, outcome: Outcome, detail: str = ""
    ) -> Route:
        """Return the route that nothing could be sent for."""
        return Route(
            target.id,
            address,
            self._now(),
            outcome,
            service_class=self._class,
            detail=detail,
        )

    def _now(self) -> float:
        return self._clock.monotonic() / SECOND

    async def _run(self) -> None:
        budget, before = 0.0, self._clock.monotonic()
        most = max(_LEAST, self._probe.rate * TICK * _BURST)
        try:
            while self._searches:
                self._line.hear()
                self._understand()
                now = self._clock.monotonic()
                self._expire(now)
                budget += self._probe.rate * (now - before) / SECOND
                budget = self._send(min(budget, most), now / SECOND)
                self._understand()
                before = now
                for search in list(self._searches):
                    if search.over(now / SECOND):
                        self._searches[search].set()
                        self._forget(search)
                await asyncio.sleep(TICK)
        finally:
            for over in self._searches.values():
                over.set()

    def _forget(self, search: RouteSearch) -> None:
        if self._searches.pop(search, None) is not None:
            self._turns.remove(search)
            self._onlookers.forget(search)
            self._line.flight.forget(search)

    def _send(self, budget: float, now: float) -> float:
        """Send what may be sent, each search in its turn; return what may be yet."""
        batch: list[Packet] = []
        resting: list[RouteSearch] = []
        turns = self._turns
        while budget >= 1 and turns:
            search = turns.popleft()
            packet = search.next(now)
            if packet is None:
                resting.append(search)
                continue
            batch.append(packet)
            # Last in the next round too: it may be that there is room for few only.
            turns.append(search)
            budget -= 1
        turns.extendleft(reversed(resting))
        left = iter(batch)
        for packet in left:
            if not self._sent(packet):
                for unsent in left:
                    unsent.search.unsent(unsent)
                return 0.0
        return budget

    def _sent(self, packet: Packet) -> bool:
        """Send a packet; return whether this machine had room for it."""
        search = packet.search
        if search.failed:
            search.unsent(packet)
            return True
        number = self._line.send(packet)
        if number:
            return self._not_sent(packet, number)
        if self._onlookers:
            self._onlookers.tell(search, self._now(), "sent", packet)
        return True

    def _not_sent(self, packet: Packet, number: int) -> bool:
        """Take note of why a packet has not left; return whether others may yet."""
        search = packet.search
        if number == errno.EMSGSIZE:
            # Our own interface takes less than it did a moment ago.
            search.too_long(packet)
            return True
        search.unsent(packet)
        if number in _BUSY:
            return False
        search.failed = not_sent(OSError(number, ""))
        search.detail = errno.errorcode.get(number, str(number))
        return True

    def _expire(self, now: int) -> None:
        for packet in self._line.flight.overdue(now):
            packet.search.lost(packet)
            if self._onlookers:
                self._onlookers.tell(packet.search, self._now(), "lost", packet)

    def _understand(self) -> None:
        """Tell the searches what came for them."""
        for packet, heard, rtt in self._line.answers():
            if packet is None:
                self._stray(heard)
                continue
            search, late = packet.search, packet.lost
            if packet.answered:
                continue
            if not search.answered(packet, heard, rtt, late=late):
                self._stray(heard)
                continue
            self._line.flight.answered(packet)
            if self._onlookers:
                kind = "late" if late else "answered"
                self._onlookers.tell(search, self._now(), kind, packet, heard, rtt)

    def _stray(self, heard: Heard) -> None:
        for search in self._searches:
            if same(search.address, heard.to):
                search.counts.strays += 1
                self._onlookers.tell(search, self._now(), "stray", None, heard)


async def trace(
    target: Target, probe: PathProbe, *, watch: Watch | None = None
) -> Route:
    """Find the route to one target, once; see :meth:`Tracer.trace`."""
    tracer = Tracer(probe)
    try:
        return await tracer.trace(target, watch=watch)
    finally:
        await tracer.close()
