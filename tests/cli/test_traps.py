"""A trap moves a link at once, and a poll decides: the monitor on a real agent."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from bellrock.model import catalogue
from tests.cli.watching import free_port
from tests.collectors.snmp.netsnmp import SnmpDaemon
from tests.collectors.traps.harness import LINK_DOWN, LINK_UP, secured, trap, user
from tests.exported import Exported
from tests.probes.harness import PATIENCE

_INVENTORY = """\
network: {{id: two, name: Two sites}}
sites:
  - {{id: dc, name: Data centre, kind: datacentre}}
  - {{id: gp, name: Surgery, kind: gp, people: 40}}
devices:
  - {{id: p1, site: dc}}
  - {{id: cpe, site: gp, address: 127.0.0.1, snmp: it, ports: {{snmp: {port}}}}}
links:
  - {{id: tail, a: "p1:0", b: "cpe:lo", capacity: 1G}}
gateways: [dc]
"""
_SETTINGS = """\
inventory: network.yaml
listen: 127.0.0.1:{listen}
snmp:
  it: {{version: "2c", community_file: community}}
  signed:
    version: 3
    user: me
    auth: {{protocol: sha256, password_file: auth}}
    privacy: {{protocol: aes128, password_file: privacy}}
collectors:
  snmp: {{interval: {poll}s}}
  traps: {{listen: "127.0.0.1:{traps}", credentials: [signed], confirm: 1s}}
analysis: {{debounce: 50ms}}
"""


@dataclass
class Watching(Exported):
    """A monitor that polls once a minute and listens for traps."""

    folder: Path
    traps: int
    process: asyncio.subprocess.Process

    def tell(self, *datagrams: bytes, source: str = "127.0.0.1") -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((source, 0))
            for each in datagrams:
                sock.sendto(each, ("127.0.0.1", self.traps))

    async def polls(self) -> float | None:
        return await self.value(catalogue.DEVICE_UPTIME, device="cpe")


@asynccontextmanager
async def watching(
    folder: Path, agent: SnmpDaemon, *, poll: float = 60
) -> AsyncIterator[Watching]:
    listen, traps = free_port(), free_port()
    for name, text in (
        ("network.yaml", _INVENTORY.format(port=agent.port)),
        ("bellrock.yaml", _SETTINGS.format(listen=listen, traps=traps, poll=poll)),
        ("community", "public"),
        ("auth", "authpass12"),
        ("privacy", "privpass12"),
    ):
        (folder / name).write_text(text)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bellrock", "run", "-c", folder / "bellrock.yaml"),
        stderr=asyncio.subprocess.PIPE,
    )
    base = f"http://127.0.0.1:{listen}"
    try:
        async with httpx.AsyncClient(
            base_url=base, trust_env=False, timeout=PATIENCE
        ) as client:
            watching = Watching(client, folder, traps, process)
            async with asyncio.timeout(PATIENCE):
                while not await _answers(client):  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
            yield watching
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def _answers(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/readyz")).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def agent(tmp_path: Path) -> SnmpDaemon:
    folder = tmp_path / "agent"
    folder.mkdir()
    return SnmpDaemon(folder)


async def test_a_notice_is_believed_until_the_poll_that_it_asks_for(
    tmp_path: Path, agent: SnmpDaemon
) -> None:
    async with watching(tmp_path, agent) as monitor:
        # Nobody answers polls yet, so that what the trap says stands.
        monitor.tell(trap(oid=(1, 3, 6, 1, 6, 3, 1, 1, 5, 1)))
        await monitor.until(1, catalogue.NOTICES, device="cpe", notice="cold_start")
        await monitor.counts(
            1, catalogue.COLLECT_FAILURES, device="cpe", reason="refused"
        )
        down = trap(2).replace(b"wan0", b"lo\0\0")
        monitor.tell(down)
        await monitor.until(0, catalogue.LINK_UP, link="tail")
        with agent:
            # It is up, as the agent says and the poll that is asked for finds.
            monitor.tell(trap(3, oid=LINK_DOWN).replace(b"wan0", b"lo\0\0"))
            await monitor.until(1, catalogue.LINK_UP, link="tail")
            assert await monitor.polls() is not None
            # Whoever tells it down again now is not believed, only polled.
            monitor.tell(trap(4).replace(b"wan0", b"lo\0\0"))
            await monitor.until(3, catalogue.NOTICES, device="cpe", notice="link_down")
            await asyncio.sleep(0.3)
            assert await monitor.value(catalogue.LINK_UP, link="tail") == 1
        assert await monitor.value(catalogue.FAULTS) is None


async def test_what_is_refused_is_counted_and_a_reload_keeps_listening(
    tmp_path: Path, agent: SnmpDaemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_AUTH", "authpass12")
    monkeypatch.setenv("TEST_PRIVACY", "privpass12")
    refused = catalogue.NOTICES_REFUSED
    with agent:
        async with watching(tmp_path, agent) as monitor:
            monitor.tell(trap(community=b"secret-of-another"))
            await monitor.until(1, refused, reason="wrong_community")
            monitor.tell(trap(), source="127.0.0.9")
            await monitor.until(1, refused, reason="unknown_sender")
            monitor.tell(secured(user()))
            await monitor.until(1, catalogue.NOTICES, device="cpe", notice="link_down")
            file = tmp_path / "bellrock.yaml"
            # One that cannot be listened on is refused as a whole.
            good = file.read_text()
            file.write_text(
                good.replace("127.0.0.1:" + str(monitor.traps), "192.0.2.1:1162")
            )
            monitor.process.send_signal(signal.SIGHUP)
            await monitor.until(0, catalogue.CONFIG_RELOAD)
            monitor.tell(trap(5))
            await monitor.until(2, catalogue.NOTICES, device="cpe", notice="link_down")
            file.write_text(good.replace("credentials: [signed], ", ""))
            monitor.process.send_signal(signal.SIGHUP)
            await monitor.until(1, catalogue.CONFIG_RELOAD)
            monitor.tell(secured(user(), 2))
            await monitor.until(1, refused, reason="unknown_user")
            monitor.tell(trap(6))
            await monitor.until(3, catalogue.NOTICES, device="cpe", notice="link_down")
            monitor.process.terminate()
            _, said = await monitor.process.communicate()
    assert b"wrong_community" in said
    assert b"secret-of-another" not in said
    assert b"authpass12" not in said


async def _refused(monitor: Watching) -> float:
    """Return how much came faster than it was read, or than there was room for it."""
    refused = [
        await monitor.value(catalogue.NOTICES_REFUSED, reason=why)
        for why in ("crowded", "overrun")
    ]
    return sum(filter(None, refused))


def _octets(pid: int) -> int:
    """Return how much memory a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


