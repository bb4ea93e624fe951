"""Requests to one device that wait for their answers, a few of them at a time."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from collectors.snmp.failure import Failure

Peer = tuple[str, int]
"""Numeric address (with its zone, if any) and port."""
Answer = tuple[int, bytes]
"""The number of a request, and the datagram that answers it."""
Encode = Callable[[int], bytes]
"""Returns a request with this number."""


@dataclass(eq=False, slots=True)
class Pending:
    """One request on its way.

    Attributes
    ----------
    deadline : float
        Of its last repeat; seconds, of the event loop's clock.
    numbers : list of int
        One for each time that it was asked; an answer to any will do.
    """

    deadline: float = 0.0
    numbers: list[int] = field(default_factory=list)


class Exchange:
    """Requests to one device that belong together, and what came in answer.

    Parameters
    ----------
    ask_next : callable
        Sends the next requests, as far as there is room for them, if that can be done
        without waiting; returns whether it was. Called with every answer.

    Attributes
    ----------
    answers : list of Answer or None
        By request.
    asked : int
        Requests sent so far, at least once.
    pending : dict of int to Pending
        Those of them that have no answer yet.
    failure : Failure or None
        What the network said in place of an answer.
    rubbish : int
        Datagrams from the peer that are no SNMP.
    elsewhere : Peer or None
        Who answered in its place.
    """

    __slots__ = (
        *("_ask_next", "_numbers", "_waiter", "answers", "asked", "elsewhere"),
        *("failure", "left", "peer", "pending", "requests", "rubbish"),
    )

    def __init__(
        self,
        peer: Peer,
        requests: Sequence[Encode],
        ask_next: Callable[["Exchange"], bool],
    ) -> None:
        self.peer = peer
        self.requests = requests
        self.answers: list[Answer | None] = [None] * len(requests)
        self.asked = 0
        self.left = len(requests)
        self.pending: dict[int, Pending] = {}
        self.failure: Failure | None = None
        self.rubbish = 0
        self.elsewhere: Peer | None = None
        self._ask_next = ask_next
        self._numbers: dict[int, int] = {}
        self._waiter: asyncio.Future[None] | None = None

    @property
    def settled(self) -> bool:
        """Whether there is nothing more to wait for."""
        return not self.left or self.failure is not None

    @property
    def numbers(self) -> Sequence[int]:
        """All numbers that anything was asked with."""
        return list(self._numbers)

    def encode(self, request: int, number: int, deadline: float) -> bytes:
        """Return a request that is about to be sent, and await its answer."""
        pending = self.pending.get(request)
        if pending is None:
            pending = self.pending[request] = Pending()
        pending.deadline = deadline
        pending.numbers.append(number)
        self._numbers[number] = request
        self.asked = max(self.asked, request + 1)
        return self.requests[request](number)

    def take(self, number: int, datagram: bytes) -> bool:
        """Take an answer; return whether its request still waited for one."""
        request = self._numbers[number]
        if self.answers[request] is not None or self.failure is not None:
            return False
        self.answers[request] = number, datagram
        del self.pending[request]
        self.left -= 1
        if self.asked == len(self.requests):
            if not self.left:
                self.wake()
        elif not self._ask_next(self):
            self.wake()
        return True

    def fail(self, failure: Failure) -> None:
        """Take the network's word for it that there will be no answer."""
        if not self.settled:
            self.failure = failure
            self.wake()

    async def wait(self, seconds: float) -> None:
        """Wait until woken, or so long.

        Raises
        ------
        CancelledError
            If the channel is closed.
        """
        # Cheaper than asyncio.wait, with every poll.
        loop = asyncio.get_running_loop()
        self._waiter = loop.create_future()
        timer = loop.call_later(seconds, self.wake)
        try:
            await self._waiter
        finally:
            timer.cancel()
            self._waiter = None

    def wake(self) -> None:
        """Have whoever waits look again."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def cancel(self) -> None:
        """Cancel whoever waits."""
        if self._waiter is not None:
            self._waiter.cancel()
