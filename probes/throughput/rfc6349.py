"""What RFC 6349 makes of a transfer: whether the path, buffers or loss hold it up.

Pure figures. Rates are bit/s, times seconds, sizes bytes; ratios are 1 for 100 %.
"""

_IP_AND_TCP = 40


def bandwidth_delay_product(bandwidth: float, round_trip: float) -> float:
    """Return the bytes that fill the path (RFC 6349, section 3.3.1).

    A receive window below this is what limits a single connection.

    Parameters
    ----------
    bandwidth : float
        bit/s at the bottleneck.
    round_trip : float
        Seconds there and back on an idle path.

    Examples
    --------
    A T3 of 44.21 Mbit/s with 25 ms holds about 138 kB:

    >>> round(bandwidth_delay_product(44.21e6, 0.025))
    138156
    """
    return bandwidth * round_trip / 8


def achievable(bandwidth: float, mtu: int, *, overhead: int = 0) -> float:
    """Return the most that TCP can carry, in bit/s of payload (section 4.1.1).

    Parameters
    ----------
    bandwidth : float
        bit/s at the bottleneck: of IP packets, or of frames where `overhead` is theirs.
    mtu : int
        Bytes of the largest IP packet, options left out as the RFC does.
    overhead : int
        Bytes that each packet takes besides; 38 for Ethernet with gap and preamble.

    Examples
    --------
    100 Mbit/s Ethernet carries 94.9 Mbit/s:

    >>> round(achievable(100e6, 1500, overhead=38) / 1e6, 1)
    94.9
    """
    return bandwidth * (mtu - _IP_AND_TCP) / (mtu + overhead)


def transfer_time_ratio(actual: float, size: int, ideal_rate: float) -> float:
    """Return how much longer a transfer took than it had to (section 4.1.2).

    Parameters
    ----------
    actual : float
        Seconds that it took.
    size : int
        Bytes of payload.
    ideal_rate : float
        bit/s of payload at best; see :func:`achievable`.

    Examples
    --------
    100 MB in 12 s, where 8 s were possible:

    >>> transfer_time_ratio(12.0, 100_000_000, 100e6)
    1.5
    """
    return actual / (size * 8 / ideal_rate)


def efficiency(sent: int, sent_again: int) -> float:
    """Return the share of sent bytes that were not sent again (section 4.2.1).

    Parameters
    ----------
    sent : int
        Bytes sent, the repeated ones among them.
    sent_again : int
        Bytes that were repeats.

    Examples
    --------
    The RFC's own: 100,000 bytes of which 2,000 had to be sent again.

    >>> round(efficiency(102_000, 2_000), 4)
    0.9804
    """
    return max(0.0, (sent - sent_again) / sent)


def buffer_delay(during: float, baseline: float) -> float:
    """Return by what share the round trip grew under load (section 4.3.1).

    Parameters
    ----------
    during : float
        Mean round trip, in seconds, while the transfer ran.
    baseline : float
        Round trip on the idle path.

    Examples
    --------
    The RFC's own: from 25 ms to 32 ms.

    >>> round(buffer_delay(0.032, 0.025), 2)
    0.28
    """
    return max(0.0, (during - baseline) / baseline)
