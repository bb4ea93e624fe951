"""What Bellrock measures on the lab, against what the kernel and iperf3 say."""

import asyncio
import json
import time
from contextlib import ExitStack
from email.utils import parsedate_to_datetime
from pathlib import Path
from statistics import median

import pytest
import yaml

from bellrock.model import catalogue
from tests.exported import PATIENCE
from tests.lab import impair
from tests.lab.description import NOC
from tests.lab.desk import Desk, configure, desk
from tests.lab.namespaces import FOLDER
from tests.lab.network import Lab
from tests.lab.router import IPERF_PORT

FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"

pytestmark = pytest.mark.usefixtures("in_noc")


async def test_counters_are_the_kernels_within_a_poll(lab: Lab, tmp_path: Path) -> None:
    configure(lab, tmp_path, poll=1)
    plugs = [plug for wire in lab.described.wires for plug in wire.plugs]
    plugs = [plug for plug in plugs if "noc" not in (plug.node, plug.interface[3:])]
    names = {
        catalogue.INTERFACE_RECEIVE_BYTES: "rx_bytes",
        catalogue.INTERFACE_TRANSMIT_BYTES: "tx_bytes",
    }
    took = []
    async with desk(tmp_path, alerting=False) as here:
        await here.exported.until(1, catalogue.DEVICE_UP, device="site5")
        for plug in plugs[::5]:
            labels = {"device": plug.node, "interface": plug.interface}
            for metric, name in names.items():
                before, started = lab.counter(plug, name), time.monotonic()
                reported = await here.exported.counts(before, metric, **labels)
                took.append(time.monotonic() - started)
                assert reported <= lab.counter(plug, name), (plug, name)
    assert median(took) < 2.2


async def test_the_load_of_a_known_flow_is_right_within_3_per_cent(
    lab: Lab, tmp_path: Path
) -> None:
    configure(lab, tmp_path, poll=2)
    size, rate, capacity = 1448, 20e6, 100e6
    words = (
        *("iperf3", "-J", "-u", "-b", f"{rate:.0f}", "-l", str(size), "-t", "20"),
        *("-c", lab.described.addresses["site2"], "-p", str(IPERF_PORT)),
    )
    async with desk(tmp_path, alerting=False) as here:
        flow = asyncio.create_task(asyncio.to_thread(lab.space.run, "reg1", *words))
        shares: list[float] = []
        while not flow.done():
            await asyncio.sleep(2)
            shares += await here.exported.values(
                catalogue.LINK_UTILISATION, link="reg1-site2", direction="ab"
            )
        said = json.loads(await flow)
    sent = said["end"]["sum"]["bits_per_second"]
    # UDP, IPv4 and Ethernet headers travel too.
    expected = sent * (size + 8 + 20 + 14) / size / capacity
    # Of whole intervals only: not those that it began or ended in.
    begun = next(n for n, share in enumerate(shares) if share > expected / 2)
    within = shares[begun + 1 : -2]
    assert len(within) >= 4
    # A poll that a busy machine holds up says too little, and the next too much.
    assert median(within) == pytest.approx(expected, rel=0.03)


async def test_a_reboot_makes_no_rate_and_moves_no_interface(
    lab: Lab, tmp_path: Path
) -> None:
    configure(lab, tmp_path, poll=1)
    before = lab.routers["site2"].indexes()
    seen: list[float] = []
    async with desk(tmp_path, alerting=False) as here:
        await here.exported.until(1, catalogue.DEVICE_UP, device="site2")
        watching = asyncio.create_task(_watch_load(here, seen))
        await asyncio.sleep(4)
        await asyncio.to_thread(lab.reboot, "site2")
        again = time.monotonic()
        await asyncio.to_thread(lab.converge)
        uptime = None
        async with asyncio.timeout(PATIENCE):
            # Of the agent that came up now, not of the one before.
            while uptime is None or uptime > time.monotonic() - again + 1:
                await asyncio.sleep(0.2)
                uptime = await here.exported.value(
                    catalogue.DEVICE_UPTIME, device="site2"
                )
        await asyncio.sleep(5)
        watching.cancel()
        received = catalogue.INTERFACE_RECEIVE_BYTES
        await here.exported.counts(0, received, device="site2", interface="to-reg1")
        await here.exported.until(1, catalogue.LINK_UP, link="reg1-site2")
        # The other end's card was replaced too, while its agent went on: it still
        # shows the old one under the same name.
        await here.exported.until(
            1, catalogue.INTERFACE_UP, device="reg1", interface="to-site2"
        )
    assert before["to-reg1"] != lab.routers["site2"].indexes()["to-reg1"]
    assert len(seen) > 20
    # Probes, polls and hellos are thousandths of the tail; a wrap is thousands of it.
    assert all(0 <= share < 0.05 for share in seen)


