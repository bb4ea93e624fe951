"""Engines run for real, what they report added up, and networks of a test's own."""

import asyncio
import ctypes
import fcntl
import os
import socket
import struct
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from bellrock.model.observation import Outcome, RoundTrips
from probes.runner import Engine

PATIENCE = 120.0
"""Seconds without what must come, after which something hangs: nobody is that busy."""

_NEW_NETWORK = 0x40000000
_SET_FLAGS = 0x8914
_UP = 0x1
_NOBODY = 65534


class Reports:
    """Adds up what an engine reports, by target."""

    def __init__(self) -> None:
        self.all: dict[str, list[RoundTrips]] = defaultdict(list)

    def __call__(self, report: RoundTrips) -> None:
        self.all[report.target].append(report)

    def outcomes(self, target: str) -> Counter[Outcome]:
        total: Counter[Outcome] = Counter()
        for report in self.all[target]:
            total.update(report.outcomes)
        return total

    def delays(self, target: str) -> list[float]:
        return [delay for report in self.all[target] for delay in report.delays]

    def late(self, target: str) -> int:
        return sum(report.late for report in self.all[target])

    def duplicates(self, target: str) -> int:
        return sum(report.duplicates for report in self.all[target])


@asynccontextmanager
async def running(*parts: Engine) -> AsyncIterator[None]:
    """Run engines in the background; what goes wrong in them fails the test."""
    tasks = [asyncio.create_task(part.run()) for part in parts]
    try:
        yield
        for task in tasks:
            if task.done():
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what must come; a test that waits for ever fails."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 (the kernel sets no Event)
            await asyncio.sleep(0.01)


def without(privilege: str) -> None:
    """Skip for want of a privilege, naming it; fail where CI=true."""
    missing = f"needs {privilege}; run as root"
    if os.environ.get("CI") == "true":
        pytest.fail(missing)
    pytest.skip(missing)


def need_raw_sockets() -> None:
    """Skip unless raw sockets are granted."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP).close()
    except PermissionError:
        without("CAP_NET_RAW")


@contextmanager
def own_network(**sysctls: str) -> Iterator[None]:
    """Move this thread to a new network namespace with a loopback and no more.

    Parameters
    ----------
    **sysctls : str
        Settings below ``net.ipv4`` to write in it.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    with Path("/proc/thread-self/ns/net").open("rb") as home:
        if libc.unshare(_NEW_NETWORK) != 0:
            without("CAP_SYS_ADMIN")
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
                fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sH14x", b"lo", _UP))
            for name, value in sysctls.items():
                _sysctl(name, value)
            yield
        finally:
            assert libc.setns(home.fileno(), _NEW_NETWORK) == 0


def _sysctl(name: str, value: str) -> None:
    try:
        Path("/proc/sys/net/ipv4", name).write_text(value, encoding="ascii")
    except OSError:
        without("a writable /proc/sys/net")


@contextmanager
def unprivileged() -> Iterator[None]:
    """Go without root's capabilities for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
