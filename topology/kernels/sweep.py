"""One failure after the other: the worst for each arc, and how bad each is."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from topology.kernels.failure import case, fail
from topology.kernels.jit import borrowing, kernel
from topology.kernels.ledger import Ledger, opened, put_back, resume
from topology.kernels.spf import Floats, Ints
from topology.kernels.traffic import Traffic

NONE = -1
SLACK = 1e-9
"""How much more, in proportion, is more: sums of the same parts differ in the end."""
FULL = 1 + SLACK
"""Utilisation above which a link is over 100 %."""


class Gauge(NamedTuple):
    """What the arcs carry before any failure, and what they can.

    Attributes
    ----------
    base : array of float64, shape (arcs,)
        bit/s.
    capacity : array of float64, shape (2 m,)
        bit/s, nan where unknown.
    fullest : array of int32
        Arcs of known capacity, the highest utilisation first.
    """

    base: Floats
    capacity: Floats
    fullest: Ints


class Failures(NamedTuple):
    """What fails, f times.

    Attributes
    ----------
    start, member : array of int32
        Devices and links of each element, in rows.
    together : array of int32, shape (f, width)
        The elements that fail together, each of which is in range.
    """

    start: Ints
    member: Ints
    together: npt.NDArray[np.int32]


class Kept(NamedTuple):
    """The loads that failures changed so far, of the targets looked at.

    Attributes
    ----------
    start : array of int64, shape (failures + 1,)
    arc : array of int32
    load : array of float64
        bit/s; in rows.
    """

    start: npt.NDArray[np.int64]
    arc: Ints
    load: Floats


class Swept(NamedTuple):
    """What failures (f) do to arcs (2 m).

    Attributes
    ----------
    worst : array of float64, shape (2 m,)
        The highest load of each arc, bit/s, that before any failure included.
    cause : array of int32, shape (2 m,)
        The first of the failures with that load; -1 if none is worse than before.
    lost : array of float64, shape (f,)
        bit/s that lose their way.
    peak : array of float64, shape (f,)
        The highest utilisation, nan if no capacity is known.
    peak_arc : array of int32, shape (f,)
        Where it is; -1 if it is nowhere.
    over : array of int32, shape (f,)
        How many arcs are over 100 %.
    """

    worst: Floats
    cause: Ints
    lost: Floats
    peak: Floats
    peak_arc: Ints
    over: Ints


def unswept(gauge: Gauge, failures: int) -> Swept:
    """Return what is known before any failure is looked at."""
    arcs = len(gauge.capacity)
    return Swept(
        worst=gauge.base[:arcs].copy(),
        cause=np.full(arcs, NONE, np.int32),
        lost=np.zeros(failures),
        peak=np.full(failures, np.nan),
        peak_arc=np.full(failures, NONE, np.int32),
        over=np.zeros(failures, np.int32),
    )


def nothing_kept(failures: int) -> Kept:
    """Return what is kept before the first block."""
    return Kept(
        np.zeros(failures + 1, np.int64), np.empty(0, np.int32), np.empty(0, np.float64)
    )


@kernel
def sweep(
    traffic: Traffic,
    gauge: Gauge,
    failures: Failures,
    low: int,
    high: int,
    closing: bool,
    kept: Kept,
    most: int,
    swept: Swept,
) -> Kept:
    """Let a range of failures happen to the network as it is now.

    Parameters
    ----------
    traffic : Traffic
        One block after the other.
    low, high : int
        The range.
    closing : bool
        Whether it is the last block: `swept` is written then, but for `lost`, which
        grows with every block.
    kept : Kept
        What was returned for the block before.
    most : int
        Loads to keep, at most.

    Returns
    -------
    Kept
        For the next block; without rows if there would be more than `most`.
    """
    gone_on = traffic.targets.before > 0
    room = 0 if closing else min(most, (high - low) * len(gauge.base))
    start = np.zeros(high - low + 1, np.int64)
    arcs, loads = np.empty(room, np.int32), np.empty(room)
    ledger = opened(gauge.base)
    scratch = case(traffic)
    most_members = failures.together.shape[1] * (len(traffic.net.up) + 1)
    members = np.empty(most_members, np.int32)
    noise = 1e-12 * traffic.carried.rate.sum()
    over = 0
    for arc in gauge.fullest:
        over += gauge.base[arc] / gauge.capacity[arc] > FULL
    for i in range(low, high):
        size = _members(failures, i, members)
        begin, end = kept.start[i - low], kept.start[i - low + 1]
        resume(ledger, kept.arc[begin:end], kept.load[begin:end])
        before = swept.lost[i] if gone_on else 0.0
        swept.lost[i] = fail(members[:size], traffic, closing, scratch, ledger, before)
        if closing:
            swept.over[i] = over
            _note(i, ledger, gauge, noise, swept)
        else:
            used, count = start[i - low], ledger.tally[0]
            if used + count > room:
                return Kept(start[:0], arcs[:0], loads[:0])
            for k in range(count):
                arcs[used + k] = ledger.changed[k]
                loads[used + k] = ledger.load[ledger.changed[k]]
            start[i - low + 1] = used + count
        put_back(ledger, gauge.base)
    return Kept(start, arcs, loads)


@borrowing
def _members(failures: Failures, failure: int, members: Ints) -> int:
    """Write the devices and links that fail to `members`; return how many."""
    size = 0
    for element in failures.together[failure]:
        for i in range(failures.start[element], failures.start[element + 1]):
            members[size] = failures.member[i]
            size += 1
    return size


@kernel
def after(
    members: Ints, traffic: Traffic, closing: bool, ledger: Ledger, total: float
) -> float:
    """Let one failure happen; parameters and result as `topology.kernels.failure`'s."""
    return fail(members, traffic, closing, case(traffic), ledger, total)


@borrowing
def _note(
    failure: int, ledger: Ledger, gauge: Gauge, noise: float, swept: Swept
) -> None:
    """Note what a failure did to the arcs that it changed, and to the fullest other."""
    load, base, capacity = ledger.load, gauge.base, gauge.capacity
    worst = swept.worst
    peak, where, over = -1.0, NONE, 0
    for i in range(ledger.tally[0]):
        arc = ledger.changed[i]
        if arc >= len(capacity):
            continue
        if load[arc] > worst[arc] * (1 + SLACK) + noise:
            worst[arc] = load[arc]
            swept.cause[arc] = failure
        # Nothing compares with nan, the utilisation of what has no known capacity.
        used = load[arc] / capacity[arc]
        over += used > FULL
        over -= base[arc] / capacity[arc] > FULL
        if used > peak:
            peak, where = used, arc
    for arc in gauge.fullest:
        if not ledger.marked[arc]:
            if base[arc] / capacity[arc] > peak:
                peak, where = base[arc] / capacity[arc], arc
            break
    swept.over[failure] += over
    if where != NONE:
        swept.peak[failure] = peak
        swept.peak_arc[failure] = where
