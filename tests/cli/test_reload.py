"""SIGHUP: the files are read again, and only what they change is changed."""

import asyncio
import os
import signal
from pathlib import Path

from bellrock.model import catalogue
from tests.cli.watching import (
    INVENTORY,
    Running,
    free_port,
    monitor,
    reflecting,
    worker_of,
)
from tests.probes.harness import PATIENCE

SITE = "  - {id: school, name: School, kind: school}\n"
DEVICE = "  - {id: cpe2, site: school, address: 127.0.0.3, probes: [stamp]"


def sockets(pid: int) -> set[str]:
    """Return the sockets a process holds that outlive a scrape."""
    found = set()
    for fd in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.add(os.readlink(fd))
        except OSError:
            continue
    return {name for name in found if name.startswith("socket:")}


def alive(pid: int) -> bool:
    """Return whether the process is there, and not only waited for."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def with_school(port: int) -> str:
    """Return the inventory with one more site, device and link."""
    text = INVENTORY.format(port=port)
    text = text.replace("devices:", f"{SITE}devices:")
    text = text.replace("links:", f"{DEVICE}, ports: {{stamp: {port}}}}}\nlinks:")
    return text.replace(
        "gateways:",
        '  - {id: tail2, a: "p1:1", b: "cpe2:0", capacity: 1G}\ngateways:',
    )


async def said(running: Running, text: bytes) -> bytes:
    """Wait for a line of the log with `text` in it; return what came until then."""
    heard = b""
    assert running.process.stderr is not None
    async with asyncio.timeout(PATIENCE):
        while text not in heard:
            heard += await running.process.stderr.readline()
    return heard


async def test_a_site_that_is_added_is_watched_and_the_others_go_on(
    tmp_path: Path,
) -> None:
    async with (
        reflecting("127.0.0.1", free_port()) as port,
        reflecting("127.0.0.2", port),
        reflecting("127.0.0.3", port),
        monitor(tmp_path, port) as running,
    ):
        await running.until(1, catalogue.SITE_REACHABLE, site="gp")
        before = await running.value(
            catalogue.PROBE_SENT, target="cpe", direction="round_trip"
        )
        held = sockets(running.process.pid)
        (tmp_path / "network.yaml").write_text(with_school(port))
        running.process.send_signal(signal.SIGHUP)
        await running.until(1, catalogue.SITE_REACHABLE, site="school")
        sent = {"target": "cpe", "direction": "round_trip"}
        after = await running.value(catalogue.PROBE_SENT, **sent)
        assert before is not None
        assert after is not None
        assert after >= before
        await running.counts(before + 1, catalogue.PROBE_SENT, **sent)
        assert held <= sockets(running.process.pid)
        assert await running.value(catalogue.CONFIG_RELOAD) == 1
        assert await running.value(catalogue.FAULTS) is None


async def test_a_site_that_is_taken_out_leaves_no_series_behind(tmp_path: Path) -> None:
    async with (
        reflecting("127.0.0.1", free_port()) as port,
        reflecting("127.0.0.2", port),
        reflecting("127.0.0.3", port),
        monitor(tmp_path, port) as running,
    ):
        (tmp_path / "network.yaml").write_text(with_school(port))
        await running.until(1, catalogue.SITE_REACHABLE, site="gp")
        running.process.send_signal(signal.SIGHUP)
        await running.until(1, catalogue.SITE_REACHABLE, site="school")
        (tmp_path / "network.yaml").write_text(INVENTORY.format(port=port))
        running.process.send_signal(signal.SIGHUP)
        await running.until(None, catalogue.SITE_REACHABLE, site="school")
        page = (await running.client.get("/metrics")).text
        for name in ("school", "cpe2", "tail2"):
            assert f'"{name}"' not in page
        assert await running.value(catalogue.SITE_REACHABLE, site="gp") == 1


async def test_a_bad_file_keeps_the_old_one_says_why_and_shows(tmp_path: Path) -> None:
    async with (
        reflecting("127.0.0.1", free_port()) as port,
        reflecting("127.0.0.2", port),
        monitor(tmp_path, port) as running,
    ):
        await running.until(1, catalogue.SITE_REACHABLE, site="gp")
        good = (tmp_path / "network.yaml").read_text()
        (tmp_path / "network.yaml").write_text(good.replace("site: gp", "site: gq"))
        running.process.send_signal(signal.SIGHUP)
        await running.until(0, catalogue.CONFIG_RELOAD)
        heard = await said(running, b"network.yaml:7:")
        assert b"the old files stay in use" in heard
        assert await running.value(catalogue.SITE_REACHABLE, site="gp") == 1
        (tmp_path / "network.yaml").write_text(good)
        running.process.send_signal(signal.SIGHUP)
        await running.until(1, catalogue.CONFIG_RELOAD)


async def test_files_that_say_the_same_restart_nothing(tmp_path: Path) -> None:
    async with (
        reflecting("127.0.0.1", free_port()) as port,
        reflecting("127.0.0.2", port),
        monitor(tmp_path, port) as running,
    ):
        await running.until(1, catalogue.SITE_REACHABLE, site="gp")
        worker, held = worker_of(running.process.pid), sockets(running.process.pid)
        running.process.send_signal(signal.SIGHUP)
        await said(running, b"reloaded")
        # Time for one that is not wanted any more to be gone.
        await asyncio.sleep(1)
        assert alive(worker)
        assert held <= sockets(running.process.pid)


async def test_a_probe_with_other_settings_starts_anew_and_goes_on_counting(
    tmp_path: Path,
) -> None:
    async with (
        reflecting("127.0.0.1", free_port()) as port,
        reflecting("127.0.0.2", port),
        monitor(tmp_path, port) as running,
    ):
        await running.until(1, catalogue.SITE_REACHABLE, site="gp")
        before = await running.value(
            catalogue.PROBE_SENT, target="cpe", direction="round_trip"
        )
        settings = (tmp_path / "bellrock.yaml").read_text()
        assert "interval: 100ms" in settings
        (tmp_path / "bellrock.yaml").write_text(
            settings.replace("interval: 100ms", "interval: 50ms")
        )
        running.process.send_signal(signal.SIGHUP)
        await said(running, b"reloaded")
        after = await running.value(
            catalogue.PROBE_SENT, target="cpe", direction="round_trip"
        )
        assert before is not None
        assert after is not None
        assert after >= before
        await running.until(1, catalogue.SITE_REACHABLE, site="gp")
        assert await running.value(catalogue.FAULTS) is None


async def test_another_address_to_listen_on_is_told_to_take_a_restart(
    tmp_path: Path,
) -> None:
    async with (
        reflecting("127.0.0.1", free_port()) as port,
        monitor(tmp_path, port) as running,
    ):
        await running.until(1, catalogue.DEVICE_UP, device="p1")
        settings = (tmp_path / "bellrock.yaml").read_text().splitlines()
        settings[1] = f"listen: 127.0.0.1:{free_port()}"
        (tmp_path / "bellrock.yaml").write_text("\n".join(settings))
        running.process.send_signal(signal.SIGHUP)
        await said(running, b"takes effect with a restart")
        assert await running.value(catalogue.CONFIG_RELOAD) == 1
