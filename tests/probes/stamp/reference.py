"""A session-reflector written from RFC 8762 alone, with faults to order."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

Address = tuple[str, int]
Answer = Callable[["Reference", bytes, Address], None]

_1900_TO_1970 = 2_208_988_800


def now() -> bytes:
    """NTP's 64 bits: seconds since 1900, and a binary fraction of a second."""
    seconds = time.time() + _1900_TO_1970
    return int(seconds).to_bytes(4) + int(seconds % 1 * 2**32).to_bytes(4)


class Reference(asyncio.DatagramProtocol):
    """Answers as `answer` does; see the functions below.

    Attributes
    ----------
    heard : list of (packet, source)
        Everything that came.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.heard: list[tuple[bytes, Address]] = []
        self.port = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self.heard.append((data, addr))
        self.answer(self, data, addr)

    def reply(self, packet: bytes, size: int = 44) -> bytes:
        """Build the answer of figure 5, cut to `size` octets."""
        arrived = now()
        count = packet[0:4]
        whole = (
            *(count, now(), b"\x00\x01", bytes(2), arrived),
            *(packet[0:4], packet[4:12], packet[12:14], bytes(2), b"\xff", bytes(3)),
        )
        return b"".join(whole)[:size]


@asynccontextmanager
async def reference(
    answer: Answer, host: str = "127.0.0.1"
) -> AsyncIterator[Reference]:
    """Run a reference reflector on a free port."""
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(
        lambda: Reference(answer), local_addr=(host, 0)
    )
    try:
        yield protocol
    finally:
        transport.close()


def answers(reflector: Reference, packet: bytes, source: Address) -> None:
    """Answer in full."""
    reflector.transport.sendto(reflector.reply(packet), source)


def silent(_reflector: Reference, _packet: bytes, _source: Address) -> None:
    """Say nothing."""


def answers_with(size: int) -> Answer:
    """Answer with so many octets."""

    def answer(reflector: Reference, packet: bytes, source: Address) -> None:
        reflector.transport.sendto(reflector.reply(packet, size), source)

    return answer


def answers_after(seconds: float) -> Answer:
    """Answer late, and own up to it: the delay is not in T3 - T2."""

    def answer(reflector: Reference, packet: bytes, source: Address) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(seconds, answers, reflector, packet, source)

    return answer


def answers_twice(reflector: Reference, packet: bytes, source: Address) -> None:
    """Answer, and answer again."""
    answers(reflector, packet, source)
    answers(reflector, packet, source)
