"""A ``bellrock run`` in a process of its own, over two devices on loopback."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import httpx

from probes.stamp.reflector import Reflector, ReflectorSettings
from tests.exported import Exported
from tests.probes.harness import PATIENCE

INVENTORY = """\
network: {{id: two, name: Two sites}}
sites:
  - {{id: dc, name: Data centre, kind: datacentre}}
  - {{id: gp, name: Surgery, kind: gp, people: 40}}
devices:
  - {{id: p1, site: dc, address: 127.0.0.1, probes: [stamp], ports: {{stamp: {port}}}}}
  - {{id: cpe, site: gp, address: 127.0.0.2, probes: [stamp], ports: {{stamp: {port}}}}}
links:
  - {{id: tail, a: "p1:0", b: "cpe:0", capacity: 1G}}
gateways: [dc]
"""
SETTINGS = """\
inventory: network.yaml
listen: 127.0.0.1:{listen}
probes: {{{probes}}}
analysis: {{debounce: 100ms}}
"""
STAMP = "stamp: {interval: 100ms, deadline: 1s, report: 500ms}"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port: int = held.getsockname()[1]
    return port


@dataclass
class Running(Exported):
    """A monitor process, and what it says over HTTP."""

    process: asyncio.subprocess.Process


@asynccontextmanager
async def reflecting(address: str, port: int) -> AsyncIterator[int]:
    """Run a STAMP reflector of ours."""
    reflector = Reflector(ReflectorSettings(address=ip_address(address), port=port))
    task = asyncio.create_task(reflector.run())
    await asyncio.sleep(0)
    try:
        yield reflector.port
    finally:
        task.cancel()
        await asyncio.wait({task})


@contextmanager
def silent(address: str, port: int) -> Iterator[None]:
    """Swallow what comes: a closed port would refuse, and that is an answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((address, port))
        yield


@asynccontextmanager
async def monitor(
    folder: Path,
    port: int,
    *options: str,
    inventory: str = INVENTORY,
    probes: str = STAMP,
    settings: str = "",
) -> AsyncIterator[Running]:
    """Run ``bellrock run`` over the two devices; `settings` are more of them."""
    listen = free_port()
    (folder / "network.yaml").write_text(inventory.format(port=port))
    own = SETTINGS.format(listen=listen, probes=probes)
    (folder / "bellrock.yaml").write_text(own + settings)
    words = ("bellrock", "run", "-c", str(folder / "bellrock.yaml"), *options)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *words),
        stderr=asyncio.subprocess.PIPE,
    )
    base = f"http://127.0.0.1:{listen}"
    try:
        async with httpx.AsyncClient(
            base_url=base, trust_env=False, timeout=PATIENCE
        ) as client:
            yield Running(client, process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def worker_of(pid: int) -> int:
    """Return the process id of the analysis worker."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if parent == pid and b"spawn_main" in command:
            return int(entry.name)
    raise LookupError(pid)
