"""Ask and wait: timeouts, repeats with backoff, and how much is asked at once."""

import asyncio
import itertools
import socket
from collections.abc import Sequence
from weakref import WeakValueDictionary

from bellrock.model.observation import Outcome
from collectors.snmp.channel import Channel, Sockaddr
from collectors.snmp.exchange import Answer, Encode, Exchange, Peer
from collectors.snmp.failure import Failure
from collectors.snmp.witness import Witness

_BURST = 0.01
"""Seconds by which a request may be early: cheaper than to sleep for each one."""
_PER_DEVICE = 2
"""Requests one device has to deal with at once; its agent is rarely a fast one."""


class Engine:
    """All requests to all devices, over one socket for each address family.

    Parameters
    ----------
    timeout : float
        Seconds to wait for the first answer; doubles with each repeat.
    retries : int
        Repeats before a device counts as silent.
    concurrency : int
        Devices that are asked at once. One that has to be asked again no longer
        counts, so that silent devices hold nobody up.
    packet_rate : float
        Requests sent in a second at most, over all devices.
    witness : Witness or None
        Told all that passes.
    """

    def __init__(
        self,
        *,
        timeout: float,
        retries: int,
        concurrency: int,
        packet_rate: float,
        witness: Witness | None = None,
    ) -> None:
        self._witness = witness
        self._waits = tuple(timeout * 2**attempt for attempt in range(retries + 1))
        self._window = asyncio.Semaphore(concurrency)
        self._pace = _Pace(packet_rate)
        self._lanes: WeakValueDictionary[Peer, asyncio.Lock] = WeakValueDictionary()
        self._channels: dict[socket.AddressFamily, Channel] = {}

    @property
    def strays(self) -> int:
        """Datagrams dropped so far because nobody had asked for them."""
        return sum(channel.strays for channel in self._channels.values())

    def close(self) -> None:
        """Close the sockets; whoever still waits is cancelled."""
        for channel in self._channels.values():
            channel.close()
        self._channels.clear()

    async def ask(
        self,
        family: socket.AddressFamily,
        to: Sockaddr,
        requests: Sequence[Encode],
        *,
        once: bool = False,
    ) -> tuple[list[Answer], Failure | None]:
        """Ask a device all of `requests`; return the answers, in order.

        Should the device or the network fail, what it did is returned too, and only
        the answers before it: timeout, refused, unreachable, or nothing but rubbish.

        Parameters
        ----------
        family, to
            As :func:`collectors.snmp.channel.resolve` returns them.
        requests : sequence of callable
            Each returns a request for a number; each repeat has a number of its own
            (RFC 3412, section 6.2), and an answer to any of them will do.
        once : bool
            Do not repeat.

        Raises
        ------
        OSError
            If we cannot send, through no fault of the network's.
        """
        channel = self._channel(family)
        lane = self._lanes.get(to[:2])
        if lane is None:
            lane = self._lanes[to[:2]] = asyncio.Lock()
        async with lane:
            asking = _Asking(
                *(channel, to, requests, self._pace),
                self._waits[: 1 if once else None],
            )
            return await asking.run(self._window)

    def _channel(self, family: socket.AddressFamily) -> Channel:
        channel = self._channels.get(family)
        if channel is None:
            channel = self._channels[family] = Channel(family, self._witness)
        return channel


