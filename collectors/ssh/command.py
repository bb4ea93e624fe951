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
    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._output = bytearray()
        self._complaint = bytearray()
        self._status: int | None = None
        loop = asyncio.get_running_loop()
        self.answer: asyncio.Future[Answer] = loop.create_future()

    def data_received(self, data: bytes, datatype: int | None) -> None:
        if self.answer.done():
            return
        if datatype is not None:
            self._complaint += data[: _COMPLAINT - len(self._complaint)]
            self._limit -= len(data)
        else:
            self._output += data
        if len(self._output) > self._limit:
            self._output.clear()
            self.answer.set_exception(
                Failure(Outcome.TOO_BIG, "its output does not end")
            )

    def exit_status_received(self, status: int) -> None:
        self._status = status

    def exit_signal_received(
        self, _signal: str, _core_dumped: bool, msg: str, _lang: str
    ) -> None:
        self._status = -1
        self._complaint += msg.encode()[:_COMPLAINT]

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
    return await channel.answer
