"""The scheduler: spread, bounded, and nobody waits for somebody else."""

import asyncio
import gc
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bellrock.model.errors import UserError
from bellrock.runtime.schedule import Job, Scheduler, WorstOf
from bellrock.runtime.supervise import Supervisor
from tests.probes.harness import PATIENCE, until
from tests.runtime.timeless import timeless


def scheduling(
    *,
    concurrency: int,
    on_skip: Callable[[str], None],
    on_fault: Callable[[str], None] = print,
) -> Scheduler:
    supervisor = Supervisor(on_fault)
    return Scheduler("part", supervisor, concurrency=concurrency, on_skip=on_skip)


async def ticking(scheduler: Scheduler, jobs: list[Job], seconds: float) -> None:
    """Run the scheduler over `jobs` for so long."""
    scheduler.set_jobs(jobs)
    with suppress(TimeoutError):
        await asyncio.wait_for(scheduler.run(), seconds)


@given(name=st.text(), interval=st.floats(0.1, 3600), now=st.floats(0, 1e9))
def test_a_turn_is_within_one_interval_and_stays_in_step(
    name: str, interval: float, now: float
) -> None:
    async def run() -> bool:
        return True

    job = Job(name, interval, run)
    due = job.first_due(now)
    assert now - 1e-3 <= due <= now + interval * (1 + 1e-9) + 1e-3
    later = job.first_due(due + interval / 2)
    assert abs(later - due - interval) < 1e-3


def test_a_thousand_jobs_do_not_share_a_second() -> None:
    async def run() -> bool:
        return True

    seconds = Counter(
        int(Job(f"snmp device-{number}", 60, run).first_due(0))
        for number in range(1000)
    )
    assert max(seconds.values()) < 50
    assert len(seconds) == 60


@timeless
async def test_every_job_runs_about_once_an_interval() -> None:
    runs: Counter[str] = Counter()

    def job(name: str) -> Job:
        async def run() -> bool:
            runs[name] += 1
            return True

        return Job(name, 0.05, run)

    scheduler = scheduling(concurrency=5, on_skip=runs.__delitem__)
    await ticking(scheduler, [job(f"j{number}") for number in range(20)], 0.52)
    assert set(runs) == {f"j{number}" for number in range(20)}
    assert {*runs.values()} == {10, 11}


@timeless
async def test_a_job_still_running_skips_its_turn_and_is_counted() -> None:
    skipped: list[str] = []
    starts = 0

    async def slow() -> bool:
        nonlocal starts
        starts += 1
        await asyncio.sleep(60)
        return True

    scheduler = scheduling(concurrency=5, on_skip=skipped.append)
    await ticking(scheduler, [Job("slow", 0.02, slow)], 0.3)
    assert starts == 1
    assert set(skipped) == {"slow"}


@timeless
async def test_dead_devices_do_not_hold_up_the_living() -> None:
    finished: Counter[str] = Counter()

    async def dead() -> bool:
        await asyncio.sleep(0.05)
        finished["dead"] += 1
        return False

    def alive(name: str) -> Job:
        async def run() -> bool:
            finished[name] += 1
            return True

        return Job(name, 0.1, run)

    scheduler = scheduling(concurrency=2, on_skip=lambda _: None)
    jobs = [Job(f"dead-{number}", 0.1, dead) for number in range(40)]
    await ticking(scheduler, [*jobs, alive("a"), alive("b")], 3)
    # Forty dead ones need 1 s of the two places a round, ten turns of the living,
    # who share places with them in the first round only.
    rounds = finished["dead"] / 40
    assert rounds >= 1
    assert min(finished["a"], finished["b"]) >= 3 * rounds


@pytest.mark.parametrize(
    "fault", [ZeroDivisionError(), UserError("no key", "make one")]
)
@timeless
async def test_a_job_that_fails_is_a_fault_and_has_its_next_turn(
    fault: Exception,
) -> None:
    faults: list[str] = []
    unheard: list[object] = []
    answered = asyncio.Event()

    async def fails_twice() -> bool:
        if len(faults) < 2:
            raise fault
        answered.set()
        return True

    asyncio.get_running_loop().set_exception_handler(lambda *told: unheard.append(told))
    scheduler = scheduling(
        concurrency=1, on_skip=lambda _: None, on_fault=faults.append
    )
    scheduler.set_jobs([Job("faulty", 0.02, fails_twice)])
    with structlog.testing.capture_logs() as logs:
        running = asyncio.create_task(scheduler.run())
        async with asyncio.timeout(PATIENCE):
            await answered.wait()
        running.cancel()
        await asyncio.wait({running})
    gc.collect()
    assert faults == ["part", "part"]
    assert [log["event"] for log in logs] == ["fault"]
    assert not unheard


