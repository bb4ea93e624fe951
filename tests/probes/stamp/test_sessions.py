"""Whom a reflector remembers when more sources come than it can remember."""

import asyncio
import random
import socket
import time

from hypothesis import given
from hypothesis import strategies as st

from probes.stamp.limits import Bucket
from probes.stamp.reflector import Reflector
from probes.stamp.sessions import REGULAR_AFTER, Sessions
from tests.probes.harness import until
from tests.probes.stamp.test_reflector import ask, asker, reflecting, request

SECOND = 1_000_000_000
START = 1_000 * SECOND


def heard(reflector: Reflector) -> int:
    counts = reflector.counts
    # A port of chance may be the reflector's own: those are ignored.
    return counts.answered + counts.limited + counts.ignored + counts.unsent


async def flooded(reflector: Reflector, sources: int, dice: random.Random) -> None:
    """Send one packet from each of so many addresses of this machine."""
    before = heard(reflector)
    for n in range(sources):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((f"127.{dice.randint(90, 250)}.{n >> 8 & 255}.{n & 255}", 0))
            sock.sendto(request(0), ("127.0.0.1", reflector.port))
        if n % 64 == 63:
            # Let it read: what is lost in a buffer of this machine is no news.
            await asyncio.sleep(0)
    await until(lambda: heard(reflector) == before + sources)


async def test_a_flood_of_forged_sources_does_not_disturb_an_established_session() -> (
    None
):
    dice = random.Random(1811)
    numbers = []
    async with reflecting(total_rate=2_000) as reflector:
        with asker() as honest:
            for round_ in range(2):
                numbers.append(await ask(honest, request(round_), reflector.port))
                await asyncio.sleep(REGULAR_AFTER / SECOND + 0.05)
            for round_ in range(2, 12):
                await flooded(reflector, 2_048, dice)
                numbers.append(await ask(honest, request(round_), reflector.port))
    assert reflector.counts.limited > 0
    assert [int.from_bytes(number[:4]) for number in numbers] == list(range(12))


async def test_a_flood_does_not_buy_an_address_another_bucket() -> None:
    rate, burst = 40, 21
    async with reflecting(rate=rate) as reflector:
        with asker() as one, asker() as other:
            for sock in (one, one):
                await ask(sock, request(0), reflector.port)
                await asyncio.sleep(REGULAR_AFTER / SECOND + 0.05)
            for part in range(5):
                await flooded(reflector, 4_096, random.Random(part))
                await ask(one, request(0), reflector.port)
            began, asked = time.monotonic(), heard(reflector)
            before = reflector.counts.answered
            for sock in (one, other):
                for n in range(60):
                    sock.sendto(request(n), ("127.0.0.1", reflector.port))
            await until(lambda: heard(reflector) == asked + 120)
            took = time.monotonic() - began
    assert reflector.counts.answered - before <= burst + rate * took + 1


async def test_forged_regulars_take_neither_a_place_nor_a_count_from_others() -> None:
    """Twice as many strangers as there is room for ask twice, and fall silent."""
    forged = [f"127.{90 + n % 128}.{n >> 7}.1" for n in range(2_048)]
    async with reflecting(total_rate=1e6) as reflector:
        reflector._sessions = Sessions(1_024, 4_096, 1_000)
        counts: dict[socket.socket, list[int]] = {}

        async def counted(*socks: socket.socket, seconds: float = 0) -> None:
            over = time.monotonic() + seconds
            while True:
                for sock in socks:
                    told = counts.setdefault(sock, [])
                    reply = await ask(sock, request(len(told)), reflector.port)
                    told.append(int.from_bytes(reply[:4]))
                if time.monotonic() >= over:
                    break
                await asyncio.sleep(0.05)

        with asker() as old, asker() as new:
            await counted(old, seconds=3)
            for _ in range(2):
                for part in range(0, len(forged), 128):
                    await forge(reflector, forged[part : part + 128])
                    await counted(old)
                await counted(old, seconds=1.1)
            assert len(reflector._sessions._regulars) == 1_024
            await counted(old, new, seconds=2.5)
            # Who was let in is not one of the newcomers that these displace.
            for part in range(0, 8_192, 128):
                some = range(part, part + 128)
                await forge(reflector, [f"127.{n % 250}.{n >> 8}.2" for n in some])
                await counted(old)
            await counted(old, new)
    for told in counts.values():
        assert told == list(range(len(told)))


