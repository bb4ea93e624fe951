"""Processes the demo starts: they end with it, however it ends."""

import asyncio
import contextlib
import os
import shutil
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Self

from bellrock.model.errors import UserError

_LAST_WORDS = 5
_GRACE = 5.0


def mortal(*command: str) -> tuple[str, ...]:
    """Return a command that dies with us even after kill -9, if util-linux is there."""
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", "KILL", *command) if setpriv else command


class Child:
    """A child process, and the last lines it wrote to standard error."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._words: deque[str] = deque(maxlen=_LAST_WORDS)
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(
        cls, *command: str, env: Mapping[str, str] | None = None, talks: bool = False
    ) -> Self:
        """Start `command`; if it `talks`, its standard input and output are ours.

        Where util-linux is installed the child dies with us even after kill -9.
        """
        process = await asyncio.create_subprocess_exec(
            *mortal(*command),
            stdin=PIPE if talks else DEVNULL,
            stdout=PIPE if talks else DEVNULL,
            stderr=PIPE,
            env={**os.environ, **(env or {})},
            # Ctrl-C is for the demo to hear; it ends its children in order.
            start_new_session=True,
        )
        return cls(process)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    async def hear(self) -> str:
        """Return its next line of output; empty when it has closed it."""
        assert self._process.stdout is not None
        return (await self._process.stdout.readline()).decode().strip()

    async def ask(self, line: str) -> str:
        """Write a line to its standard input; return what it answers, as `hear`."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        # Whoever is gone reads no more, and answers with the end of its output.
        with contextlib.suppress(ConnectionError):
            await self._process.stdin.drain()
        return await self.hear()

    async def wait_until(
        self, name: str, ready: Callable[[], Awaitable[bool]], patience: float
    ) -> None:
        """Wait until it is ready.

        Raises
        ------
        UserError
            If it ends before, or `patience` seconds pass; it is ended then.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while self._process.returncode is None:
                    if await ready():
                        return
                    await asyncio.sleep(0.1)
        await self.stop()
        raise self.failure(name)

    def failure(self, name: str, what: str = "does not come up") -> UserError:
        """Return the error that tells its last words."""
        words = "\n  ".join(self._words) or "it said nothing"
        return UserError(f"{name}: {what}", words)

    async def wait(self) -> None:
        """Wait until it has ended."""
        await self._process.wait()

    async def stop(self) -> None:
        """End it, at first politely, and wait for it."""
        if self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), _GRACE)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        await self._reading

    async def _read(self) -> None:
        assert self._process.stderr is not None
        while line := await self._process.stderr.readline():
            self._words.append(line.decode(errors="replace").strip())