async def _watch_load(here: Desk, seen: list[float]) -> None:
    while True:
        seen += await here.exported.values(catalogue.LINK_UTILISATION)
        await asyncio.sleep(0.5)


async def test_a_dozen_frozen_agents_hold_nobody_up(lab: Lab, tmp_path: Path) -> None:
    frozen = 12
    document = yaml.safe_load(lab.described.text)
    document["devices"] += [
        {"id": f"stuck{n}", "site": "dc1", "address": f"10.255.1.{n}", "snmp": "lab"}
        for n in range(1, frozen + 1)
    ]
    inventory = yaml.safe_dump(document)
    configure(lab, tmp_path, poll=1, inventory=inventory)
    with ExitStack() as stack:
        _freeze_agents(lab, stack, frozen)
        async with desk(tmp_path, alerting=False) as here:
            duration = catalogue.COLLECT_DURATION
            await here.exported.number(12 + frozen, duration, collector="snmp")
            await asyncio.sleep(3)
            assert here.monitor is not None
            first = _size(here.monitor.pid)
            await asyncio.sleep(20)
            last = _size(here.monitor.pid)
            turns = {
                device["id"]: await here.exported.value(
                    catalogue.JOBS_SKIPPED, job=f"snmp {device['id']}"
                )
                or 0
                for device in document["devices"]
            }
            await here.exported.number(12, catalogue.DEVICE_UPTIME)
            # The worst of a minute, in which a busy machine may have stood still once.
            await here.exported.falls(1, catalogue.SCHEDULER_LAG)
    # A busy machine may make anybody miss a turn; the frozen miss every other one.
    stuck = [turns.pop(f"stuck{n}") for n in range(1, frozen + 1)]
    assert max(turns.values()) < min(stuck) / 2
    assert last[1] <= first[1] + 2, "sockets"
    assert last[0] <= first[0] + 5e6, "memory"


def _freeze_agents(lab: Lab, stack: ExitStack, count: int) -> None:
    """Run more agents at core1, on addresses of their own, and stop them at once."""
    core1 = next(p for p in lab.described.plugs("core1") if p.interface == "to-noc")
    starting, ending = [], []
    for number in range(1, count + 1):
        address, folder = f"10.255.1.{number}", FOLDER / "core1" / f"stuck{number}"
        starting.append(
            f"ip addr add {address}/32 dev lo\n"
            f"mkdir -p {folder}\n"
            f"echo rocommunity public >{folder}/snmpd.conf\n"
            f"SNMP_PERSISTENT_DIR={folder} snmpd -f -Lo -C -c {folder}/snmpd.conf "
            f"-I -smux udp:{address}:161 >/dev/null 2>&1 </dev/null &\n"
            f"echo $! >{folder}/pid\n"
        )
        ending.append(
            f"kill -KILL $(cat {folder}/pid) || true\nip addr del {address}/32 dev lo\n"
        )
    lab.space.script("core1", "".join(starting))
    stack.callback(lab.space.script, "core1", "".join(ending))
    route = ("10.255.1.0/24", "via", core1.address)
    lab.space.run("noc", "ip", "route", "add", *route)
    stack.callback(lab.space.run, "noc", "ip", "route", "del", *route)
    for number in range(1, count + 1):
        asked = ("snmpget", "-v2c", "-c", "public", "-t", "2", f"10.255.1.{number}")
        lab.space.run("noc", *asked, ".1.3.6.1.2.1.1.3.0")
    stopping = f"cat {FOLDER}/core1/stuck*/pid | xargs kill -STOP\n"
    lab.space.script("core1", stopping)


