"""All that can fail, as arrays: which devices and links go down with it, and where.

Beside `topology.arrays.Arrays`, whose numbers it uses: device `d` is node `d` and link
`l` is node `n + l`.
"""

from dataclasses import dataclass

import numpy as np

from bellrock.model.inventory import ElementKind
from topology.arrays import Arrays, Ints, Rows

NOWHERE = -1


@dataclass(frozen=True, eq=False)
class Elements:
    """Devices, links, sites and risk groups that have members (e of them).

    Attributes
    ----------
    ids : tuple of str
    kinds : tuple of ElementKind
    members : Rows
        Nodes that go down with each.
    premises : array of int32, shape (e,)
        Number of the site on whose premises it lies entirely; `NOWHERE` if there is
        none. A site lies on its own.
    of_node : Rows
        Elements that take each node down.
    neighbours : Rows
        Nodes next to each node: the links of a device, the two devices of a link.
    """

    ids: tuple[str, ...]
    kinds: tuple[ElementKind, ...]
    members: Rows
    premises: Ints
    of_node: Rows
    neighbours: Rows

    @classmethod
    def of(cls, arrays: Arrays) -> "Elements":
        """List all that can fail: devices, links, sites, then risk groups."""
        devices, links = len(arrays.devices), len(arrays.links)
        a, b = arrays.circuits.a, arrays.circuits.b
        across = arrays.site_of[a] != arrays.site_of[b]
        at = np.concatenate(
            (arrays.site_of, np.where(across, NOWHERE, arrays.site_of[a]))
        )
        ids, kinds = [*arrays.devices, *arrays.links], [ElementKind.DEVICE] * devices
        kinds += [ElementKind.LINK] * links
        members = [[node] for node in range(devices + links)]
        premises = at.tolist()
        for site, name in enumerate(arrays.sites):
            inside = arrays.devices_at[site].tolist()
            if inside:
                ids.append(name)
                kinds.append(ElementKind.SITE)
                members.append(inside)
                premises.append(site)
        for group, name in enumerate(arrays.groups):
            inside = arrays.members[group].tolist()
            where = set(at[inside].tolist())
            ids.append(name)
            kinds.append(ElementKind.RISK_GROUP)
            members.append(inside)
            premises.append(where.pop() if len(where) == 1 else NOWHERE)
        rows = Rows.of(members)
        return cls(
            ids=tuple(ids),
            kinds=tuple(kinds),
            members=rows,
            premises=np.array(premises, np.int32),
            of_node=turned(rows, devices + links),
            neighbours=_neighbours(arrays),
        )


def turned(rows: Rows, items: int) -> Rows:
    """Return for each of `items` the rows that it is in.

    Examples
    --------
    >>> by_item = turned(Rows.of([[0, 2], [2]]), 3)
    >>> [by_item[item].tolist() for item in range(3)]
    [[0], [], [0, 1]]
    """
    row = np.repeat(np.arange(len(rows.start) - 1), np.diff(rows.start))
    order = Rows.grouped(rows.item, items)
    return Rows(order.start, row[order.item].astype(np.int32))


def _neighbours(arrays: Arrays) -> Rows:
    """Return the graph in which links are nodes as well as devices."""
    devices, links = len(arrays.devices), len(arrays.links)
    link = np.arange(devices, devices + links, dtype=np.int32)
    ends = np.concatenate((arrays.circuits.a, arrays.circuits.b))
    both = np.concatenate((link, link))
    order = Rows.grouped(np.concatenate((ends, both)), devices + links)
    return Rows(order.start, np.concatenate((both, ends))[order.item])
