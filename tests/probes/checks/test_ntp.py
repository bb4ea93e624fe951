"""NTP checks: the offset is right within its bound, and a kiss of death is heeded."""

import struct
import time
from collections.abc import Callable

import pytest

from bellrock.model.check import Attempt, Phase
from bellrock.model.observation import Outcome
from probes.checks.ntp import nanoseconds
from tests.probes.checks.servers import answering, attempt, check, closed_port, outcome

PACKET = struct.Struct("!BBbbiI4sQQQQ")
ERA = 2**32


def stamp(ahead: float = 0.0) -> int:
    seconds = time.time() + ahead + 2_208_988_800
    return int(seconds % ERA * 2**32)


def answered(
    data: bytes,
    *,
    ahead: float = 0.0,
    leap: int = 0,
    stratum: int = 2,
    mode: int = 4,
    code: bytes = b"GPS\0",
    origin: int | None = None,
    root: float = 0.001,
    sent: int | None = None,
) -> bytes:
    now = stamp(ahead)
    cookie = PACKET.unpack(data)[-1] if origin is None else origin
    return PACKET.pack(
        *(leap << 6 | 4 << 3 | mode, stratum, 6, -20, int(root * 65_536)),
        *(int(root * 65_536), code, now, cookie, now, now if sent is None else sent),
    )


async def asked(answer: Callable[[bytes], list[bytes]], **section: object) -> Attempt:
    async with answering(answer) as port:
        return await attempt(check(deadline=0.5, ntp={"port": port, **section}))


@pytest.mark.parametrize("ahead", [0.0, 12.5, -12.5, 1e9])
async def test_the_offset_is_right_within_its_bound(ahead: float) -> None:
    found = await asked(lambda data: [answered(data, ahead=ahead)])
    assert found.outcome is Outcome.SUCCESS
    assert [phase for phase, _ in found.phases] == [Phase.FIRST_BYTE]
    assert found.clock is not None
    # The test's server has microseconds, and reads its clock but once.
    assert found.clock.offset == pytest.approx(ahead, abs=found.clock.error + 1e-4)
    assert found.clock.error > 0.0015
    assert found.clock.stratum == 2


@pytest.mark.parametrize(
    ("answer", "section", "detail"),
    [
        ({"leap": 3}, {}, "the server is not synchronised"),
        ({"stratum": 16}, {}, "the server is not synchronised"),
        ({"stratum": 5}, {"stratum": 4}, "stratum 5, over 4"),
        ({"ahead": 9}, {"offset": "1s"}, "off our clock by +"),
        ({"ahead": -9}, {"offset": "1s"}, "off our clock by -"),
    ],
)
async def test_a_clock_that_will_not_do_is_a_mismatch(
    answer: dict[str, int], section: dict[str, object], detail: str
) -> None:
    found = await asked(lambda data: [answered(data, **answer)], **section)  # type: ignore[arg-type]
    assert found.outcome is Outcome.MISMATCH
    assert found.detail.startswith(detail)


async def test_an_offset_that_the_bound_explains_is_well() -> None:
    found = await asked(lambda data: [answered(data, ahead=9, root=10)], offset="1s")
    assert found.outcome is Outcome.SUCCESS


@pytest.mark.parametrize("held", [-8, 8])
async def test_a_server_that_cannot_have_held_it_so_long_is_less_exact(
    held: int,
) -> None:
    found = await asked(lambda data: [answered(data, sent=stamp(held))])
    assert found.clock is not None
    assert found.clock.offset == pytest.approx(held / 2, abs=0.5)
    assert abs(found.clock.offset) <= found.clock.error


async def test_an_answer_that_was_never_asked_for_is_malformed() -> None:
    def answer(data: bytes) -> list[bytes]:
        whole = bytearray(answered(data))
        whole[32:40] = bytes(8)
        return [bytes(whole)]

    assert (await asked(answer)).outcome is Outcome.MALFORMED


def forged(data: bytes) -> list[bytes]:
    return [
        answered(data, origin=7, ahead=99),
        answered(data, mode=3),
        answered(data, stratum=0, code=b"DENY", origin=7),
        data,
        data[:47],
        b"",
    ]


async def test_forged_answers_are_passed_over() -> None:
    found = await asked(lambda data: [*forged(data), answered(data)])
    assert found.outcome is Outcome.SUCCESS
    assert found.clock is not None
    assert abs(found.clock.offset) < 50


async def test_forged_answers_alone_are_silence() -> None:
    found = await asked(forged)
    assert (found.outcome, found.hold) == (Outcome.TIMEOUT, 0)


@pytest.mark.parametrize(
    ("code", "hold"), [(b"RATE", 900), (b"DENY", 3600), (b"RSTR", 3600)]
)
async def test_a_kiss_of_death_asks_to_be_left_alone(code: bytes, hold: int) -> None:
    found = await asked(lambda data: [answered(data, stratum=0, code=code)])
    assert (found.outcome, found.hold) == (Outcome.REFUSED, hold)
    assert found.detail.startswith(f"kiss-o'-death {code.decode()}: ")


async def test_an_answer_without_a_time_is_malformed() -> None:
    found = await asked(lambda data: [answered(data, sent=0)])
    assert found.outcome is Outcome.MALFORMED


async def test_nobody_there_is_refused() -> None:
    assert await outcome(check(ntp={"port": closed_port()})) is Outcome.REFUSED


def test_the_next_era_begins_in_2036() -> None:
    end_of_era = (ERA - 2_208_988_800) * 10**9
    assert nanoseconds(0, end_of_era - 10**9) == end_of_era
    assert nanoseconds((ERA - 1) << 32, end_of_era) == end_of_era - 10**9
