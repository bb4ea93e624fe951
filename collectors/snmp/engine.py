"""Ask and wait: timeouts, repeats with backoff, and how much is asked at once."""

import asyncio
import itertools
import socket
from collections.abc import Sequence
from typing import Protocol, cast
from weakref import WeakValueDictionary

from collectors.snmp import patience
from collectors.snmp.address import Peer, Sockaddr
from collectors.snmp.alarm import Alarm
from collectors.snmp.channel import Channel
from collectors.snmp.exchange import Answer, Encode, Exchange
from collectors.snmp.failure import Failure
from collectors.snmp.pace import Pace
from collectors.snmp.witness import Witness

AT_ONCE = 2
"""Requests one device has to deal with at once; its agent is rarely a fast one."""


class Target(Protocol):
    """Where a device is asked.

    Attributes
    ----------
    family, address
        As :func:`collectors.snmp.address.resolve` returns them.
    lane : Lock
        The engine's for this address: one exchange with a device at a time.
    at_once : int
        Requests the device has to deal with at once.
    """

    family: socket.AddressFamily
    address: Sockaddr
    lane: asyncio.Lock
    at_once: int


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
        self._pace = Pace(packet_rate)
        self._lanes: WeakValueDictionary[Peer, asyncio.Lock] = WeakValueDictionary()
        self._channels: dict[socket.AddressFamily, Channel] = {}
        self._alarm = Alarm(timeout, self._drain)

    @property
    def strays(self) -> int:
        """Datagrams dropped so far because nobody had asked for them."""
        return sum(channel.strays for channel in self._channels.values())

    def remark(self, text: str, to: Sockaddr) -> None:
        """Tell the witness, if any, what was found out of a device."""
        if self._witness is not None:
            self._witness.remarked(text, to[:2])

    def close(self) -> None:
        """Close the sockets; whoever still waits is cancelled."""
        self._alarm.close()
        for channel in self._channels.values():
            channel.close()
        self._channels.clear()

    def lane(self, to: Sockaddr) -> asyncio.Lock:
        """Return what one has to hold who asks the device there anything."""
        lane = self._lanes.get(to[:2])
        if lane is None:
            lane = self._lanes[to[:2]] = asyncio.Lock()
        return lane

    async def ask(
        self, target: Target, requests: Sequence[Encode], *, once: bool = False
    ) -> tuple[Sequence[Answer], Failure | None]:
        """Ask a device all of `requests`; return the answers, in order.

        Should the device or the network fail, what it did is returned too, and only
        the answers before it: timeout, refused, unreachable, or nothing but rubbish.

        Parameters
        ----------
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
        if target.lane.locked():
            patience.hold()
        async with target.lane:
            exchange = Exchange(
                *(self._channel(target.family), target.address, requests, self._pace),
                *(self._waits[:1] if once else self._waits, target.at_once),
            )
            await self._settle(exchange)
        if exchange.failure is None:
            return cast("list[Answer]", exchange.answers), None
        told = itertools.takewhile(lambda answer: answer, exchange.answers)
        return [answer for answer in told if answer], exchange.failure

    async def _settle(self, exchange: Exchange) -> None:
        if self._window.locked():
            patience.hold()
        await self._window.acquire()
        holding = True
        patience.run()
        try:
            exchange.open()
            while not exchange.settled:
                if exchange.overdue:
                    if holding:
                        self._window.release()
                        holding = False
                    await exchange.repeat()
                elif not exchange.ask_next():
                    await exchange.ask_patiently()
                else:
                    self._alarm.watch(exchange)
                    await exchange.wait()
        finally:
            if holding:
                self._window.release()
            self._alarm.forget(exchange)
            exchange.close()

    def _channel(self, family: socket.AddressFamily) -> Channel:
        channel = self._channels.get(family)
        if channel is None:
            channel = self._channels[family] = Channel(family, self._witness)
        return channel

    def _drain(self) -> bool:
        """Take in what has arrived, as far as a burst; return whether it is all."""
        empty = [channel.drain() for channel in self._channels.values()]
        return all(empty)
