"""A command line used as a person does: for devices that run no single commands.

Where an answer ends is told by the prompt, which is whatever the device shows before
the first command.
"""

import asyncio
import re
from collections import deque
from collections.abc import Callable
from typing import Self

import asyncssh

from bellrock.model.observation import Outcome
from collectors.failure import Failure
from collectors.ssh.command import Lost
from collectors.ssh.text import quoted

_PROMPT = re.compile(rb"(?:^|[\r\n])([^\s#>$%][^\r\n#>$%]{0,99}[#>$%]) ?\Z")
_PAGER = re.compile(
    rb"[^\r\n]{0,40}(?:--\s?[Mm]ore\s?--|<--- More --->)[^\r\n]{0,40}\Z"
)
_PAGER_LEFT = re.compile(
    rb"[ \t]{0,16}(?:--\s?[Mm]ore\s?--|<--- More --->)[^\r\n\x08]{0,40}[\x08 ]*\r*"
)
_ASKS = re.compile(rb"(?i)(?:password|passcode|username|login): ?\Z")
_CONTROL = re.compile(rb"\x1b\[[0-9;?]{0,16}[A-Za-z]|\x1b[=>78]|[\x00\x07]")
_TAIL = 256
"""Octets at the end of what was said that are looked at for a prompt."""

_LONGEST_BANNER = 1_000_000
_WIDTH, _HEIGHT = 511, 512


class _Line(asyncssh.SSHClientSession[bytes]):
    """What arrives, piece by piece; nothing of what comes while nobody asks."""

    def __init__(self) -> None:
        self.pieces: deque[bytes] = deque()
        self.asked = True
        self.arrived = asyncio.Event()
        self.lost = False
        self.fault: Exception | None = None

    def data_received(self, data: bytes, _datatype: int | None) -> None:
        if self.asked:
            self.pieces.append(data)
            self.arrived.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        if exc is not None and not isinstance(exc, asyncssh.Error | OSError):
            self.fault = exc
        self.arrived.set()


class Shell:
    """An open command line.

    Parameters
    ----------
    limit : int
        Octets of one answer after which it is taken for endless.
    """

    def __init__(
        self, channel: asyncssh.SSHClientChannel[bytes], line: _Line, limit: int
    ) -> None:
        self._channel = channel
        self._line = line
        self._limit = limit
        self._prompt = b""

    @classmethod
    async def open(
        cls,
        connection: asyncssh.SSHClientConnection,
        limit: int,
        preparation: tuple[str, ...],
    ) -> Self:
        """Open one, and wait for its prompt.

        Parameters
        ----------
        preparation : tuple of str
            What makes it fit for reading, such as ``terminal length 0``. A device that
            knows no such command is read all the same.

        Raises
        ------
        Failure
            If there is none to be had.
        """
        line = _Line()
        try:
            channel, _ = await connection.create_session(
                lambda: line,
                encoding=None,
                request_pty="force",
                term_type="vt100",
                term_size=(_WIDTH, _HEIGHT),
                send_env=None,
                env=None,
            )
        except asyncssh.ChannelOpenError:
            if connection.is_closed():
                raise Lost(silent=True) from None
            raise Failure(
                Outcome.UNSUPPORTED, "it gives this account no command line"
            ) from None
        except asyncssh.Error:
            raise Lost(silent=True) from None
        shell = cls(channel, line, _LONGEST_BANNER)
        await shell._greeting()
        for command in preparation:
            await shell.ask(command)
        shell._limit = limit
        return shell

    @property
    def closed(self) -> bool:
        """Whether it is of no more use."""
        return self._line.lost

    async def ask(self, command: str) -> bytes:
        """Return what it writes between a command and the next prompt.

        Raises
        ------
        Failure
            If it asks back, does not end, or is closed on us.
        """
        self._line.asked = True
        self._type(command.encode() + b"\n")
        said = await self._until(self._at_prompt)
        body = said[: -len(self._prompt)]
        # It repeats what was typed, in a line of its own.
        echo, newline, rest = body.partition(b"\n")
        return rest if newline and command.encode() in echo else body

    def _type(self, keys: bytes) -> None:
        try:
            self._channel.write(keys)
        except OSError:
            # Closed by the device, and we were not told yet.
            raise Lost(silent=True) from None

    def _at_prompt(self, tail: bytes) -> bool:
        before, prompt, _ = tail.rpartition(self._prompt)
        return bool(prompt) and tail.endswith(prompt) and before[-1:] in b"\r\n"

    async def _greeting(self) -> None:
        said = await self._until(lambda tail: _PROMPT.search(tail) is not None)
        found = _PROMPT.search(said[-_TAIL:])
        assert found is not None
        self._prompt = found[1]

    async def _until(self, ends: Callable[[bytes], bool]) -> bytes:
        """Return all that is said until its last words are those waited for."""
        said = bytearray()
        answered = 0
        while True:
            while not self._line.pieces:
                if self._line.fault is not None:
                    raise self._line.fault
                if self._line.lost:
                    raise Lost(silent=not said)
                self._line.arrived.clear()
                await self._line.arrived.wait()
            said += self._line.pieces.popleft()
            if len(said) > self._limit:
                raise Failure(Outcome.TOO_BIG, "its output does not end")
            tail = _CONTROL.sub(b"", bytes(said[max(answered, len(said) - _TAIL) :]))
            if _PAGER.search(tail):
                self._type(b" ")
                answered = len(said)
            elif _ASKS.search(tail):
                what = quoted(tail.decode("utf-8", "replace").splitlines()[-1])
                raise Failure(Outcome.AUTH, f"it asks back: {what}")
            elif not self._line.pieces and ends(tail.rstrip(b" ")):
                self._line.asked = False
                text = _CONTROL.sub(b"", bytes(said)).rstrip(b" ")
                return _PAGER_LEFT.sub(b"", text)
