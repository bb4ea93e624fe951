"""Checks of services: run in their turn, told as series, and left alone when asked."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bellrock.document import InvalidDocumentError
from bellrock.export.exposition import render
from bellrock.inventory.load import load
from bellrock.model.check import Attempt, CheckReading, ClockReading, Family, Phase
from bellrock.model.inventory import Inventory
from bellrock.model.observation import Outcome
from bellrock.runtime.checking import Checking
from bellrock.runtime.series import Series
from bellrock.runtime.supervise import Supervisor
from bellrock.runtime.told import Told
from probes.checks.resolving import Resolver
from probes.checks.settings import Check
from tests.probes.checks.servers import (
    answering,
    check,
    closed_port,
    hangs,
    resolver,
    says,
    serving,
)
from tests.probes.checks.test_ntp import answered
from tests.probes.harness import PATIENCE
from tests.runtime.test_series import NETWORK

V4, V6 = Family.IPV4, Family.IPV6
UP = ("one", "some", "ipv4")


@pytest.fixture
def series(tmp_path: Path) -> Series:
    path = tmp_path / "network.yaml"
    path.write_text(NETWORK)
    return Series(load(path, cache=None).inventory)


def inventory(folder: Path) -> Inventory:
    return load(folder / "network.yaml", cache=None).inventory


class Checked(Checking):
    """One whose readings can be waited for."""

    def __init__(self, series: Series, known: Resolver | None = None) -> None:
        self.readings: list[CheckReading] = []
        self.faults: list[str] = []
        self._series = series
        super().__init__(
            Supervisor(self.faults.append),
            on_reading=self._hear,
            on_unread=series.checks.drop,
            on_skip=lambda _: None,
            clock=time.monotonic,
            resolver=known,
        )

    def _hear(self, reading: CheckReading, service: str) -> None:
        self.readings.append(reading)
        self._series.checks.add(reading, service)

    def give(self, *checks: Check) -> None:
        self.assign({each.name: each for each in checks})


@asynccontextmanager
async def running(checking: Checking) -> AsyncIterator[None]:
    task = asyncio.create_task(checking.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait((task,))


async def test_a_check_runs_in_its_turn(series: Series) -> None:
    checking = Checked(series)
    async with serving(hangs) as port, running(checking):
        checking.give(check(interval=1, tcp={"port": port}))
        async with asyncio.timeout(PATIENCE):
            while len(checking.readings) < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    assert series.checks.up.get(UP) == 1
    # Who looks late has seen a third.
    sent = series.probes.sent.get(("tcp", "one", "", "round_trip", "", "ipv4"))
    assert sent == len(checking.readings)


async def test_the_worst_timing_error_of_each_protocol_is_told(series: Series) -> None:
    checking = Checked(series)
    async with serving(says(b"a")) as quick, answering(lambda _: []) as silent:
        well = check(tcp={"port": quick, "banner": b"a"})
        lost = check(name="two", deadline=0.1, ntp={"port": silent})
        checking.give(well, lost)
        assert not dict(checking.error_bounds())
        await checking.check(well)
        await checking.check(lost)
    # Of what was never answered there is no time that could be wrong.
    ((kind, bound),) = checking.error_bounds()
    assert (kind, 0 < bound < 1) == ("tcp", True)
    assert bound == checking.readings[0].attempts[0].timing_error
    checking.give(lost)
    assert not dict(checking.error_bounds())


async def test_what_fails_is_lost_and_its_outcome_counted(series: Series) -> None:
    checking = Checked(series)
    failing = check(tcp={"port": closed_port()})
    checking.give(failing)
    assert not await checking.check(failing)
    assert series.checks.up.get(UP) == 0
    assert series.probes.lost.get(("tcp", "one", "", "round_trip", "", "ipv4")) == 1
    assert series.probes.outcomes.get(("tcp", "one", "", "refused")) == 1


async def test_a_name_that_is_lost_fails_the_families_it_had(
    series: Series, tmp_path: Path
) -> None:
    known = resolver(tmp_path, "127.0.0.1 mail.example\n", "")
    checking = Checked(series, known)
    async with serving(hangs) as port:
        mail = check("mail.example", tcp={"port": port})
        checking.give(mail)
        assert await checking.check(mail)
        (tmp_path / "hosts").write_text("")
        assert not await checking.check(mail)
    assert series.checks.up.get(UP) == 0
    assert series.checks.up.get(("one", "some", "none")) is None


async def test_who_asks_to_be_left_alone_is(series: Series) -> None:
    asked: list[bytes] = []

    def denies(data: bytes) -> list[bytes]:
        asked.append(data)
        return [answered(data, stratum=0, code=b"DENY")]

    checking = Checked(series)
    async with answering(denies) as port:
        clock = check(ntp={"port": port})
        checking.give(clock)
        for _ in range(3):
            assert not await checking.check(clock)
    assert len(asked) == 1
    assert series.checks.up.get(UP) == 0


async def test_who_asks_to_be_left_alone_over_one_family_is_asked_over_the_other(
    series: Series, tmp_path: Path
) -> None:
    asked = {V4: 0, V6: 0}

    def denies(data: bytes) -> list[bytes]:
        asked[V4] += 1
        return [answered(data, stratum=0, code=b"DENY")]

    def tells(data: bytes) -> list[bytes]:
        asked[V6] += 1
        return [answered(data)]

    known = resolver(tmp_path, "127.0.0.1 clock.example\n::1 clock.example\n")
    checking = Checked(series, known)
    async with (
        answering(denies) as port,
        answering(tells, port, V6),
    ):
        clock = check("clock.example", ntp={"port": port})
        checking.give(clock)
        with capture_logs() as logs:
            for _ in range(3):
                assert not await checking.check(clock)
    assert asked == {V4: 1, V6: 3}
    assert [each.held for each in checking.readings] == [(), (V4,), (V4,)]
    assert series.checks.up.get(UP) == 0
    assert series.checks.up.get(("one", "some", "ipv6")) == 1
    assert series.probes.sent.get(("ntp", "one", "", "round_trip", "", "ipv4")) == 1
    assert [(each["family"], each["outcome"]) for each in logs] == [("ipv4", "refused")]


async def test_a_clock_that_stays_wrong_is_logged_once(series: Series) -> None:
    checking = Checked(series)
    async with answering(lambda data: [answered(data, ahead=30.0)]) as port:
        clock = check(ntp={"port": port, "offset": "100ms"})
        checking.give(clock)
        with capture_logs() as logs:
            for _ in range(3):
                assert not await checking.check(clock)
    assert [each["outcome"] for each in logs] == ["mismatch"]


async def test_a_fault_of_ours_is_no_failure_of_the_service(
    series: Series, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def faulty(*_: object, **__: object) -> CheckReading:
        raise ZeroDivisionError

    checking = Checked(series)
    async with serving(hangs) as port:
        well = check(tcp={"port": port})
        checking.give(well)
        assert await checking.check(well)
        monkeypatch.setattr("bellrock.runtime.checking.measure", faulty)
        assert not await checking.check(well)
    assert checking.faults == ["checking"]
    assert series.checks.up.get(UP) is None


def reading(*attempts: Attempt) -> CheckReading:
    return CheckReading("one", "tls", 1.0, attempts)


GOOD = Attempt(
    V4,
    "192.0.2.1",
    Outcome.SUCCESS,
    phases=((Phase.CONNECT, 0.01), (Phase.TLS, 0.02)),
    expires=2e9,
    clock=ClockReading(0.25, 0.01, 2),
)


def text(series: Series) -> str:
    return render(series.families(), openmetrics=False)


def test_each_phase_certificate_and_clock_is_a_series(series: Series) -> None:
    series.checks.add(reading(GOOD), "some")
    assert (
        'bellrock_probe_delay_seconds_count{probe="tls",target="one",'
        'direction="round_trip",family="ipv4",phase="tls"} 1' in text(series)
    )
    assert series.checks.expiry.get(UP) == 2e9
    assert series.checks.offset.get(UP) == 0.25
    assert series.checks.error.get(UP) == 0.01


def test_a_family_that_is_gone_is_not_told_any_more(series: Series) -> None:
    series.checks.add(reading(GOOD, Attempt(V6, "::1", Outcome.REFUSED)), "some")
    series.checks.add(reading(GOOD), "some")
    assert series.checks.up.get(("one", "some", "ipv6")) is None
    assert series.checks.up.get(UP) == 1


def test_a_reload_keeps_the_checks_that_stay(series: Series, tmp_path: Path) -> None:
    stays = check(tls={})
    series.checks.expect([stays])
    series.checks.add(reading(GOOD), "some")
    series.adopt(inventory(tmp_path), {}, {"one": stays})
    before = text(series)
    assert 'bellrock_check_up{check="one"' in before
    assert 'bellrock_probe_sent_total{probe="tls"' in before
    series.adopt(inventory(tmp_path), {}, {})
    assert '"one"' not in text(series)


def test_a_check_of_another_kind_begins_anew(series: Series, tmp_path: Path) -> None:
    series.checks.add(reading(GOOD), "some")
    series.adopt(inventory(tmp_path), {}, {"one": check(ntp={})})
    assert series.probes.sent.get(("tls", "one", "", "round_trip", "", "ipv4")) is None


SERVICES = "services: [{id: mail, name: Mail, priority: 1, hosted_at: {any: [dc]}}]\n"
WRONG = """\
inventory: network.yaml
checks:
  - {name: a, service: mail, target: h, tcp: {prt: 25}}
  - {name: b, service: mail, target: h}
  - {name: b, service: mail, target: h, ntp: {}}
  - name: c
    service: mail
    target: "h:1"
    dns: {query: x}
  - {name: d, service: mail, target: h, ntp: {}, intervall: 5s}
