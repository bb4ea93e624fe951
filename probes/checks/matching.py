"""Search a page for a regular expression, where it can hold up nobody.

Some expressions take years on a page that was made for them, and Python's ``re`` lets
nothing else run meanwhile. So a process of its own searches, with little time and
memory, which ends by itself even if we do not live to end it.
"""

import asyncio
import signal
import sys

from bellrock.model.observation import Outcome
from probes.failure import FailedError

SECONDS = 1
"""Of a processor's time."""
_MEMORY = 512 * 1024 * 1024
_FOUND, _NOT_FOUND, _TOO_LARGE = 10, 11, 12

_SEARCH = f"""
import os, re, resource, sys
os.nice(10)
resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS} + 1))
resource.setrlimit(resource.RLIMIT_AS, ({_MEMORY}, {_MEMORY}))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
size = int(sys.stdin.buffer.readline())
pattern = sys.stdin.buffer.read(size).decode("utf-8", "surrogatepass")
text = sys.stdin.buffer.read().decode("utf-8", "replace")
try:
    status = {_FOUND} if re.search(pattern, text) else {_NOT_FOUND}
except (MemoryError, RecursionError):
    status = {_TOO_LARGE}
os._exit(status)
"""


async def is_found(pattern: str, body: bytes) -> bool:
    """Return whether `pattern` is found in the text of `body`.

    Raises
    ------
    FailedError
        If it takes too long, or too much memory.
    RuntimeError
        If it cannot be searched for at all.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", "-c", _SEARCH),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        # Ours may hold secrets.
        env={},
        start_new_session=True,
    )
    encoded = pattern.encode("utf-8", "surrogatepass")
    try:
        await process.communicate(b"%d\n" % len(encoded) + encoded + body)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    status = process.returncode
    if status in (_TOO_LARGE, -signal.SIGXCPU, -signal.SIGKILL):
        raise FailedError(
            Outcome.MISMATCH,
            f"to search this page for {pattern!r} takes too much; make it simpler",
        )
    if status not in (_FOUND, _NOT_FOUND):
        raise RuntimeError(f"the search for a pattern ended with status {status}")
    return status == _FOUND
