"""A change of whom to probe that fails disturbs nothing, not even what is out."""

import asyncio
import os
import resource
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest
import structlog

from bellrock.model.errors import UserError
from bellrock.model.observation import Outcome, RoundTrips
from bellrock.runtime.engines import Engines
from bellrock.runtime.parts import Parts
from bellrock.runtime.plan import Probing
from bellrock.runtime.supervise import Supervisor
from probes.icmp import IcmpProbe
from probes.paced import PacedProbe
from probes.stamp.sender import StampProbe
from probes.target import Target
from tests.probes.harness import Reports, own_network, unprivileged, until
from tests.probes.stamp.reference import (
    Reference,
    answers,
    answers_after,
    reference,
)

Failing = Callable[[], Awaitable[None]]

KEEPS = 0.4
"""Seconds that the reflector keeps packets, so that many are on their way."""

_STAMP = StampProbe(interval=0.02, deadline=5, report=0.02)
_OTHER = StampProbe(interval=0.02, deadline=5, report=0.02, padding=40)


@asynccontextmanager
async def engines(reports: Reports) -> AsyncIterator[Engines]:
    """Run engines as the monitor does; a fault in one of them fails the test."""
    faults: list[str] = []
    async with asyncio.TaskGroup() as group:
        parts = Parts(group, Supervisor(faults.append))
        found = Engines(parts, reports)
        yield found
        await found.assign({})
    assert not faults


def plan(
    probe: PacedProbe, *targets: Target, service_class: str = "default"
) -> dict[tuple[str, str], Probing]:
    return {(probe.name, service_class): Probing(probe, 0, targets)}


def sockets() -> set[str]:
    """Return the sockets that this process holds."""
    found = set()
    for fd in os.listdir("/proc/self/fd"):
        try:
            found.add(os.readlink(f"/proc/self/fd/{fd}"))
        except OSError:
            continue
    return {name for name in found if name.startswith("socket:")}


@contextmanager
def few_files(more: int) -> Iterator[None]:
    """Let this process open so many files more, and no others."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = [os.dup(0) for _ in range(more)]
    highest = max([*free, *(int(fd) for fd in os.listdir("/proc/self/fd"))])
    for fd in free:
        os.close(fd)
    # Whatever is free below the highest is taken, so that none is left by chance.
    taken = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 1, hard))
    try:
        while True:
            taken.append(os.dup(0))
    except OSError:
        for fd in taken[:more]:
            os.close(fd)
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for fd in taken[more:]:
            os.close(fd)


async def undisturbed(reports: Reports, slow: Reference, failing: Failing) -> None:
    """Try what fails while packets are out, and see every one of them answered."""
    await until(lambda: len(reports.delays("stays")) >= 3)
    held, out = sockets(), len(slow.heard)
    assert out > len(reports.delays("stays"))
    await failing()
    assert sockets() == held
    await until(lambda: len(reports.delays("stays")) >= out + 10)
    assert reports.outcomes("stays").keys() == {Outcome.SUCCESS}
    numbers = [int.from_bytes(packet[:4]) for packet, _ in slow.heard]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    # What is not answered yet was sent within the time that the reflector keeps it.
    waiting = len(numbers) - len(reports.delays("stays"))
    assert waiting <= 2 * KEEPS / _STAMP.interval


async def test_a_probe_without_privilege_disturbs_no_answer_on_its_way() -> None:
    reports = Reports()
    with own_network(ping_group_range="1 0"):
        async with (
            reference(answers_after(KEEPS)) as slow,
            reference(answers) as other,
            engines(reports) as running,
        ):
            await running.assign(plan(_STAMP, Target("stays", "127.0.0.1", slow.port)))
            # It would go elsewhere, and over the other address family too, ...
            moved = plan(
                _STAMP,
                Target("stays", "127.0.0.1", other.port),
                Target("comes", "::1", other.port),
            )
            # ... were it not for the second probe.
            wanted = {**moved, **plan(IcmpProbe(), Target("stays", "127.0.0.1"))}

            async def refused() -> None:
                with unprivileged(), pytest.raises(UserError, match="icmp"):
                    await running.assign(wanted)

            await undisturbed(reports, slow, refused)
    assert not other.heard
    assert "comes" not in reports.all


async def test_a_shortage_of_files_disturbs_no_answer_on_its_way() -> None:
    reports = Reports()
    async with (
        reference(answers_after(KEEPS)) as slow,
        reference(answers) as other,
        engines(reports) as running,
    ):
        await running.assign(plan(_STAMP, Target("stays", "127.0.0.1", slow.port)))
        moved = plan(_STAMP, Target("stays", "127.0.0.1", other.port))
        more = plan(
            _OTHER, Target("comes", "127.0.0.1", other.port), service_class="voice"
        )
        most = plan(
            _OTHER, Target("comes", "127.0.0.1", other.port), service_class="bulk"
        )

        async def short() -> None:
            with few_files(1), pytest.raises(OSError, match="Too many open files"):
                await running.assign({**moved, **more, **most})

        await undisturbed(reports, slow, short)
    assert not other.heard


async def test_one_that_waits_to_be_started_again_gives_its_sockets_back() -> None:
    faults: list[str] = []

    def breaks(_trips: RoundTrips) -> None:
        raise ZeroDivisionError

    async with reference(answers) as near, asyncio.TaskGroup() as group:
        running = Engines(Parts(group, Supervisor(faults.append)), breaks)
        held = sockets()
        here = Target("stays", "127.0.0.1", near.port)
        with structlog.testing.capture_logs():
            await running.assign(plan(_STAMP, here))
            await until(lambda: bool(faults))
        assert sockets() == held
        # It is to be started again in a second: until then it only has the sockets.
        await running.assign(plan(_STAMP, here, Target("comes", "::1", near.port)))
        assert sockets() > held
        await running.assign({})
        assert sockets() == held
