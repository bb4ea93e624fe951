"""The Error Estimate of a STAMP packet: what the kernel says of the clock.

RFC 8762 takes the field from RFC 4656, section 4.1.2: whether the clock is
synchronised to UTC, and multiplier x 2^scale x 2^-32 seconds as the bound.
"""

import ctypes
import os
import struct

_SYNCHRONISED = 0x8000
_TIMEX = struct.Struct("@Illlli")
_TIMEX_SIZE = 256
_STA_UNSYNC = 0x40


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


UNKNOWN = encode(16.0, synchronised=False)
"""Not synchronised, wrong by up to 16 s: what the kernel says when nobody sets it."""


def of_this_clock() -> int:
    """Ask the kernel (adjtimex) how good the clock is, as the field's 16 bits."""
    state = ctypes.create_string_buffer(_TIMEX_SIZE)
    if ctypes.CDLL(None, use_errno=True).adjtimex(state) < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    _, _, _, largest, _, status = _TIMEX.unpack_from(state)
    return encode(largest / 1_000_000, synchronised=not status & _STA_UNSYNC)
