"""What the links of a network carry, and how that differs from another's."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from topology.arrays import Arrays, Floats, Ints
from topology.routing import Arc

_SAME = 1e-9
"""Loads that differ by a smaller part than this are equal: sums are not exact."""
_DIRECTIONS = ("ab", "ba")
"""Of the arcs of a link, in order."""


@dataclass(frozen=True, slots=True)
class ArcLoad:
    """What one direction of a link carries.

    Attributes
    ----------
    load : float
        bit/s.
    utilisation : float or None
        Load by capacity; None where that was not declared.
    """

    load: float
    utilisation: float | None


@dataclass(frozen=True, slots=True)
class Shift:
    """One direction of a link with another load, or another capacity for it.

    Attributes
    ----------
    before, after : ArcLoad or None
        None where the link is not declared.
    """

    arc: Arc
    before: ArcLoad | None
    after: ArcLoad | None


@dataclass(frozen=True, eq=False)
class Loading:
    """What each arc carries.

    Attributes
    ----------
    load : array of float64, shape (2 m,)
        bit/s.
    """

    arrays: Arrays
    load: Floats

    @cached_property
    def utilisation(self) -> Floats:
        """Load by capacity of each arc, nan where that is not known; shape (2 m,)."""
        return self.load / self.arrays.circuits.capacity

    def arc(self, number: int) -> Arc:
        """Return the link and the direction of an arc."""
        return self.arrays.links[number // 2], _DIRECTIONS[number % 2]

    def number(self, arc: Arc) -> int:
        """Return the number of an arc, -1 if there is no such link."""
        link, direction = arc
        found = self.arrays.link_number.get(link)
        return -1 if found is None else 2 * found + _DIRECTIONS.index(direction)

    def at(self, number: int) -> ArcLoad | None:
        """Return what an arc carries; None for -1."""
        if number < 0:
            return None
        ratio = float(self.utilisation[number])
        return ArcLoad(float(self.load[number]), None if math.isnan(ratio) else ratio)

    @property
    def busiest(self) -> int:
        """The arc that is used most, of the smallest id among equals; -1 if none is."""
        known = ~np.isnan(self.utilisation)
        most = float(np.max(self.utilisation, initial=0.0, where=known))
        if most == 0:
            return -1
        return min(np.flatnonzero(self.utilisation == most).tolist(), key=self.arc)


def shifts(before: Loading, after: Loading) -> tuple[Shift, ...]:
    """Return what carries another load, the greatest change of utilisation first.

    Unknown utilisation counts as none; between equals the change in bit/s decides,
    then the id. A link that carries nothing in either is not among them.
    """
    there, here = _aligned(before.arrays, after.arrays)
    old, new = _taken(before.load, there), _taken(after.load, here)
    old_used = np.nan_to_num(_taken(before.utilisation, there))
    new_used = np.nan_to_num(_taken(after.utilisation, here))
    differ = np.abs(new - old) > _SAME * np.maximum(new, old)
    differ |= np.abs(new_used - old_used) > _SAME * np.maximum(new_used, old_used)
    chosen = np.flatnonzero(differ)
    found = [
        Shift(
            before.arc(one) if one >= 0 else after.arc(other),
            before.at(one),
            after.at(other),
        )
        for one, other in zip(
            there[chosen].tolist(), here[chosen].tolist(), strict=True
        )
    ]
    used = np.abs(new_used - old_used)[chosen].tolist()
    moved = np.abs(new - old)[chosen].tolist()
    order = sorted(range(len(found)), key=lambda i: (-used[i], -moved[i], found[i].arc))
    return tuple(found[i] for i in order)


def _aligned(before: Arrays, after: Arrays) -> tuple[Ints, Ints]:
    """Return the arcs of either, each once: their numbers there and here, or -1."""
    links = before.links
    if links == after.links[: len(links)]:
        matched = np.arange(len(links), dtype=np.int32)
    else:
        number = after.link_number
        matched = np.array([number.get(link, -1) for link in links], np.int32)
    new = np.ones(len(after.links), np.bool_)
    new[matched[matched >= 0]] = False
    only = np.flatnonzero(new).astype(np.int32)
    there = np.append(np.arange(len(links), dtype=np.int32), np.full(len(only), -1))
    return _arcs(there), _arcs(np.append(matched, only))


def _arcs(links: Ints) -> Ints:
    """Return the two arcs of each link, -1 for those of no link."""
    arcs = np.column_stack((2 * links, 2 * links + 1)).ravel()
    return np.where(arcs < 0, -1, arcs).astype(np.int32)


def _taken(values: Floats, arcs: Ints) -> Floats:
    """Return the values of arcs, 0 for those of no link."""
    return np.where(arcs < 0, 0.0, np.append(values, 0.0)[arcs])
