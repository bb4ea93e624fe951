"""Answers: which packets they are to, and what comes of that."""

from probes.kernels.jit import kernel
from probes.kernels.layout import (
    ANSWERED,
    COOKIE,
    DOUBT,
    GIVEN_UP,
    PEER,
    POSITION,
    ROW,
    SENT,
    SEQUENCE,
    STATE,
    WAITING,
    Bytes,
    Integers,
    from_kernel,
    from_network,
    place_of,
)

IN_TIME, UNTIMED, TOO_LATE, REPEATED, LATE = range(5)
"""What an answer is, 0 where all is well: the first to its packet, in time; that, but
nobody knows in what time; that, but after the deadline; one more; one to a packet given
up."""


@kernel(
    "int64(int64[:,::1], int64[:,::1], uint8[:,::1], int64[::1], uint8[:,::1],"
    "uint8[:,::1], int64, int64, int64[::1], int64[::1], int64[:,::1], int64[::1])"
)
def answered(
    packets: Integers,
    peers: Integers,
    names: Bytes,
    table: Integers,
    arrived: Bytes,
    sizes: Bytes,
    start: int,
    count: int,
    form: Integers,
    times: Integers,
    found: Integers,
    totals: Integers,
) -> int:
    """Settle the packets that datagrams answer.

    Parameters
    ----------
    arrived, sizes : array of uint8, places x bytes
        The datagrams, each behind its sender's name, and what the kernel says of them.
    start, count : int
        Which of them to begin with, and how many there are.
    form : array of int64
        Size of an answer; where mark, sequence number and token stand, name included;
        the mark; where the control messages stand; what marks a stamp, and its size.
    times : array of int64
        Wall clock minus monotonic clock; the time now; since when what is settled is
        remembered; the deadline; what a step of the clock is at least; whether it was
        steady.
    found : array of int64, 4 x places
        Of each answer its target, when its packet left, its delay, and what it is.
    totals : array of int64
        How many were found; answered nothing; are not timed; and the largest doubt.

    Returns
    -------
    int
        The first datagram that does not look as usual, or `count`.
    """
    size, mark_at, sequence_at, token_at, mark, control, stamp, stamp_size = form
    epoch, now, forgotten, deadline, step, steady = times
    for place in range(start, count):
        data = arrived[place]
        if from_kernel(sizes[place], 56, 4) != size or (
            from_network(data, mark_at, 2) != mark
        ):
            return place
        peer = place_of(data, names, table)
        position = from_network(data, token_at, 8) ^ peers[peer, COOKIE]
        packet = packets[position & (len(packets) - 1)]
        state = packet[STATE]
        if (
            not peer
            or packet[POSITION] != position
            or packet[PEER] != peer
            or packet[SEQUENCE] != from_network(data, sequence_at, 2)
            or (state != WAITING and packet[SENT] < forgotten)
        ):
            totals[1] += 1
            continue
        sent, doubt, delay, known = packet[SENT], packet[DOUBT], 0, False
        if (
            steady
            and from_kernel(data, control + 8, 8) == stamp
            and from_kernel(sizes[place], 40, 8) >= stamp_size
        ):
            seconds = from_kernel(data, control + 16, 8)
            received = seconds * 1_000_000_000 + from_kernel(data, control + 24, 8)
            received -= epoch
            # Within what is known of it, it left before it was answered.
            if received < sent <= received + doubt:
                packet[SENT] = sent = received
            known = sent - step <= received <= now + step
            delay = max(received - sent, 0)
        if not known:
            totals[2] += 1
        elif doubt > totals[3]:
            totals[3] = doubt
        if state != WAITING:
            what = REPEATED if state == ANSWERED else LATE
        elif known and delay > deadline:
            what, packet[STATE] = TOO_LATE, GIVEN_UP
        else:
            what, packet[STATE] = IN_TIME if known else UNTIMED, ANSWERED
        at = totals[0]
        found[0, at], found[1, at] = packet[ROW], sent
        found[2, at], found[3, at] = delay, what
        totals[0] += 1
    return count
