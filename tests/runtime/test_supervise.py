"""Supervision: a fault of ours is counted and survived, a user's is not hidden."""

import asyncio
from collections import Counter

import pytest
import structlog

from bellrock.model.errors import UserError
from bellrock.runtime import supervise
from bellrock.runtime.supervise import Supervisor


async def breaks() -> None:
    raise ZeroDivisionError


async def test_a_fault_is_counted_logged_and_survived() -> None:
    faults: Counter[str] = Counter()
    supervisor = Supervisor(lambda part: faults.update([part]))
    with structlog.testing.capture_logs() as logs:
        assert not await supervisor.once("collector snmp", breaks)
    assert faults == {"collector snmp": 1}
    assert [(log["event"], log["part"]) for log in logs] == [
        ("fault", "collector snmp")
    ]


async def test_a_part_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "FIRST_WAIT", 0.001)
    runs = 0

    async def breaks_twice() -> None:
        nonlocal runs
        runs += 1
        if runs < 3:
            raise ZeroDivisionError

    with structlog.testing.capture_logs():
        await Supervisor(lambda _: None).forever("part", breaks_twice)
    assert runs == 3


async def test_what_the_user_must_mend_is_not_swallowed() -> None:
    async def refused() -> None:
        raise UserError("probe icmp: cannot open a raw socket", "grant it")

    with pytest.raises(UserError):
        await Supervisor(lambda _: None).once("probe icmp", refused)


async def test_a_turn_is_a_fault_whoever_has_to_mend_it() -> None:
    async def refused() -> bool:
        raise UserError("key: cannot be read", "mend it")

    async def breaks_down() -> bool:
        raise ZeroDivisionError

    async def answered() -> bool:
        return True

    faults: list[str] = []
    supervisor = Supervisor(faults.append)
    with structlog.testing.capture_logs() as logs:
        assert not await supervisor.turn("collector ssh", refused)
        assert not await supervisor.turn("collector ssh", breaks_down)
        assert await supervisor.turn("collector ssh", answered)
    assert faults == ["collector ssh"] * 2
    assert [log["event"] for log in logs] == ["fault"] * 2


async def test_cancelling_is_no_fault() -> None:
    faults: list[str] = []
    task = asyncio.create_task(
        Supervisor(faults.append).forever("part", lambda: asyncio.sleep(60))
    )
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled()
    assert faults == []


async def test_the_same_fault_is_logged_once_a_minute_with_its_number() -> None:
    ticks = iter((0.0, 10.0, 59.0, 61.0, 62.0))
    supervisor = Supervisor(lambda _: None, lambda: next(ticks))
    with structlog.testing.capture_logs() as logs:
        for _ in range(5):
            await supervisor.once("collector snmp", breaks)
    assert [(log["event"], log.get("times")) for log in logs] == [
        ("fault", None),
        ("fault again", 3),
    ]


async def test_a_part_that_ran_well_is_restarted_as_if_it_had_never_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    now, lives = 0.0, iter((1, 1, 1, 400, 1))

    async def runs() -> None:
        nonlocal now
        try:
            now += next(lives)
        except StopIteration:
            return
        raise ZeroDivisionError

    with structlog.testing.capture_logs():
        await Supervisor(lambda _: None, lambda: now).forever("part", runs)
    assert waits == [1, 2, 4, 1, 2]
