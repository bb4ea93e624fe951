"""One engine, many targets: none disturbs another, and targets come and go."""

import asyncio
import errno
import os

import pytest

from bellrock.model.observation import Outcome, RoundTrips
from probes.batch import Outbox
from probes.runner import Stamps
from probes.stamp.channel import StampChannel
from probes.stamp.sender import StampProbe
from probes.target import Target

from .harness import Reports, own_network, running, until
from .stamp.reference import Reference, answers, reference, silent

QUICK = StampProbe(interval=0.02, deadline=5, report=0.02)

BROKEN = {
    "name": ("core.example", Outcome.UNRESOLVED),
    "short": ("127.1", Outcome.UNRESOLVED),
    "nonsense": ("10.0.0.256", Outcome.UNRESOLVED),
    "empty": ("", Outcome.UNRESOLVED),
    "nul": ("127.0.0.1\0", Outcome.UNRESOLVED),
    "endless": ("x" * 300, Outcome.UNRESOLVED),
    "no interface": ("fe80::1%nosuch0", Outcome.UNRESOLVED),
    "no route": ("192.0.2.1", Outcome.UNREACHABLE),
    "no route 6": ("2001:db8::1", Outcome.UNREACHABLE),
    "broadcast": ("127.255.255.255", None),
    "link-local without interface": ("fe80::1", Outcome.UNREACHABLE),
}


async def test_broken_addresses_disturb_nobody() -> None:
    reports = Reports()
    with own_network():
        async with reference(answers) as peer:
            targets = [Target(name, bad, 862) for name, (bad, _) in BROKEN.items()]
            good = Target("good", "127.0.0.1", peer.port)
            engine = QUICK.engine([*targets, good], report=reports)
            async with running(engine):
                await until(lambda: len(reports.delays("good")) >= 10)
    assert reports.outcomes("good").keys() == {Outcome.SUCCESS}
    for name, (_, outcome) in BROKEN.items():
        expected = set() if outcome is None else {outcome}
        assert reports.outcomes(name).keys() == expected, name
    assert engine.counts.unsent.keys() == {"EACCES"}


async def test_refusals_of_many_are_not_blamed_on_the_next() -> None:
    reports = Reports()
    async with reference(answers) as peer:
        # Nothing listens on this port of the other addresses of loopback.
        closed = [Target(f"closed{n}", f"127.0.1.{n}", peer.port) for n in range(1, 41)]
        good = [Target("good", "127.0.0.1", peer.port)]
        engine = QUICK.engine([*closed[:20], *good, *closed[20:]], report=reports)
        async with running(engine):
            await until(lambda: len(reports.delays("good")) >= 10)
            await until(
                lambda: all(reports.outcomes(t.id)[Outcome.REFUSED] for t in closed)
            )
    assert reports.outcomes("good").keys() == {Outcome.SUCCESS}
    assert engine.counts.unsent.total() == 0
    # The kernel limits how fast it complains, so some are timeouts.
    outcomes = {o for t in closed for o in reports.outcomes(t.id)}
    assert outcomes <= {Outcome.REFUSED, Outcome.TIMEOUT}


async def test_two_devices_on_one_address_are_both_measured() -> None:
    reports = Reports()
    async with reference(answers) as peer:
        targets = [Target(name, "127.0.0.1", peer.port) for name in ("a", "b")]
        engine = QUICK.engine(targets, report=reports)
        async with running(engine):
            await until(lambda: min(len(reports.delays(n)) for n in "ab") >= 5)
    for name in "ab":
        assert reports.outcomes(name).keys() == {Outcome.SUCCESS}
    sequences = [int.from_bytes(packet[:4]) for packet, _ in peer.heard]
    assert sequences == list(range(1, len(sequences) + 1))
    assert engine.counts.strays == 0


async def test_targets_come_and_go_while_it_runs() -> None:
    def sequences(peer: Reference) -> list[int]:
        return [int.from_bytes(packet[:4]) for packet, _ in peer.heard]

    reports = Reports()
    async with (
        reference(answers) as one,
        reference(answers) as two,
        reference(answers, host="::1") as three,
    ):
        goes = Target("goes", "127.0.0.1", one.port)
        stays = Target("stays", "127.0.0.1", two.port)
        comes = Target("comes", "::1", three.port)
        engine = QUICK.engine([goes, stays], report=reports)
        async with running(engine):
            await until(lambda: len(reports.delays("goes")) >= 3)
            await until(lambda: len(reports.delays("stays")) >= 3)
            engine.retarget([stays, comes])
            gone = len(reports.all["goes"])
            await until(lambda: len(reports.delays("comes")) >= 3)
            engine.retarget([stays])
            await until(lambda: len(reports.delays("stays")) >= 10)
    assert len(reports.all["goes"]) == gone
    for name in ("goes", "stays", "comes"):
        assert reports.outcomes(name).keys() == {Outcome.SUCCESS}
    assert sequences(two) == list(range(1, len(sequences(two)) + 1))