@timeless
async def test_stopping_cancels_what_runs() -> None:
    started, cancelled = asyncio.Event(), False

    async def patient() -> bool:
        nonlocal cancelled
        started.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled = True
            raise
        return True

    scheduler = scheduling(concurrency=1, on_skip=lambda _: None)
    scheduler.set_jobs([Job("patient", 0.01, patient)])
    running = asyncio.create_task(scheduler.run())
    await started.wait()
    running.cancel()
    await asyncio.wait({running})
    assert cancelled


@timeless
async def test_stopping_at_the_moment_the_jobs_change_stops_it() -> None:
    hastened = Hastened()
    running = asyncio.create_task(hastened.scheduler.run())
    await asyncio.sleep(0.01)
    hastened.scheduler.hasten("rare", 0)
    await asyncio.sleep(0)
    running.cancel()
    done, _ = await asyncio.wait({running}, timeout=PATIENCE)
    running.cancel()
    assert done


@timeless
async def test_jobs_taken_away_run_no_more() -> None:
    runs: Counter[str] = Counter()

    def job(name: str) -> Job:
        async def run() -> bool:
            runs[name] += 1
            return True

        return Job(name, 0.02, run)

    scheduler = scheduling(concurrency=5, on_skip=lambda _: None)
    await ticking(scheduler, [job("old"), job("stays")], 0.1)
    before = runs["old"]
    await ticking(scheduler, [job("stays"), job("new")], 0.2)
    assert runs["old"] == before
    assert runs["new"] > 0


def test_the_worst_lag_is_forgotten_after_its_window() -> None:
    worst = WorstOf(window=60)
    worst.add(0, 5.0)
    worst.add(30, 1.0)
    assert worst.at(59) == 5.0
    assert worst.at(61) == 1.0
    assert worst.at(100) == 0.0


class Hastened:
    """A scheduler with one job an hour, which notes when it starts."""

    def __init__(self, takes: float = 0.0) -> None:
        self.starts: list[float] = []
        self._takes = takes
        self.scheduler = scheduling(concurrency=5, on_skip=print)
        self.scheduler.set_jobs([Job("rare", 3600, self._run)])

    async def _run(self) -> bool:
        self.starts.append(asyncio.get_running_loop().time())
        await asyncio.sleep(self._takes)
        return True

    async def during(self, *calls: float, gap: float, until: float = 0.5) -> None:
        """Hasten it after so many seconds each, while the scheduler runs."""
        running = asyncio.create_task(self.scheduler.run())
        loop = asyncio.get_running_loop()
        for delay in calls:
            loop.call_later(delay, self.scheduler.hasten, "rare", gap)
        try:
            await asyncio.sleep(until)
        finally:
            running.cancel()
            await asyncio.wait((running,))


@timeless
async def test_a_hastened_job_starts_at_once() -> None:
    hastened = Hastened()
    await hastened.during(0.01, gap=60)
    assert len(hastened.starts) == 1


@timeless
async def test_a_storm_of_requests_is_one_start_now_and_one_a_gap() -> None:
    hastened = Hastened()
    await hastened.during(*(n / 1000 for n in range(100)), gap=0.2, until=1)
    assert len(hastened.starts) == 2
    assert hastened.starts[1] - hastened.starts[0] == pytest.approx(0.2)


@timeless
async def test_a_job_hastened_while_it_runs_runs_again_when_it_has_ended() -> None:
    hastened = Hastened(takes=0.1)
    running = asyncio.create_task(hastened.during(0.01, gap=0.001, until=5))
    await until(lambda: len(hastened.starts) == 1)
    hastened.scheduler.hasten("rare", 0.001)
    await until(lambda: len(hastened.starts) == 2)
    running.cancel()
    first, second = hastened.starts
    assert second - first == pytest.approx(0.1)


@timeless
async def test_however_often_it_is_hastened_while_it_runs_the_gap_holds() -> None:
    hastened = Hastened(takes=0.05)
    await hastened.during(*(n / 200 for n in range(60)), gap=1, until=1.5)
    assert len(hastened.starts) == 2
    assert hastened.starts[1] - hastened.starts[0] == pytest.approx(1)


@timeless
async def test_hastening_what_is_no_job_is_nothing_to_do() -> None:
    hastened = Hastened()
    hastened.scheduler.hasten("gone", 1)
    await hastened.during(gap=1, until=0.05)
    assert not hastened.starts
