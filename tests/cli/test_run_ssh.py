"""``bellrock run`` as a process, over a device that is asked over SSH."""

import os
import signal
from pathlib import Path

from bellrock.model import catalogue
from tests.cli.watching import INVENTORY, free_port, monitor, reflecting
from tests.collectors.ssh.device import FRR_ANSWERS, PASSWORD, answering, device

SETTINGS = """\
ssh: {all: {user: monitor, password_file: password}}
collectors: {ssh: {interval: 500ms, timeout: 3s}}
"""


def over_ssh(port: int) -> str:
    asked = f"ports: {{{{ssh: {port}, stamp: {{port}}}}}}, ssh: all, platform: frr"
    return INVENTORY.replace("ports: {{stamp: {port}}}", asked, 1)


async def test_a_device_is_known_by_its_key_and_tells_whom_it_sees(
    tmp_path: Path,
) -> None:
    (tmp_path / "password").write_text(PASSWORD)
    async with (
        device(answering(FRR_ANSWERS)) as met,
        reflecting("127.0.0.1", free_port()) as port,
        monitor(
            tmp_path, port, inventory=over_ssh(met.port), settings=SETTINGS
        ) as running,
    ):
        failures, at = catalogue.COLLECT_FAILURES, {"device": "p1", "collector": "ssh"}
        await running.counts(1, failures, **at, reason="host_key")
        assert met.passwords == []
        assert await running.value(catalogue.NEIGHBOUR_UP, device="p1") is None

        # The key becomes known while the monitor runs.
        (tmp_path / "known_hosts").write_text(met.known())
        core1 = {"device": "p1", "protocol": "ospf", "neighbour": "10.255.0.1"}
        await running.until(1, catalogue.NEIGHBOUR_UP, **core1)
        duration = await running.value(catalogue.COLLECT_DURATION, **at)
        assert duration is not None
        assert duration > 0
        assert len(met.passwords) == 1

        # A private key that cannot be used is refused with the reload it came with.
        (tmp_path / "id").write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n")
        file = tmp_path / "bellrock.yaml"
        good = file.read_text()
        file.write_text(good.replace("user: monitor,", "user: monitor, key_file: id,"))
        os.kill(running.process.pid, signal.SIGHUP)
        await running.until(0, catalogue.CONFIG_RELOAD)
        assert await running.value(catalogue.NEIGHBOUR_UP, **core1) == 1

        # Without SSH the device says nothing of its neighbours any more.
        file.write_text(good)
        network = tmp_path / "network.yaml"
        network.write_text(INVENTORY.format(port=port))
        os.kill(running.process.pid, signal.SIGHUP)
        await running.until(None, catalogue.NEIGHBOUR_UP, **core1)
        await running.until(1, catalogue.CONFIG_RELOAD)
        assert await running.value(catalogue.COLLECT_DURATION, **at) is None
        assert await running.value(catalogue.FAULTS) is None
        await met.connections[-1].wait_closed()


async def test_a_new_key_is_accepted_when_asked_for(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD)
    async with (
        device(answering(FRR_ANSWERS)) as met,
        reflecting("127.0.0.1", free_port()) as port,
        monitor(
            *(tmp_path, port, "--accept-new"),
            inventory=over_ssh(met.port),
            settings=SETTINGS,
        ) as running,
    ):
        ospf = {"protocol": "ospf", "neighbour": "10.255.0.1"}
        await running.until(1, catalogue.NEIGHBOUR_UP, **ospf)
        assert (tmp_path / "known_hosts").read_text() == met.known()
