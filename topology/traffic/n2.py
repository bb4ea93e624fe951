"""Worst-case loads with two failures at once, over links and risk groups (N-2).

The work is cut into ranges of pairs: `survey` looks at one, wherever it runs, and
`Survey.with_later` joins what was found.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bellrock.model.inventory import ElementKind
from topology.arrays import Floats, Ints
from topology.kernels.sweep import NONE, SLACK
from topology.traffic.study import Study

Longs = npt.NDArray[np.int64]

CHUNK = 2_000
"""Pairs that are looked at in one go."""


@dataclass(frozen=True, eq=False)
class Field:
    """What fails: e elements, each alone, and then in pairs.

    Attributes
    ----------
    elements : array of int32, shape (e,)
    peak : array of float64, shape (e,)
        The highest utilisation when each fails alone, nan if no capacity is known.
    lost : array of float64, shape (e,)
        bit/s that lose their way then.
    """

    elements: Ints
    peak: Floats
    lost: Floats

    @classmethod
    def of(cls, study: Study, *, links_only: bool = False) -> "Field":
        """Choose the links and, unless `links_only`, the risk groups."""
        kinds = {ElementKind.LINK}
        if not links_only:
            kinds.add(ElementKind.RISK_GROUP)
        kept = [e for e in study.distinct.tolist() if study.elements.kinds[e] in kinds]
        elements = np.array(kept, np.int32)
        alone = study.sweep(elements[:, np.newaxis])
        return cls(elements, alone.peak, alone.lost)

    def __len__(self) -> int:
        """Return how many failures there are, single ones and pairs."""
        count = len(self.elements)
        return count + count * (count - 1) // 2

    def places(self, start: int, stop: int) -> Longs:
        """Return which elements fail in a range of the failures; shape (f, 2).

        A single failure is the same element twice.

        Examples
        --------
        >>> alone = np.zeros(3)
        >>> Field(np.array([4, 7, 9], np.int32), alone, alone).places(2, 6).tolist()
        [[2, 2], [0, 1], [0, 2], [1, 2]]
        """
        count = len(self.elements)
        index = np.arange(start, min(stop, len(self)), dtype=np.int64)
        single, pair = index[index < count], index[index >= count] - count
        row = np.arange(max(count - 1, 1), dtype=np.int64)
        begins = row * (2 * count - row - 1) // 2
        one = np.searchsorted(begins, pair, side="right") - 1
        other = pair - begins[one] + one + 1
        chosen = (np.append(single, one), np.append(single, other))
        return np.column_stack(chosen).astype(np.int64)


@dataclass(frozen=True, eq=False)
class Ranked:
    """Failures, the worst first (k).

    Attributes
    ----------
    failure : array of int32, shape (k, 2)
    peak : array of float64, shape (k,)
        The highest utilisation, nan if no capacity is known.
    peak_arc : array of int32, shape (k,)
        Where it is, -1 for nowhere.
    over : array of int32, shape (k,)
        How many arcs are over 100 %.
    unrouted : array of float64, shape (k,)
        bit/s that have no way.
    """

    failure: Ints
    peak: Floats
    peak_arc: Ints
    over: Ints
    unrouted: Floats

    def best(self, key: Floats, most: int) -> "Ranked":
        """Return those with the highest key, not nan, the first of equals first."""
        order = np.argsort(-key, kind="stable")[: min(most, (~np.isnan(key)).sum())]
        return Ranked(
            *(self.failure[order], self.peak[order], self.peak_arc[order]),
            *(self.over[order], self.unrouted[order]),
        )

    def followed_by(self, other: "Ranked") -> "Ranked":
        """Return these and then the others."""
        return Ranked(
            failure=np.concatenate((self.failure, other.failure)),
            peak=np.concatenate((self.peak, other.peak)),
            peak_arc=np.concatenate((self.peak_arc, other.peak_arc)),
            over=np.concatenate((self.over, other.over)),
            unrouted=np.concatenate((self.unrouted, other.unrouted)),
        )


@dataclass(frozen=True, eq=False)
class Survey:
    """What some failures do to the links (m).

    Attributes
    ----------
    failures : int
        How many were looked at.
    worst_load : array of float64, shape (2 m,)
        The highest load of each arc, bit/s, that before any failure included.
    worst_failure : array of int32, shape (2 m, 2)
        The first failure that causes it, -1 if none does.
    worst_lost : float
        The most that loses its way, bit/s.
    worst_lost_failure : array of int32, shape (2,)
        The first failure that causes it, -1 if nothing is lost.
    most : int
        How many pairs to keep in each of the following.
    fullest, cut : Ranked
        The worst pairs by utilisation, and by what has no way; without those that are
        no worse than one of the two alone.
    """

    failures: int
    worst_load: Floats
    worst_failure: Ints
    worst_lost: float
    worst_lost_failure: Ints
    most: int
    fullest: Ranked
    cut: Ranked

    def with_later(self, later: "Survey") -> "Survey":
        """Join what was found with what was found of failures further on."""
        worse = later.worst_load > self.worst_load * (1 + SLACK)
        cuts = later.worst_lost > self.worst_lost * (1 + SLACK)
        fullest = self.fullest.followed_by(later.fullest)
        cut = self.cut.followed_by(later.cut)
        return Survey(
            failures=self.failures + later.failures,
            worst_load=np.where(worse, later.worst_load, self.worst_load),
            worst_failure=np.where(
                worse[:, np.newaxis], later.worst_failure, self.worst_failure
            ),
            worst_lost=later.worst_lost if cuts else self.worst_lost,
            worst_lost_failure=(later if cuts else self).worst_lost_failure,
            most=self.most,
            fullest=fullest.best(fullest.peak, self.most),
            cut=cut.best(cut.unrouted, self.most),
        )


def survey(study: Study, field: Field, start: int, stop: int, most: int) -> Survey:
    """Let a range of the failures of `field` happen, one at a time.

    Parameters
    ----------
    most : int
        How many of the worst pairs to keep by each measure.
    """
    places = field.places(start, stop)
    failure = field.elements[places]
    swept = study.sweep(failure)
    every = Ranked(
        *(failure, swept.peak, swept.peak_arc, swept.over),
        study.base.unrouted + swept.lost,
    )
    none = np.full((1, 2), NONE, np.int32)
    lost = float(swept.lost.max(initial=0.0))
    first = np.argmax(swept.lost >= lost * (1 - SLACK)) if lost > 0 else NONE
    return Survey(
        failures=len(failure),
        worst_load=swept.worst,
        worst_failure=np.concatenate((failure, none))[swept.cause],
        worst_lost=lost,
        worst_lost_failure=np.concatenate((failure, none))[first],
        most=most,
        fullest=every.best(_if_worse(swept.peak, field.peak[places]), most),
        cut=every.best(_if_worse(swept.lost, field.lost[places]), most),
    )


def _if_worse(together: Floats, alone: Floats) -> Floats:
    """Return how bad pairs are, nan for those no worse than one of the two alone."""
    worse = together > alone.max(axis=1) * (1 + SLACK)
    return np.where(worse, together, np.nan)


def chunks(field: Field, size: int = CHUNK) -> Iterator[tuple[int, int]]:
    """Cut the failures of a field into ranges."""
    for start in range(0, len(field), size):
        yield start, min(start + size, len(field))


def n2(
    study: Study,
    field: Field,
    most: int = 20,
    progress: Callable[[int], None] = lambda _: None,
) -> Survey:
    """Let links and risk groups fail, alone and two at a time.

    Parameters
    ----------
    most : int
        How many of the worst pairs to keep by each measure.
    progress : callable
        Called with the number of failures done so far.

    Notes
    -----
    For e elements e (e + 1) / 2 failures, each at the cost that
    `topology.traffic.n1.n1` states.
    """
    found = survey(study, field, 0, 0, most)
    # Paths of a large network are worked out anew for each sweep.
    for start, stop in chunks(field, CHUNK * study.rounds):
        found = found.with_later(survey(study, field, start, stop, most))
        progress(stop)
    return found
