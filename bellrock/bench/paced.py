"""An engine probe at a steady pace, and what it costs."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

import uvloop

from bellrock.bench.measurement import NotMeasuredError
from bellrock.bench.process import cpu_seconds
from bellrock.model.observation import RoundTrips
from probes.paced import PacedProbe
from probes.target import Target

DEADLINE = 0.2
"""Seconds to wait for an answer: packets are remembered for a few times as long, and
the start that is not counted has to see the first of them forgotten."""

_WARM_UP = 1.5
_LEAST = 0.95
_MICRO = 1e6


@dataclass(frozen=True, slots=True)
class Pace:
    """CPU time for each packet and its answer, microseconds.

    Attributes
    ----------
    peer : float or None
        Of the process that answered, if it was asked for.
    lost : int
        How many packets were not answered in time.
    """

    prober: float
    peer: float | None
    lost: int = 0


def cost_per_packet(
    probe: PacedProbe, targets: Sequence[Target], seconds: float, peer: int | None
) -> Pace:
    """Probe for `seconds`, after a start that is not counted.

    Parameters
    ----------
    peer : int or None
        A process whose CPU time is to be measured over the same time.

    Raises
    ------
    NotMeasuredError
        If more than one packet in twenty was lost or not sent in time: what remains
        would be somebody else's figure.
    UserError
        If the socket may not be opened.
    """
    return uvloop.run(_measure(probe, targets, seconds, peer))


async def _measure(
    probe: PacedProbe, targets: Sequence[Target], seconds: float, peer: int | None
) -> Pace:
    answered = lost = 0

    def report(news: RoundTrips) -> None:
        nonlocal answered, lost
        timed = len(news.delays)
        answered += timed
        if timed != sum(news.outcomes.values()):
            lost += news.lost

    def readings() -> tuple[int, float, float]:
        theirs = 0.0 if peer is None else cpu_seconds(peer)
        return answered, time.process_time(), theirs

    engine = probe.engine(targets, report=report)
    running = asyncio.create_task(engine.run())
    await asyncio.wait((running,), timeout=_WARM_UP)
    before = readings()
    await asyncio.wait((running,), timeout=seconds)
    packets, ours, theirs = (
        after - then for then, after in zip(before, readings(), strict=True)
    )
    if running.done():
        await running
    running.cancel()
    due = len(targets) * seconds / probe.interval
    if packets < _LEAST * due:
        raise NotMeasuredError(
            f"{packets:,.0f} answers to {due:,.0f} packets: this machine is too busy"
        )
    return Pace(
        prober=ours / packets * _MICRO,
        peer=None if peer is None else theirs / packets * _MICRO,
        lost=lost,
    )
