"""What an engine tells of both directions to whoever keeps them apart."""

import socket
import time

import pytest

from bellrock.model.observation import Outcome, RoundTrips, Way
from probes import kernel
from probes.channel import Answer, Far
from probes.stamp.channel import StampChannel
from probes.stamp.sender import StampProbe
from probes.target import Target

from .harness import Reports, running, until
from .stamp.reference import (
    Reference,
    answers,
    answers_after,
    answers_twice,
    reference,
    silent,
)

CLASS_4, CLASS_1 = 34, 10
FAR = Far(received=5, sent=9, number=3)


class Noted:
    """Ways that write down what they are told."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, Far, int, int, int | None]] = []
        self.extra: list[tuple[int, Far]] = []
        self.losses: list[int] = []

    def answered(
        self, sequence: int, far: Far, sent: int, received: int, dscp: int | None
    ) -> None:
        self.answers.append((sequence, far, sent, received, dscp))

    def noticed(self, sequence: int, far: Far) -> None:
        self.extra.append((sequence, far))

    def lost(self, sequence: int) -> None:
        self.losses.append(sequence)

    def report(self) -> tuple[Way | None, Way | None]:
        return Way(len(self.answers), 0), None


class Told(StampChannel):
    """A channel whose far end always says the same."""

    def answer(self, data: bytes) -> Answer | None:
        read = super().answer(data)
        return read and read._replace(far=FAR)


class Telling(StampProbe):
    """A STAMP whose directions are told apart by a test."""

    def connect(self, family: int, *, dscp: int) -> StampChannel:
        channel = Told(family, padding=0, dscp=dscp)
        kernel.prepare(channel.sock, family, dscp=dscp, marks=True)
        return channel

    def ways(self) -> Noted:
        noted = Noted()
        NOTED.append(noted)
        return noted


NOTED: list[Noted] = []
QUICK = Telling(interval=0.02, deadline=5, report=0.02, dscp=CLASS_4)
HASTY = Telling(interval=0.02, deadline=0.1, report=0.02)


@pytest.fixture
def noted() -> list[Noted]:
    NOTED.clear()
    return NOTED


def remarks(peer: Reference, packet: bytes, source: tuple[str, int]) -> None:
    """Answer in another class than was asked in."""
    sock = peer.transport.get_extra_info("socket")
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, CLASS_1 << 2)
    else:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, CLASS_1 << 2)
    answers(peer, packet, source)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
async def test_an_answer_is_told_with_our_times_and_the_class_it_came_in(
    address: str, noted: list[Noted]
) -> None:
    reports, begun = Reports(), time.time_ns()
    async with reference(remarks, host=address) as peer:
        engine = QUICK.engine([Target("a", address, peer.port)], report=reports)
        async with running(engine):
            await until(lambda: len(reports.delays("a")) >= 3)
    (ways,) = noted
    assert [sequence for sequence, *_ in ways.answers[:3]] == [0, 1, 2]
    delays = reports.delays("a")
    for (_, far, sent, received, dscp), delay in zip(ways.answers, delays, strict=True):
        assert far == FAR
        assert dscp == CLASS_1
        assert begun < sent <= received < time.time_ns()
        # T3 - T2 is the reflector's, and not part of the delay.
        assert received - sent >= delay * 1e9 - 1
    assert not ways.losses
    assert not ways.extra


async def test_each_report_carries_both_directions(noted: list[Noted]) -> None:
    reports = Reports()
    async with reference(answers) as peer:
        engine = QUICK.engine([Target("a", "127.0.0.1", peer.port)], report=reports)
        async with running(engine):
            await until(lambda: len(reports.all["a"]) >= 3)
    assert len(noted) == 1
    forward = [told.forward and told.forward.sent for told in reports.all["a"]]
    assert forward == [sent_so_far(reports.all["a"], n) for n in range(len(forward))]
    assert {told.reverse for told in reports.all["a"]} == {None}


def sent_so_far(told: list[RoundTrips], n: int) -> int:
    return sum(report.sent for report in told[: n + 1])


async def test_silence_is_told_as_loss_and_what_is_late_as_an_extra(
    noted: list[Noted],
) -> None:
    reports = Reports()
    async with reference(answers_after(0.3)) as peer:
        engine = HASTY.engine([Target("a", "127.0.0.1", peer.port)], report=reports)
        async with running(engine):
            await until(lambda: reports.late("a") >= 3)
    (ways,) = noted
    assert ways.answers == []
    assert ways.losses == list(range(len(ways.losses)))
    # In order, though what comes much too late is not known any more.
    late = [sequence for sequence, _ in ways.extra]
    assert late == sorted({*late} & {*ways.losses})
    assert len(ways.losses) >= reports.outcomes("a")[Outcome.TIMEOUT] >= 3


async def test_a_repeated_answer_is_an_extra(noted: list[Noted]) -> None:
    reports = Reports()
    async with reference(answers_twice) as peer:
        engine = QUICK.engine([Target("a", "127.0.0.1", peer.port)], report=reports)
        async with running(engine):
            await until(lambda: reports.duplicates("a") >= 3)
    (ways,) = noted
    assert ways.extra[:3] == [(0, FAR), (1, FAR), (2, FAR)]
    assert ways.losses == []


async def test_targets_have_directions_of_their_own(noted: list[Noted]) -> None:
    reports = Reports()
    async with reference(answers) as peer, reference(silent) as mute:
        targets = [Target("a", "127.0.0.1", peer.port)]
        targets.append(Target("b", "127.0.0.1", mute.port))
        # Who answers does so in time, also where all of us are held up.
        probe = Telling(interval=0.02, deadline=5, report=0.02)
        engine = probe.engine(targets, report=reports)
        async with running(engine):
            await until(lambda: len(reports.delays("a")) >= 3)
            await until(lambda: reports.outcomes("b")[Outcome.TIMEOUT] >= 3)
    fine, cut = noted
    assert fine.answers
    assert cut.losses
    assert not fine.losses
    assert not cut.answers
