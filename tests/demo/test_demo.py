"""The demo from outside: a real process, real sockets, a real Prometheus asking it."""

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from bellrock.model import catalogue
from tests.demo.performance import Shown, command, free_port
from tests.programs import need

QUERIES = {
    "up": "up",
    "two paths": f"count({catalogue.SITE_REDUNDANCY.name} == 2)",
    "worst": f"topk(1, {catalogue.ELEMENT_SITES_CUT.name})",
    "busiest": f"topk(3, max_over_time({catalogue.LINK_UTILISATION.name}[60s]))",
    "rate": f"sum(rate({catalogue.INTERFACE_TRANSMIT_BYTES.name}[20s])) * 8",
    "p95": "histogram_quantile(0.95, sum by (le) "
    f"(rate({catalogue.PROBE_DELAY.name}_bucket[20s])))",
    "lost": f"sum({catalogue.PROBE_LOST.name})",
    "lag": catalogue.SCHEDULER_LAG.name,
    "faults": f"sum({catalogue.FAULTS.name})",
    "unknown": catalogue.SITES_UNKNOWN.name,
    "cpu": "rate(process_cpu_seconds_total[30s])",
}


def value(shown: Shown, query: str) -> float:
    sample = shown.prometheus.instant(QUERIES[query])[0]["value"]
    assert isinstance(sample, list)
    return float(sample[1])


def test_it_ends_by_itself_with_a_summary(shown: Shown) -> None:
    assert shown.status == 0, shown.output
    assert "Summary" in shown.output
    assert "2 → 1 → 0 → 1 → 2" in shown.output


def test_it_says_what_it_watches_in_one_sentence(shown: Shown) -> None:
    said = re.search(
        r"(\d+) sites\. (\d+) have two paths; (\d+) of those share [^.]+\. "
        r"Worst single item: [^,]+, (\d+) sites\.",
        shown.output,
    )
    assert said is not None, shown.output
    sites, two_paths, shared, worst = map(int, said.groups())
    assert 200 <= sites <= 225
    assert sites > two_paths > shared > 0
    assert worst > 10


def test_prometheus_saw_shetland_lose_both_paths_and_get_them_back(
    shown: Shown,
) -> None:
    query = f'{catalogue.SITE_REDUNDANCY.name}{{site="lerwick-hosp"}}'
    assert shown.prometheus.history(query) == [2, 1, 0, 1, 2]


def test_the_story_is_told_in_order(shown: Shown) -> None:
    milestones = (
        "northern cable to Shetland.",
        "lost the second path",
        "They now hang on",
        "southern cable to Shetland parts too",
        "CUT OFF",
        "southern cable is repaired",
        "back:",
        "northern cable is repaired",
        "have two paths again",
        "Summary",
    )
    places = [shown.output.find(milestone) for milestone in milestones]
    assert -1 not in places, shown.output
    assert places == sorted(places), shown.output


def test_losing_the_northern_cable_cuts_nobody_off(shown: Shown) -> None:
    between = shown.output.split("northern cable to Shetland.")[1]
    assert "CUT OFF" not in between.split("parts too")[0]


def test_a_busy_link_fills_up_elsewhere(shown: Shown) -> None:
    assert re.search(r"a82-fortwilliam .* is 9\d% full", shown.output), shown.output
    links = [each["metric"] for each in shown.prometheus.instant(QUERIES["busiest"])]
    assert "a82-fortwilliam" in json.dumps(links)


def test_a_service_that_answers_too_late_is_told_of_until_it_does_not(
    shown: Shown,
) -> None:
    milestones = (
        "Patient records answers nobody in time.",
        "The http check of patient-records fails: timeout.",
        "Patient records is given more servers.",
        "The http check of patient-records succeeds again.",
        "6, 6 of them well; the certificate of library-catalogue ends in 12 days",
    )
    places = [shown.output.find(milestone) for milestone in milestones]
    assert -1 not in places, shown.output
    assert places == sorted(places), shown.output
    assert shown.output.count(" check of ") == 2, shown.output


def test_both_classes_of_service_are_measured(shown: Shown) -> None:
    median = catalogue.PROBE_DELAY_QUANTILE.name
    query = f'count by (class) (max_over_time({median}{{share="0.5"}}[60s]))'
    found = shown.prometheus.instant(query)
    classes = {str(dict(each["metric"]).get("class")) for each in found}  # type: ignore[call-overload]
    assert classes == {"voice", "best-effort"}


def test_the_queries_a_reader_would_try_have_answers(shown: Shown) -> None:
    assert value(shown, "up") == 1
    assert value(shown, "two paths") > 30
    assert value(shown, "worst") > 10
    assert value(shown, "rate") > 1e9
    assert 0.001 < value(shown, "p95") < 0.1
    assert value(shown, "lost") > 20
    assert value(shown, "unknown") == 0


def test_nothing_of_ours_went_wrong(shown: Shown) -> None:
    assert shown.prometheus.instant(QUERIES["faults"]) == []
    assert value(shown, "lag") < 5
    assert "Traceback" not in shown.output


def test_one_core_is_plenty(shown: Shown) -> None:
    assert value(shown, "cpu") < 1


PORTS = ("--port", "--prometheus-port", "--alertmanager-port")


@pytest.mark.parametrize("taken", PORTS)
def test_a_taken_port_is_said_plainly(taken: str) -> None:
    need("prometheus")
    need("prometheus-alertmanager")
    others = [(port, str(free_port())) for port in PORTS if port != taken]
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        ports = [word for pair in ((taken, str(port)), *others) for word in pair]
        done = subprocess.run(
            command("--seconds", "5", *ports),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 2
    assert f"127.0.0.1:{port}" in done.stderr
    assert "in use" in done.stderr
    assert "Traceback" not in done.stderr


def children_of(pid: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(status.parent.name))
    return found


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


async def introduced(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None
    heard = b"\n"
    while b"Ctrl-C" not in heard:
        assert heard, "it ended before it began"
        heard = await process.stdout.readline()


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL]
)
async def test_it_leaves_nothing_behind(number: signal.Signals) -> None:
    ports = [word for port in PORTS for word in (port, str(free_port()))]
    # Under nohup the demo is to outlive its terminal, and so it would under our own.
    process = await asyncio.create_subprocess_exec(
        *("env", "--default-signal=HUP", *command(*ports)),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(60):
            await introduced(process)
            children = children_of(process.pid)
            process.send_signal(number)
            status = await process.wait()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    for _ in range(100):
        if not any(map(alive, children)):
            break
        await asyncio.sleep(0.1)
    assert not any(map(alive, children))
    assert len(children) >= 2
    assert status == (-signal.SIGKILL if number is signal.SIGKILL else 0)


def simulates(pid: int) -> bool:
    return b"bellrock.demo.simulation" in Path(f"/proc/{pid}/cmdline").read_bytes()


async def test_it_says_so_when_its_simulated_devices_die() -> None:
    ports = [word for port in PORTS for word in (port, str(free_port()))]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command(*ports), stdout=pipe, stderr=pipe
    )
    async with asyncio.timeout(60):
        await introduced(process)
        (devices,) = filter(simulates, children_of(process.pid))
        os.kill(devices, signal.SIGKILL)
        _, said = await process.communicate()
    assert process.returncode == 2
    assert b"simulated devices: are gone" in said
    assert b"Traceback" not in said
