"""From a failure to a person: how soon, how often, and never wrongly."""

import asyncio
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from bellrock.demo.pager import Notification
from bellrock.model import catalogue
from tests.lab import impair, peers
from tests.lab.desk import configure, desk
from tests.lab.network import Lab
from tests.programs import need

TAIL = "reg1-site2"

pytestmark = pytest.mark.usefixtures("in_noc")


def _of(name: str, status: str = "firing") -> Callable[[Notification], bool]:
    def matches(notification: Notification) -> bool:
        return notification.status == status and any(
            alert.name == name and alert.status == status
            for alert in notification.alerts
        )

    return matches


@contextmanager
def _dead(lab: Lab) -> Iterator[None]:
    """Let site2 lose its power: nothing runs, and its port is dark."""
    router = lab.routers["site2"]
    router.shut_down()
    try:
        with impair.cut(lab, lab.described.parts("site2")):
            yield
    finally:
        router.boot()


ROUNDS = 3
LUCK = 0.5
"""Half an interval, s: the mean of nine rounds may differ by so much by luck alone.

Whoever is scraped just too late for one evaluation is told of by the next, 1 s later.
"""
ATTEMPTS = 2
"""What nine rounds call slower, eighteen have to; what they call late, nine others."""

KINDS: dict[str, tuple[float, Callable[[Lab], AbstractContextManager[None]]]] = {
    "carrier loss": (3, lambda lab: impair.cut(lab, [lab.described.wire(TAIL)])),
    "blackhole": (5, lambda lab: impair.blackhole(lab, [lab.described.wire(TAIL)])),
    "router death": (5, _dead),
}
"""By name: how soon we mean to page, in seconds, and what fails."""

CALM = 300
"""Milliseconds between two packets: a busy machine's pauses lose none."""

OURS = "SiteCutOff"
PEERS = "BlackboxProbeFailed", "SnmpExporterLinkDown", "SnmpExporterTargetDown"


async def test_failure_to_page_no_slower_than_the_peers(
    lab: Lab, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    need("prometheus-blackbox-exporter")
    need("prometheus-snmp-exporter")
    configure(lab, tmp_path, probe=20)
    lines: list[str] = []
    late: list[str] = []
    rounds: list[dict[str, float]] = []
    async with (
        peers.exporters(tmp_path),
        desk(tmp_path, rules=peers.RULES, jobs=peers.jobs(lab), at_once=True) as here,
    ):
        for _ in range(ATTEMPTS):
            late = []
            for kind, (goal, fails) in KINDS.items():
                taken: list[dict[str, float]] = []
                for _ in range(ROUNDS):
                    # Who is scraped when within the second is luck, and has to change.
                    await here.stop_prometheus()
                    here.phase += 1
                    await here.start_prometheus()
                    # What hangs elsewhere is no fault of ours; its figure is void.
                    void = " ".join(await here.settle())
                    assert OURS not in void
                    lines += [f"  left out of a round: {void}"] if void else []
                    await asyncio.sleep(random.random())
                    started = time.monotonic()
                    with fails(lab):
                        await here.pages.first(_of(OURS))
                        await asyncio.sleep(4)
                        heard = [
                            (name, at - started)
                            for name in (OURS, *PEERS)
                            for at, told in here.pages.heard
                            if _of(name)(told)
                        ]
                        # The first that each told: dict() keeps the last it is given.
                        taken.append(dict(sorted(heard, key=lambda e: -e[1])))
                    lab.converge()
                lines.append(_line(kind, taken))
                if max(each[OURS] for each in taken) > goal:
                    late.append(lines[-1])
                rounds += taken
            if not (late or _faster(rounds)):
                break
    with capsys.disabled():
        print("", "failure to page, seconds (mean, worst)", *lines, sep="\n")
    assert late == []
    assert _faster(rounds) == []


def _faster(rounds: Sequence[Mapping[str, float]]) -> list[str]:
    """Return the peers that are faster than luck allows, where they notice at all."""
    behind = {
        name: [each[OURS] - each[name] for each in rounds if name in each]
        for name in PEERS
    }
    return [name for name, times in behind.items() if times and _mean(times) > LUCK]


def _mean(times: Sequence[float]) -> float:
    return sum(times) / len(times)


def _line(kind: str, taken: Sequence[Mapping[str, float]]) -> str:
    by = {n: [each[n] for each in taken if n in each] for n in (OURS, *PEERS)}
    told = (
        f"{name} {_mean(times):.2f}, {max(times):.2f}" if times else f"{name} never"
        for name, times in by.items()
    )
    return f"  {kind:13} {'; '.join(told)}"


async def test_a_monitor_cut_off_from_everything_pages_that_and_blames_nobody(
    lab: Lab, tmp_path: Path
) -> None:
    configure(lab, tmp_path, probe=CALM)
    async with desk(tmp_path) as here:
        await here.quiet()
        cables = [lab.described.wire(f"core{n}-noc") for n in (1, 2)]
        with impair.cut(lab, cables):
            await here.pages.first(_of("MonitorIsolated"))
            await asyncio.sleep(8)
            assert await here.exported.values(catalogue.SITE_REACHABLE) == []
            assert await here.exported.value(catalogue.SITES_UNKNOWN) == 5
        lab.converge()
        await here.pages.first(_of("MonitorIsolated", "resolved"))
        await asyncio.sleep(5)
        firing = here.pages.told("firing")
        assert [name for name, _ in firing] == ["MonitorIsolated"]


@pytest.mark.parametrize("victim", ["monitor", "prometheus", "alertmanager"])
async def test_kill_9_in_an_incident_repeats_nothing_and_loses_nothing(
    lab: Lab, tmp_path: Path, victim: str
) -> None:
    configure(lab, tmp_path, probe=CALM)
    async with desk(tmp_path) as here:
        await here.quiet()
        with impair.cut(lab, [lab.described.wire(TAIL)]):
            await here.pages.first(_of(OURS))
            # By then Alertmanager has on disk whom it told.
            await asyncio.sleep(3)
            await here.kill(victim)
            await asyncio.sleep(0.5)
            await here.start(victim)
            # Prometheus scrapes 5 s after its start, and tells again 10 s after that.
            await asyncio.sleep(20)
            assert [name for name, _ in here.pages.told("firing")] == [OURS]
            assert here.pages.told("resolved") == []
        lab.converge()
        await here.pages.first(_of(OURS, "resolved"))
        await asyncio.sleep(5)
        assert [name for name, _ in here.pages.told("firing")] == [OURS]
        assert [name for name, _ in here.pages.told("resolved")] == [OURS]
