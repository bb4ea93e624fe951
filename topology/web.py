"""The graph in which links are nodes as well as devices, and what takes a node down."""

import numpy as np

from topology.arrays import Arrays, Rows


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


def neighbours(arrays: Arrays) -> Rows:
    """Return the nodes next to each: the links of a device, a link's two devices."""
    devices, links = len(arrays.devices), len(arrays.links)
    link = np.arange(devices, devices + links, dtype=np.int32)
    ends = np.concatenate((arrays.circuits.a, arrays.circuits.b))
    both = np.concatenate((link, link))
    order = Rows.grouped(np.concatenate((ends, both)), devices + links)
    return Rows(order.start, np.concatenate((both, ends))[order.item])
