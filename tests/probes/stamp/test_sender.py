"""The STAMP sender against reflectors good and bad, on real sockets."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellrock.model.observation import Outcome
from probes import exchange, kernel
from probes.channel import Answer
from probes.clock import SECOND, Clock
from probes.stamp.channel import StampChannel
from probes.stamp.reflector import Reflector, ReflectorSettings
from probes.stamp.sender import StampProbe
from probes.target import Target
from tests.probes.harness import PATIENCE, Reports, running, until

from .reference import (
    Address,
    Reference,
    answers,
    answers_after,
    answers_twice,
    answers_with,
    reference,
    silent,
)

QUICK = StampProbe(interval=0.02, deadline=5, report=0.02)
HASTY = StampProbe(interval=0.02, deadline=0.1, report=0.02)


@asynccontextmanager
async def reflecting(address: str = "127.0.0.1") -> AsyncIterator[Reflector]:
    """Run our own reflector on a free port."""
    settings = ReflectorSettings.model_validate({"address": address, "port": 0})
    reflector = Reflector(settings)
    task = asyncio.create_task(reflector.run())
    try:
        yield reflector
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def at(port: int, address: str = "127.0.0.1", name: str = "a") -> Target:
    return Target(name, address, port)


async def next_datagram(ear: socket.socket) -> tuple[bytes, kernel.Ancillary]:
    arrived = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(ear, arrived.set)
    async with asyncio.timeout(PATIENCE):
        await arrived.wait()
    loop.remove_reader(ear)
    data, ancillary, _, _ = ear.recvmsg(2048, 64)
    return data, ancillary


def closed_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
    return port


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
async def test_our_own_reflector_is_measured(address: str) -> None:
    reports = Reports()
    async with reflecting(address) as reflector:
        engine = QUICK.engine([at(reflector.port, address)], report=reports)
        async with running(engine):
            await until(lambda: len(reports.delays("a")) >= 5)
    assert reports.outcomes("a").keys() == {Outcome.SUCCESS}
    assert all(0 <= delay <= QUICK.deadline for delay in reports.delays("a"))
    assert reflector.counts.answered >= 5
    assert engine.counts.strays == engine.counts.unsent.total() == 0


async def test_a_reflector_on_all_addresses_answers_from_the_one_asked() -> None:
    reports = Reports()
    async with reflecting("0.0.0.0") as v4, reflecting("::") as v6:
        targets = [
            at(v4.port, "127.0.0.1", "one"),
            at(v4.port, "127.7.7.7", "other"),
            at(v6.port, "::1", "six"),
        ]
        engine = QUICK.engine(targets, report=reports)
        async with running(engine):
            await until(lambda: all(len(reports.delays(t.id)) >= 3 for t in targets))
    assert engine.counts.strays == 0


@pytest.mark.parametrize("size", [38, 41, 44])
async def test_short_and_full_replies_of_an_independent_reflector_count(
    size: int,
) -> None:
    reports = Reports()
    async with reference(answers_with(size)) as peer:
        engine = QUICK.engine([at(peer.port)], report=reports)
        async with running(engine):
            await until(lambda: len(reports.delays("a")) >= 3)
    assert reports.outcomes("a").keys() == {Outcome.SUCCESS}
    sequences = [int.from_bytes(packet[:4]) for packet, _ in peer.heard]
    assert sequences == list(range(1, len(sequences) + 1))


async def test_the_time_a_reflector_keeps_a_packet_is_not_the_paths() -> None:
    # T2 is taken on arrival and T3 a tenth of a second later.
    def slow(peer: Reference, packet: bytes, source: Address) -> None:
        first = peer.reply(packet)

        def later() -> None:
            last = peer.reply(packet)
            peer.transport.sendto(last[:16] + first[16:24] + last[24:], source)

        asyncio.get_running_loop().call_later(0.1, later)

    honest, blind = Reports(), Reports()
    async with reference(slow) as keeper, reference(answers_after(0.1)) as delayed:
        engines = (
            QUICK.engine([at(keeper.port)], report=honest),
            QUICK.engine([at(delayed.port)], report=blind),
        )
        async with running(*engines):
            await until(lambda: min(len(r.delays("a")) for r in (honest, blind)) >= 5)
    assert min(blind.delays("a")) >= 0.1
    assert min(honest.delays("a")) < 0.1


async def test_a_closed_port_is_refused() -> None:
    reports = Reports()
    engine = QUICK.engine([at(closed_port())], report=reports)
    async with running(engine):
        await until(lambda: reports.outcomes("a")[Outcome.REFUSED] >= 3)
    assert reports.outcomes("a").keys() == {Outcome.REFUSED}


async def test_a_silent_spell_is_lost_to_the_packet_and_then_it_is_back() -> None:
    def first_ten_are_lost(peer: Reference, packet: bytes, source: Address) -> None:
        if int.from_bytes(packet[:4]) > 10:
            answers(peer, packet, source)

    probe = StampProbe(interval=0.02, deadline=2, report=0.02)
    reports = Reports()
    async with (
        reference(first_ten_are_lost) as peer,
        running(probe.engine([at(peer.port)], report=reports)),
    ):
        await until(lambda: reports.outcomes("a")[Outcome.TIMEOUT] >= 10)
        back = len(reports.delays("a"))
        await until(lambda: len(reports.delays("a")) >= back + 10)
    assert reports.outcomes("a")[Outcome.TIMEOUT] == 10
    assert reports.outcomes("a").keys() == {Outcome.TIMEOUT, Outcome.SUCCESS}
    assert reports.late("a") == reports.duplicates("a") == 0


async def test_answers_after_the_deadline_are_lost_and_late() -> None:
    reports = Reports()
    async with (
        reference(answers_after(0.15)) as peer,
        running(HASTY.engine([at(peer.port)], report=reports)),
    ):
        await until(lambda: reports.late("a") >= 3)
    assert reports.outcomes("a").keys() == {Outcome.TIMEOUT}
    assert reports.delays("a") == []


async def test_second_answers_are_duplicates() -> None:
    reports = Reports()
    async with (
        reference(answers_twice) as peer,
        running(QUICK.engine([at(peer.port)], report=reports)),
    ):
        await until(lambda: reports.duplicates("a") >= 3)
    assert reports.outcomes("a").keys() == {Outcome.SUCCESS}


def from_elsewhere(peer: Reference, packet: bytes, source: Address) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.sendto(peer.reply(packet), source)


def echo(peer: Reference, packet: bytes, source: Address) -> None:
    peer.transport.sendto(packet, source)


def garbage(peer: Reference, _packet: bytes, source: Address) -> None:
    for junk in (b"", b"\xff" * 37, b"\xff" * 44, bytes(1400)):
        peer.transport.sendto(junk, source)


def guesses_the_time(peer: Reference, packet: bytes, source: Address) -> None:
    whole = bytearray(peer.reply(packet))
    whole[35] ^= 1
    peer.transport.sendto(bytes(whole), source)


@pytest.mark.parametrize("answer", [from_elsewhere, echo, garbage, guesses_the_time])
async def test_what_is_no_answer_is_a_stray(
    answer: Callable[[Reference, bytes, Address], None],
) -> None:
    reports = Reports()
    async with reference(answer) as peer, reference(answers) as good:
        targets = [at(peer.port), at(good.port, name="good")]
        engine = HASTY.engine(targets, report=reports)
        async with running(engine):
            await until(lambda: reports.outcomes("a")[Outcome.TIMEOUT] >= 5)
            await until(lambda: engine.counts.strays >= 5)
            await until(lambda: len(reports.delays("good")) >= 5)
    assert reports.outcomes("a").keys() == {Outcome.TIMEOUT}


async def test_a_flood_of_strays_neither_stops_answers_nor_losses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exchange, "_DRAIN", 100)  # easier to outrun
    reports = Reports()
    async with reference(silent) as mute, reference(answers) as good:
        targets = [at(mute.port), at(good.port, name="good")]
        engine = HASTY.engine(targets, report=reports)
        async with running(engine):
            await until(lambda: bool(mute.heard))
            place = mute.heard[0][1]
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as flood:

                def flooded() -> bool:
                    for _ in range(400):
                        flood.sendto(b"noise" * 20, place)
                    # Whose answers may be among those that found no room is not lost.
                    given_up = engine.counts.unsent["RXQ_OVFL"]
                    return reports.outcomes("a")[Outcome.TIMEOUT] + given_up >= 5

                await until(flooded)
            await until(lambda: len(reports.delays("good")) >= 5)
            await until(lambda: engine.counts.strays + engine.counts.dropped >= 300)


async def test_sequence_numbers_wrap_and_answers_still_match() -> None:
    class FewNumbers(StampChannel):
        sequences = 8

    class Wraps(StampProbe):
        def connect(self, family: int, *, dscp: int) -> StampChannel:
            return FewNumbers(family, padding=0, dscp=dscp)

    probe = Wraps(interval=0.02, deadline=1, report=0.02)
    reports = Reports()
    async with reference(answers) as peer:
        engine = probe.engine([at(peer.port)], report=reports)
        async with running(engine):
            await until(lambda: len(reports.delays("a")) >= 20)
    assert reports.outcomes("a").keys() == {Outcome.SUCCESS}
    sequences = [int.from_bytes(packet[:4]) for packet, _ in peer.heard]
    assert sequences == [n % 8 + 1 for n in range(len(sequences))]
    assert engine.counts.strays == 0


def test_the_last_sequence_number_is_the_rfcs() -> None:
    made = StampChannel(socket.AF_INET, padding=0, dscp=0)
    made.sock.close()
    datagram, token = made.request(made.sequences - 2, 0, time.time_ns())
    assert datagram[:4] == b"\xff\xff\xff\xff"
    assert made.request(made.sequences - 1, 0, time.time_ns())[0][:4] == bytes(4)
    assert int.from_bytes(datagram[4:12]) == token
    assert made.quoted(datagram) == Answer(0xFFFF_FFFE, token)
    assert made.quoted(datagram[:4]) == Answer(0xFFFF_FFFE, None)
    assert made.quoted(b"") == Answer(None, None)


@pytest.mark.parametrize("hour", [3600 * SECOND, -3600 * SECOND])
async def test_a_stepped_clock_spoils_no_delay_and_loses_no_answer(hour: int) -> None:
    step = 0
    clock = Clock(realtime=lambda: time.time_ns() + step)
    reports = Reports()
    async with reference(answers) as peer:
        engine = QUICK.engine([at(peer.port)], report=reports, clock=clock)
        async with running(engine):
            await until(lambda: len(reports.delays("a")) >= 5)
            step = hour
            await until(lambda: engine.counts.untimed >= 5)
            step = 0
            timed = len(reports.delays("a"))
            await until(lambda: len(reports.delays("a")) >= timed + 5)
    assert reports.outcomes("a").keys() == {Outcome.SUCCESS}
    assert all(0 <= delay <= QUICK.deadline for delay in reports.delays("a"))


async def test_delays_across_a_step_too_small_to_look_absurd_are_dropped_too() -> None:
    step = 0
    clock = Clock(realtime=lambda: time.time_ns() + step)
    reports = Reports()
    async with reference(answers_after(0.05)) as peer:
        engine = QUICK.engine([at(peer.port)], report=reports, clock=clock)
        async with running(engine):

            def dropped() -> bool:
                nonlocal step
                step = (step + 5_000_000) % 15_000_000
                return engine.counts.untimed >= 3

            await until(dropped)
    assert reports.outcomes("a").keys() == {Outcome.SUCCESS}


async def test_padding_and_dscp_are_sent() -> None:
    reports = Reports()
    probe = StampProbe(interval=0.02, report=0.02, padding=100, dscp=46)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.setblocking(False)
        ear.setsockopt(socket.IPPROTO_IP, 13, 1)  # IP_RECVTOS
        ear.bind(("127.0.0.1", 0))
        async with running(
            probe.engine([at(ear.getsockname()[1])], report=reports),
        ):
            data, ancillary = await next_datagram(ear)
    # Marked, so it also asks what it arrives as: 8 octets of Class of Service.
    assert len(data) == 44 + 8 + 100
    assert (data[45], data[48] >> 2) == (4, 46)
    assert [value[0] for _, _, value in ancillary] == [46 << 2]


def test_no_datagram_upsets_the_channel() -> None:
    made = StampChannel(socket.AF_INET, padding=0, dscp=0)
    made.sock.close()

    @given(data=st.binary(max_size=120))
    def check(data: bytes) -> None:
        # Octets 14 and 15 name the session (RFC 8972), and ours has none.
        not_ours = len(data) < 38 or data[14:16] != bytes(2)
        assert (made.answer(data) is None) == not_ours
        assert made.quoted(data) is not None

    check()