async def test_polls_go_on_in_a_storm_and_all_is_as_before_after_it(
    tmp_path: Path, agent: SnmpDaemon
) -> None:
    states = LINK_DOWN, LINK_UP
    storm = [
        trap(number, oid=states[number % 2]).replace(b"wan0", b"lo\0\0")
        for number in range(10_000)
    ]
    with agent:
        async with watching(tmp_path, agent, poll=0.5) as monitor:
            await monitor.until(1, catalogue.LINK_UP, link="tail")
            monitor.tell(*storm[:300])
            await monitor.until(1, catalogue.LINK_UP, link="tail")
            before = _octets(monitor.process.pid)
            await asyncio.to_thread(monitor.tell, *storm)
            polls = set()
            for _ in range(40):
                polls.add(await monitor.polls())
                await asyncio.sleep(0.2)
                if len(polls) >= 4:
                    break
            # What waits of the storm is read for ten seconds, and no poll waits for
            # that; a busy machine may miss some turns.
            assert len(polls) >= 4
            lag = await monitor.value(catalogue.SCHEDULER_LAG)
            assert lag is not None
            assert lag < 8
            async with asyncio.timeout(PATIENCE):
                while await _refused(monitor) <= 5000:  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
            # What waits and what is forgotten of it: some megabytes, and not ten
            # thousand datagrams' worth of anything.
            assert _octets(monitor.process.pid) - before < 24 << 20
            await monitor.until(1, catalogue.LINK_UP, link="tail")
            assert await monitor.value(catalogue.FAULTS) is None


async def test_credentials_that_are_not_there_are_the_users_mistake(
    tmp_path: Path,
) -> None:
    settings = _SETTINGS.format(listen=free_port(), traps=free_port(), poll=60)
    for name in ("community", "auth", "privacy"):
        (tmp_path / name).write_text("long-enough")
    (tmp_path / "network.yaml").write_text(_INVENTORY.format(port=1))
    file = tmp_path / "bellrock.yaml"
    file.write_text(settings.replace("[signed]", "[singed]"))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bellrock", "run", "-c", file),
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "NO_COLOR": "1"},
    )
    _, said = await process.communicate()
    assert process.returncode == 2
    assert (
        b"bellrock.yaml:12: collectors.traps.credentials[0]: snmp has no singed" in said
    )
    assert b'"signed"' in said
