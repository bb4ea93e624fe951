"""Times of checks while this process is at something else: right, or within a bound."""

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager

from bellrock.model.check import Attempt, Phase
from bellrock.model.observation import Outcome
from tests.probes.checks.servers import attempt, check
from tests.probes.checks.test_dns import answered

HELD_UP, ANSWERS = 0.08, 0.03
"""Seconds for which the loop is away each time, and after which a far end answers."""

WOKEN = 0.02
"""Seconds that a thread may take to wake up."""


@contextmanager
def beside(serve: Callable[[], None], sock: socket.socket) -> Iterator[int]:
    """Serve from a thread, which is there when the event loop is not."""
    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield sock.getsockname()[1]
    finally:
        thread.join()
        sock.close()


@asynccontextmanager
async def held_up() -> AsyncIterator[None]:
    """Have the event loop come round but rarely."""

    async def hold() -> None:
        while True:
            time.sleep(HELD_UP)  # noqa: ASYNC251 (that is the point)
            await asyncio.sleep(0)

    holding = asyncio.create_task(hold())
    try:
        yield
    finally:
        holding.cancel()
        await asyncio.wait({holding})


async def says_late(after: float = ANSWERS) -> tuple[Attempt, float]:
    """Check a port whose banner comes late; return also how late."""
    took = 0.0
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        nonlocal took
        with server.accept()[0] as connection:
            began = time.perf_counter()
            time.sleep(after)
            connection.sendall(b"SSH-2.0")
            took = time.perf_counter() - began
            connection.recv(1)

    with beside(serve, server) as port:
        found = await attempt(check(tcp={"port": port, "banner": b"SSH-2.0"}))
    return found, took


async def answers_late() -> tuple[Attempt, float]:
    """Ask a DNS server that answers late; return also how late."""
    took = 0.0
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))

    def serve() -> None:
        nonlocal took
        data, asker = server.recvfrom(4096)
        began = time.perf_counter()
        time.sleep(ANSWERS)
        server.sendto(answered(data, "192.0.2.7"), asker)
        took = time.perf_counter() - began

    with beside(serve, server) as port:
        given = {"query": "portal.example", "port": port}
        found = await attempt(check(dns=given))
    return found, took


async def test_an_answer_by_udp_is_timed_by_when_the_kernel_had_it() -> None:
    async with held_up():
        found, late = await answers_late()
    assert found.outcome is Outcome.SUCCESS
    assert ANSWERS < dict(found.phases)[Phase.FIRST_BYTE] < late + WOKEN
    assert found.timing_error is not None
    assert found.timing_error < WOKEN


async def test_a_tcp_handshake_is_timed_by_the_kernel() -> None:
    async with held_up():
        found, _ = await says_late()
    assert found.outcome is Outcome.SUCCESS
    assert dict(found.phases)[Phase.CONNECT] < HELD_UP / 2


async def test_what_a_banner_lay_here_unread_is_within_the_bound() -> None:
    async with held_up():
        found, late = await says_late()
    took, error = dict(found.phases)[Phase.FIRST_BYTE], found.timing_error
    assert error is not None
    assert took > HELD_UP
    assert took - error <= late + WOKEN
    assert error <= took


async def test_the_bound_is_small_where_nothing_else_is_done() -> None:
    # A machine that is busy may put this process aside for a tenth of a second.
    found, _ = await says_late(1.0)
    assert found.timing_error is not None
    assert found.timing_error < dict(found.phases)[Phase.FIRST_BYTE]


async def test_a_handshake_that_took_two_syns_is_timed_from_the_first() -> None:
    # A listener whose queue is full drops SYNs; the next one comes after a second.
    with (
        socket.create_server(("127.0.0.1", 0), backlog=0) as server,
        ExitStack() as kept,
    ):
        port = server.getsockname()[1]
        kept.enter_context(socket.create_connection(("127.0.0.1", port)))

        def serve() -> None:
            time.sleep(0.3)
            for _ in range(2):
                kept.enter_context(server.accept()[0])

        thread = threading.Thread(target=serve)
        thread.start()
        found = await attempt(check(deadline=5, tcp={"port": port}))
        thread.join()
    assert found.outcome is Outcome.SUCCESS
    ((phase, took),) = found.phases
    assert phase is Phase.CONNECT
    assert took > 0.9
    assert found.timing_error is not None
    assert found.timing_error < took