class _Asking:
    """One exchange under way.

    What an answer makes room for is asked on the spot; here is what takes waiting.
    """

    def __init__(
        self,
        channel: Channel,
        to: Sockaddr,
        requests: Sequence[Encode],
        pace: "_Pace",
        waits: Sequence[float],
    ) -> None:
        self._channel = channel
        self._to = to
        self._pace = pace
        self._waits = waits
        self._clock = asyncio.get_running_loop().time
        self._exchange = Exchange(to[:2], requests, self._ask_next)

    async def run(
        self, window: asyncio.Semaphore
    ) -> tuple[list[Answer], Failure | None]:
        exchange = self._exchange
        await window.acquire()
        holding = True
        self._channel.open_exchange(exchange)
        try:
            while not exchange.settled:
                if self._overdue():
                    # If we were the slow ones, the answer lies in our socket.
                    self._channel.drain()
                    if overdue := self._overdue():
                        if holding:
                            window.release()
                            holding = False
                        await self._repeat(overdue)
                        continue
                await self._fill()
                if not exchange.settled:
                    until = min(each.deadline for each in exchange.pending.values())
                    await exchange.wait(until - self._clock())
        finally:
            if holding:
                window.release()
            self._channel.close_exchange(exchange)
        answers = itertools.takewhile(lambda answer: answer, exchange.answers)
        return [answer for answer in answers if answer], exchange.failure

    def _overdue(self) -> list[int]:
        now = self._clock()
        pending = self._exchange.pending.items()
        return [request for request, each in pending if each.deadline <= now]

    async def _repeat(self, overdue: list[int]) -> None:
        for request in overdue:
            await self._pace.turn()
            pending = self._exchange.pending.get(request)
            if pending is None or self._exchange.settled:
                continue
            if self._channel.witness is not None:
                self._channel.witness.silent(pending.numbers[-1], self._exchange.peer)
            if len(pending.numbers) >= len(self._waits):
                self._exchange.fail(_silence(self._exchange, len(pending.numbers)))
                return
            await self._send(request, self._waits[len(pending.numbers)])

    async def _fill(self) -> None:
        """Ask as much as the device may have to deal with at once."""
        exchange = self._exchange
        while not exchange.settled and self._room():
            await self._pace.turn()
            if not exchange.settled and self._room():
                await self._send(exchange.asked, self._waits[0])

    def _room(self) -> bool:
        exchange = self._exchange
        # One that may be dead is asked one thing.
        most = _PER_DEVICE if exchange.left < len(exchange.requests) else 1
        return exchange.asked < len(exchange.requests) and len(exchange.pending) < most

    async def _send(self, request: int, wait: float) -> None:
        number = self._channel.new_number(self._exchange)
        datagram = self._exchange.encode(request, number, self._clock() + wait)
        try:
            await self._channel.send(datagram, self._to)
        except Failure as failure:
            self._exchange.fail(failure)

    def _ask_next(self, exchange: Exchange) -> bool:
        while self._room():
            if not self._pace.free():
                return False
            request, number = exchange.asked, self._channel.new_number(exchange)
            datagram = exchange.encode(request, number, self._clock() + self._waits[0])
            if not self._channel.try_send(datagram, self._to):
                # As if never asked, so that it is asked at once.
                exchange.asked = request
                del exchange.pending[request]
                return False
        return True


class _Pace:
    """Lets so many pass in a second, evenly but for what fits ten milliseconds."""

    def __init__(self, rate: float) -> None:
        self._gap = 1 / rate
        self._clock = asyncio.get_running_loop().time
        self._next = 0.0

    def free(self) -> bool:
        """Take our turn if there is nothing to wait for; return whether we did."""
        now = self._clock()
        if self._next - now > _BURST:
            return False
        self._next = max(self._next, now) + self._gap
        return True

    async def turn(self) -> None:
        """Wait until it is our turn."""
        now = self._clock()
        self._next = max(self._next, now) + self._gap
        if self._next - now > _BURST + self._gap:
            await asyncio.sleep(self._next - now - _BURST)


def _silence(exchange: Exchange, requests: int) -> Failure:
    host, port = exchange.peer
    asked = "1 request" if requests == 1 else f"{requests} requests"
    if exchange.rubbish:
        return Failure(
            Outcome.MALFORMED,
            f"{host} port {port} answered {asked} with {exchange.rubbish} datagrams "
            "that are no SNMP",
        )
    detail = f"no answer from {host} port {port} to {asked}"
    if exchange.elsewhere is not None:
        detail += (
            f"; one came from {exchange.elsewhere[0]} port {exchange.elsewhere[1]} "
            "instead and was not believed"
        )
    return Failure(Outcome.TIMEOUT, detail)
