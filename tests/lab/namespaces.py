"""Namespaces that end with whoever made them, even after kill -9.

One process holds them all: the first of a process namespace of its own, which the
kernel ends with everything in it. It waits on a pipe from us, and the pipe closes
when we are gone, however we went. Its files are in memory, in a mount namespace of
its own, so that nothing is left on disk either.
"""

import contextlib
import ctypes
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

from tests.exported import PATIENCE

_CLONE_NEWNET = 0x40000000
_HOLD = """\
set -e
mount --make-rprivate /
mount -t tmpfs -o mode=755 run /run
mkdir /run/netns /run/lldpd /run/sshd /run/frr /run/lab
chown frr:frr /run/frr
mount -t sysfs sys /sys
ip link set lo up
trap '' CHLD
echo ready
exec cat
"""
_UNSHARE = (
    *("unshare", "--fork", "--pid", "--kill-child", "--mount-proc"),
    *("--mount", "--net", "--ipc", "--uts", "sh", "-c", _HOLD),
)
_PATH = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"
FOLDER = Path("/run/lab")
"""Where files are kept, as seen from inside."""


class CommandError(Exception):
    """A command inside failed; the message has what it wrote."""


class Namespaces:
    """The process that holds the namespaces, and the way in."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        children = f"/proc/{process.pid}/task/{process.pid}/children"
        self.pid = int(Path(children).read_text())

    @classmethod
    def start(cls) -> Self:
        """Make them."""
        process = subprocess.Popen(
            _UNSHARE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, "PATH": _PATH},
        )
        assert process.stdout is not None
        if process.stdout.readline() != "ready\n":
            process.wait()
            raise CommandError("no namespaces to be had: are you root?")
        return cls(process)

    def __enter__(self) -> Self:
        """Use them until the end of a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """End everything in them."""
        with self._process as process:
            process.kill()

    def path(self, inside: Path) -> Path:
        """Return where a file inside is seen from here."""
        return Path(f"/proc/{self.pid}/root{inside}")

    def run(self, node: str | None, *command: str, text: str = "") -> str:
        """Run a command inside, in a node's network or apart; return what it wrote.

        Raises
        ------
        CommandError
            If its status is not 0.
        """
        done = subprocess.run(
            self.command(node, *command),
            input=text,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
            env={**os.environ, "PATH": _PATH},
        )
        if done.returncode:
            said = (done.stdout + done.stderr).strip()
            raise CommandError(f"{node}: {' '.join(command)}: {said}")
        return done.stdout

    def command(self, node: str | None, *command: str) -> list[str]:
        """Return the words that run a command inside."""
        enter = ["nsenter", "-t", str(self.pid), "-m", "-n", "-p", "-u", "-i", "--"]
        return [*enter, *(("ip", "netns", "exec", node) if node else ()), *command]

    def script(self, node: str | None, text: str) -> str:
        """Run a shell script inside; it may leave processes behind."""
        return self.run(node, "sh", "-e", "-s", text=text)

    @contextlib.contextmanager
    def inside(self, node: str) -> Iterator[None]:
        """Be in a node's network: this thread, and what it starts.

        Files and processes stay the machine's own.
        """
        with (
            Path("/proc/thread-self/ns/net").open("rb") as outside,
            self.path(Path("/run/netns") / node).open("rb") as there,
        ):
            _enter(there.fileno())
            try:
                yield
            finally:
                _enter(outside.fileno())


def _enter(descriptor: int) -> None:
    # os.setns is Python 3.12's.
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, _CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def until(what: str, true: Callable[[], bool]) -> float:
    """Wait until something is true; return how many seconds it took.

    Raises
    ------
    TimeoutError
        Naming `what`.
    """
    started = time.monotonic()
    while not true():
        if time.monotonic() - started > PATIENCE:
            raise TimeoutError(f"not within {PATIENCE:g} s: {what}")
        time.sleep(0.1)
    return time.monotonic() - started
