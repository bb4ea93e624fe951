"""Requests to one device that belong together, and what came in answer."""

import asyncio
from collections.abc import Callable, Sequence

from bellrock.model.observation import Outcome
from collectors.snmp.address import Peer, Sockaddr
from collectors.snmp.channel import Channel
from collectors.snmp.failure import Failure
from collectors.snmp.pace import Pace

Answer = tuple[int, bytes]
"""The number of a request, and the datagram that answers it."""
Encode = Callable[[int], bytes]
"""Returns a request with this number."""

_NEVER = float("inf")


class Exchange:
    """Asks a device several things, a few of them at a time, until it is settled.

    What an answer makes room for is asked on the spot, within the event loop's call
    that took the answer in.

    Parameters
    ----------
    requests : sequence of callable
        In the order in which they are asked.
    waits : sequence of float
        Seconds to wait for an answer the first time, and each time after.
    at_once : int
        Requests the device has to deal with at once. Until it has answered one of
        them, in case it is dead, it has to deal with one.

    Attributes
    ----------
    answers : list of Answer or None
        By request.
    failure : Failure or None
        What the network said in place of an answer.
    numbers : list of int
        All that anything was asked with.
    until : float
        When the first answer that is missing is due, or earlier.
    rubbish : int
        Datagrams from the peer that are no SNMP.
    elsewhere : Peer or None
        Who answered in its place.
    """

    __slots__ = (
        *("_asked", "_at_once", "_channel", "_clock", "_left", "_more", "_overdue"),
        *("_pace", "_pending", "_requests", "_to", "_tries", "_waiter", "_waits"),
        *("answers", "elsewhere", "failure", "numbers", "peer", "rubbish", "until"),
    )

    def __init__(
        self,
        channel: Channel,
        to: Sockaddr,
        requests: Sequence[Encode],
        pace: Pace,
        waits: Sequence[float],
        at_once: int,
    ) -> None:
        self.peer = to[:2]
        self.answers: list[Answer | None] = [None] * len(requests)
        self.failure: Failure | None = None
        self.numbers: list[int] = []
        self.until = _NEVER
        self.rubbish = 0
        self.elsewhere: Peer | None = None
        self._channel = channel
        self._to = to
        self._requests = requests
        self._pace = pace
        self._waits = waits
        self._at_once = at_once
        self._clock = channel.clock
        self._asked = 0
        self._left = len(requests)
        self._pending: dict[int, float] = {}
        self._tries: dict[int, int] = {}
        self._overdue: list[int] = []
        self._waiter: asyncio.Future[None] | None = None

    def open(self) -> None:
        """Begin to take what the device says for answers."""
        self._channel.open_exchange(self)

    def close(self) -> None:
        """End it; whatever the device says from now on is a stray."""
        self._channel.close_exchange(self)

    @property
    def settled(self) -> bool:
        """Whether there is nothing more to wait for."""
        return not self._left or self.failure is not None

    def take(self, request: int, number: int, datagram: bytes) -> bool:
        """Take an answer; return whether its request still waited for one."""
        if request not in self._pending or self.failure is not None:
            return False
        del self._pending[request]
        self.answers[request] = number, datagram
        self._left -= 1
        if self._asked == len(self._requests):
            if not self._left:
                self.wake()
        elif not self.ask_next():
            self.wake()
        return True

    def fail(self, failure: Failure) -> None:
        """Take the network's word for it that there will be no answer."""
        if not self.settled:
            self.failure = failure
            self.wake()

    def ask_next(self) -> bool:
        """Ask what there is room for, as far as it can be asked without waiting.

        Returns
        -------
        bool
            Whether there is nothing left that could be asked now.
        """
        while self._room():
            now = self._clock()
            if not self._pace.free(now):
                return False
            request = self._asked
            number = self._channel.new_number(self, request)
            if not self._channel.try_send(self._requests[request](number), self._to):
                return False
            self._asked += 1
            self._await(request, now + self._waits[0])
        return True

    def _room(self) -> bool:
        # One that may be dead is asked one thing.
        most = self._at_once if self._left < len(self._requests) else 1
        return len(self._pending) < most and self._asked < len(self._requests)

    async def ask_patiently(self) -> None:
        """Ask what there is room for, however long it takes to get it sent."""
        while not self.settled and not self.ask_next():
            await self._pace.turn()
            if self._room() and not self.settled:
                self._asked += 1
                await self._send(self._asked - 1, self._waits[0])

    async def repeat(self) -> None:
        """Ask once more what is overdue; what was asked often enough has failed."""
        overdue, self._overdue = self._overdue, []
        for request in overdue:
            await self._pace.turn()
            if request not in self._pending or self.settled:
                continue
            tries = self._tries.get(request, 1)
            self._channel.tell_silence(self, request)
            if tries >= len(self._waits):
                self.fail(self._silence(tries))
                return
            self._tries[request] = tries + 1
            await self._send(request, self._waits[tries])

    async def _send(self, request: int, wait: float) -> None:
        number = self._channel.new_number(self, request)
        self._await(request, self._clock() + wait)
        try:
            await self._channel.send(self._requests[request](number), self._to)
        except Failure as failure:
            self.fail(failure)

    def _await(self, request: int, deadline: float) -> None:
        self._pending[request] = deadline
        if deadline < self.until:
            self.until = deadline

    def ring(self, now: float) -> None:
        """See what is overdue; what is not yet is due later."""
        pending = self._pending.items()
        self._overdue = [request for request, due in pending if due <= now]
        self.until = min((due for _, due in pending if due > now), default=_NEVER)
        if self._overdue:
            self.wake()

    @property
    def overdue(self) -> bool:
        """Whether a request has waited long enough."""
        return bool(self._overdue)

    async def wait(self) -> None:
        """Wait until woken.

        Raises
        ------
        CancelledError
            If the channel is closed.
        """
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def wake(self) -> None:
        """Have whoever waits look again."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def cancel(self) -> None:
        """Cancel whoever waits."""
        if self._waiter is not None:
            self._waiter.cancel()

    def _silence(self, times: int) -> Failure:
        host, port = self.peer
        asked = "1 request" if times == 1 else f"{times} requests"
        if self.rubbish:
            return Failure(
                Outcome.MALFORMED,
                f"{host} port {port} answered {asked} with {self.rubbish} datagrams "
                "that are no SNMP",
            )
        detail = f"no answer from {host} port {port} to {asked}"
        if self.elsewhere is not None:
            detail += (
                f"; one came from {self.elsewhere[0]} port {self.elsewhere[1]} "
                "instead and was not believed"
            )
        return Failure(Outcome.TIMEOUT, detail)
