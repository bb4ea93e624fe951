"""``bellrock run`` as a process: it watches, survives, and stops when asked."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bellrock.model import catalogue
from bellrock.model.catalogue import Metric
from probes.stamp.reflector import Reflector, ReflectorSettings

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
probes: {{stamp: {{interval: 100ms, deadline: 200ms, report: 100ms}}}}
analysis: {{debounce: 100ms}}
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port: int = held.getsockname()[1]
    return port


@dataclass
class Running:
    """A monitor process, and what it says over HTTP."""

    process: asyncio.subprocess.Process
    client: httpx.AsyncClient

    async def value(self, metric: Metric, **labels: str) -> float | None:
        """Return the sample with these labels; None when there is none."""
        text = (await self.client.get("/metrics")).text
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                wanted = sample.name == metric.name
                if wanted and labels.items() <= sample.labels.items():
                    return sample.value
        return None

    async def until(
        self, expected: float | None, metric: Metric, **labels: str
    ) -> None:
        """Wait for the sample to have this value; None waits for it to vanish."""
        found: float | None = None
        for _ in range(300):
            try:
                found = await self.value(metric, **labels)
            except httpx.TransportError:
                found = -1
            if found == expected:
                return
            await asyncio.sleep(0.1)
        pytest.fail(f"{metric.name}{labels} stayed {found}, not {expected}")


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
async def monitor(folder: Path, port: int) -> AsyncIterator[Running]:
    """Run ``bellrock run`` over the two devices."""
    listen = free_port()
    (folder / "network.yaml").write_text(INVENTORY.format(port=port))
    (folder / "bellrock.yaml").write_text(SETTINGS.format(listen=listen))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bellrock", "run", "-c", folder / "bellrock.yaml"),
        stderr=asyncio.subprocess.PIPE,
    )
    base = f"http://127.0.0.1:{listen}"
    try:
        async with httpx.AsyncClient(base_url=base, trust_env=False) as client:
            yield Running(process, client)
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


async def test_a_device_that_falls_silent_cuts_its_site_off_and_comes_back(
    tmp_path: Path,
) -> None:
    async with (
        reflecting("127.0.0.1", free_port()) as port,
        monitor(tmp_path, port) as running,
    ):
        async with reflecting("127.0.0.2", port):
            await running.until(1, catalogue.SITE_REACHABLE, site="gp")
            assert await running.value(catalogue.SITE_REDUNDANCY, site="gp") == 1
            assert (await running.client.get("/readyz")).status_code == 200
        with silent("127.0.0.2", port):
            await running.until(0, catalogue.SITE_REACHABLE, site="gp")
            assert await running.value(catalogue.DEVICE_UP, device="cpe") == 0
            assert await running.value(catalogue.DEVICE_UP, device="p1") == 1
        async with reflecting("127.0.0.2", port):
            await running.until(1, catalogue.SITE_REACHABLE, site="gp")
            assert await running.value(catalogue.FAULTS) is None


async def test_a_monitor_that_hears_nothing_is_isolated_and_blames_nobody(
    tmp_path: Path,
) -> None:
    port = free_port()
    with silent("127.0.0.1", port), silent("127.0.0.2", port):
        async with monitor(tmp_path, port) as running:
            await running.until(1, catalogue.MONITOR_ISOLATED)
            assert await running.value(catalogue.SITES_UNKNOWN) == 1
            assert await running.value(catalogue.SITE_REACHABLE, site="gp") is None


async def test_the_analysis_survives_the_death_of_its_worker(tmp_path: Path) -> None:
    async with (
        reflecting("127.0.0.1", free_port()) as port,
        monitor(tmp_path, port) as running,
    ):
        async with reflecting("127.0.0.2", port):
            await running.until(1, catalogue.SITE_REACHABLE, site="gp")
            os.kill(worker_of(running.process.pid), signal.SIGKILL)
        # The device is gone while the worker is: only a new one can tell.
        with silent("127.0.0.2", port):
            await running.until(0, catalogue.SITE_REACHABLE, site="gp")
        assert await running.value(catalogue.FAULTS, part="analysis") == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_stops_cleanly_and_quietly(
    tmp_path: Path, number: signal.Signals
) -> None:
    async with (
        reflecting("127.0.0.1", free_port()) as port,
        monitor(tmp_path, port) as running,
    ):
        await running.until(1, catalogue.DEVICE_UP, device="p1")
        worker = worker_of(running.process.pid)
        running.process.send_signal(number)
        _, said = await running.process.communicate()
        assert running.process.returncode == 0
        assert said == b""
        with pytest.raises(ProcessLookupError):
            os.kill(worker, 0)


async def test_a_taken_port_ends_it_with_2(tmp_path: Path) -> None:
    async with monitor(tmp_path, free_port()) as running:
        await running.until(1, catalogue.CONFIG_RELOAD)
        second = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bellrock", "run"),
            *("-c", tmp_path / "bellrock.yaml"),
            stderr=asyncio.subprocess.PIPE,
        )
        _, said = await second.communicate()
    assert second.returncode == 2
    assert b"Address already in use" in said
    assert b"Traceback" not in said
