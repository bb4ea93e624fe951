"""A thousand targets beside processes that never rest: nobody is called lost."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from bellrock.model.observation import Outcome, RoundTrips
from probes.icmp import IcmpProbe
from probes.target import Target

from .harness import need_raw_sockets, running, until

TARGETS = 1_000
ROUNDS = 3
BURN = "import time; end = time.monotonic() + 60\nwhile time.monotonic() < end: pass"


@contextmanager
def busy() -> Iterator[None]:
    """Leave no processor idle; whatever happens to us, for a minute at most."""
    processors = range(len(os.sched_getaffinity(0)))
    hogs = [subprocess.Popen((sys.executable, "-c", BURN)) for _ in processors]
    try:
        yield
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()


async def test_no_answer_is_lost_where_no_processor_is_idle() -> None:
    need_raw_sockets()
    outcomes: Counter[Outcome] = Counter()

    def report(news: RoundTrips) -> None:
        outcomes.update(news.outcomes)

    targets = [
        Target(f"t{n}", f"127.22.{n // 250}.{n % 250 + 1}") for n in range(TARGETS)
    ]
    engine = IcmpProbe(deadline=1).engine(targets, report=report)
    with busy():
        async with running(engine):
            await until(lambda: outcomes.total() >= ROUNDS * TARGETS)
    assert outcomes.keys() == {Outcome.SUCCESS}
    assert engine.counts.unsent.total() == 0
    assert engine.counts.strays == engine.counts.dropped == 0
