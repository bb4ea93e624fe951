"""Each direction apart, over a network that counts what it drops."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bellrock.model.observation import RoundTrips, Way
from probes.channel import Far
from probes.stamp.estimate import UNKNOWN, encode
from probes.stamp.reflector import Reflector, ReflectorSettings
from probes.stamp.sender import StampProbe
from probes.stamp.ways import StampWays
from probes.target import Target
from tests.probes.harness import PATIENCE, Reports, running, until

from .between import Between, between, some
from .reference import answers, reference

SECOND = 1_000_000_000
MS = SECOND // 1_000
QUICK = {"interval": 0.01, "deadline": 5, "report": 0.05}
SYNCHRONISED = encode(0.001, synchronised=True)


@asynccontextmanager
async def hop(**settings: object) -> AsyncIterator[tuple[Between, Reflector]]:
    """Run our reflector behind a hop."""
    whole = {"address": "127.0.0.1", "port": 0} | settings
    reflector = Reflector(ReflectorSettings.model_validate(whole))
    task = asyncio.create_task(reflector.run())
    try:
        async with between(reflector.port) as made:
            yield made, reflector
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def ways(reports: list[RoundTrips]) -> tuple[Way, Way]:
    """Add up what is told of each direction."""
    total = []
    for direction in ("forward", "reverse"):
        told = [way for each in reports if (way := getattr(each, direction))]
        total.append(Way(sum(w.sent for w in told), sum(w.lost for w in told)))
    return total[0], total[1]


@pytest.mark.parametrize("options", [{}, {"direct_measurement": True}])
async def test_loss_of_each_direction_is_what_the_network_dropped(
    options: dict[str, object],
) -> None:
    reports = Reports()
    probe = StampProbe.model_validate({**QUICK, **options})
    # Without a count of its own, the reflector tells it in answer to a question.
    async with hop(stateful=not options) as (made, _):
        engine = probe.engine([Target("a", "127.0.0.1", made.port)], report=reports)
        async with running(engine):
            await until(lambda: len(reports.delays("a")) >= 5)
            made.drops = [some(0.10, seed=1), some(0.05, seed=2)]
            made.swap = True
            await until(lambda: made.dropped[0] >= 10 and made.dropped[1] >= 5)
            made.drops, made.swap = [lambda _: False] * 2, False
            dropped = tuple(made.dropped)
            told = ways(reports.all["a"])
            await until(lambda: ways(reports.all["a"])[0].sent >= told[0].sent + 100)
    forward, reverse = ways(reports.all["a"])
    assert (forward.lost, reverse.lost) == dropped
    assert reverse.sent == forward.sent - forward.lost
    lost = sum(each.lost for each in reports.all["a"])
    assert lost == sum(dropped)


async def test_a_reflector_that_starts_again_costs_no_direction_anything() -> None:
    reports = Reports()
    probe = StampProbe.model_validate(QUICK)
    async with hop() as (made, _):
        engine = probe.engine([Target("a", "127.0.0.1", made.port)], report=reports)
        async with running(engine):
            await until(lambda: ways(reports.all["a"])[0].sent >= 30)
            made.new_source()  # to the reflector a new session, counted from 0
            sent = ways(reports.all["a"])[0].sent
            await until(lambda: ways(reports.all["a"])[0].sent >= sent + 50)
            made.drops = [lambda _: made.dropped[0] < 3, lambda _: made.dropped[1] < 2]
            await until(lambda: ways(reports.all["a"])[0].lost >= 3)
            sent = ways(reports.all["a"])[0].sent
            await until(lambda: ways(reports.all["a"])[0].sent >= sent + 50)
    forward, reverse = ways(reports.all["a"])
    assert (forward.lost, reverse.lost) == (3, 2)


async def test_one_that_copies_our_numbers_says_nothing_of_directions() -> None:
    reports = Reports()
    async with reference(answers) as peer:
        probe = StampProbe.model_validate(QUICK)
        engine = probe.engine([Target("a", "127.0.0.1", peer.port)], report=reports)
        async with running(engine):
            await until(lambda: len(reports.delays("a")) >= 20)
    assert all(each.forward is each.reverse is None for each in reports.all["a"])


async def test_remarking_is_seen_in_both_directions() -> None:
    reports = Reports()
    probe = StampProbe.model_validate({**QUICK, "dscp": 46})
    async with hop() as (made, _):
        engine = probe.engine([Target("a", "127.0.0.1", made.port)], report=reports)
        async with running(engine):
            made.remark(10 << 2)
            made.remark_back(46 << 2)
            await until(lambda: any(each.forward for each in reports.all["a"]))
            first = next(each for each in reports.all["a"] if each.forward)
            made.remark(46 << 2)
            made.remark_back(8 << 2)
            await until(lambda: marks(reports.all["a"][-1]) == (46, 8))
    assert first.forward is not None
    assert first.forward.dscp == 10


def marks(told: RoundTrips) -> tuple[int | None, int | None]:
    """Return the code points that packets came with, there and back."""
    forward, reverse = (
        way.dscp if way else None for way in (told.forward, told.reverse)
    )
    return forward, reverse


async def test_the_answer_is_marked_as_the_question_or_as_it_is_asked_for() -> None:
    async with hop(dscp=[0, 46]) as (made, reflector):
        del made
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_IP, 13, 1)  # IP_RECVTOS
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, 10 << 2 | 1)
            seen = []
            for asked in (b"", cos(46), cos(0), cos(20)):
                sock.sendto(bytes(44) + asked, ("127.0.0.1", reflector.port))
                data, ancillary = await received(sock)
                seen.append((ancillary[0][2][0] >> 2, data[44:]))
    plain, granted, default, refused = seen
    assert plain == (10, b"")
    # DSCP1, then DSCP2 and ECN as it arrived, then RP: figure 15 of RFC 8972.
    assert granted == (
        46,
        b"\0\x04\0\x04" + (46 << 10 | 10 << 4 | 1 << 2).to_bytes(2) + bytes(2),
    )
    assert default[0] == 0
    assert refused[0] == 10
    assert refused[1][5] & 3 == 1


def cos(dscp: int) -> bytes:
    return b"\x80\x04\0\x04" + (dscp << 10).to_bytes(2) + bytes(2)


async def received(sock: socket.socket) -> tuple[bytes, list[tuple[int, int, bytes]]]:
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                data, ancillary, _, _ = sock.recvmsg(2048, 64)
            except BlockingIOError:
                await asyncio.sleep(0.005)
            else:
                return data, ancillary


def timed(ways: StampWays, *, there: float, back: float, error: int | None) -> None:
    """Tell of an answer with these delays in seconds, by both clocks."""
    sent = 1_795_000_000 * SECOND
    arrived = sent + round(there * SECOND)
    left = arrived + MS
    came = left + round(back * SECOND)
    ways.answered(0, Far(arrived, left, error, 0), sent, came, None)


def test_one_way_delay_is_told_with_what_both_clocks_admit() -> None:
    told = StampWays(lambda _: SYNCHRONISED, SECOND)
    timed(told, there=0.010, back=0.020, error=3 * MS)
    forward, reverse = told.report()
    assert forward is not None
    assert reverse is not None
    assert forward.delays == pytest.approx((0.010,))
    assert reverse.delays == pytest.approx((0.020,))
    assert forward.error == reverse.error == pytest.approx(0.004, rel=0.01)
    again, _ = told.report()
    assert again == Way(0, 0)


@pytest.mark.parametrize(
    ("ours", "theirs"), [(UNKNOWN, 3 * MS), (SYNCHRONISED, None), (UNKNOWN, None)]
)
def test_a_clock_that_claims_nothing_leaves_only_the_round_trip(
    ours: int, theirs: int | None
) -> None:
    told = StampWays(lambda _: ours, SECOND)
    timed(told, there=0.010, back=0.020, error=theirs)
    assert told.report() == (Way(1, 0), Way(1, 0))


@pytest.mark.parametrize(("there", "back"), [(-0.010, 0.040), (0.040, -0.010)])
def test_a_clock_caught_lying_is_not_believed(there: float, back: float) -> None:
    told = StampWays(lambda _: SYNCHRONISED, SECOND)
    timed(told, there=0.010, back=0.020, error=3 * MS)
    timed(told, there=there, back=back, error=3 * MS)
    forward, reverse = told.report()
    assert forward is not None
    assert reverse is not None
    assert (forward.delays, forward.error) == ((), None)
    assert (reverse.delays, reverse.error) == ((), None)


def test_an_offset_within_the_bound_is_shown_and_not_hidden() -> None:
    told = StampWays(lambda _: SYNCHRONISED, SECOND)
    timed(told, there=-0.002, back=0.012, error=3 * MS)
    forward, _ = told.report()
    assert forward is not None
    assert forward.delays == pytest.approx((-0.002,))


def test_marks_and_delays_are_told_even_where_nobody_counts() -> None:
    told = StampWays(lambda _: SYNCHRONISED, SECOND)
    sent = 1_795_000_000 * SECOND
    far = Far(sent + MS, sent + 2 * MS, MS, number=8, dscp=46)
    told.answered(7, far, sent, sent + 3 * MS, 10)  # 7 is 8 on the wire: a copy
    forward, reverse = told.report()
    assert forward is not None
    assert reverse is not None
    assert (forward.sent, forward.dscp, len(forward.delays)) == (0, 46, 1)
    assert (reverse.sent, reverse.dscp, len(reverse.delays)) == (0, 10, 1)
