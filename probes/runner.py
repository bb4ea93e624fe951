"""Run probes and turn what happened into data.

The only module of :mod:`probes` that turns an exception into an outcome. Probes have
two shapes: a *call*, one coroutine per target, given to :func:`run`; and an *engine*,
one socket per address family and one pacing loop for all targets.
"""

import asyncio
import errno
import os
import socket
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

from bellrock.model.catalogue import Metric
from bellrock.model.observation import Outcome, Probe, Sample
from probes.counts import Counts
from probes.engine import Engine, Report
from probes.failure import FailedError
from probes.faults import NO_WAY_THERE
from probes.stamps import Stamps
from probes.target import Address, Target, resolve

__all__ = (
    "Counts",
    "Engine",
    "Report",
    "Stamps",
    "located",
    "not_sent",
    "run",
    "settled",
)


_HELD_UP = 0.1
"""Seconds by which a timer may be late while all is well with this process."""


async def run(
    probe: Probe, host: str, *, deadline: float
) -> tuple[Outcome, list[Sample]]:
    """Run `probe` against `host` for at most `deadline` seconds.

    Samples taken before a failure are kept: a connect time is worth having even
    when the banner never came.

    Whatever is not the network's doing propagates. A bug in a probe, or a shortage
    of file descriptors here, must never show as an outage at somebody's library.
    """
    samples: list[Sample] = []

    def observe(metric: Metric, value: float) -> None:
        samples.append(Sample(metric, value))

    outcome, _ = await settled(probe(host, observe), deadline=deadline)
    return outcome, samples


async def settled(work: Awaitable[Outcome], *, deadline: float) -> tuple[Outcome, str]:
    """Await `work` for at most `deadline` seconds; what the network did is an outcome.

    Returns
    -------
    outcome : Outcome
        What `work` returned, or the word for what kept it from it.
    detail : str
        Words for a person about what kept it; empty where nothing did.
    """
    try:
        async with _within(deadline):
            return await work, ""
    except TimeoutError as error:
        # The kernel's own patience with a connection may end before ours does.
        said = _said(error) if error.errno else f"no answer within {deadline:g} s"
        return Outcome.TIMEOUT, said
    except ConnectionRefusedError as error:
        return Outcome.REFUSED, _said(error)
    except ConnectionError as error:
        return Outcome.RESET, _said(error)
    except socket.gaierror as error:
        return Outcome.UNRESOLVED, error.strerror or "does not resolve"
    except FailedError as error:
        return error.outcome, error.detail
    except OSError as error:
        if error.errno == errno.EMSGSIZE:
            return Outcome.TOO_BIG, _said(error)
        if error.errno not in NO_WAY_THERE:
            raise
        return Outcome.UNREACHABLE, _said(error)


@asynccontextmanager
async def _within(deadline: float) -> AsyncIterator[None]:
    """Raise TimeoutError after so many seconds, as asyncio does, but of our time.

    Where this process was held up when they were over, by its own work or by others',
    the answer may have come and nobody looked: it is listened for as much longer, but
    for no more than the deadline in all, however often that happens.
    """
    loop = asyncio.get_running_loop()
    timer: asyncio.TimerHandle
    left = deadline
    async with asyncio.timeout(None) as limit:

        def look(due: float) -> None:
            nonlocal left, timer
            now = loop.time()
            late = now - due
            if late < _HELD_UP or not left:
                limit.reschedule(now)
                return
            more = min(late, left)
            left -= more
            timer = loop.call_at(now + more, look, now + more)

        due = loop.time() + deadline
        timer = loop.call_at(due, look, due)
        try:
            yield
        finally:
            timer.cancel()


def _said(error: OSError) -> str:
    """Return the system's own words, without the address asyncio adds to them."""
    return os.strerror(error.errno) if error.errno else "the connection was lost"


def located(target: Target, port: int) -> tuple[int, Address] | Outcome:
    """Return the address family and socket address of a target, or why it has none."""
    try:
        return resolve(target.address, port)
    except socket.gaierror:
        return Outcome.UNRESOLVED


def not_sent(error: OSError) -> Outcome:
    """Return what it means that this machine would not send to an address at all.

    Raises
    ------
    OSError
        If it is a fault of our own, such as too many open files.
    """
    if error.errno in NO_WAY_THERE:
        return Outcome.UNREACHABLE
    if error.errno in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
        return Outcome.UNSUPPORTED
    if error.errno in (errno.EPERM, errno.EACCES, errno.EINVAL):
        return Outcome.REFUSED
    raise error
