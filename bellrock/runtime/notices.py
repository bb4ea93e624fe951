"""What devices tell unasked, received as the settings say and told what polls find."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from bellrock.model.observation import DeviceReading, Notice
from bellrock.runtime.parts import Parts
from bellrock.runtime.plan import TRAPS, Plan
from collectors.snmp.v3agent import Agent
from collectors.traps.receiver import Receiver
from collectors.traps.settings import TrapSettings

if TYPE_CHECKING:
    from collectors.traps.refusal import Refusal

_AGAIN = 60.0
"""Seconds between two log lines about datagrams refused for the same reason."""

_PART = f"collector {TRAPS}"
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Logged:
    at: float
    times: int


class Notices:
    """The receiver of notices, as a part of the monitor.

    Parameters
    ----------
    report, doubt : callable
        As the receiver's.
    """

    def __init__(
        self,
        parts: Parts,
        *,
        report: Callable[[Notice], None],
        doubt: Callable[[str], None],
    ) -> None:
        self._parts = parts
        self._receiver = Receiver(report=report, doubt=doubt)
        self._running = False
        self._logged: dict[Refusal, _Logged] = {}

    def prepare(self, settings: TrapSettings) -> None:
        """Open what is going to be listened on.

        Raises
        ------
        UserError
            If that cannot be; nothing has changed then.
        """
        self._receiver.prepare(settings)

    def discard(self) -> None:
        """Close what was prepared."""
        self._receiver.discard()

    async def adopt(self, plan: Plan) -> None:
        """Receive as `plan` says, for which we are prepared."""
        self._receiver.adopt(plan.traps, plan.senders)
        listens = bool(plan.traps.listen)
        if listens and not self._running:
            self._parts.start(_PART, self._receiver.run)
        elif self._running and not listens:
            await self._parts.stop(_PART)
        self._running = listens

    def learn(self, reading: DeviceReading, agent: Agent | None) -> None:
        """Take in what a poll found out of a device."""
        if self._running:
            self._receiver.learn(reading.device, reading.facts.addresses, agent)

    def refused(self) -> Iterator[tuple[str, int]]:
        """Yield how many datagrams were refused, by reason; log what is new."""
        now = time.monotonic()
        for reason, times in self._receiver.refused.items():
            yield reason.value, times
            logged = self._logged.setdefault(reason, _Logged(-_AGAIN, 0))
            if times > logged.times and now - logged.at >= _AGAIN:
                _log.warning(
                    "notices refused",
                    reason=reason.value,
                    times=times - logged.times,
                    last_from=self._receiver.last_from.get(reason, ""),
                )
                self._logged[reason] = _Logged(now, times)
