"""What is kept of a device from poll to poll: one connection, and how to ask on it."""

import asyncio
import math
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

import asyncssh

from bellrock.model.observation import Outcome
from collectors.failure import Failure
from collectors.ssh.command import Answer, Lost, NoCommandsError, run
from collectors.ssh.platforms.platform import Platform
from collectors.ssh.rarely import Rarely
from collectors.ssh.settings import SshSettings
from collectors.ssh.shell import Shell
from collectors.ssh.text import quoted

_NOT_ALLOWED = re.compile(r"(?i)authori[sz]ation failed|permission denied|not authori")
_NOT_KNOWN = re.compile(
    r"(?i)%|syntax error|unknown command|error:|invalid |"
    r"[^\n]{0,80}(?:is not running|not enabled)\s*$"
)
_LONGEST_WAIT = 3600.0
"""Seconds, at most, between two tries to log in where we are not let in."""

Connect = Callable[[], Coroutine[None, None, asyncssh.SSHClientConnection]]


@dataclass(slots=True)
class Refusals:
    """Logins refused in a row, and when the next may be tried (seconds, monotonic).

    A password tried every few minutes for a weekend locks the account, on every
    device of the network at once.
    """

    times: int = 0
    until: float = -math.inf

    def add(self, now: float, interval: float) -> None:
        """Count one more."""
        self.times += 1
        wait = min(interval * 2 ** min(self.times, 20), _LONGEST_WAIT)
        self.until = now + wait - interval / 2

    def clear(self) -> None:
        """We were let in."""
        self.times, self.until = 0, -math.inf


class Session:
    """Asks one device, over one connection as long as that lasts.

    Parameters
    ----------
    connect : callable
        Opens a connection, or raises NotConnected.
    """

    def __init__(
        self, platform: Platform, settings: SshSettings, connect: Connect
    ) -> None:
        self.lock = asyncio.Lock()
        self.retired = False
        self.database = Rarely()
        self._settings = settings
        self._platform = platform
        self._connect = connect
        self._connection: asyncssh.SSHClientConnection | None = None
        self._shell: Shell | None = None
        self._by_shell = platform.shell
        self._answers = 0

    @property
    def is_open(self) -> bool:
        """Whether a connection is kept, as far as we know."""
        return self._connection is not None and not self._connection.is_closed()

    async def ask(self, command: str) -> str:
        """Return what a command writes.

        Raises
        ------
        NotConnected
            If there is no connection to be had.
        Failure
            For whatever else the device does. The connection is closed then, unless
            the command was merely refused.
        """
        try:
            return await self._ask(command)
        except Lost as lost:
            # One that was open for long, or serves one command only, is often found
            # closed when it is used: no reason to call the device broken.
            if not (lost.silent and self._answers):
                raise
        return await self._ask(command)

    def retire(self) -> None:
        """Hang up for good, at the end of a poll that is under way."""
        self.retired = True
        if not self.lock.locked():
            self.close()

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.abort()
        self._connection = self._shell = None

    async def _ask(self, command: str) -> str:
        if not self.is_open:
            self.close()
            self._answers = 0
            self._connection = await self._connect()
        patience = self._settings.command_timeout
        try:
            async with asyncio.timeout(patience):
                answer = await self._answer(command)
        except TimeoutError:
            self.close()
            detail = f"{command}: not to the end within {patience:g} s"
            raise Failure(Outcome.TIMEOUT, detail) from None
        except Failure as failure:
            self.close()
            if isinstance(failure, Lost):
                raise
            raise Failure(failure.outcome, f"{command}: {failure.detail}") from None
        except BaseException:
            self.close()
            raise
        self._answers += 1
        return accepted(command, answer)

    async def _answer(self, command: str) -> Answer:
        assert self._connection is not None
        if not self._by_shell:
            try:
                return await run(self._connection, command, self._settings.output_limit)
            except NoCommandsError:
                self._by_shell = True
        if self._shell is None or self._shell.closed:
            self._shell = await Shell.open(
                self._connection,
                self._settings.output_limit,
                self._platform.preparation,
            )
        return Answer(await self._shell.ask(command), b"", None)


def accepted(command: str, answer: Answer) -> str:
    """Return the output of a command that the device has and lets us use.

    Raises
    ------
    Failure
        If it does not.
    """
    text = answer.output.decode("utf-8", "replace")
    # What is refused is refused in few words.
    beginning = text[:1000]
    # Some point at the word that they do not know.
    words = beginning.lstrip().removeprefix("^").lstrip()
    refused = answer.status not in (None, 0) or _NOT_KNOWN.match(words)
    if not refused:
        return text
    said = answer.complaint.decode("utf-8", "replace") or beginning
    outcome = Outcome.AUTH if _NOT_ALLOWED.search(said) else Outcome.UNSUPPORTED
    raise Failure(outcome, f"{command}: it says: {quoted(said)}")
