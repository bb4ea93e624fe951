"""Keep going when a part of ours fails: count it, log it, go on.

The one ``except Exception`` of the project. What arrives here is a bug or a shortage
of this machine; it must neither stop the other parts nor read as an outage.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bellrock.model.errors import UserError

_log = structlog.get_logger(__name__)

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds before a part that failed is started again; doubled each time."""


class Supervisor:
    """Runs parts and jobs, and hears of every fault.

    Parameters
    ----------
    on_fault : callable
        Told the part's name, once a fault.
    """

    def __init__(self, on_fault: Callable[[str], None]) -> None:
        self._on_fault = on_fault

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
        except Exception:  # noqa: BLE001 - the one place; see above
            self._on_fault(part)
            _log.exception("fault", part=part)
            return False
        return True

    async def forever(self, part: str, work: Callable[[], Awaitable[None]]) -> None:
        """Run `work` again whenever it fails, waiting longer each time.

        Returns when `work` does.
        """
        wait = FIRST_WAIT
        while not await self.once(part, work):
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT)
