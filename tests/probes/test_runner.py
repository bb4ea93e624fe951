"""The call shape of a probe: exceptions become outcomes, faults of ours do not."""

import asyncio
import errno
import socket

import pytest

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
