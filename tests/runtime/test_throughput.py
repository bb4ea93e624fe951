"""Throughput tests run for real on loopback: when due, within budget, and not else."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import yaml

from bellrock.document import InvalidDocumentError
from bellrock.model import catalogue
from bellrock.model.catalogue import Metric
from bellrock.model.observation import Outcome, RoundTrips
from bellrock.runtime.parts import Parts
from bellrock.runtime.plan import Plan
from bellrock.runtime.supervise import Supervisor
from bellrock.runtime.throughput import Throughput
from bellrock.runtime.throughput_series import ThroughputSeries
from bellrock.runtime.told import Told
from bellrock.runtime.utilisation import Load
from probes.stamp.reflector import Reflector, ReflectorSettings
from tests.collectors.ssh.device import PASSWORD, Process, device
from tests.probes.harness import PATIENCE, until
from tests.probes.throughput.server import free_port, iperf3_server

NETWORK = """\
network: {id: two, name: Two sites}
sites:
  - {id: dc, name: Data centre, kind: datacentre}
  - {id: gp, name: Surgery, kind: gp}
devices:
  - {id: p1, site: dc, address: 127.0.0.3}
  - {id: cpe, site: gp, address: 127.0.0.2}
  - {id: host, site: dc, address: 127.0.0.1, ssh: all, platform: linux, ports: SSH}
links:
  - {id: tail, a: "p1:0", b: "cpe:0", capacity: {ab: 40M, ba: 10M}}
  - {id: core, a: "p1:1", b: "host:0", capacity: 1G}
