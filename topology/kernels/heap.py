"""A binary heap of (key, value), the smallest key first, in two arrays."""

import numpy as np
import numpy.typing as npt

from topology.kernels.jit import borrowing

Keys = npt.NDArray[np.int64]
Values = npt.NDArray[np.int32]


@borrowing
def push(keys: Keys, values: Values, size: int, key: int, value: int) -> int:
    """Put one in, with room for it behind the `size` there are; return the new size."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if keys[above] <= key:
            break
        keys[at] = keys[above]
        values[at] = values[above]
        at = above
    keys[at] = key
    values[at] = value
    return size + 1


@borrowing
def pop(keys: Keys, values: Values, size: int) -> tuple[int, int, int]:
    """Take the first out; return its key, its value and the new size."""
    key, value = keys[0], values[0]
    size -= 1
    last, carried = keys[size], values[size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and keys[below + 1] < keys[below]:
            below += 1
        if keys[below] >= last:
            break
        keys[at] = keys[below]
        values[at] = values[below]
        at = below
    keys[at] = last
    values[at] = carried
    return key, value, size
