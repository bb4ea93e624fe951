"""Something done again and again from within the loop."""

import asyncio

import pytest

from probes.ticking import ticking


async def test_it_is_done_until_it_is_cancelled_and_not_afterwards() -> None:
    ticks = 0
    enough = asyncio.Event()

    def tick() -> float:
        nonlocal ticks
        ticks += 1
        if ticks == 3:
            enough.set()
        return 0.001

    task = asyncio.create_task(ticking(tick))
    await enough.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    done = ticks
    await asyncio.sleep(0.02)
    assert ticks == done


@pytest.mark.parametrize("good", [0, 2])
async def test_what_goes_wrong_ends_it(good: int) -> None:
    left = good

    def tick() -> float:
        nonlocal left
        if not left:
            raise ZeroDivisionError
        left -= 1
        return 0.001

    with pytest.raises(ZeroDivisionError):
        await ticking(tick)
