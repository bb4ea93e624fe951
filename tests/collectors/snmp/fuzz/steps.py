"""How many elements are read: a bound on work that no busy machine can exceed."""

from collections.abc import Iterator
from contextlib import contextmanager

from collectors.snmp import ber

_read_header = ber.read_header


class TooManyStepsError(AssertionError):
    """Something reads the same octets again and again."""


@contextmanager
def at_most(most: int) -> Iterator[None]:
    """Let no more elements than so many be read within."""
    taken = 0

    def counted(data: bytes, at: int, end: int) -> tuple[int, int, int]:
        nonlocal taken
        taken += 1
        if taken > most:
            raise TooManyStepsError(f"more than {most} elements read")
        return _read_header(data, at, end)

    vars(ber)["read_header"] = counted
    try:
        yield
    finally:
        vars(ber)["read_header"] = _read_header
