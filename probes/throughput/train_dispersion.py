"""What one train tells of one direction: how far apart its packets came out.

Packets that queue before the slowest place of a path leave it at its rate, however fast
they went in (packet dispersion). Three things make a first look wrong, and are dealt
with here: a token bucket lets the head of a train through at once; a network card hands
packets over in batches; and a queue that is empty tells of the sender, not of the path.

All times are integer nanoseconds, each of one clock: only differences are used, and the
distance between the clocks of the two ends drops out.
"""

from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise
from math import sqrt
from typing import NamedTuple

LEAST_TAIL = 16
"""Packets that a rate is taken from, at the least."""

_HEAD = 3
"""One part in so many of a train is its head, whatever it looks like."""
_STEPS = 16
_MARGIN = 2
_STEADY = 0.03
_SIGMAS = 3.0
# Stamps that follow each other are late by much the same: they are not independent.
_DEPENDENCE = 2.0
_BACKLOG = 2.0
_MOSTLY = 10
_LEAST_PAIRS = 8
_ALIKE = 0.15
_LEAST_POINTS = 6
_AT_ONCE = 1 / 8


class Arrival(NamedTuple):
    """One packet of a train, as one direction saw it.

    Attributes
    ----------
    rank : int
        How many came out before it, as far as anybody counts.
    order : int
        How many were sent before it.
    sent, arrived : int
        By the clock of the end it left, and of the end it reached.
    """

    rank: int
    order: int
    sent: int
    arrived: int


class Shape(StrEnum):
    """What the packets of a train looked like."""

    FILLED = "filled"
    """They queued, and left the queue at an even pace: the path's rate."""

    NOT_FILLED = "not filled"
    """They left as they came: the path carries this or more."""

    DROPPED = "dropped"
    """Some were dropped without having queued: it carries this or more."""

    UNEVEN = "uneven"
    """No part of the train kept one pace for long enough."""

    COARSE = "coarse"
    """The stamps are too coarse, or wrong, for any pace."""

    SHORT = "short"
    """Too few packets came out."""


class Dispersion(NamedTuple):
    """What one train tells of one direction.

    Attributes
    ----------
    gap : float or None
        Nanoseconds from one packet to the next, in the tail; None where the shape gives
        no pace.
    error : float
        Ratio by which that may be off, by the scatter of the stamps alone.
    head, tail : int
        Packets left out at the start, and those that the pace is taken from.
    lost : int
        Packets that are missing among those.
    span : int
        Nanoseconds from the first packet's arrival to the last one's.
    """

    shape: Shape
    gap: float | None = None
    error: float = 0.0
    head: int = 0
    tail: int = 0
    lost: int = 0
    span: int = 0


