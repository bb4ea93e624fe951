"""Whoever floods us neither holds the loop nor fills the memory, and is not lost."""

import asyncio
import gc
import socket
import time
import tracemalloc
from collections.abc import Iterable
from pathlib import Path

import uvloop

from bellrock.model.observation import NoticeKind
from collectors.snmp.message import PduType
from collectors.snmp.settings import SnmpCredentials
from collectors.snmp.v3message import REPORTABLE
from collectors.traps.refusal import Refusal
from collectors.traps.settings import TrapSettings
from collectors.traps.waiting import PER_DEVICE
from tests.collectors.traps.harness import (
    HERE,
    LINK_DOWN,
    LINK_UP,
    Heard,
    receiving,
    secured,
    sender,
    trap,
    user,
)
from tests.probes.harness import PATIENCE

_TESTS = str(Path(__file__).parents[2])
_LONG = 0.05
MANY = 10_000
BRISK = TrapSettings(rate=500, device_rate=250)


class Turns:
    """Counts how often somebody else has a turn on the loop, and long waits for it.

    By the processor's time: what the machine does meanwhile holds nobody's loop.
    """

    def __init__(self) -> None:
        self.count = self.long = 0

    async def __call__(self) -> None:
        last = time.thread_time()
        while True:
            await asyncio.sleep(0)
            now = time.thread_time()
            self.long += now - last > _LONG
            self.count, last = self.count + 1, now


def _burst(heard: Heard, datagrams: Iterable[bytes], source: str = HERE) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((source, 0))
        for number, each in enumerate(datagrams):
            sock.sendto(each, heard.place)
            if number % 200 == 0:
                # For where the kernel's buffer is small: without it all are lost.
                time.sleep(0.001)


def accounted(heard: Heard) -> int:
    """Return how many datagrams something became of."""
    return (
        len(heard.notices) + sum(heard.refused.values()) + int(heard.receiver.waiting)
    )


async def storm(heard: Heard, datagrams: list[bytes]) -> Turns:
    """Send all at once, and wait until all are dealt with."""
    turns = Turns()
    others = asyncio.create_task(turns())
    before = accounted(heard)
    most = 0
    sending = asyncio.create_task(asyncio.to_thread(_burst, heard, datagrams))
    async with asyncio.timeout(PATIENCE):
        while not sending.done() or heard.receiver.waiting:
            most = max(most, heard.receiver.waiting)
            await asyncio.sleep(0.002)
        await heard.until(lambda: accounted(heard) >= before + len(datagrams))
    others.cancel()
    assert most <= PER_DEVICE
    return turns


def flapping() -> list[bytes]:
    states = (LINK_DOWN, LINK_UP)
    return [trap(number, oid=states[number % 2]) for number in range(MANY)]


async def calm_after_the_storm() -> None:
    async with receiving(settings=BRISK) as heard:
        turns = await storm(heard, flapping())
        read = len(heard.notices)
        assert read >= PER_DEVICE
        assert heard.refused[Refusal.CROWDED] >= MANY // 2
        # Everybody else had a turn after each datagram that was read...
        assert turns.count > read
        # ... and hardly ever waited for longer than reading a few takes.
        assert turns.long < read / 10
        # What was dropped is made up for by a poll, and the last word was heard.
        assert set(heard.doubted) == {"r1"}
        assert heard.notices[-1].kind is NoticeKind.LINK_UP
        # As before:
        heard.notices.clear()
        heard.send(trap(MANY + 1))
        await heard.until(lambda: bool(heard.notices))


async def test_a_storm_passes() -> None:
    await calm_after_the_storm()


def test_a_storm_passes_on_uvloop() -> None:
    uvloop.run(calm_after_the_storm())


async def test_a_storm_leaves_nothing_behind() -> None:
    async with receiving(settings=BRISK) as heard:
        await storm(heard, flapping())
        gc.collect()
        tracemalloc.start()
        try:
            await storm(heard, flapping())
            heard.notices.clear()
            heard.doubted.clear()
            gc.collect()
            kept = sum(
                found.size
                for found in tracemalloc.take_snapshot().statistics("filename")
                if not found.traceback[0].filename.startswith(_TESTS)
            )
        finally:
            tracemalloc.stop()
    # A thousand datagrams were read in it, ten thousand came.
    assert kept < 1 << 20


def forged(credentials: SnmpCredentials, heard: Heard) -> list[bytes]:
    """Return informs to us, as somebody signs them who has another password."""
    engine = heard.receiver.engine_id
    return [
        secured(
            credentials,
            number,
            kind=PduType.INFORM,
            engine_id=engine,
            flags=REPORTABLE,
        )
        for number in range(MANY)
    ]


async def test_ten_thousand_informs_with_a_wrong_key() -> None:
    right = user()
    auth = {"protocol": "sha256", "password_env": "TEST_WRONG"}
    wrong = SnmpCredentials.model_validate(
        {
            **{"version": 3, "user": "me", "auth": auth},
            "privacy": {"protocol": "aes128", "password_env": "TEST_PRIVACY"},
        }
    )
    async with receiving(sender(right), settings=BRISK) as heard:
        turns = await storm(heard, forged(wrong, heard))
        assert not heard.notices
        assert heard.refused[Refusal.AUTH] >= PER_DEVICE
        assert heard.refused.keys() <= {
            *(Refusal.AUTH, Refusal.CROWDED, Refusal.OVERRUN),
        }
        assert turns.count > heard.refused[Refusal.AUTH]
        await heard.until(lambda: not heard.receiver.waiting)
        status, said = await heard.tell(
            *("snmpinform", "-v3", "-u", "me", "-l", "authPriv", "-a", "SHA-256"),
            *("-A", "authpass12", "-x", "AES", "-X", "privpass12"),
        )
        assert (status, said) == (0, "")
        assert len(heard.notices) == 1


async def test_who_floods_us_keeps_nobody_else_waiting() -> None:
    quiet = sender(device="r2", address="127.0.0.2")
    slow = TrapSettings(rate=20, device_rate=10)
    async with receiving(sender(), quiet, settings=slow) as heard:
        await asyncio.to_thread(_burst, heard, flapping()[:2000])
        before = len(heard.notices)
        heard.send(trap(), source="127.0.0.2")
        await heard.until(lambda: any(n.device == "r2" for n in heard.notices))
        others = [n for n in heard.notices[before:] if n.device == "r1"]
        assert len(others) < PER_DEVICE / 4
        assert heard.receiver.waiting <= PER_DEVICE


async def test_strangers_are_counted_and_cost_no_reading() -> None:
    async with receiving(settings=BRISK) as heard:
        sent = flapping()[:3000]
        await asyncio.to_thread(_burst, heard, sent, "127.0.0.9")
        await heard.until(lambda: sum(heard.refused.values()) == len(sent))
        assert heard.refused.keys() <= {Refusal.UNKNOWN_SENDER, Refusal.OVERRUN}
        assert not heard.notices
        assert not heard.doubted


async def test_the_same_datagram_again_waits_once() -> None:
    slow = TrapSettings(rate=10, device_rate=1)
    async with receiving(settings=slow) as heard:
        heard.send(*(trap(number) for number in range(100)))
        heard.send(*[trap(99)] * 10)
        await heard.until(lambda: heard.refused.get(Refusal.REPEATED, 0) == 10)
        assert heard.receiver.waiting < 100
