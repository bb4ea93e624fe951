"""The ICMP engine against the kernel's own echo, and against forgers."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import ICMP, IP, UDP
from scapy.layers.inet6 import ICMPv6EchoReply, ICMPv6EchoRequest, IPv6
from scapy.packet import Raw

from bellrock.model.errors import UserError
from bellrock.model.observation import Outcome
from probes.channel import Answer
from probes.icmp import IcmpChannel, IcmpProbe
from probes.target import Target

from .harness import (
    Reports,
    need_raw_sockets,
    own_network,
    running,
    unprivileged,
    until,
)

QUICK = IcmpProbe(interval=0.02, deadline=5, report=0.02)
HASTY = IcmpProbe(interval=0.02, deadline=0.1, report=0.02)
COOKIE = 0x0123_4567_89AB_CDEF


@asynccontextmanager
async def forger(answer: Callable[[IP], list[IP]]) -> AsyncIterator[None]:
    """See every echo request on loopback, and send what `answer` makes of it."""
    loop = asyncio.get_running_loop()
    with (
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as ear,
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as mouth,
    ):
        ear.setblocking(False)

        def hear() -> None:
            seen = IP(ear.recv(2048))
            if seen[ICMP].type == 8:
                for packet in answer(seen):
                    mouth.sendto(bytes(packet), (packet.dst, 0))

        loop.add_reader(ear, hear)
        try:
            yield
        finally:
            loop.remove_reader(ear)


def reply(seen: IP) -> IP:
    """Answer as the RFC has it."""
    echo = seen[ICMP]
    return (
        IP(src=seen.dst, dst=seen.src)
        / ICMP(type=0, id=echo.id, seq=echo.seq)
        / Raw(bytes(echo.payload))
    )


def wrong_cookie(seen: IP) -> IP:
    forged = reply(seen)
    forged[Raw].load = bytes(8) + forged[Raw].load[8:]
    return forged


def wrong_source(seen: IP) -> IP:
    forged = reply(seen)
    forged.src = "127.0.0.99"
    return forged


def wrong_sequence(seen: IP) -> IP:
    forged = reply(seen)
    forged[ICMP].seq += 7000
    return forged


def cut_short(seen: IP) -> IP:
    forged = reply(seen)
    forged[Raw].load = forged[Raw].load[:7]
    return forged


def channel(family: int = socket.AF_INET, size: int = 56) -> IcmpChannel:
    need_raw_sockets()
    made = IcmpChannel(family, size=size, dscp=0)
    made.sock.close()
    return made


def usual(made: IcmpChannel, data: bytes) -> tuple[int, ...]:
    return struct.unpack_from(f"!{made.usual.layout}", data)


async def test_an_interface_named_without_need_hides_no_answer() -> None:
    need_raw_sockets()
    reports = Reports()
    engine = QUICK.engine([Target("scoped", "::1%1")], report=reports)
    async with running(engine):
        await until(lambda: bool(reports.delays("scoped")))
    assert engine.counts.strays == 0


async def test_answers_read_long_after_the_deadline_are_no_loss() -> None:
    need_raw_sockets()
    reports = Reports()
    # A look every 100 ms at what had 10 ms: the kernel's stamps say it was in time.
    probe = IcmpProbe(interval=1, deadline=0.01, report=0.02)
    engine = probe.engine([Target("quick", "127.0.0.1")], report=reports)
    async with running(engine):
        await until(lambda: bool(reports.outcomes("quick")))
    assert reports.outcomes("quick").keys() == {Outcome.SUCCESS}
    assert engine.counts.strays == 0


async def test_many_addresses_answer_through_one_engine() -> None:
    need_raw_sockets()
    addresses = [*(f"127.0.0.{n}" for n in range(1, 21)), "::1"]
    reports = Reports()
    engine = QUICK.engine([Target(a, a) for a in addresses], report=reports)
    async with running(engine):
        await until(lambda: all(len(reports.delays(a)) >= 3 for a in addresses))
    for address in addresses:
        assert reports.outcomes(address).keys() == {Outcome.SUCCESS}
        assert all(0 <= delay <= QUICK.deadline for delay in reports.delays(address))
        assert {r.probe for r in reports.all[address]} == {"icmp"}
    assert engine.counts.strays == engine.counts.unsent.total() == 0
    assert 0 < engine.error_bound < 1


async def test_other_programs_pings_do_not_wake_us() -> None:
    need_raw_sockets()
    reports, other = Reports(), Reports()
    target = [Target("a", "127.0.0.1")]
    ours, theirs = (
        QUICK.engine(target, report=reports),
        QUICK.engine(target, report=other),
    )
    async with running(ours, theirs):
        await until(lambda: min(len(r.delays("a")) for r in (reports, other)) >= 5)
    assert ours.counts.strays == theirs.counts.strays == 0
    assert reports.duplicates("a") == other.duplicates("a") == 0


@pytest.mark.parametrize(
    "forge",
    [
        pytest.param(wrong_cookie, id="wrong cookie"),
        pytest.param(wrong_source, id="wrong source"),
        pytest.param(wrong_sequence, id="wrong sequence"),
        pytest.param(cut_short, id="cut short"),
    ],
)
async def test_forged_answers_are_counted_and_not_believed(
    forge: Callable[[IP], IP],
) -> None:
    need_raw_sockets()
    reports = Reports()
    with own_network(icmp_echo_ignore_all="1"):
        engine = HASTY.engine([Target("a", "127.0.0.1")], report=reports)
        async with forger(lambda seen: [forge(seen)]), running(engine):
            await until(lambda: reports.outcomes("a")[Outcome.TIMEOUT] >= 3)
            await until(lambda: engine.counts.strays >= 3)
    assert reports.outcomes("a").keys() == {Outcome.TIMEOUT}


async def test_wrong_identifiers_never_reach_us() -> None:
    need_raw_sockets()
    reports = Reports()

    def misnamed(seen: IP) -> list[IP]:
        forged = reply(seen)
        forged[ICMP].id ^= 1
        return [forged]

    with own_network(icmp_echo_ignore_all="1"):
        engine = HASTY.engine([Target("a", "127.0.0.1")], report=reports)
        async with forger(misnamed), running(engine):
            await until(lambda: reports.outcomes("a")[Outcome.TIMEOUT] >= 3)
    assert reports.outcomes("a").keys() == {Outcome.TIMEOUT}
    assert engine.counts.strays == 0


async def test_repeated_answers_are_duplicates_not_successes() -> None:
    need_raw_sockets()
    reports = Reports()
    with own_network(icmp_echo_ignore_all="1"):
        engine = QUICK.engine([Target("a", "127.0.0.1")], report=reports)
        async with forger(lambda seen: [reply(seen)] * 3), running(engine):
            await until(lambda: reports.duplicates("a") >= 6)
    assert reports.outcomes("a").keys() == {Outcome.SUCCESS}
    assert reports.outcomes("a")[Outcome.SUCCESS] >= 3
    assert engine.counts.strays == 0


@pytest.mark.parametrize("code", [0, 1, 3, 13])
async def test_an_icmp_error_that_quotes_us_is_unreachable_for_that_target_only(
    code: int,
) -> None:
    need_raw_sockets()
    reports = Reports()

    def router(seen: IP) -> list[IP]:
        if seen.dst != "127.0.0.2":
            return [reply(seen)]
        quote = bytes(seen)[:28]  # header and 8 bytes: all that RFC 792 promises
        complaint = ICMP(type=3, code=code) / Raw(quote)
        return [IP(src="127.0.0.254", dst=seen.src) / complaint]

    with own_network(icmp_echo_ignore_all="1"):
        targets = [Target("cut", "127.0.0.2"), Target("fine", "127.0.0.3")]
        engine = QUICK.engine(targets, report=reports)
        async with forger(router), running(engine):
            await until(
                lambda: all(sum(reports.outcomes(t.id).values()) >= 5 for t in targets)
            )
    assert reports.outcomes("cut").keys() == {Outcome.UNREACHABLE}
    assert reports.outcomes("fine").keys() == {Outcome.SUCCESS}
    assert engine.counts.unsent.total() == 0


async def test_icmp_errors_about_others_packets_settle_nothing() -> None:
    need_raw_sockets()
    reports = Reports()

    def confused(seen: IP) -> list[IP]:
        about = seen.copy()
        about[ICMP].id ^= 1
        del about[ICMP].chksum
        lie = IP(src="127.0.0.254", dst=seen.src) / ICMP(type=3, code=1) / about
        return [lie, reply(seen)]

    with own_network(icmp_echo_ignore_all="1"):
        engine = QUICK.engine([Target("a", "127.0.0.2")], report=reports)
        async with forger(confused), running(engine):
            await until(lambda: len(reports.delays("a")) >= 5)
    assert reports.outcomes("a").keys() == {Outcome.SUCCESS}


async def test_nowhere_to_send_is_unreachable() -> None:
    need_raw_sockets()
    reports = Reports()
    with own_network():
        targets = [Target("far", "192.0.2.1"), Target("near", "127.0.0.1")]
        async with running(QUICK.engine(targets, report=reports)):
            await until(lambda: sum(reports.outcomes("far").values()) >= 3)
            await until(lambda: sum(reports.outcomes("near").values()) >= 3)
    assert reports.outcomes("far").keys() == {Outcome.UNREACHABLE}
    assert reports.outcomes("near").keys() == {Outcome.SUCCESS}


async def test_without_raw_sockets_unprivileged_ping_serves() -> None:
    need_raw_sockets()
    reports = Reports()
    with own_network(ping_group_range="0 2147483647"):
        targets = [Target("v4", "127.0.0.5"), Target("v6", "::1")]
        engine = QUICK.engine(targets, report=reports)
        with unprivileged():
            async with running(engine):
                await until(
                    lambda: all(len(reports.delays(t.id)) >= 3 for t in targets)
                )
    assert reports.outcomes("v4").keys() == {Outcome.SUCCESS}
    assert reports.outcomes("v6").keys() == {Outcome.SUCCESS}


async def test_without_any_privilege_the_error_says_what_to_grant() -> None:
    need_raw_sockets()
    with own_network(ping_group_range="1 0"):
        engine = QUICK.engine([Target("a", "127.0.0.1")], report=Reports())
        with unprivileged(), pytest.raises(UserError) as refused:
            await engine.run()
    assert str(refused.value) == (
        "probe icmp: cannot open a raw socket (EPERM)\n"
        "  run under the unit in deploy/systemd/ (it grants CAP_NET_RAW), or allow "
        "unprivileged\n"
        '  ping: sysctl net.ipv4.ping_group_range="0 2147483647"'
    )


@given(sequence=st.integers(0, 0xFFFF), cookie=st.integers(0, (1 << 64) - 1))
def test_requests_are_what_scapy_would_send(sequence: int, cookie: int) -> None:
    made = channel(size=57)
    datagram, token = made.request(sequence, cookie, now=0)
    seen = ICMP(datagram)
    assert (seen.type, seen.code, seen.seq) == (8, 0, sequence)
    assert seen.payload.load == cookie.to_bytes(8) + bytes(49)
    assert token == cookie
    memory = bytearray(16 + made.size)
    made.write(memory, 0, bytes(range(16)), sequence, cookie)
    assert bytes(memory) == bytes(range(16)) + datagram
    checksum = seen.chksum
    del seen.chksum
    # 0 and 0xffff are the same number in one's complement.
    assert ICMP(bytes(seen)).chksum % 0xFFFF == checksum % 0xFFFF


def test_answers_are_read_as_scapy_writes_them() -> None:
    made = channel()
    identifier = ICMP(made.request(5, COOKIE, now=0)[0]).id
    echo = ICMP(type=0, id=identifier, seq=5) / Raw(COOKIE.to_bytes(8) + bytes(48))
    whole = bytes(IP() / echo)
    assert made.answer(whole) == Answer(5, COOKIE)
    assert len(whole) == made.usual.size
    assert usual(made, whole) == (made.usual.mark, 5, COOKIE)
    with_options = IP(options=[b"\x01" * 8]) / echo
    assert made.answer(bytes(with_options)) == Answer(5, COOKIE)
    assert made.answer(bytes(IP() / UDP() / Raw(bytes(echo)))) is None
    quoted = ICMP(type=8, id=identifier, seq=5) / Raw(COOKIE.to_bytes(8))
    assert made.quoted(bytes(quoted)) == Answer(5, COOKIE)
    assert made.quoted(bytes(quoted)[:8]) == Answer(5, None)
    assert made.quoted(bytes(quoted)[:7]) is None

    sixth = channel(socket.AF_INET6)
    identifier = ICMPv6EchoRequest(sixth.request(5, COOKIE, now=0)[0]).id
    data = COOKIE.to_bytes(8) + bytes(48)
    whole = bytes(IPv6() / ICMPv6EchoReply(id=identifier, seq=5, data=data))[40:]
    assert sixth.answer(whole) == Answer(5, COOKIE)
    assert len(whole) == sixth.usual.size
    assert usual(sixth, whole) == (sixth.usual.mark, 5, COOKIE)


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_no_datagram_upsets_the_parsers(family: int) -> None:
    made = channel(family)
    good = bytes(IP()) * (family == socket.AF_INET) + made.request(5, COOKIE, now=0)[0]

    @given(data=st.binary(max_size=100), start=st.integers(0, len(good)))
    def check(data: bytes, start: int) -> None:
        for hostile in (data, good[:start] + data):
            for read in (made.answer, made.quoted):
                answer = read(hostile)
                assert answer is None or answer.sequence in range(1 << 16)

    check()
