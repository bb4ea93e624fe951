"""``bellrock run`` as a process: it watches, survives, and stops when asked."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bellrock.model import catalogue
from tests.cli.watching import (
    INVENTORY,
    free_port,
    monitor,
    reflecting,
    silent,
    worker_of,
)


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


SLOW_TO_READ = """\
import sys
from bellrock.cli import main, run

def read(*_):
    print("reading", flush=True)
    sys.stdin.readline()
    sys.exit(7)

run.Told.read = read
main.main()
"""


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGHUP, 7), (signal.SIGTERM, 0), (signal.SIGINT, 0)],
)
async def test_a_signal_while_it_still_reads_is_taken_well(
    number: signal.Signals, status: int
) -> None:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SLOW_TO_READ, "run"),
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"reading\n"
    process.send_signal(number)
    # What it reads comes to an end only for who goes on.
    _, said = await process.communicate(b"\n" if status else None)
    assert (process.returncode, said) == (status, b"")


FAILS_WITH_A_SECRET = """\
import asyncio
from bellrock.cli.run import log_to_stderr
from bellrock.runtime.supervise import Supervisor

async def asks() -> None:
    password = "".join(["hun", "ter2"])
    raise ZeroDivisionError

log_to_stderr()
asyncio.run(Supervisor(lambda part: None).once("collector", asks))
"""


def test_a_fault_is_logged_with_its_place_and_without_what_it_held() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FAILS_WITH_A_SECRET], capture_output=True, check=True
    )
    assert b"ZeroDivisionError" in done.stderr
    assert b"in asks" in done.stderr
    assert b"hunter2" not in done.stderr


_SILENT = [f"127.0.1.{number}" for number in range(1, 7)]
_TRACED = """\
network: {{id: one, name: One site}}
sites: [{{id: dc, name: Data centre, kind: datacentre}}]
devices:
""" + "".join(
    f"  - {{{{id: p{number}, site: dc, address: {address}, probes: [path],"
    " ports: {{path: {port}}}}}\n"
    for number, address in enumerate(_SILENT)
)


async def test_traces_that_wait_for_one_another_show_as_lag(tmp_path: Path) -> None:
    port = free_port()
    slow = "path: {interval: 1s, duration: 2s, rate: 10}"
    async with AsyncExitStack() as stack:
        for address in _SILENT:
            stack.enter_context(silent(address, port))
        running = await stack.enter_async_context(
            monitor(tmp_path, port, inventory=_TRACED + "gateways: [dc]\n", probes=slow)
        )
        await running.counts(1, catalogue.SCHEDULER_LAG)


_SERVICE = "services: [{{id: web, name: Web, hosted_at: {{any: [dc]}}}}]\n"
_CHECK = (
    "checks: [{{name: web, service: web, target: 127.0.0.1, interval: 1s,"
    " tcp: {{port: {}}}}}]\n"
)


async def test_the_timing_error_of_checks_is_told_beside_that_of_probes(
    tmp_path: Path,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        checked = _CHECK.format(server.getsockname()[1])
        async with (
            reflecting("127.0.0.1", free_port()) as port,
            monitor(
                tmp_path, port, inventory=INVENTORY + _SERVICE, settings=checked
            ) as running,
        ):
            await running.counts(1e-9, catalogue.PROBE_ERROR, probe="tcp")
            await running.counts(1e-9, catalogue.PROBE_ERROR, probe="stamp")
