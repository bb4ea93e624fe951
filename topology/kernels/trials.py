"""Drawing states of a network at random, and counting who is cut off in them."""

import numpy as np
import numpy.typing as npt

from topology.arrays import Bools, Ints
from topology.kernels.cuts import Parts, Question, View, look
from topology.kernels.hanging import Web
from topology.kernels.jit import kernel

Counts = npt.NDArray[np.int64]


@kernel
def draw(
    trials: int,
    seed: int,
    parts: Parts,
    question: Question,
    web: Web,
    before: View,
    itself: Ints,
    cut: Counts,
    away: Counts,
) -> None:
    """Draw `trials` states and count in how many each site is cut off.

    Parameters
    ----------
    seed : int
        The same seed gives the same states.
    before : View
        The network with everything up.
    itself : array of int32, shape (s,)
        The element that each site is; -1 for none.
    cut : array of int64, shape (s,)
        Added to: states in which an asked site is cut off and has not failed itself.
    away : array of int64, shape (s,)
        Added to: states in which it has failed itself, and does not count.

    Notes
    -----
    Elements mostly are up, so those that are down are drawn by skipping: the gap to
    the next is geometric with the largest share of time down, and who is met there is
    down with its own share over the largest. A state in which nothing is down costs a
    few draws; others a search of the network, O(n + m).
    """
    np.random.seed(seed)
    largest = parts.down.max() if len(parts.down) else 0.0
    if largest == 0.0:
        return
    nodes = len(web.start) - 1
    dead = np.zeros(nodes, np.bool_)
    failed = np.zeros(len(parts.down), np.bool_)
    drawn = np.empty(len(parts.down), np.int32)
    view = View(
        np.empty_like(before.parent),
        np.empty_like(before.place),
        np.empty_like(before.size),
        np.empty_like(before.at),
        np.empty_like(before.reached),
        np.empty_like(before.first),
    )
    for _ in range(trials):
        count = _failures(parts, largest, drawn)
        if count == 0:
            continue
        for k in range(count):
            failed[drawn[k]] = True
            first, last = parts.member_start[drawn[k]], parts.member_start[drawn[k] + 1]
            for j in range(first, last):
                dead[parts.member_item[j]] = True
        look(question, web, dead, view)
        _note(question, view, itself, failed, cut, away)
        failed[drawn[:count]] = False
        dead[:] = False


@kernel
def _failures(parts: Parts, largest: float, drawn: Ints) -> int:
    """Draw which elements are down."""
    count = 0
    element = -1
    per_step = np.log1p(-largest)
    while True:
        # 1 - random() is in (0, 1]; a gap beyond all elements ends the state.
        gap = np.log(1.0 - np.random.random()) / per_step
        if gap >= len(parts.down) - element - 1:
            return count
        element += 1 + int(gap)
        if np.random.random() * largest < parts.down[element]:
            drawn[count] = element
            count += 1


@kernel
def _note(
    question: Question,
    view: View,
    itself: Ints,
    failed: Bools,
    cut: Counts,
    away: Counts,
) -> None:
    for site in range(len(question.asked)):
        if not question.asked[site]:
            continue
        if itself[site] >= 0 and failed[itself[site]]:
            away[site] += 1
            continue
        for r in range(len(view.reached)):
            if view.reached[r, site] == 0:
                cut[site] += 1
                break
