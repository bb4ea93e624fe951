"""iperf3's own server, from Debian, on loopback or in a network of its own."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.probes.harness import PATIENCE
from tests.programs import need


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port that nobody listens on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as sock:
        return int(sock.getsockname()[1])


@asynccontextmanager
async def iperf3_server(host: str = "127.0.0.1") -> AsyncIterator[int]:
    """Run one that listens on the port it returns."""
    port = free_port(host)
    process = await asyncio.create_subprocess_exec(
        need("iperf3"),
        *("--server", "--bind", host, "--port", str(port), "--forceflush"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE):
            while b"listening" not in await process.stdout.readline():
                pass
        yield port
    finally:
        process.kill()
        await process.stdout.read()
        await process.wait()
