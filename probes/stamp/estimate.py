"""The Error Estimate of a STAMP packet: what the kernel says of the clock.

RFC 8762 takes the field from RFC 4656, section 4.1.2: whether the clock is
synchronised to UTC, and multiplier x 2^scale x 2^-32 seconds as the bound.
"""

import ctypes
import errno
import os
import struct
from functools import lru_cache

from probes.clock import SECOND

PTP_FORMAT = 0x4000
"""The Z bit of RFC 8186: times of that party are PTP's, not NTP's."""

_SYNCHRONISED = 0x8000
_TIMEX = struct.Struct("@Illlli")
_TIMEX_SIZE = 256
_STA_UNSYNC = 0x40
_VALUES = 65_536
_FORBIDDEN = {errno.EPERM, errno.EACCES, errno.ENOSYS}


def encode(error: float, *, synchronised: bool) -> int:
    """Write a bound as the field's 16 bits, rounded up.

    Parameters
    ----------
    error : float
        Seconds, from 0 to 2^38.

    Examples
    --------
    >>> hex(encode(0.001, synchronised=True))
    '0x8f84'
    """
    units = int(error * (1 << 32)) + 1
    scale = max(0, units.bit_length() - 8)
    multiplier = -(-units >> scale)
    if multiplier > 0xFF:
        scale, multiplier = scale + 1, 0x80
    return (_SYNCHRONISED if synchronised else 0) | scale << 8 | multiplier


@lru_cache(maxsize=_VALUES)
def decode(field: int) -> int | None:
    """Read how far a clock may be off UTC.

    Returns
    -------
    int or None
        Nanoseconds, rounded up; None where nothing is claimed: the clock is not
        synchronised, keeps PTP's time (which is not UTC), or the multiplier is zero,
        which RFC 4656 forbids.

    Examples
    --------
    >>> decode(0x8f84)
    1007081
    >>> decode(0x0f84)
    """
    multiplier = field & 0xFF
    if not field & _SYNCHRONISED or field & PTP_FORMAT or not multiplier:
        return None
    return -(-(multiplier << (field >> 8 & 0x3F)) * SECOND >> 32)


UNKNOWN = encode(16.0, synchronised=False)
"""Not synchronised, wrong by up to 16 s: what the kernel says when nobody sets it."""


_LIBC = ctypes.CDLL(None, use_errno=True)


def of_this_clock() -> int:
    """Ask the kernel (adjtimex) how good the clock is, as the field's 16 bits.

    Sandboxes forbid the call, since it can also set the clock: then nothing is claimed.
    """
    state = ctypes.create_string_buffer(_TIMEX_SIZE)
    if _LIBC.adjtimex(state) < 0:
        number = ctypes.get_errno()
        if number in _FORBIDDEN:
            return UNKNOWN
        raise OSError(number, os.strerror(number))
    _, _, _, largest, _, status = _TIMEX.unpack_from(state)
    return encode(largest / 1_000_000, synchronised=not status & _STA_UNSYNC)


class Quality:
    """How good this machine's clock is, asked of the kernel once a second.

    The kernel lets its bound grow by half a millisecond each second that nobody sets
    the clock, so an older answer would be a lie.
    """

    def __init__(self) -> None:
        self._field = UNKNOWN
        self._asked = 0

    def __call__(self, now: int) -> int:
        """Return the field's 16 bits.

        Parameters
        ----------
        now : int
            Nanoseconds since 1970; a clock set back is asked about at once.
        """
        if not 0 <= now - self._asked < SECOND:
            self._field, self._asked = of_this_clock(), now
        return self._field


THIS_CLOCK = Quality()
"""Of the one clock there is; asked of the kernel once for everybody."""