def _size(pid: int) -> tuple[int, int]:
    """Return a process's memory in bytes and its open descriptors."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096, len(list(Path(f"/proc/{pid}/fd").iterdir()))


async def test_wrong_passwords_are_told_and_no_outage(lab: Lab, tmp_path: Path) -> None:
    configure(lab, tmp_path, poll=1)
    async with desk(tmp_path, alerting=False) as here:
        await here.exported.until(1, catalogue.SITE_REACHABLE, site="surgery")
        with impair.other_passwords(lab, "site2"):
            auth = {"device": "site2", "collector": "snmp", "reason": "auth"}
            await here.exported.counts(2, catalogue.COLLECT_FAILURES, **auth)
            await here.exported.until(1, catalogue.SITE_REACHABLE, site="surgery")
            # Unknown on a machine that stood still for a moment, but nobody is lost.
            assert 0 not in await here.exported.values(catalogue.SITE_REACHABLE)


async def test_a_device_that_hangs_is_told_and_lost_once_routing_gives_it_up(
    lab: Lab, tmp_path: Path
) -> None:
    configure(lab, tmp_path, poll=1)
    async with desk(tmp_path, alerting=False) as here:
        await here.exported.until(1, catalogue.SITE_REACHABLE, site="surgery")
        with impair.frozen(lab, ["site2"]):
            silent = {"device": "site2", "collector": "snmp", "reason": "timeout"}
            await here.exported.counts(1, catalogue.COLLECT_FAILURES, **silent)
            # Its kernel still forwards, until its neighbours miss three hellos.
            await here.exported.until(0, catalogue.SITE_REACHABLE, site="surgery")
            reached = await here.exported.values(catalogue.SITE_REACHABLE)
            assert sum(reached) == len(reached) - 1
        await here.exported.until(1, catalogue.SITE_REACHABLE, site="surgery")


@pytest.mark.skipif(not Path(FAKETIME).exists(), reason="faketime is not installed")
@pytest.mark.parametrize("step", ["-1h", "+1h"])
async def test_a_clock_that_is_set_changes_no_verdict(
    lab: Lab, tmp_path: Path, step: str
) -> None:
    # Slow enough for a busy machine, whose pauses are not what this is about.
    configure(lab, tmp_path, probe=1000, poll=1)
    clock = tmp_path / "clock"
    clock.write_text("+0")
    seen: list[float] = []
    faked = {
        "LD_PRELOAD": FAKETIME,
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        # Else two of Python's threads spin while one waits for the other: a scrape
        # takes a quarter of a second, and a busy machine stands still for ten.
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",
    }
    async with desk(tmp_path, alerting=False, environment=faked) as here:
        await here.exported.until(1, catalogue.SITE_REACHABLE, site="surgery")
        await asyncio.sleep(3)
        watching = asyncio.create_task(_watch_load(here, seen))
        # All at once: it is read many times a second.
        (tmp_path / "set").write_text(step)
        (tmp_path / "set").rename(clock)
        async with asyncio.timeout(PATIENCE):
            while abs(await _ahead(here)) < 1800:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        for _ in range(30):
            reachable = await here.exported.values(catalogue.SITE_REACHABLE)
            assert reachable == [1] * 5
            assert await here.exported.value(catalogue.MONITOR_ISOLATED) == 0
            await asyncio.sleep(0.3)
        watching.cancel()
        assert all(0 <= share < 0.05 for share in seen)
        longest = await here.exported.values(catalogue.PROBE_DELAY_VARIATION)
        assert all(0 <= each < 1 for each in longest)


async def _ahead(here: Desk) -> float:
    """Return by how many seconds the monitor's clock is ahead of ours."""
    told = (await here.exported.client.get("/healthz")).headers["date"]
    return parsedate_to_datetime(told).timestamp() - time.time()


async def test_probes_go_on_after_whatever_went_away_is_back(
    lab: Lab, tmp_path: Path
) -> None:
    """A way that loses everything, a reflector that restarts, our own interfaces."""
    configure(lab, tmp_path, probe=300)
    tail = lab.described.wire("reg1-site2")
    ours = [lab.described.wire(f"core{number}-{NOC}") for number in (1, 2)]
    async with desk(tmp_path, alerting=False) as here:
        for impaired, probe in (
            (impair.blackhole(lab, [tail]), "icmp"),
            (impair.unreflected(lab, "site2"), "stamp"),
            (impair.cut(lab, ours), "icmp"),
        ):
            await _answers(here, probe, "site2")
            with impaired:
                await _silent(here, probe, "site2")
            await asyncio.to_thread(lab.converge)
            await _answers(here, probe, "site2")
        assert await here.exported.values(catalogue.FAULTS) == []


async def _answers(here: Desk, probe: str, target: str) -> None:
    """Wait until packets are answered, and nothing but that."""
    ended = {"probe": probe, "target": target, "outcome": "success"}
    missed = {"probe": probe, "target": target, "direction": "round_trip"}
    async with asyncio.timeout(PATIENCE):
        while True:
            lost = await here.exported.value(catalogue.PROBE_LOST, **missed)
            well = await here.exported.value(catalogue.PROBE_OUTCOME, **ended)
            await asyncio.sleep(1)
            still = await here.exported.value(catalogue.PROBE_LOST, **missed)
            more = await here.exported.value(catalogue.PROBE_OUTCOME, **ended)
            if lost == still and more is not None and more > (well or 0):
                return


async def _silent(here: Desk, probe: str, target: str) -> None:
    """Wait until nothing is answered, and losses are counted."""
    ended = {"probe": probe, "target": target, "outcome": "success"}
    missed = {"probe": probe, "target": target, "direction": "round_trip"}
    async with asyncio.timeout(PATIENCE):
        while True:
            lost = await here.exported.value(catalogue.PROBE_LOST, **missed)
            well = await here.exported.value(catalogue.PROBE_OUTCOME, **ended)
            await asyncio.sleep(1)
            still = await here.exported.value(catalogue.PROBE_LOST, **missed)
            more = await here.exported.value(catalogue.PROBE_OUTCOME, **ended)
            if well == more and still is not None and still > (lost or 0):
                return
