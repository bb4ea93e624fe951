"""Keep going when a part of ours fails: count it, log it, go on.

The one ``except Exception`` of the project. What arrives here is a bug or a shortage
of this machine; it must neither stop the other parts nor read as an outage.
"""

import asyncio
import time
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from bellrock.model.errors import UserError

_log = structlog.get_logger(__name__)

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds before a part that failed is started again; doubled each time."""

RAN_WELL = 300.0
"""Seconds a part ran before it failed, for that to count as a first failure."""

AGAIN = 60.0
"""Seconds between two log lines about the same fault."""


class Supervisor:
    """Runs parts and jobs, and hears of every fault.

    Parameters
    ----------
    on_fault : callable
        Told the part's name, once a fault.
    clock : callable
        Seconds, monotonic.
    """

    def __init__(
        self,
        on_fault: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._on_fault = on_fault
        self._clock = clock
        self._repeats: dict[tuple[str, str], _Repeats] = {}

    async def once(self, part: str, work: Callable[[], Awaitable[None]]) -> bool:
        """Run `work`; return whether it ended without a fault.

        Raises
        ------
        UserError
            Whatever of that kind `work` raises.
        """
        try:
            await work()
        except UserError:
            # No privilege, a taken port: only the person who started us can help.
            raise
        except Exception as error:  # noqa: BLE001 - the one place; see above
            self._hear(part, error)
            return False
        return True

    async def turn(self, part: str, work: Callable[[], Awaitable[bool]]) -> bool:
        """Return what `work` returns, or False after a fault.

        What only the person who started us can mend is one, too: it may be mended by
        the next turn.
        """
        well = False

        async def whole() -> None:
            nonlocal well
            well = await work()

        try:
            await self.once(part, whole)
        except UserError as error:
            self._hear(part, error)
        return well

    async def forever(self, part: str, work: Callable[[], Awaitable[None]]) -> None:
        """Run `work` again whenever it fails, waiting longer each time.

        Returns when `work` does.
        """
        wait = FIRST_WAIT
        started = self._clock()
        while not await self.once(part, work):
            if self._clock() - started > RAN_WELL:
                wait = FIRST_WAIT
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT)
            started = self._clock()

    def _hear(self, part: str, error: Exception) -> None:
        self._on_fault(part)
        self._tell(part, error)

    def _tell(self, part: str, error: Exception) -> None:
        """Log a fault with its traceback, and its like once a minute as a number.

        A thousand devices a minute that meet the same bug are one fault.
        """
        kind = f"{type(error).__name__} at {_place(error)}"
        now = self._clock()
        repeats = self._repeats.get((part, kind))
        if repeats is None:
            self._repeats[part, kind] = _Repeats(now)
            _log.error("fault", part=part, exc_info=error)
            return
        repeats.untold += 1
        if now - repeats.told >= AGAIN:
            _log.error("fault again", part=part, fault=kind, times=repeats.untold)
            self._repeats[part, kind] = _Repeats(now)


@dataclass(slots=True)
class _Repeats:
    """When a kind of fault was logged, and how often it has come since."""

    told: float
    untold: int = 0


def _place(error: Exception) -> str:
    """Return the file and line that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "nowhere"
