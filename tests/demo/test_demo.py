"""The demo from outside: a real process, real sockets, a real Prometheus asking it."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from bellrock.model import catalogue
from tests.demo.performance import PATIENCE, Shown, command, free_port, running
from tests.programs import need

QUERIES = {
    "up": "up",
    "two paths": f"count({catalogue.SITE_REDUNDANCY.name} == 2)",
    "worst": f"topk(1, {catalogue.ELEMENT_SITES_CUT.name})",
    "busiest": f"topk(3, max_over_time({catalogue.LINK_UTILISATION.name}[60s]))",
    "rate": f"sum(rate({catalogue.INTERFACE_TRANSMIT_BYTES.name}[5m])) * 8",
    "p95": "histogram_quantile(0.95, sum by (le) "
    f"(rate({catalogue.PROBE_DELAY.name}_bucket[5m])))",
    "lost": f"sum({catalogue.PROBE_LOST.name})",
    "faults": f"sum({catalogue.FAULTS.name})",
    "unknown": catalogue.SITES_UNKNOWN.name,
}


def value(shown: Shown, query: str) -> float:
    sample = shown.prometheus.instant(QUERIES[query])[0]["value"]
    assert isinstance(sample, list)
    return float(sample[1])


def test_it_ends_with_a_summary(shown: Shown) -> None:
    assert shown.status == 0, shown.output
    assert "Summary" in shown.output
    assert "2 → 1 → 0 → 1 → 2" in shown.output


async def test_it_ends_by_itself_when_its_time_is_over() -> None:
    async with running(*own_ports(), "--seconds", "5") as demo:
        await demo.told("The story needs", "The northern cable is repaired.", "Summary")
        async with asyncio.timeout(PATIENCE):
            assert await demo.process.wait() == 0


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
    told = re.findall(r"(\S+) \(circuit \S+\) is (\d+)% full", shown.output)
    assert {link for link, _ in told} == {"a82-fortwilliam"}, shown.output
    assert all(int(percent) >= 90 for _, percent in told)
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


def test_whatever_check_fails_is_told_of_again_when_it_is_well(shown: Shown) -> None:
    told = re.findall(r"check of (\S+) (fails|succeeds)", shown.output)
    assert ("patient-records", "fails") in told
    for name in {name for name, _ in told}:
        ended = [how for each, how in told if each == name]
        assert ended == ["fails", "succeeds"] * (len(ended) // 2), told


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
    # Whatever takes longer than the deadline is lost.
    assert 0.001 < value(shown, "p95") < 2
    assert value(shown, "lost") > 20
    assert value(shown, "unknown") == 0


def test_nothing_of_ours_went_wrong(shown: Shown) -> None:
    assert shown.prometheus.instant(QUERIES["faults"]) == []
    assert "Traceback" not in shown.output


PORTS = ("--port", "--prometheus-port", "--alertmanager-port")


def own_ports() -> list[str]:
    return [word for port in PORTS for word in (port, str(free_port()))]


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
            timeout=PATIENCE,
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


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL]
)
async def test_it_leaves_nothing_behind(number: signal.Signals) -> None:
    async with running(*own_ports()) as demo:
        await demo.told("Ctrl-C")
        children = children_of(demo.process.pid)
        demo.process.send_signal(number)
        async with asyncio.timeout(PATIENCE):
            status = await demo.process.wait()
            while any(map(alive, children)):  # noqa: ASYNC110 - the kernel's doing
                await asyncio.sleep(0.1)
    assert len(children) >= 2
    assert status == (-signal.SIGKILL if number is signal.SIGKILL else 0), demo.output


def simulates(pid: int) -> bool:
    return b"bellrock.demo.simulation" in Path(f"/proc/{pid}/cmdline").read_bytes()


async def test_it_says_so_when_its_simulated_devices_die() -> None:
    async with running(*own_ports()) as demo:
        await demo.told("Ctrl-C")
        (devices,) = filter(simulates, children_of(demo.process.pid))
        os.kill(devices, signal.SIGKILL)
        async with asyncio.timeout(PATIENCE):
            status = await demo.process.wait()
            await demo.reading
    assert status == 2, demo.output
    assert "simulated devices: are gone" in demo.output
    assert "Traceback" not in demo.output


async def test_by_hand_it_ends_with_its_input() -> None:
    async with running(*own_ports(), "--by-hand") as demo:
        await demo.told("Enter takes the story")
        await demo.enter()
        assert demo.process.stdin is not None
        demo.process.stdin.close()
        await demo.told("Traffic in the west begins to grow.", "Summary")
        async with asyncio.timeout(PATIENCE):
            assert await demo.process.wait() == 0
    assert "Patient records" not in demo.output


def test_by_hand_needs_somebody_who_can_press_enter() -> None:
    said = subprocess.run(
        command("--by-hand", *own_ports()),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert said.returncode == 2, said.stderr
    assert "neither a terminal nor a pipe" in said.stderr
