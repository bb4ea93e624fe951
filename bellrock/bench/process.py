"""Processes to measure in and to measure against.

What is measured begins in a process of its own, so that no case pays for what another
left behind; and whatever answers it is another process, so that its work is not counted
as ours. All of them end with the one that started them, however it ends.
"""

import ctypes
import multiprocessing
import os
import resource
import signal
import socket
import subprocess
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Concatenate, Generic, ParamSpec, TypeVar, cast

from bellrock.bench.measurement import NotMeasuredError
from bellrock.model.errors import UserError

P = ParamSpec("P")
Word = TypeVar("Word")
Say = Callable[[Word], None]

_CONTEXT = multiprocessing.get_context("spawn")
_PATIENCE = 120.0
_PR_SET_PDEATHSIG = 1
_CPUCLOCK_SCHED = 2
_RAW = {socket.AF_PACKET, socket.SOCK_RAW}


@dataclass(frozen=True, slots=True)
class Served(Generic[Word]):
    """A process that serves, and what it said when it was ready."""

    pid: int
    ready: Word


@contextmanager
def serving(
    serve: Callable[Concatenate[Say[Word], P], None], *args: P.args, **kwargs: P.kwargs
) -> Iterator[Served[Word]]:
    """Run `serve` in a process of its own for as long as the context lasts.

    Parameters
    ----------
    serve : callable
        A function at the top level of a module. It calls its first argument once,
        with whatever the caller needs to know, when it is ready.
    args, kwargs
        Its other arguments; they travel between processes.

    Raises
    ------
    NotMeasuredError
        If `serve` raised it, a UserError or a PermissionError before it was ready.
    RuntimeError
        If it ended otherwise, or said nothing for two minutes.
    """
    ours, theirs = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(
        target=_begin, args=(os.getpid(), theirs.send, serve, args, kwargs)
    )
    process.start()
    theirs.close()
    try:
        if not ours.poll(_PATIENCE):
            raise RuntimeError(f"{serve.__name__}: nothing heard of it")
        try:
            said = ours.recv()
        except EOFError:
            raise RuntimeError(f"{serve.__name__}: its process failed") from None
        if isinstance(said, NotMeasuredError):
            raise said
        assert process.pid is not None
        yield Served(process.pid, cast("Word", said))
    finally:
        process.kill()
        process.join()
        process.close()
        ours.close()


def fresh(work: Callable[P, Word], *args: P.args, **kwargs: P.kwargs) -> Word:
    """Return what `work` returns, done in a process that has done nothing before.

    Raises
    ------
    NotMeasuredError, RuntimeError
        As :func:`serving`.
    """
    with serving(_say_result, work, args, kwargs) as served:
        return cast("Word", served.ready)


def cpu_seconds(pid: int) -> float:
    """Return the CPU time, user and system, that a running process has used.

    It is the clock behind :func:`time.process_time`, of another process (see
    ``clock_getcpuclockid(3)``).
    """
    return time.clock_gettime(~pid << 3 | _CPUCLOCK_SCHED)


def run_program(
    *command: str, stdin: str = "", env: Mapping[str, str] | None = None
) -> tuple[subprocess.CompletedProcess[str], float]:
    """Run a program to its end.

    Parameters
    ----------
    env : mapping of str to str
        Variables to set beside ours.

    Returns
    -------
    done : CompletedProcess
        With its output, whatever its exit status.
    seconds : float
        CPU time, user and system, its start included.

    Raises
    ------
    NotMeasuredError
        If it does not end in two minutes; it is killed then.
    """
    begun = _children()
    try:
        done = subprocess.run(
            command,
            input=stdin,
            capture_output=True,
            text=True,
            env={**os.environ, **(env or {})},
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NotMeasuredError(f"{command[0]} does not end") from None
    return done, _children() - begun


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _refused(error: PermissionError) -> str:
    """Say what this machine does not let us, and of whom it would be let."""
    if error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    if frame.f_code is socket.socket.__init__.__code__ and _RAW.intersection(
        (frame.f_locals["family"], frame.f_locals["type"])
    ):
        return f"a raw socket: {error.strerror}: run it as root"
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{last.line} ({Path(last.filename).name}:{last.lineno}): {error.strerror}"


def _say_result(
    say: Say[object],
    work: Callable[..., object],
    args: tuple[object, ...],
    kwargs: dict[str, object],
) -> None:
    say(work(*args, **kwargs))


def _begin(
    parent: int,
    say: Say[object],
    serve: Callable[..., None],
    args: tuple[object, ...],
    kwargs: dict[str, object],
) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        return
    # Ctrl-C is for whoever started us to hear.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        serve(say, *args, **kwargs)
    except UserError as error:
        say(NotMeasuredError(str(error)))
    except PermissionError as error:
        say(NotMeasuredError(_refused(error)))
    except NotMeasuredError as error:
        say(error)