gateways: [dc]
"""
CPE = "127.0.0.2"
IDLE = {"tail": 0.0, "core": 0.0}


@dataclass
class Bench:
    """The tests of a settings file, with clocks that are set by hand."""

    folder: Path
    wall: float = 1_800_000_000.0
    series: ThroughputSeries = field(init=False, repr=False)
    faults: list[str] = field(default_factory=list)

    def told(self, section: Mapping[str, Any], ssh_port: int = 22) -> Told:
        """Write and read the files."""
        network = NETWORK.replace("SSH", f"{{ssh: {ssh_port}}}")
        (self.folder / "network.yaml").write_text(network)
        (self.folder / "password").write_text(PASSWORD)
        settings = {
            "inventory": "network.yaml",
            "ssh": {"all": {"user": "we", "password_file": "password"}},
            "probes": {"throughput": section},
        }
        path = self.folder / "bellrock.yaml"
        path.write_text(yaml.safe_dump(settings))
        return Told.read(path, None)

    @asynccontextmanager
    async def running(
        self,
        section: Mapping[str, Any],
        shares: Mapping[str, float] = IDLE,
        ssh_port: int = 22,
    ) -> AsyncIterator[Throughput]:
        """Run the tests until the context ends, links being so busy."""
        told = self.told({"retry": "200ms", **section}, ssh_port)
        plan = Plan.of(told.settings, told.inventory)
        loop = asyncio.get_running_loop()
        self.series = ThroughputSeries(loop.time, lambda: self.wall)
        supervisor = Supervisor(self.faults.append)
        async with asyncio.TaskGroup() as group:
            tests = Throughput(
                Parts(group, supervisor),
                supervisor,
                self.series,
                on_skip=lambda _: None,
                clock=loop.time,
                wall=lambda: self.wall,
            )
            loads = [
                Load(link, way, 0.0, share)
                for link, share in shares.items()
                for way in ("ab", "ba")
            ]
            tests.set_loads("p1", loads)
            args = (plan.throughput, plan.trials, plan.ssh)
            await tests.assign(*args, polled_every=60)
            yield tests
            await tests.assign(plan.throughput, (), plan.ssh, polled_every=60)
        assert not self.faults

    def value(self, metric: Metric, *labels: str) -> float | None:
        return self.series.families[metric].get(labels)

    def ended(self, outcome: Outcome) -> float:
        at = "one", "tail", "iperf3", outcome.value
        return self.value(catalogue.THROUGHPUT_TESTS, *at) or 0

    def trained(self, outcome: Outcome) -> float:
        at = "one", "tail", "train", outcome.value
        return self.value(catalogue.THROUGHPUT_TESTS, *at) or 0

    def refused(self, reason: str) -> float:
        return self.value(catalogue.THROUGHPUT_REFUSED, "one", "tail", reason) or 0


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_of(port: int, **more: Any) -> dict[str, Any]:
    entry = {"link": "tail", "port": port, "rate": "80M", "size": "1MB"}
    return {"tests": {"one": {**entry, **more}}}


test_of.__test__ = False  # type: ignore[attr-defined]


async def test_nothing_is_sent_before_its_turn_and_both_directions_at_it(
    bench: Bench,
) -> None:
    async with iperf3_server(CPE) as port, bench.running(test_of(port)):
        await asyncio.sleep(0.5)
        assert bench.ended(Outcome.SUCCESS) == 0
        bench.wall += 6 * 3600
        await until(lambda: bench.ended(Outcome.SUCCESS) == 2)
        await until(lambda: 1_900_000 < _spent(bench) < 2_300_000)
        for direction, declared in (("forward", 40e6), ("reverse", 10e6)):
            at = "one", "cpe", "tail", direction, "iperf3"
            assert bench.value(catalogue.PATH_CAPACITY_DECLARED, *at) == declared
            # Where the cap held it, that is still more than is declared.
            assert bench.value(catalogue.PATH_CAPACITY, *at) is not None
            assert bench.value(catalogue.THROUGHPUT_RATE, *at) is not None
            assert bench.value(catalogue.THROUGHPUT_MEASURED, *at) == bench.wall
            assert bench.value(catalogue.THROUGHPUT_EFFICIENCY, *at) == 1
        await until(lambda: _recorded(bench) == _spent(bench))


def _recorded(bench: Bench) -> int:
    record = json.loads((bench.folder / "throughput.json").read_text())
    return int(record["spent"]["tail"])


def _spent(bench: Bench) -> float:
    return bench.value(catalogue.THROUGHPUT_SPENT, "tail") or 0


@pytest.mark.parametrize(
    ("section", "shares", "reason"),
    [
        ({"budget": "2MB"}, IDLE, "budget"),
        ({}, {"tail": 0.31, "core": 0.0}, "utilisation"),
        ({}, {"tail": 0.0, "core": 0.9}, "utilisation"),
        ({}, {"tail": 0.0}, "utilisation_unknown"),
        ({"record": "no/such/folder/file.json"}, IDLE, "unrecorded"),
    ],
)
async def test_what_may_not_run_is_counted_by_reason_and_sends_nothing(
    bench: Bench,
    section: dict[str, Any],
    shares: dict[str, float],
    reason: str,
) -> None:
    entry = test_of(free_port(CPE), via=["core"])
    async with bench.running({**entry, **section}, shares):
        bench.wall += 6 * 3600
        await until(lambda: bench.refused(reason) >= 1)
        assert _spent(bench) == 0
    assert not any(bench.ended(outcome) for outcome in Outcome)


async def test_trains_have_their_turn_and_are_paid_for_too(bench: Bench) -> None:
    reflector = Reflector(ReflectorSettings(address=ip_address(CPE), port=0))
    answering = asyncio.create_task(reflector.run())
    trains = {"link": "tail", "method": "train", "port": reflector.port}
    async with bench.running({"tests": {"one": trains}}):
        assert _spent(bench) == 0
        bench.wall += 6 * 3600
        await until(lambda: sum(map(bench.trained, Outcome)) == 2)
        # Up to a megabyte there, and what of it was answered back.
        await until(lambda: 200_000 < _spent(bench) <= 2_000_000)
        assert reflector.counts.answered > 100
    answering.cancel()
    await asyncio.wait((answering,))


async def test_a_turn_by_a_clock_that_was_ahead_does_not_end_the_tests(
    bench: Bench,
) -> None:
    record = {"day": 0, "spent": {}, "turns": {"one": int(bench.wall) + 10**8}}
    (bench.folder / "throughput.json").write_text(json.dumps(record))
    async with bench.running(test_of(free_port(CPE))):
        await asyncio.sleep(0.5)
        assert bench.ended(Outcome.REFUSED) == 0
        bench.wall += 6 * 3600
        await until(lambda: bench.ended(Outcome.REFUSED) == 2)


async def test_trains_that_this_machine_will_not_send_are_told(bench: Bench) -> None:
    # Nothing may be sent to this address without asking for that.
    trains = {"link": "tail", "method": "train", "address": "127.255.255.255"}
    async with bench.running({"tests": {"one": trains}}):
        bench.wall += 6 * 3600
        await until(lambda: bench.trained(Outcome.UNREACHABLE) == 1)
        await until(lambda: _spent(bench) == 0)


async def test_a_refused_test_runs_as_soon_as_it_may(bench: Bench) -> None:
    async with (
        iperf3_server(CPE) as port,
        bench.running(test_of(port, directions=["forward"]), {"tail": 1.0}) as tests,
    ):
        bench.wall += 6 * 3600
        await until(lambda: bench.refused("utilisation") >= 1)
        tests.set_loads("p1", [Load("tail", way, 0, 0.1) for way in ("ab", "ba")])
        await until(lambda: bench.ended(Outcome.SUCCESS) == 1)


async def test_outside_its_part_of_the_day_it_waits_and_is_not_refused(
    bench: Bench,
) -> None:
    # 2027-01-15 08:00 UTC; an hour's window that no time zone's clock is in by then.
    hours = ["00:00-00:01"]
    async with bench.running(test_of(free_port(CPE), windows=hours)):
        bench.wall += 6 * 3600 + 1800
        await asyncio.sleep(0.5)
    assert not any(bench.ended(outcome) for outcome in Outcome)
    assert not bench.series.families[catalogue.THROUGHPUT_REFUSED].total()


async def test_a_server_that_is_away_costs_nothing_and_is_told(bench: Bench) -> None:
    async with bench.running(test_of(free_port(CPE))):
        bench.wall += 6 * 3600
        await until(lambda: bench.ended(Outcome.REFUSED) == 2)
        await until(lambda: _spent(bench) == 0)
        # Not again before its next turn.
        await asyncio.sleep(0.5)
        assert bench.ended(Outcome.REFUSED) == 2


async def test_a_restart_neither_repeats_a_test_nor_forgets_what_it_spent(
    bench: Bench,
) -> None:
    async with iperf3_server(CPE) as port:
        async with bench.running(test_of(port)):
            bench.wall += 6 * 3600
            await until(lambda: bench.ended(Outcome.SUCCESS) == 2)
            await until(lambda: _recorded(bench) == _spent(bench) < 2_300_000)
            spent = _spent(bench)
        async with bench.running(test_of(port)):
            assert _spent(bench) == spent
            await asyncio.sleep(0.5)
            assert bench.ended(Outcome.SUCCESS) == 0
        async with bench.running({**test_of(port), "budget": "4MB"}):
            bench.wall += 6 * 3600
            await until(lambda: bench.refused("budget") >= 1)


async def test_a_test_that_is_cut_off_stays_paid_for_in_full(bench: Bench) -> None:
    slow = {"rate": "1M", "size": "10MB", "longest": "60s"}
    async with iperf3_server(CPE) as port:
        async with bench.running(test_of(port, **slow)):
            bench.wall += 6 * 3600
            await until(lambda: _spent(bench) > 20_000_000)
        async with bench.running(test_of(port, **slow)):
            assert _spent(bench) > 20_000_000


@pytest.mark.parametrize("content", ["", '{"spent": {"tail": -1}}'])
async def test_a_record_that_is_broken_is_a_budget_spent(
    bench: Bench, content: str
) -> None:
    (bench.folder / "throughput.json").write_text(content)
    async with bench.running(test_of(free_port(CPE))):
        bench.wall += 6 * 3600
        await until(lambda: bench.refused("budget") >= 1)
        # Until the day is over.
        bench.wall += 24 * 3600
        await until(lambda: bench.ended(Outcome.REFUSED) == 2)


async def test_the_round_trip_under_load_is_told_by_the_other_probes(
    bench: Bench,
) -> None:
    trips = {Outcome.SUCCESS: 3}
    async with iperf3_server(CPE) as port:
        entry = test_of(port, directions=["reverse"], rate="8M")
        async with bench.running(entry) as tests:
            now = asyncio.get_running_loop().time
            idle = RoundTrips("icmp", "cpe", now(), (0.02, 0.01, 0.03), trips)
            tests.add_round_trips(idle)
            bench.wall += 6 * 3600
            async with asyncio.timeout(PATIENCE):
                while bench.ended(Outcome.SUCCESS) != 1:
                    loaded = RoundTrips("icmp", "cpe", now(), (0.04, 0.06), trips)
                    tests.add_round_trips(loaded)
                    await asyncio.sleep(0.1)
            at = "one", "cpe", "tail", "reverse", "iperf3"
            delay = bench.value(catalogue.THROUGHPUT_BUFFER_DELAY, *at)
            assert delay == pytest.approx(4.0)


async def _locally(process: Process) -> None:
    """Run what is asked for, as a login shell does."""
    assert process.command is not None
    child = await asyncio.create_subprocess_shell(
        process.command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, complaint = await child.communicate()
    process.stdout.write(output)
    process.stderr.write(complaint)
    process.exit(child.returncode or 0)


async def _without_it(process: Process) -> None:
    process.stderr.write(b"sh: 1: timeout: not found\n")
    process.exit(127)


async def _hang_up(process: Process) -> None:
    process.channel.get_connection().abort()


async def test_a_test_between_two_others_runs_over_ssh(bench: Bench) -> None:
    async with iperf3_server(CPE) as port, device(_locally) as met:
        (bench.folder / "known_hosts").write_text(met.known())
        entry = test_of(port, **{"from": "host"})
        async with bench.running(entry, ssh_port=met.port):
            bench.wall += 6 * 3600
            await until(lambda: bench.ended(Outcome.SUCCESS) == 2)
    assert all(each.startswith("timeout -k 2 20 iperf3 ") for each in met.commands)


@pytest.mark.parametrize(
    ("handle", "known", "outcome"),
    [
        (_locally, False, Outcome.HOST_KEY),
        (_without_it, True, Outcome.UNSUPPORTED),
        (_hang_up, True, Outcome.RESET),
    ],
)
async def test_what_goes_wrong_over_ssh_is_told_in_a_word(
    bench: Bench, handle: Callable[[Process], Any], known: bool, outcome: Outcome
) -> None:
    async with device(handle) as met:
        (bench.folder / "known_hosts").write_text(met.known() if known else "")
        entry = test_of(free_port(CPE), **{"from": "host"})
        async with bench.running(entry, ssh_port=met.port):
            bench.wall += 6 * 3600
            await until(lambda: bench.ended(outcome) == 2)


async def test_a_figure_is_not_told_for_ever(bench: Bench) -> None:
    async with iperf3_server(CPE) as port, bench.running(test_of(port)):
        bench.wall += 6 * 3600
        await until(lambda: bench.ended(Outcome.SUCCESS) == 2)
        now = asyncio.get_running_loop().time()
        rates = bench.series.families[catalogue.THROUGHPUT_RATE]
        bench.series.refresh(now + 12 * 3600)
        assert len(rates.labels()) == 2
        bench.series.refresh(now + 14 * 3600)
        assert len(rates.labels()) == 0


@pytest.mark.parametrize(
    ("entry", "at", "says"),
    [
        ({"link": "tial"}, "link: tial", 'no link tial\n  did you mean "tail"?'),
        ({"link": "tail", "via": ["x"]}, "via:", "no link x"),
        ({"link": "tail", "target": "nobody"}, "target:", "no device nobody"),
        ({"link": "core", "target": "cpe"}, "target:", "cpe is at neither end of core"),
        ({"link": "tail", "from": "cpe"}, "from:", "cpe cannot be logged in to"),
        ({"link": "tail", "from": "hots"}, "from:", "no device hots"),
    ],
)
def test_a_name_that_is_not_in_the_inventory_is_told_with_its_line(
    bench: Bench, entry: dict[str, Any], at: str, says: str
) -> None:
    with pytest.raises(InvalidDocumentError) as caught:
        bench.told({"tests": {"one": entry}})
    path = bench.folder / "bellrock.yaml"
    lines = path.read_text().splitlines()
    line = next(n for n, text in enumerate(lines, 1) if text.strip().startswith(at))
    assert str(caught.value).startswith(f"{path}:{line}: probes.throughput.tests.one")
    assert says in str(caught.value)
