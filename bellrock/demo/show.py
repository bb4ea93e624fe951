"""Plays the story on the simulated devices, with a bar that shows how far it is."""

import asyncio
import json
import time
from dataclasses import dataclass

from rich.progress import Progress, TaskID

from bellrock.demo.child import Child
from bellrock.demo.narrator import Narrator
from bellrock.demo.story import GROWING, Step, elapsed

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
    bar: Progress

    async def play(self, length: float, total: float) -> None:
        """Play the story once within `length` seconds; return after `total`.

        The network's day lasts as long, so that its rush hour comes with the story.
        """
        task = self.bar.add_task("the story", total=total)
        begun = time.monotonic()
        await self.devices.tell(json.dumps({"day": total}))
        for at, step in elapsed(length):
            await self._pass_time(task, begun, at)
            self.narrator.happens(step.says)
            await self.devices.tell(_order(step))
        await self._pass_time(task, begun, total)
        self.bar.remove_task(task)

    async def _pass_time(self, task: TaskID, begun: float, until: float) -> None:
        while (now := time.monotonic() - begun) < until:
            self.bar.update(task, completed=now)
            await asyncio.sleep(min(_TICK, until - now))
            self.narrator.settle()


def _order(step: Step) -> str:
    growth = dict.fromkeys(GROWING, step.growth)
    return json.dumps({"down": sorted(step.down), "growth": growth, "slow": step.slow})