async def test_packets_on_their_way_to_a_target_that_goes_are_not_reported() -> None:
    reports = Reports()
    probe = StampProbe(interval=0.02, deadline=0.3, report=0.02)
    async with reference(silent) as mute, reference(answers) as peer:
        goes = Target("goes", "127.0.0.1", mute.port)
        stays = Target("stays", "127.0.0.1", peer.port)
        engine = probe.engine([goes, stays], report=reports)
        async with running(engine):
            await until(lambda: bool(reports.all["goes"]))
            engine.retarget([stays])
            told = len(reports.all["goes"])
            timed = len(reports.delays("stays"))
            await until(lambda: len(reports.delays("stays")) >= timed + 40)
    assert len(reports.all["goes"]) == told


async def test_a_target_that_moves_is_measured_where_it_is_now() -> None:
    reports = Reports()
    async with reference(silent) as old, reference(answers) as new:
        engine = QUICK.engine([Target("a", "127.0.0.1", old.port)], report=reports)
        async with running(engine):
            await until(lambda: len(old.heard) >= 2)
            engine.retarget([Target("a", "127.0.0.1", new.port)])
            await until(lambda: len(reports.delays("a")) >= 3)
    assert reports.outcomes("a").keys() == {Outcome.SUCCESS}


async def test_reports_add_up() -> None:
    reports = Reports()
    probe = StampProbe(interval=0.02, deadline=5, report=0.2)
    async with reference(answers) as peer:
        engine = probe.engine([Target("a", "127.0.0.1", peer.port)], report=reports)
        async with running(engine):
            await until(lambda: len(reports.all["a"]) >= 4)
    told = reports.all["a"]
    for report in told:
        assert report.probe == "stamp"
        assert report.outcomes[Outcome.SUCCESS] == len(report.delays) == report.sent
        assert report.lost == 0


@pytest.mark.parametrize("stamps", Stamps)
async def test_whatever_is_stamped_delays_are_true_and_the_bound_is_told(
    stamps: Stamps,
) -> None:
    reports = Reports()
    probe = QUICK.model_copy(update={"stamps": stamps})
    async with reference(answers) as one, reference(answers, host="::1") as two:
        targets = [Target("a", "127.0.0.1", one.port), Target("b", "::1", two.port)]
        engine = probe.engine(targets, report=reports)
        async with running(engine):
            await until(lambda: min(len(reports.delays(n)) for n in "ab") >= 10)
    for name in "ab":
        assert all(0 < delay < QUICK.deadline for delay in reports.delays(name))
    assert 0 < engine.error_bound < QUICK.deadline
    exact = stamps is not Stamps.RECEIPT
    assert (engine.error_bound == 1e-6) == exact


@pytest.mark.parametrize("number", [errno.ENOKEY, errno.EDESTADDRREQ])
async def test_a_tunnel_that_leads_nowhere_is_no_fault_of_ours(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What a WireGuard interface returns; there may be none to be had here.
    monkeypatch.setattr(Outbox, "send", lambda *_: -number)
    reports = Reports()
    engine = QUICK.engine([Target("a", "127.0.0.1", 9)], report=reports)
    async with running(engine):
        await until(lambda: bool(reports.outcomes("a")))
    assert reports.outcomes("a").keys() == {Outcome.UNREACHABLE}


async def test_a_fault_of_ours_stops_the_engine_and_reads_as_no_outage() -> None:
    class NoDescriptors(StampProbe):
        def connect(self, family: int, *, dscp: int) -> StampChannel:  # noqa: ARG002
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    reports = Reports()
    probe = NoDescriptors(interval=0.02)
    engine = probe.engine([Target("a", "127.0.0.1", 9)], report=reports)
    with pytest.raises(OSError, match="Too many open files"):
        await engine.run()
    assert not reports.all


async def test_a_fault_in_the_report_is_not_swallowed() -> None:
    def faulty(_report: RoundTrips) -> None:
        raise ZeroDivisionError

    async with reference(answers) as peer:
        engine = QUICK.engine([Target("a", "127.0.0.1", peer.port)], report=faulty)
        with pytest.raises(ZeroDivisionError):
            await engine.run()


async def test_packets_out_when_it_stops_are_not_lost_when_it_runs_again() -> None:
    reports = Reports()
    probe = StampProbe(interval=0.02, deadline=1, report=0.02)
    async with reference(silent) as peer:
        engine = probe.engine([Target("a", "127.0.0.1", peer.port)], report=reports)
        async with running(engine):
            await until(lambda: len(peer.heard) >= 3)
        peer.answer = answers
        await asyncio.sleep(1.1)
        async with running(engine):
            await until(lambda: len(reports.delays("a")) >= 3)
    assert reports.outcomes("a").keys() == {Outcome.SUCCESS}


async def test_an_engine_closes_its_socket_and_can_run_again() -> None:
    reports = Reports()
    opened: list[StampChannel] = []

    class Watched(StampProbe):
        def connect(self, family: int, *, dscp: int) -> StampChannel:
            channel = super().connect(family, dscp=dscp)
            opened.append(channel)
            return channel

    probe = Watched(interval=0.02, deadline=5, report=0.02)
    async with reference(answers) as peer:
        engine = probe.engine([Target("a", "127.0.0.1", peer.port)], report=reports)
        for count in (3, 6):
            await asyncio.sleep(1)  # 50 turns, which are nobody's
            async with running(engine):
                await until(lambda n=count: len(reports.delays("a")) >= n)  # type: ignore[misc]
            assert [channel.sock.fileno() for channel in opened] == [-1] * len(opened)
    assert len(opened) == 2
    # A machine that is busy may hold us up for some of our own.
    assert engine.counts.skipped < 50
