"""A network of one hop between a sender and a reflector, that loses what it is told."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

_HOST = "127.0.0.1"


class Between:
    """Forwards datagrams both ways, and counts what it drops.

    Attributes
    ----------
    port : int
        Where senders send to.
    drops : tuple of callables
        Forward and reverse: whether to drop this one.
    dropped : list of int
        How many it did, of each.
    remark : int or None
        Octet of DSCP and ECN to send on with, forward; None for the sender's own.
    """

    def __init__(self, reflector: int) -> None:
        self.drops: list[Callable[[bytes], bool]] = [lambda _: False] * 2
        self.dropped = [0, 0]
        self.twice = [False, False]
        self.held: list[Callable[[], object]] = []
        self.swap = False
        self._reflector = (_HOST, reflector)
        self.front = self._socket()
        self.back = self._socket()
        self.front.bind((_HOST, 0))
        self.port: int = self.front.getsockname()[1]
        self._sender: tuple[str, int] | None = None

    def remark(self, tos: int) -> None:
        """Send on with another mark."""
        self.back.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, tos)

    def remark_back(self, tos: int) -> None:
        """Send answers on with another mark."""
        self.front.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, tos)

    def new_source(self) -> None:
        """Come from another port from now on: the reflector's count begins anew."""
        asyncio.get_running_loop().remove_reader(self.back)
        self.back.close()
        self.back = self._socket()
        asyncio.get_running_loop().add_reader(self.back, self.backward)

    def forward(self) -> None:
        """Pass on what the sender sent."""
        while True:
            try:
                data, self._sender = self.front.recvfrom(9000)
            except BlockingIOError:
                return
            self._pass(0, data, lambda d=data: self.back.sendto(d, self._reflector))  # type: ignore[misc]

    def backward(self) -> None:
        """Pass on what the reflector answered."""
        while True:
            try:
                data = self.back.recv(9000)
            except BlockingIOError:
                return
            assert self._sender is not None
            self._pass(1, data, lambda d=data: self.front.sendto(d, self._sender))  # type: ignore[misc]

    def _pass(self, way: int, data: bytes, send: Callable[[], object]) -> None:
        if self.drops[way](data):
            self.dropped[way] += 1
            return
        if self.twice[way]:
            send()
        if self.swap and way == 0 and not self.held:
            self.held.append(send)
            return
        send()
        while self.held and way == 0:
            self.held.pop()()

    def _socket(self) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setblocking(False)
        return sock


@asynccontextmanager
async def between(reflector: int) -> AsyncIterator[Between]:
    """Run one in front of the reflector at this port."""
    loop = asyncio.get_running_loop()
    made = Between(reflector)
    loop.add_reader(made.front, made.forward)
    loop.add_reader(made.back, made.backward)
    try:
        yield made
    finally:
        for sock in (made.front, made.back):
            loop.remove_reader(sock)
            sock.close()


def some(share: float, seed: int) -> Callable[[bytes], bool]:
    """Drop this share of what comes, always the same ones."""
    dice = random.Random(seed)
    return lambda _: dice.random() < share
