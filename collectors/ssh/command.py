"""One command, one channel: its output to the last octet, and how it ended."""

import asyncio
from dataclasses import dataclass

import asyncssh

from bellrock.model.observation import Outcome
from collectors.failure import Failure

_COMPLAINT = 4096
"""Octets kept of what it says on standard error."""


class Lost(Failure):
    """The connection went away under a command.

    Attributes
    ----------
    silent : bool
        Whether it did so before a word of the answer.
    """

    def __init__(self, *, silent: bool) -> None:
        super().__init__(Outcome.RESET, "it closed the connection under a command")
        self.silent = silent


class NoCommandsError(Exception):
    """It does not run single commands; its command line may still be had."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command wrote.

    Attributes
    ----------
    status : int or None
        Its exit status; None where the device has no such thing.
    """

    output: bytes
    complaint: bytes
    status: int | None


class _Channel(asyncssh.SSHClientSession[bytes]):
    """What a command writes.

    Attributes
    ----------
    whole : bool
        Whether the device has said that this is all of it, by an end of file or how
        the command ended.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._output = bytearray()
        self._complaint = bytearray()
        self._status: int | None = None
        self.whole = False
        loop = asyncio.get_running_loop()
        self.answer: asyncio.Future[Answer] = loop.create_future()

    def data_received(self, data: bytes, datatype: int | None) -> None:
        if self.answer.done():
            return
        if datatype is not None:
            self._complain(data)
            self._limit -= len(data)
        else:
            self._output += data
        if len(self._output) > self._limit:
            self._output.clear()
            self.answer.set_exception(
                Failure(Outcome.TOO_BIG, "its output does not end")
            )

    def eof_received(self) -> bool:
        self.whole = True
        return False

    def exit_status_received(self, status: int) -> None:
        self.whole = True
        self._status = status

    def exit_signal_received(
        self, _signal: str, _core_dumped: bool, msg: str, _lang: str
    ) -> None:
        self.whole = True
        self._status = -1
        self._complain(msg.encode())

    def connection_lost(self, exc: Exception | None) -> None:
        if self.answer.done():
            return
        if exc is None:
            answer = Answer(bytes(self._output), bytes(self._complaint), self._status)
            self.answer.set_result(answer)
        elif isinstance(exc, asyncssh.Error | OSError):
            self.answer.set_exception(Lost(silent=not self._output))
        else:
            # Not the device's doing.
            self.answer.set_exception(exc)

    def _complain(self, data: bytes) -> None:
        self._complaint += data[: _COMPLAINT - len(self._complaint)]


async def run(
    connection: asyncssh.SSHClientConnection, command: str, limit: int
) -> Answer:
    """Run a command; `limit` is in octets.

    Raises
    ------
    Failure
        If its output does not end, or the connection does before it.
    NoCommandsError
        If the device does not run commands in this way.
    """
    channel = _Channel(limit)
    try:
        await connection.create_session(
            lambda: channel,
            command,
            encoding=None,
            request_pty=False,
            send_env=None,
            env=None,
        )
    except asyncssh.ChannelOpenError:
        if connection.is_closed():
            raise Lost(silent=True) from None
        raise NoCommandsError from None
    except asyncssh.Error:
        raise Lost(silent=True) from None
    answer = await channel.answer
    if connection.is_closed() and not channel.whole:
        # A side that takes its leave closes the channel as if all had been said.
        raise Lost(silent=not answer.output)
    return answer
