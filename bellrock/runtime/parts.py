"""The monitor's parts: supervised tasks that can be replaced one at a time."""

import asyncio
from collections.abc import Awaitable, Callable

from bellrock.runtime.supervise import Supervisor


class Parts:
    """Runs parts by name in a group of tasks.

    Parameters
    ----------
    group : asyncio.TaskGroup
        What they end with.
    """

    def __init__(self, group: asyncio.TaskGroup, supervisor: Supervisor) -> None:
        self._group = group
        self._supervisor = supervisor
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Run `work` until it is stopped, again whenever it fails."""
        forever = self._supervisor.forever(name, work)
        self._tasks[name] = self._group.create_task(forever, name=name)

    async def stop(self, name: str) -> None:
        """Cancel a part and wait until it has cleaned up; nothing if it never was."""
        task = self._tasks.pop(name, None)
        if task is not None:
            task.cancel()
            await asyncio.wait((task,))
