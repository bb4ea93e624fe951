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


def test_who_is_refused_is_not_remembered() -> None:
    sessions: Sessions[int] = Sessions(4, 4, 10)
    for host in range(100):
        sessions.begin(str(host), START)
    assert len(sessions) == 0


@given(st.lists(st.integers(0, 30), max_size=300), st.integers(1, 8))
def test_regulars_stay_and_memory_is_bounded(strangers: list[int], most: int) -> None:
    sessions: Sessions[int] = Sessions(most, most + 2, 10)
    known = {}
    for now in (START, START + REGULAR_AFTER):
        for key in range(-most, 0):
            session = sessions.get(key) or sessions.begin("h", now)
            sessions.keep(key, session, now)
            known[key] = session
    regulars = {key: each for key, each in known.items() if each.regular}
    for at, key in enumerate(strangers):
        now = START + REGULAR_AFTER + at * SECOND
        session = sessions.get(key) or sessions.begin("s", now)
        sessions.keep(key, session, now)
        assert len(sessions) <= most + most + 2
    for key, session in regulars.items():
        assert sessions.get(key) is session


def test_a_regular_that_is_gone_for_long_makes_room() -> None:
    sessions: Sessions[str] = Sessions(1, 4, 10)

    def seen(key: str, now: int) -> bool:
        session = sessions.get(key) or sessions.begin(key, now)
        sessions.keep(key, session, now)
        return session.regular

    assert not seen("old", START)
    assert seen("old", START + REGULAR_AFTER)
    assert not seen("new", START)
    assert not seen("new", START + 300 * SECOND)
    assert seen("new", START + 700 * SECOND)
    assert not seen("old", START + 701 * SECOND)


def test_who_is_to_spare_some_leaves_half_of_a_bucket() -> None:
    bucket, now = Bucket(100), START
    assert sum(bucket.takes(now, spare=True) for _ in range(1_000)) == 26
    assert sum(bucket.takes(now) for _ in range(1_000)) == 25
