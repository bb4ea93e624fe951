"""A program on this machine: its output up to a limit, and no trace of it left."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from bellrock.model.observation import Outcome
from probes.throughput.failure import NotMeasuredError

OUTPUT_LIMIT = 4_000_000
"""Bytes of output after which a program is taken for a broken one."""

GRACE = 2.0
"""Seconds from being asked to end until a program is killed."""

_COMPLAINT_LIMIT = 4096
_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Ran:
    """What a program wrote, and how it ended.

    Attributes
    ----------
    complaint : bytes
        The beginning of what it wrote on standard error.
    status : int or None
        As a shell would have it; None where it was not told.
    """

    output: bytes
    complaint: bytes
    status: int | None


Run = Callable[[Sequence[str], float], Awaitable[Ran]]
"""Runs a command, here or elsewhere, and asks it to end after so many seconds.

Raises :class:`NotMeasuredError` where it cannot be run, or does not end.
"""


async def run_here(command: Sequence[str], seconds: float) -> Ran:
    """Run a command on this machine; it and its children end with us.

    Its environment is empty but for where programs are: ours may hold secrets.

    Raises
    ------
    NotMeasuredError
        If it is not installed, writes without end, or does not end when it is asked to.
    """
    starting = asyncio.create_task(_started(command))
    try:
        process = await asyncio.shield(starting)
    except asyncio.CancelledError:
        # Left to asyncio, the program alone would be ended, not what it has started.
        with suppress(OSError):
            process = await starting
            _signal(process, signal.SIGKILL)
            await process.communicate()
        raise
    except FileNotFoundError:
        raise NotMeasuredError(
            Outcome.UNSUPPORTED,
            f"{command[0]} is not installed on this machine; install the package "
            f"{command[0]} (Debian: apt install {command[0]})",
        ) from None
    except PermissionError:
        raise NotMeasuredError(
            Outcome.UNSUPPORTED, f"{command[0]} may not be run by this user"
        ) from None
    assert process.stdout is not None
    assert process.stderr is not None
    written = asyncio.gather(
        _read(process, process.stdout, OUTPUT_LIMIT, endless=True),
        _read(process, process.stderr, _COMPLAINT_LIMIT, endless=False),
    )
    try:
        await asyncio.wait((written,), timeout=seconds)
        if not written.done():
            _signal(process, signal.SIGTERM)
            await asyncio.wait((written,), timeout=GRACE)
        ended = written.done()
    finally:
        # Not once it is over: its number may be another's by now.
        if process.returncode is None or not written.done():
            _signal(process, signal.SIGKILL)
        # The pipes end with whoever held them, so this does not take long.
        output, complaint = await written
        status = await process.wait()
    if not ended:
        raise NotMeasuredError(
            Outcome.TIMEOUT, f"{command[0]} did not end when it was asked to; killed"
        )
    if len(output) > OUTPUT_LIMIT:
        raise NotMeasuredError(Outcome.TOO_BIG, f"{command[0]} writes without end")
    return Ran(output, complaint, status)


async def _started(command: Sequence[str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
        # A group of its own, to be ended as a whole; and no Ctrl-C of ours.
        start_new_session=True,
    )


async def _read(
    process: asyncio.subprocess.Process,
    stream: asyncio.StreamReader,
    limit: int,
    *,
    endless: bool,
) -> bytes:
    """Read to the end, keep a little over the limit; what is `endless` is killed."""
    kept = bytearray()
    while chunk := await stream.read(_CHUNK):
        if len(kept) <= limit:
            kept += chunk[: limit + 1 - len(kept)]
        elif endless:
            _signal(process, signal.SIGKILL)
    return bytes(kept)


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    """Tell the whole group, also what the program may have left behind in it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)
