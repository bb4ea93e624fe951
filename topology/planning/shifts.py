"""Which links carry more or less in one outlook than in another."""

import math
from dataclasses import dataclass

import numpy as np

from topology.arrays import Floats, Ints
from topology.planning.outlook import Outlook
from topology.routing import Arc

_SAME = 1e-9
"""Loads that differ by a smaller part than this are equal: sums are not exact."""


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


def shifts(before: Outlook, after: Outlook) -> tuple[Shift, ...]:
    """Return what carries another load, the greatest change of utilisation first.

    Unknown utilisation counts as none; between equals the change in bit/s decides,
    then the id. A link that carries nothing in either is not among them.
    """
    there, here = _aligned(before, after)
    old, new = _taken(before.load, there), _taken(after.load, here)
    old_used, new_used = _used(before, there), _used(after, here)
    differ = np.abs(new - old) > _SAME * np.maximum(new, old)
    differ |= np.abs(new_used - old_used) > _SAME * np.maximum(new_used, old_used)
    chosen = np.flatnonzero(differ)
    by = np.abs(new_used - old_used)[chosen], np.abs(new - old)[chosen]
    ranked = sorted(
        zip((-by[0]).tolist(), (-by[1]).tolist(), chosen.tolist(), strict=True),
        key=lambda each: (*each[:2], _name(before, after, there, here, each[2])),
    )
    return tuple(
        Shift(
            _name(before, after, there, here, arc),
            _carried(before, int(there[arc])),
            _carried(after, int(here[arc])),
        )
        for _, _, arc in ranked
    )


def _aligned(before: Outlook, after: Outlook) -> tuple[Ints, Ints]:
    """Return the arcs of either, each once: their numbers there and here, or -1."""
    links = before.network.arrays.links
    count = len(after.network.arrays.links)
    if links == after.network.arrays.links[: len(links)]:
        matched = np.arange(len(links), dtype=np.int32)
    else:
        number = after.network.arrays.link_number
        matched = np.array([number.get(link, -1) for link in links], np.int32)
    new = np.ones(count, np.bool_)
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


def _used(outlook: Outlook, arcs: Ints) -> Floats:
    return np.nan_to_num(_taken(outlook.utilisation, arcs))


def _name(before: Outlook, after: Outlook, there: Ints, here: Ints, arc: int) -> Arc:
    if there[arc] >= 0:
        return before.arc(int(there[arc]))
    return after.arc(int(here[arc]))


def _carried(outlook: Outlook, arc: int) -> ArcLoad | None:
    if arc < 0:
        return None
    ratio = float(outlook.utilisation[arc])
    return ArcLoad(float(outlook.load[arc]), None if math.isnan(ratio) else ratio)