def dispersion(arrivals: Sequence[Arrival]) -> Dispersion:
    """Take the pace of a train where it had one.

    Parameters
    ----------
    arrivals : sequence of Arrival
        In the order in which they arrived. Packets that nobody saw are left out; their
        places in `rank` and `order` stay empty.

    Notes
    -----
    The pace is the slope of a straight line (least squares) through the stamps of the
    tail. An error of the last stamp alone, which an end-to-end difference takes in
    full, hardly turns it. Packets that came at once, as network cards and segments
    bring them, are one point: the last of them, for which the others waited. Where the
    first half of the tail is faster than the second beyond what scatter explains, a
    token bucket is still being emptied, and the tail is made to begin later.
    """
    if len(arrivals) < LEAST_TAIL:
        return Dispersion(Shape.SHORT, tail=len(arrivals))
    span = arrivals[-1].arrived - arrivals[0].arrived
    if span <= 0 or any(b.arrived < a.arrived for a, b in pairwise(arrivals)):
        return Dispersion(Shape.COARSE, tail=len(arrivals), span=span)
    head = _where_the_tail_begins(arrivals)
    if head is None:
        return _without_a_pace(arrivals, span)
    found = _pace(arrivals, head)
    if found.gap is None or _queued(arrivals, head, found.gap):
        return found
    if not _queued(arrivals, head, found.gap, mostly=False):
        return found._replace(shape=Shape.NOT_FILLED)
    # The queue may have begun somewhat later: a bucket's end that is just in the tail.
    for later in range(head, len(arrivals) // 2 + 1, max(1, len(arrivals) // _STEPS)):
        if len(arrivals) - later < LEAST_TAIL:
            break
        again = _pace(arrivals, later)
        if again.gap is not None and _queued(arrivals, later, again.gap):
            return again
    if head > _usual_head(len(arrivals)):
        # Slower towards its end, and perhaps slower still behind it.
        return found._replace(shape=Shape.UNEVEN, gap=None)
    # A bound must not count what a bucket let through: the end of the train had least.
    end = _pace(arrivals, len(arrivals) - max(_LEAST_POINTS, len(arrivals) // 4))
    return found._replace(shape=Shape.NOT_FILLED, gap=max(found.gap, end.gap or 0.0))


def _pace(arrivals: Sequence[Arrival], head: int) -> Dispersion:
    """Take the pace of what comes after a head, as if it had queued."""
    span = arrivals[-1].arrived - arrivals[0].arrived
    tail = arrivals[head:]
    points = _points([(a.rank, a.arrived) for a in tail])
    if len(points) < _LEAST_POINTS:
        stamps = len({each.arrived for each in tail})
        shape = Shape.COARSE if stamps < _LEAST_POINTS else Shape.UNEVEN
        return Dispersion(shape, head=head, tail=len(tail), span=span)
    line = _line(points)
    lost = _lost(tail)
    if line.slope <= 0:
        return Dispersion(Shape.COARSE, None, 0.0, head, len(tail), lost, span)
    found = Dispersion(
        Shape.FILLED, line.slope, line.error, head, len(tail), lost, span
    )
    return _with_losses(tail, found) if lost else found


class _Line(NamedTuple):
    """A straight line through points; its error is a ratio of its slope."""

    slope: float
    error: float


def _points(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Make one point of each batch of packets that came at once: its last one."""
    (first, begin), (last, end) = pairs[0], pairs[-1]
    at_once = _AT_ONCE * (end - begin) / max(1, last - first)
    points = [this for this, after in pairwise(pairs) if after[1] - this[1] > at_once]
    return [*points, pairs[-1]]


def _line(points: Sequence[tuple[int, int]]) -> _Line:
    """Fit it by least squares; with few points its error is anything."""
    count = len(points)
    middle = sum(x for x, _ in points) / count
    # From the first stamp on: nanoseconds since 1970 do not fit a float's 53 bits.
    origin = points[0][1]
    height = sum(y - origin for _, y in points) / count
    spread = sum((x - middle) ** 2 for x, _ in points)
    level = [(x - middle, y - origin - height) for x, y in points]
    if spread == 0 or (slope := sum(x * y for x, y in level) / spread) <= 0:
        return _Line(0.0, 1.0)
    if count < _LEAST_POINTS // 2:
        return _Line(slope, 1.0)
    residue = sum((y - slope * x) ** 2 for x, y in level)
    return _Line(slope, _DEPENDENCE * sqrt(residue / (count - 2) / spread) / slope)


def _usual_head(count: int) -> int:
    """Return how many packets are left out in any case."""
    return min(count // _HEAD, count - LEAST_TAIL)


def _where_the_tail_begins(arrivals: Sequence[Arrival]) -> int | None:
    """Return how many packets of the head to leave out; None if all of them."""
    count = len(arrivals)
    step = max(1, count // _STEPS)
    last = count - max(LEAST_TAIL, count // 4)
    usual = _usual_head(count)
    for begin in range(usual, last + 1, step):
        middle = (begin + count) // 2
        first, second = (
            _line(_points([(a.rank, a.arrived) for a in part]))
            for part in (arrivals[begin:middle], arrivals[middle:])
        )
        noise = _SIGMAS * (first.error + second.error)
        if first.slope >= second.slope * (1 - _STEADY - noise):
            # A bucket that was noticed is empty somewhat later than it seems.
            return begin if begin == usual else min(begin + _MARGIN * step, last)
    return None


def _without_a_pace(arrivals: Sequence[Arrival], span: int) -> Dispersion:
    """Say what can be said: if nothing ever queued, the path carried what came."""
    head = len(arrivals) // 2
    line = _line(_points([(a.rank, a.arrived) for a in arrivals[head:]]))
    if line.slope <= 0 or _queued(arrivals, head, line.slope, mostly=False):
        return Dispersion(Shape.UNEVEN, tail=len(arrivals), span=span)
    tail = len(arrivals) - head
    return Dispersion(Shape.NOT_FILLED, line.slope, line.error, head, tail, span=span)


def _lost(tail: Sequence[Arrival]) -> int:
    # Packets may overtake each other: what is missing is a matter of the whole.
    orders = [each.order for each in tail]
    return max(0, max(orders) - min(orders) - (tail[-1].rank - tail[0].rank))


def _with_losses(tail: Sequence[Arrival], found: Dispersion) -> Dispersion:
    """Tell where packets were lost by the pace of those that were not.

    Behind a full queue the next packet that got in follows at the usual distance, and
    what came out is what counts. A packet lost behind the slowest place leaves a hole
    of its size, and what was sent is what counts. Where neither fits, something drops
    packets that have not queued: a policer, or a limit of the far end.
    """
    together = [
        after.arrived - before.arrived
        for before, after in pairwise(tail)
        if after.order - before.order == 1 and after.rank - before.rank == 1
    ]
    sent = _line(_points([(a.order, a.arrived) for a in tail]))
    came = found.gap
    if len(together) < _LEAST_PAIRS or came is None or sent.slope <= 0:
        return found._replace(shape=Shape.DROPPED)
    near = sum(together) / len(together)
    nearest = min((came, sent.slope), key=lambda gap: abs(gap - near))
    if abs(nearest - near) > _ALIKE * near:
        return found._replace(shape=Shape.DROPPED)
    # Both are possible where few are missing: then the figure says so.
    apart = abs(came - sent.slope) / nearest
    doubt = apart if apart < _ALIKE else 0.0
    return found._replace(gap=nearest, error=max(found.error, doubt))


def _queued(
    arrivals: Sequence[Arrival], head: int, gap: float, *, mostly: bool = True
) -> bool:
    """Tell whether packets of the tail had to wait for others of their train.

    Of packets that were handed over at once only the first has a time of its own.

    Parameters
    ----------
    mostly : bool
        Ask it of nearly all packets, which it takes to know a path's rate; otherwise
        of a few, which is enough to know that it was not free.
    """
    least = min(each.arrived - each.sent for each in arrivals)
    alone = [
        after.arrived - after.sent - least
        for before, after in pairwise(arrivals[max(0, head - 1) :])
        if after.sent != before.sent
    ]
    if not alone:
        return False
    alone.sort(reverse=not mostly)
    return alone[len(alone) // _MOSTLY] >= _BACKLOG * gap