"""


def told(folder: Path, settings: str) -> Told:
    (folder / "network.yaml").write_text(
        NETWORK.replace(", snmp: default", "") + SERVICES
    )
    (folder / "bellrock.yaml").write_text(settings)
    return Told.read(folder / "bellrock.yaml", None)


def test_every_problem_of_the_list_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(InvalidDocumentError) as raised:
        told(tmp_path, WRONG)
    said = str(raised.value).replace(f"{tmp_path}/", "")
    for words in (
        "bellrock.yaml:3: checks[0] (a), tcp.prt: unknown key\n",
        'did you mean "port"?',
        "bellrock.yaml:4: checks[1] (b): nothing to ask\n",
        "bellrock.yaml:5: checks[2] (b), name: another entry is named b\n",
        "bellrock.yaml:8: checks[3] (c), target: not a host name or address\n",
        "bellrock.yaml:10: checks[4] (d), intervall: unknown key\n",
    ):
        assert words in said, said


def test_a_service_that_is_none_is_told_with_its_line(tmp_path: Path) -> None:
    settings = "checks:\n  - {name: a, service: mial, target: h, ntp: {}}\n"
    with pytest.raises(InvalidDocumentError) as raised:
        told(tmp_path, f"inventory: network.yaml\n{settings}")
    said = str(raised.value).replace(f"{tmp_path}/", "")
    assert said.startswith(
        "bellrock.yaml:3: checks[0] (a), service: the inventory has no service mial"
    )
    assert 'did you mean "mail"?' in said


def test_checks_that_are_no_list_are_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidDocumentError, match="expected a list"):
        told(tmp_path, "inventory: network.yaml\nchecks: {a: b}\n")


def test_checks_are_there_by_name(tmp_path: Path) -> None:
    good = "checks:\n  - {name: a, service: mail, target: h, ntp: }\n"
    found = told(tmp_path, f"inventory: network.yaml\n{good}").settings.checks
    assert found.keys() == {"a"}
