"""The call shape of a probe: exceptions become outcomes, faults of ours do not."""

import asyncio
import errno
import socket
import threading
import time
from collections.abc import Callable, Coroutine

import pytest
import uvloop

from bellrock.model import catalogue
from bellrock.model.observation import Observe, Outcome
from probes.runner import run


async def test_what_a_probe_says_is_passed_on_with_its_samples() -> None:
    async def content(_host: str, observe: Observe) -> Outcome:
        observe(catalogue.PROBE_DELAY, 0.25)
        return Outcome.MISMATCH

    outcome, samples = await run(content, "127.0.0.1", deadline=5)
    assert outcome is Outcome.MISMATCH
    assert [(s.metric, s.value) for s in samples] == [(catalogue.PROBE_DELAY, 0.25)]


async def test_a_hung_probe_is_a_timeout_that_keeps_its_samples() -> None:
    async def hangs(_host: str, observe: Observe) -> Outcome:
        observe(catalogue.PROBE_DELAY, 0.25)
        await asyncio.Event().wait()
        return Outcome.SUCCESS

    outcome, samples = await run(hangs, "127.0.0.1", deadline=0.05)
    assert outcome is Outcome.TIMEOUT
    assert [s.metric for s in samples] == [catalogue.PROBE_DELAY]


def answers_slowly(listening: socket.socket) -> None:
    """Take one connection, and say a word after a while."""
    with listening.accept()[0] as taken:
        time.sleep(0.1)
        taken.sendall(b"hello")
        taken.recv(1)


@pytest.mark.parametrize("loop", [asyncio.run, uvloop.run])
def test_what_came_while_this_process_was_held_up_is_no_timeout(
    loop: Callable[[Coroutine[None, None, Outcome]], Outcome],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

        async def listens(host: str, _observe: Observe) -> Outcome:
            reader, writer = await asyncio.open_connection(host, port)
            # Whatever else this process does, it takes longer than the deadline.
            asyncio.get_running_loop().call_soon(time.sleep, 1)
            word = await reader.readexactly(5)
            writer.close()
            await writer.wait_closed()
            return Outcome.SUCCESS if word == b"hello" else Outcome.MISMATCH

        async def asked() -> Outcome:
            return (await run(listens, "127.0.0.1", deadline=0.3))[0]

        answering = threading.Thread(target=answers_slowly, args=(listening,))
        answering.start()
        try:
            assert loop(asked()) is Outcome.SUCCESS
        finally:
            answering.join()


async def test_who_says_nothing_is_a_timeout_also_where_we_were_held_up() -> None:
    async def hangs(_host: str, _observe: Observe) -> Outcome:
        asyncio.get_running_loop().call_soon(time.sleep, 0.3)
        await asyncio.Event().wait()
        return Outcome.SUCCESS

    outcome, _ = await run(hangs, "127.0.0.1", deadline=0.05)
    assert outcome is Outcome.TIMEOUT


async def test_however_often_we_are_held_up_who_says_nothing_is_a_timeout() -> None:
    turns = 0

    def busy() -> None:
        nonlocal turns
        turns += 1
        time.sleep(0.25)
        if turns < 60:
            asyncio.get_running_loop().call_soon(busy)

    async def hangs(_host: str, _observe: Observe) -> Outcome:
        await asyncio.Event().wait()
        return Outcome.SUCCESS

    asyncio.get_running_loop().call_soon(busy)
    # Every look at the clock is late by a tenth of a second or more.
    outcome, _ = await run(hangs, "127.0.0.1", deadline=0.12)
    assert outcome is Outcome.TIMEOUT
    assert turns < 60
    turns = 60


async def test_closed_port_is_refused_not_timed_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]

    async def connects(host: str, _observe: Observe) -> Outcome:
        await asyncio.open_connection(host, port)
        return Outcome.SUCCESS

    assert await run(connects, "127.0.0.1", deadline=5) == (Outcome.REFUSED, [])


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (ConnectionResetError(errno.ECONNRESET, "reset"), Outcome.RESET),
        (socket.gaierror(socket.EAI_NONAME, "no such name"), Outcome.UNRESOLVED),
        (OSError(errno.EHOSTUNREACH, "no route"), Outcome.UNREACHABLE),
        (OSError(errno.ENETUNREACH, "no route"), Outcome.UNREACHABLE),
    ],
)
async def test_network_failures_have_a_word_each(
    fault: Exception, expected: Outcome
) -> None:
    async def fails(_host: str, _observe: Observe) -> Outcome:
        raise fault

    assert await run(fails, "127.0.0.1", deadline=5) == (expected, [])


@pytest.mark.parametrize(
    "fault", [ZeroDivisionError(), OSError(errno.EMFILE, "Too many open files")]
)
async def test_our_own_fault_is_not_an_outage(fault: Exception) -> None:
    async def faulty(_host: str, _observe: Observe) -> Outcome:
        raise fault

    with pytest.raises(type(fault)):
        await run(faulty, "127.0.0.1", deadline=5)