async def forge(reflector: Reflector, hosts: list[str]) -> None:
    """Send one packet from each of these addresses of this machine, port 40000."""
    before = heard(reflector)
    for n, host in enumerate(hosts):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((host, 40_000))
            sock.sendto(request(0), ("127.0.0.1", reflector.port))
        if n % 64 == 63:
            await asyncio.sleep(0)
    await until(lambda: heard(reflector) == before + len(hosts))


def test_who_is_refused_is_not_remembered() -> None:
    sessions: Sessions[int] = Sessions(4, 32, 10)
    for host in range(100):
        sessions.begin(f"192.0.2.{host}", START)
    assert len(sessions) == 0


def seen(sessions: Sessions[str], host: str, *seconds: float) -> bool:
    """Answer a host's only session at these times; return whether it is a regular."""
    regular = False
    for second in seconds:
        now = START + int(second * SECOND)
        session = sessions.get(host, host) or sessions.begin(host, now)
        sessions.keep(host, session, now)
        regular = session.regular
    return regular


@given(st.lists(st.integers(0, 30), max_size=300), st.integers(4, 8))
def test_regulars_stay_and_memory_is_bounded(strangers: list[int], most: int) -> None:
    sessions: Sessions[str] = Sessions(most, 64, 10)
    own = [f"10.0.{n}.1" for n in range(most)]
    for host in own:
        assert seen(sessions, host, *range(0, 3_000, 10))
    known = {host: sessions.get(host, host) for host in own}
    for at, key in enumerate(strangers):
        seen(sessions, f"192.0.2.{key}", 3_000 + at)
        assert len(sessions) <= most + 64
    for host, session in known.items():
        assert sessions.get(host, host) is session


def test_a_regular_that_is_gone_for_long_makes_room() -> None:
    sessions: Sessions[str] = Sessions(1, 32, 10)
    old, new = "10.0.0.1", "10.0.1.1"
    assert not seen(sessions, old, 0)
    assert seen(sessions, old, *range(1, 100_000, 100))
    assert not seen(sessions, new, 100_000)
    assert not seen(sessions, new, 100_300)
    assert seen(sessions, new, 100_700)
    assert not seen(sessions, old, 100_701)


def test_who_was_hardly_heard_is_the_first_to_go() -> None:
    sessions: Sessions[str] = Sessions(4, 32, 10)
    slow = "10.0.0.1"
    assert seen(sessions, slow, *range(0, 600, 60))
    for n in range(1, 4):
        assert seen(sessions, f"10.0.{n}.1", 590, 592)
    # One of those that are known is silent a ninth of the time that it was heard.
    assert seen(sessions, "10.0.9.1", 596, 598)
    assert seen(sessions, slow, 599)
    assert {sessions.get(f"10.0.{n}.1", f"10.0.{n}.1") for n in range(1, 4)} == {None}


def test_one_network_is_a_quarter_of_all_at_most() -> None:
    sessions: Sessions[str] = Sessions(16, 64, 10)
    times = range(0, 100, 5)
    crowd = [seen(sessions, f"192.0.2.{n}", *times) for n in range(8)]
    assert crowd == [True] * 4 + [False] * 4
    crowd = [seen(sessions, f"2001:db8:1:{n}::1", *times) for n in range(8)]
    assert crowd == [True] * 4 + [False] * 4
    assert all(seen(sessions, f"192.0.{n}.1", *times) for n in range(10, 18))


def test_newcomers_displace_those_of_few_other_networks() -> None:
    sessions: Sessions[str] = Sessions(16, 1_024, 10)
    own = [f"10.0.{n}.1" for n in range(64)]
    for host in own:
        seen(sessions, host, 0)
    for n in range(10_000):
        sessions.keep(str(n), sessions.begin(f"192.0.2.{n % 256}", START), START)
    # One in sixteen of all networks shares its places with any one other.
    assert sum(sessions.get(host, host) is not None for host in own) >= 40


def test_who_is_to_spare_some_leaves_half_of_a_bucket() -> None:
    bucket, now = Bucket(100), START
    assert sum(bucket.takes(now, spare=True) for _ in range(1_000)) == 26
    assert sum(bucket.takes(now) for _ in range(1_000)) == 25
