"""The scheduler: spread, bounded, and nobody waits for somebody else."""

import asyncio
from collections import Counter
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from bellrock.runtime.schedule import Job, Scheduler, WorstOf


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


async def test_every_job_runs_about_once_an_interval() -> None:
    runs: Counter[str] = Counter()

    def job(name: str) -> Job:
        async def run() -> bool:
            runs[name] += 1
            return True

        return Job(name, 0.05, run)

    scheduler = Scheduler(concurrency=5, on_skip=runs.__delitem__)
    await ticking(scheduler, [job(f"j{number}") for number in range(20)], 0.52)
    assert set(runs) == {f"j{number}" for number in range(20)}
    # Never more often than asked; how much less is the machine's business.
    assert max(runs.values()) <= 11


async def test_a_job_still_running_skips_its_turn_and_is_counted() -> None:
    skipped: list[str] = []
    starts = 0

    async def slow() -> bool:
        nonlocal starts
        starts += 1
        await asyncio.sleep(60)
        return True

    scheduler = Scheduler(concurrency=5, on_skip=skipped.append)
    await ticking(scheduler, [Job("slow", 0.02, slow)], 0.3)
    assert starts == 1
    assert set(skipped) == {"slow"}


async def test_dead_devices_do_not_hold_up_the_living() -> None:
    finished: Counter[str] = Counter()

    async def dead() -> bool:
        await asyncio.sleep(0.05)
        return False

    def alive(name: str) -> Job:
        async def run() -> bool:
            finished[name] += 1
            return True

        return Job(name, 0.1, run)

    scheduler = Scheduler(concurrency=2, on_skip=lambda _: None)
    jobs = [Job(f"dead-{number}", 0.1, dead) for number in range(40)]
    await ticking(scheduler, [*jobs, alive("a"), alive("b")], 3)
    # Forty dead ones need 1 s of the two places a round, ten turns of the living,
    # who share places with them in the first round only.
    assert min(finished["a"], finished["b"]) >= 10


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

    scheduler = Scheduler(concurrency=1, on_skip=lambda _: None)
    scheduler.set_jobs([Job("patient", 0.01, patient)])
    running = asyncio.create_task(scheduler.run())
    await started.wait()
    running.cancel()
    await asyncio.wait({running})
    assert cancelled


async def test_jobs_taken_away_run_no_more() -> None:
    runs: Counter[str] = Counter()

    def job(name: str) -> Job:
        async def run() -> bool:
            runs[name] += 1
            return True

        return Job(name, 0.02, run)

    scheduler = Scheduler(concurrency=5, on_skip=lambda _: None)
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
