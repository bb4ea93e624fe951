"""Faults of the machine we run on: its own troubles are nobody's loss."""

import asyncio
import errno
import os
import socket
import struct
import subprocess
from collections.abc import Callable

import pytest

from bellrock.model.observation import Outcome
from probes.icmp import IcmpChannel, IcmpProbe
from probes.target import Target
from tests.programs import need

from .harness import PATIENCE, Reports, need_raw_sockets, own_network, running, until

QUICK = IcmpProbe(interval=0.02, deadline=5, report=0.02)
HASTY = IcmpProbe(interval=0.02, deadline=0.1, report=0.02)
BOTH = [Target("four", "127.0.0.1"), Target("six", "::1")]


def through(change: Callable[[IcmpChannel], None]) -> type[IcmpProbe]:
    """Return the probe with a change to each of its channels."""

    class Changed(IcmpProbe):
        def connect(self, family: int, *, dscp: int) -> IcmpChannel:
            channel = super().connect(family, dscp=dscp)
            change(channel)
            return channel

    return Changed


def ip(words: str) -> None:
    subprocess.run((need("ip"), *words.split()), check=True)


def tc(words: str) -> None:
    subprocess.run((need("tc"), *words.split()), check=True)


async def test_an_interface_that_goes_takes_no_target_with_it_for_good() -> None:
    need_raw_sockets()
    need("ip")
    reports = Reports()

    async def more(name: str, *outcomes: Outcome) -> None:
        def seen() -> int:
            return sum(reports.outcomes(name)[outcome] for outcome in outcomes)

        before = seen()
        await until(lambda: seen() >= before + 3)

    with own_network():
        engine = HASTY.engine([*BOTH, Target("far", "192.0.2.9")], report=reports)
        async with running(engine):
            for _ in range(2):
                await more("far", Outcome.UNREACHABLE)
                ip("link add near type veth peer name away")
                ip("address add 192.0.2.1/24 dev near")
                ip("link set near up")
                ip("link set away up")
                await more("far", Outcome.TIMEOUT)
                ip("link delete near")
            for _ in range(2):
                await more("four", Outcome.SUCCESS)
                await more("six", Outcome.SUCCESS)
                ip("link set lo down")
                await more("four", Outcome.TIMEOUT)
                ip("link set lo up")
            await more("four", Outcome.SUCCESS)
            await more("six", Outcome.SUCCESS)
    assert reports.outcomes("far").keys() == {Outcome.UNREACHABLE, Outcome.TIMEOUT}
    assert reports.outcomes("four").keys() == {Outcome.SUCCESS, Outcome.TIMEOUT}
    assert reports.outcomes("six").keys() <= {Outcome.SUCCESS, Outcome.TIMEOUT}
    # There was no address to send from.
    assert engine.counts.unsent.keys() <= {"EADDRNOTAVAIL"}
    assert engine.counts.strays == 0


async def test_without_an_address_family_the_other_is_measured() -> None:
    need_raw_sockets()

    class OnlyFour(IcmpProbe):
        def connect(self, family: int, *, dscp: int) -> IcmpChannel:
            if family == socket.AF_INET6:
                number = errno.EAFNOSUPPORT
                raise OSError(number, os.strerror(number))
            return super().connect(family, dscp=dscp)

    reports = Reports()
    engine = OnlyFour(interval=0.02, report=0.02).engine(BOTH, report=reports)
    async with running(engine):
        await until(lambda: len(reports.delays("four")) >= 5)
    assert reports.outcomes("four").keys() == {Outcome.SUCCESS}
    assert not reports.all["six"]
    assert engine.counts.unsent.keys() == {"EAFNOSUPPORT"}


@pytest.mark.parametrize(
    "queue",
    [
        pytest.param(2_000, id="the device's queue is full"),
        pytest.param(10_000_000, id="the socket's buffer is full"),
    ],
)
async def test_what_finds_no_room_to_leave_is_not_lost(queue: int) -> None:
    need_raw_sockets()
    need("tc")
    reports = Reports()

    def narrow(channel: IcmpChannel) -> None:
        channel.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)

    probe = through(narrow)(interval=0.02, deadline=60, report=0.02, size=1_000)
    with own_network():
        # A kilobyte a second leaves; the rest finds everything full.
        tc(f"qdisc add dev lo root tbf rate 8kbit burst 2000 limit {queue}")
        engine = probe.engine(BOTH[:1], report=reports)
        async with running(engine):
            await until(lambda: engine.counts.unsent["ENOBUFS"] >= 5)
    assert reports.outcomes("four").keys() <= {Outcome.SUCCESS}
    assert engine.counts.unsent.keys() == {"ENOBUFS"}


async def test_what_may_have_been_answered_while_the_socket_was_full_is_not_lost() -> (
    None
):
    need_raw_sockets()
    reports = Reports()

    def small(channel: IcmpChannel) -> None:
        channel.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)

    targets = [Target(f"t{n}", f"127.0.1.{n}") for n in range(1, 101)]
    probe = through(small)(interval=0.2, deadline=0.2, report=0.02)
    engine = probe.engine(targets, report=reports)
    async with running(engine):
        # All of a tick's answers are there before the first of them is read.
        await until(lambda: engine.counts.unsent["RXQ_OVFL"] >= 20)
    assert engine.counts.dropped >= 20
    for target in targets:
        assert reports.outcomes(target.id).keys() <= {Outcome.SUCCESS}


async def test_what_came_with_a_wrong_checksum_was_not_dropped_by_this_machine() -> (
    None
):
    need_raw_sockets()
    reports = Reports()
    # An echo reply of nobody's; IPv6's raw sockets count it as dropped.
    spoilt = bytes((129, 0, 1, 2, 3, 4, 5, 6))
    with own_network(icmp_echo_ignore_all="1"):
        engine = HASTY.engine(BOTH, report=reports)
        async with running(engine):
            with socket.socket(
                socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW
            ) as other:
                end = socket.inet_pton(socket.AF_INET6, "::1")
                head = struct.pack("!IHBB", 6 << 28, len(spoilt), 58, 64)
                async with asyncio.timeout(PATIENCE):
                    while reports.outcomes("four")[Outcome.TIMEOUT] < 10:
                        other.sendto(head + end + end + spoilt, ("::1", 0))
                        await asyncio.sleep(0.02)
    assert engine.counts.dropped == 0
    assert engine.counts.unsent.total() == 0
    assert reports.outcomes("six").keys() == {Outcome.SUCCESS}


async def test_a_flood_of_pings_that_are_not_ours_finds_no_place_in_our_socket() -> (
    None
):
    need_raw_sockets()
    reports = Reports()
    with own_network():
        engine = QUICK.engine(BOTH[:1], report=reports)
        async with running(engine):
            with socket.socket(
                socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP
            ) as other:
                for _ in range(20):
                    for _ in range(200):
                        other.sendto(b"\x00\x00" + bytes(1_000), ("127.0.0.1", 0))
                    await asyncio.sleep(0)
            await until(lambda: len(reports.delays("four")) >= 5)
    assert reports.outcomes("four").keys() == {Outcome.SUCCESS}
    assert engine.counts.strays == engine.counts.dropped == 0
