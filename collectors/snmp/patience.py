"""A time limit for a device that does not count what it waits for us.

So many devices are asked at once and so many requests are sent in a second, however
many there are: a device that has to wait for its turn is not a slow one.
"""

import asyncio
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Self

_current: ContextVar["Patience | None"] = ContextVar("patience", default=None)


class Patience:
    """Ends what is done within it when the device has taken so many seconds.

    Time runs from the first request that is sent, and stands still whenever the next
    one has to wait for its turn.

    Raises
    ------
    TimeoutError
        On the way out, if the time was up.

    Attributes
    ----------
    left : float
        Seconds that the device had left when time was last stopped.
    """

    def __init__(self, seconds: float) -> None:
        self.left = seconds
        self._until: float | None = None
        self._clock = asyncio.get_running_loop().time
        self._timeout = asyncio.timeout(None)
        self._token: Token[Patience | None] | None = None

    async def __aenter__(self) -> Self:
        """Begin, with time standing still."""
        await self._timeout.__aenter__()
        self._token = _current.set(self)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End; time up becomes TimeoutError."""
        assert self._token is not None
        _current.reset(self._token)
        if self._until is not None:
            self.left = self._until - self._clock()
        await self._timeout.__aexit__(kind, error, trace)

    def run(self) -> None:
        """Let time run, unless it does."""
        if self._until is None:
            self._until = self._clock() + self.left
            self._timeout.reschedule(self._until)

    def hold(self) -> None:
        """Have time stand still, unless it does."""
        if self._until is not None:
            self.left = self._until - self._clock()
            self._until = None
            self._timeout.reschedule(None)


def run() -> None:
    """From now on it is the device that we wait for."""
    patience = _current.get()
    if patience is not None:
        patience.run()


def hold() -> None:
    """From now on the device waits for us."""
    patience = _current.get()
    if patience is not None:
        patience.hold()
