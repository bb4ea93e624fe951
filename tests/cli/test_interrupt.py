"""Ctrl-C ends a command with status 130, also while a kernel computes."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.terminal import HEEDED, Terminal
from tests.cli.test_commands import CALEDONIA
from tests.probes.harness import PATIENCE

KERNEL = """
import os, signal, threading
from typing import NamedTuple

import numba
import numpy as np

from bellrock.cli.interrupt import may_come_in_kernels


class Found(NamedTuple):
    array: np.ndarray
    number: float


@numba.njit(nogil=True)
def kernel(steps):
    # No compiler takes this together: each step waits for the one before.
    number = 0.0
    for step in range(steps):
        number += (step % 7) * 1.0001
    return Found(np.zeros(3), number)


kernel(1)
may_come_in_kernels()
threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    kernel(1_000_000_000)
    print("goes on")
except KeyboardInterrupt:
    print("interrupted")
"""


def test_an_interrupt_that_comes_in_a_kernel_is_raised_after_it() -> None:
    # Without it the process dies of a segmentation fault: numba looks for no exception
    # while it makes objects of what a kernel returns.
    done = subprocess.run(
        [*HEEDED, "-c", KERNEL],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "interrupted\n", "")


IGNORED = """
import signal

from bellrock.cli.interrupt import may_come_in_kernels

signal.signal(signal.SIGINT, signal.SIG_IGN)
may_come_in_kernels()
signal.raise_signal(signal.SIGINT)
print("goes on")
"""


def test_an_interrupt_that_whoever_started_us_ignores_stays_ignored() -> None:
    # As a shell that runs a script does for what it starts in the background.
    done = subprocess.run(
        [sys.executable, "-c", IGNORED],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "goes on\n", "")


@pytest.mark.parametrize("refreshed", [1, 4])
def test_n2_is_interrupted_without_a_trace(refreshed: int, terminal: Terminal) -> None:
    with subprocess.Popen(
        [*HEEDED, "-m", "bellrock", "n2", CALEDONIA],
        stdout=subprocess.PIPE,
        stderr=terminal.written,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
    ) as running:
        terminal.shows("failures", times=refreshed)
        running.send_signal(signal.SIGINT)
        said, _ = running.communicate(timeout=PATIENCE)
    terminal.read()
    assert (running.returncode, said) == (130, b"")
    assert "Traceback" not in terminal.shown
    assert terminal.has_its_cursor()


def test_an_interrupt_while_the_program_is_loaded_leaves_no_trace(
    tmp_path: Path,
) -> None:
    # A module that all of it needs, in place of a moment that nobody can hit.
    (tmp_path / "rich.py").write_text(
        "import signal\nsignal.raise_signal(signal.SIGINT)\n"
    )
    done = subprocess.run(
        [*HEEDED, "-m", "bellrock", "n2", CALEDONIA],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
