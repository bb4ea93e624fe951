"""One UDP socket for every device of an address family, and whose answer is whose.

An answer counts only if it comes from the address asked and carries the number asked
with; numbers are random, so that nobody off the path can guess one. Everything else
that arrives is counted and dropped.
"""

import asyncio
import secrets
import select
import socket
from collections.abc import Iterator
from typing import Protocol

from collectors.snmp import errqueue
from collectors.snmp.address import Peer, Sockaddr
from collectors.snmp.ber import Malformed
from collectors.snmp.failure import Failure
from collectors.snmp.message import peek_id
from collectors.snmp.witness import Drop, Witness

_BURST = 256
"""Datagrams read before other callbacks get their turn, should somebody flood us."""
_BUFFER = 8 << 20
"""Octets of receive buffer to ask for: every device may answer at once."""
_SO_RCVBUFFORCE = 33  # Linux; not named by the socket module
_LARGEST = 65535
_SEND_TRIES = 10
_RANDOM = 4096
"""Octets to ask the kernel for at once."""
_FULL = 0.001
"""Seconds to wait when our own send buffer is full, twice as long each time."""


class Waiting(Protocol):
    """Requests to one device that wait for their answers.

    Attributes
    ----------
    numbers : list of int
        All that anything was asked with.
    rubbish : int
        Datagrams from the peer that are no SNMP.
    elsewhere : Peer or None
        Who answered in its place.
    """

    peer: Peer
    numbers: list[int]
    rubbish: int
    elsewhere: Peer | None

    def take(self, request: int, number: int, datagram: bytes) -> bool:
        """Take an answer; return whether its request still waited for one."""

    def fail(self, failure: Failure) -> None:
        """Take the network's word for it that there will be no answer."""

    def cancel(self) -> None:
        """Cancel whoever waits."""


class Channel:
    """The socket, and the exchanges waiting on it.

    Attributes
    ----------
    clock : callable
        Seconds, as the event loop counts them.
    strays : int
        Datagrams dropped: nobody's, from elsewhere, duplicates, or no SNMP at all.
    witness : Witness or None
        Told all that passes.
    """

    def __init__(
        self, family: socket.AddressFamily, witness: Witness | None = None
    ) -> None:
        self.strays = 0
        self.witness = witness
        self._pending: dict[int, tuple[Waiting, int]] = {}
        self._waiting: dict[Peer, list[Waiting]] = {}
        self._numbers = _random_numbers()
        self._loop = asyncio.get_running_loop()
        self.clock = self._loop.time
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
        except PermissionError:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        errqueue.enable(self._socket)
        # uvloop stops watching a socket for good once poll(2) says POLLERR, as it
        # does for every queued ICMP error. An epoll around the socket is readable
        # for data and errors alike and never in error itself.
        self._epoll = select.epoll()
        self._epoll.register(self._socket.fileno(), select.EPOLLIN)
        self._loop.add_reader(self._epoll.fileno(), self.drain)

    def close(self) -> None:
        """Close the socket; whoever still waits is cancelled."""
        self._loop.remove_reader(self._epoll.fileno())
        self._epoll.close()
        self._socket.close()
        for same in self._waiting.values():
            for exchange in same:
                exchange.cancel()

    def open_exchange(self, exchange: Waiting) -> None:
        """Start waiting for what its peer will say."""
        self._waiting.setdefault(exchange.peer, []).append(exchange)

    def close_exchange(self, exchange: Waiting) -> None:
        """Forget `exchange`; an answer to it is a stray now."""
        for number in exchange.numbers:
            del self._pending[number]
        same = self._waiting[exchange.peer]
        same.remove(exchange)
        if not same:
            del self._waiting[exchange.peer]

    def new_number(self, exchange: Waiting, request: int) -> int:
        """Return a random number, 2**30 to 2**31-1, for one of an exchange's requests.

        All of them take four octets, so that a request is written but once.
        """
        while (number := next(self._numbers)) in self._pending:
            pass
        self._pending[number] = exchange, request
        exchange.numbers.append(number)
        return number

    def tell_silence(self, exchange: Waiting, request: int) -> None:
        """Tell the witness, if any, that a request had no answer in its time."""
        if self.witness is not None:
            number = next(
                number
                for number in reversed(exchange.numbers)
                if self._pending[number][1] == request
            )
            self.witness.silent(number, exchange.peer)

    def try_send(self, datagram: bytes, to: Sockaddr) -> bool:
        """Send `datagram` if nothing is in the way; return whether it went out."""
        try:
            self._socket.sendto(datagram, to)
        except OSError:
            # Whatever it is, `send` meets it again and deals with it.
            return False
        if self.witness is not None:
            self.witness.sent(datagram, to[:2])
        return True

    async def send(self, datagram: bytes, to: Sockaddr) -> None:
        """Send `datagram`, in half a second at most.

        Raises
        ------
        Failure
            If there is no way to `to` from here.
        OSError
            If we cannot send at all, or our own buffer stays full: nobody else's fault.
        """
        number = 0
        for tries in range(_SEND_TRIES):
            try:
                self._socket.sendto(datagram, to)
            except BlockingIOError:
                if tries == _SEND_TRIES - 1:
                    raise
                await asyncio.sleep(_FULL * 2**tries)
            except OSError as error:
                if not errqueue.is_networks(error) or error.errno is None:
                    raise
                # The kernel tells whoever sends next of an ICMP error that answers
                # some earlier datagram: settle that one, and try again.
                number = error.errno
                self._read_errors()
            else:
                if self.witness is not None:
                    self.witness.sent(datagram, to[:2])
                return
        if failure := errqueue.failure(number, to[:2]):
            if self.witness is not None:
                self.witness.failed(number, to[:2])
            raise failure

    def drain(self) -> bool:
        """Take in what has arrived, as far as one burst; return whether it is all."""
        receive, deliver = self._socket.recvfrom, self._deliver
        for count in range(_BURST):
            try:
                datagram, source = receive(_LARGEST)
            except BlockingIOError:
                if count == 0:  # woken for an error that a send has met already
                    self._read_errors()
                return True
            except OSError as error:
                if not errqueue.is_networks(error):
                    raise
                self._read_errors()
            else:
                deliver(datagram, source[:2])
        return False

    def _deliver(self, datagram: bytes, source: Peer) -> None:
        if self.witness is not None:
            self.witness.received(datagram, source)
        try:
            number = peek_id(datagram)
        except Malformed:
            self._drop(Drop.RUBBISH)
            for exchange in self._waiting.get(source, ()):
                exchange.rubbish += 1
            return
        found = self._pending.get(number)
        if found is None:
            self._drop(Drop.UNASKED)
            return
        exchange, request = found
        if exchange.peer != source:
            self._drop(Drop.ELSEWHERE)
            exchange.elsewhere = source
        elif not exchange.take(request, number, datagram):
            self._drop(Drop.ANSWERED)

    def _drop(self, why: Drop) -> None:
        self.strays += 1
        if self.witness is not None:
            self.witness.dropped(why)

    def _read_errors(self) -> None:
        for peer, number in errqueue.read(self._socket, _BURST):
            if self.witness is not None:
                self.witness.failed(number, peer)
            failure = errqueue.failure(number, peer)
            if failure is None:
                continue
            for exchange in self._waiting.get(peer, ()):
                exchange.fail(failure)


def _random_numbers() -> Iterator[int]:
    """Yield numbers from 2**30 to 2**31-1 that nobody can guess."""
    while True:
        for number in memoryview(secrets.token_bytes(_RANDOM)).cast("I"):
            yield number >> 2 | 1 << 30
