"""Ask and wait: timeouts, repeats with backoff, and how much is asked at once."""

import asyncio
import socket
from collections.abc import Callable
from weakref import WeakValueDictionary

from bellrock.model.observation import Outcome
from collectors.snmp.channel import Channel, Exchange, Peer, Sockaddr
from collectors.snmp.failure import Failure

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
        Requests that wait for their first answer, over all devices. A request being
        repeated no longer counts, so that silent devices hold nobody up.
    packet_rate : float
        Requests sent in a second at most, over all devices.
    """

    def __init__(
        self, *, timeout: float, retries: int, concurrency: int, packet_rate: float
    ) -> None:
        self._waits = tuple(timeout * 2**attempt for attempt in range(retries + 1))
        self._window = asyncio.Semaphore(concurrency)
        self._pace = _Pace(packet_rate)
        self._lanes: WeakValueDictionary[Peer, asyncio.Semaphore] = (
            WeakValueDictionary()
        )
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
        encode: Callable[[int], bytes],
        *,
        once: bool = False,
    ) -> tuple[int, bytes]:
        """Return the number and the datagram of the first answer from `to`.

        Parameters
        ----------
        family, to
            As :func:`collectors.snmp.channel.resolve` returns them.
        encode : callable
            Returns the request for a number; each repeat has a number of its own
            (RFC 3412, section 6.2), and an answer to any of them will do.
        once : bool
            Do not repeat.

        Raises
        ------
        Failure
            Timeout, refused, unreachable, or nothing but rubbish in answer.
        OSError
            If we cannot send, through no fault of the network's.
        """
        channel = self._channel(family)
        lane = self._lanes.get(to[:2])
        if lane is None:
            lane = self._lanes[to[:2]] = asyncio.Semaphore(_PER_DEVICE)
        async with lane:
            await self._window.acquire()
            holding = True
            exchange = channel.open_exchange(to[:2])
            numbers: list[int] = []
            try:
                for wait in self._waits[: 1 if once else None]:
                    await self._pace.turn()
                    numbers.append(channel.new_number(exchange))
                    await channel.send(encode(numbers[-1]), to)
                    await exchange.wait(wait)
                    if exchange.answer is None:
                        # If we were the slow ones, the answer lies in our socket.
                        channel.drain()
                    if exchange.answer is not None:
                        return _unwrap(exchange.answer)
                    if holding:
                        self._window.release()
                        holding = False
                raise _silence(exchange, len(numbers))
            finally:
                if holding:
                    self._window.release()
                channel.close_exchange(exchange, numbers)

    def _channel(self, family: socket.AddressFamily) -> Channel:
        channel = self._channels.get(family)
        if channel is None:
            channel = self._channels[family] = Channel(family)
        return channel


class _Pace:
    """Lets so many pass in a second, evenly but for what fits ten milliseconds."""

    def __init__(self, rate: float) -> None:
        self._gap = 1 / rate
        self._clock = asyncio.get_running_loop().time
        self._next = 0.0

    async def turn(self) -> None:
        """Wait until it is our turn."""
        now = self._clock()
        self._next = max(self._next, now) + self._gap
        if self._next - now > _BURST + self._gap:
            await asyncio.sleep(self._next - now - _BURST)


def _unwrap(answer: tuple[int, bytes] | Failure) -> tuple[int, bytes]:
    if isinstance(answer, Failure):
        raise answer
    return answer


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
