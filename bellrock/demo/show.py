"""Plays the story on the simulated devices: by the clock, or step by step by hand."""

import asyncio
import json
import time
from dataclasses import dataclass

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from bellrock.demo.child import Child
from bellrock.demo.hand import Hand
from bellrock.demo.narrator import Narrator
from bellrock.demo.story import DAY, GROWING, STORY, Step, elapsed

_TICK = 0.25


@dataclass(frozen=True, slots=True)
class Show:
    """What a performance needs.

    Attributes
    ----------
    devices : Child
        The simulation, which takes orders on its standard input.
    """

    devices: Child
    narrator: Narrator

    async def play(self, length: float, total: float) -> None:
        """Play the story once within `length` seconds; return after `total`.

        The network's day lasts as long, so that its rush hour comes with the story.
        A bar shows how far it is.
        """
        columns = (
            TextColumn("[dim]{task.description}[/]"),
            BarColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.narrator.console, transient=True) as bar:
            task = bar.add_task("the story", total=total)
            begun = time.monotonic()
            await self._begin_day(total)
            for at, step in elapsed(length):
                await self._pass_time(bar, task, begun, at)
                await self._change(step)
            await self._pass_time(bar, task, begun, total)

    async def play_by_hand(self, hand: Hand) -> None:
        """Play a step whenever Enter is pressed; return when it is once more.

        Or when there is no more input. The day begins with the first step, so that
        the rush hour is near, however long somebody has waited.
        """
        for number, step in enumerate(STORY):
            if not await self._wait_for(hand):
                return
            if number == 0:
                await self._begin_day(DAY)
            await self._change(step)
        await self._wait_for(hand)

    async def _begin_day(self, seconds: float) -> None:
        await self.devices.ask(json.dumps({"day": seconds}))

    async def _change(self, step: Step) -> None:
        self.narrator.happens(step.says)
        await self.devices.ask(_order(step))

    async def _pass_time(
        self, bar: Progress, task: TaskID, begun: float, until: float
    ) -> None:
        while (now := time.monotonic() - begun) < until:
            bar.update(task, completed=now)
            await asyncio.sleep(min(_TICK, until - now))
            self.narrator.settle()

    async def _wait_for(self, hand: Hand) -> bool:
        entered = asyncio.create_task(hand.enter())
        try:
            while not entered.done():
                await asyncio.wait((entered,), timeout=_TICK)
                self.narrator.settle()
        finally:
            entered.cancel()
        return entered.result()


def _order(step: Step) -> str:
    growth = dict.fromkeys(GROWING, step.growth)
    return json.dumps({"down": sorted(step.down), "growth": growth, "slow": step.slow})
