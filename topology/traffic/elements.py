"""Everything that can fail, in the order in which ties are settled."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bellrock.model.inventory import ElementKind
from topology.arrays import Arrays, Rows


@dataclass(frozen=True, eq=False)
class Elements:
    """Links, then devices, sites that have any, and risk groups that have members.

    Attributes
    ----------
    kinds : tuple of ElementKind
    ids : tuple of str
    members : Rows
        Devices d as d and links l as n + l, of each element.
    """

    kinds: tuple[ElementKind, ...]
    ids: tuple[str, ...]
    members: Rows

    @classmethod
    def of(cls, arrays: Arrays) -> "Elements":
        """Return the elements of a network, in O(n + m)."""
        n, m = len(arrays.devices), len(arrays.links)
        equipped = np.flatnonzero(np.diff(arrays.devices_at.start)).tolist()
        named = {
            ElementKind.LINK: arrays.links,
            ElementKind.DEVICE: arrays.devices,
            ElementKind.SITE: tuple(arrays.sites[site] for site in equipped),
            ElementKind.RISK_GROUP: arrays.groups,
        }
        alone = np.concatenate((np.arange(n, n + m), np.arange(n)))
        sizes = np.concatenate(
            (
                np.ones(n + m, np.int64),
                np.diff(arrays.devices_at.start)[equipped],
                np.diff(arrays.members.start),
            )
        )
        items = np.concatenate((alone, arrays.devices_at.item, arrays.members.item))
        start = np.concatenate(([0], np.cumsum(sizes)))
        return cls(
            kinds=tuple(kind for kind, ids in named.items() for _ in ids),
            ids=tuple(each for ids in named.values() for each in ids),
            members=Rows(start.astype(np.int32), items.astype(np.int32)),
        )

    @cached_property
    def number(self) -> dict[str, int]:
        """Number of each element."""
        return {each: index for index, each in enumerate(self.ids)}
