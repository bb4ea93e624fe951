"""Where things stand in the arrays that kernels share, and in a datagram's bytes."""

import sys

import numpy as np
import numpy.typing as npt

from probes.kernels.jit import part

Integers = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

POSITION, ROW, PEER, SEQUENCE, PREVIOUS, SENT, DOUBT, STATE = range(8)
"""Columns of a packet: one line of the processor's cache."""

VOID, WAITING, ANSWERED, GIVEN_UP = range(4)
"""States of a packet; the first is one that never left."""

NEXT, LAST, COOKIE = range(3)
"""Columns of a peer: its next sequence number, the position of its last packet."""

NEVER = -(1 << 62)
"""A time before all others."""

_LITTLE = sys.byteorder == "little"


@part
def from_network(data: Bytes, at: int, size: int) -> int:
    """Read a number in network order; one of eight bytes may come out negative."""
    value = np.int64(0)
    # Unsigned: no index is looked at for being counted from the end.
    first = np.uint64(at)
    for place in range(np.uint64(size)):
        value = value << 8 | np.int64(data[first + place])
    return int(value)


@part
def to_network(data: Bytes, at: int, size: int, value: int) -> None:
    """Write a number in network order."""
    last = np.uint64(at + size - 1)
    for place in range(np.uint64(size)):
        data[last - place] = value & 0xFF
        value >>= 8


@part
def from_kernel(data: Bytes, at: int, size: int) -> int:
    """Read a number in this machine's order, as :func:`from_network` does."""
    value = np.int64(0)
    first, last = np.uint64(at), np.uint64(at + size - 1)
    for place in range(np.uint64(size)):
        value = value << 8 | np.int64(data[last - place if _LITTLE else first + place])
    return int(value)


@part
def place_of(name: Bytes, names: Bytes, table: Integers) -> int:
    """Return the place of a peer by its socket address, 0 if there is none.

    Parameters
    ----------
    name : array of uint8
        The address; what is behind it does not count.
    names : array of uint8, peers x size
        Those of all peers.
    table : array of int64
        Places of peers, each where :func:`slot` says or the next that was free; its
        size is a power of two, and a part of it holds 0.
    """
    size = names.shape[1]
    at = slot(name, size) & (len(table) - 1)
    while table[at]:
        found = int(table[at])
        same = True
        for byte in range(size):
            if names[found, byte] != name[byte]:
                same = False
                break
        if same:
            return found
        at = (at + 1) & (len(table) - 1)
    return 0


@part
def slot(name: Bytes, size: int) -> int:
    """Return where to look for a socket address first (FNV-1a, folded)."""
    value = 0xCBF29CE4
    for byte in range(size):
        value = (value ^ name[byte]) * 0x01000193 & 0xFFFF_FFFF
    return value ^ value >> 15
