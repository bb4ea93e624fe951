"""Packets on their way out: numbered, written, and timed."""

from probes.kernels.jit import kernel
from probes.kernels.layout import (
    COOKIE,
    DOUBT,
    GIVEN_UP,
    LAST,
    NEVER,
    NEXT,
    PEER,
    POSITION,
    PREVIOUS,
    ROW,
    SENT,
    SEQUENCE,
    STATE,
    VOID,
    WAITING,
    Bytes,
    Integers,
    from_kernel,
    slot,
    to_network,
)

_WORD = 0xFFFF


@kernel("boolean(int64[:,::1], int64, int64, int64, int64)")
def fits(packets: Integers, head: int, count: int, settled: int, since: int) -> bool:
    """Tell whether packets may be entered: only what is forgotten makes room.

    Parameters
    ----------
    packets : array of int64, a power of two x 8
        See :mod:`probes.kernels.layout`.
    head, count : int
        Position of the first of them, and how many there are.
    settled : int
        Before this position nothing is waited for.
    since : int
        What was sent later is remembered.
    """
    size = len(packets)
    for position in range(max(head, size), head + count):
        if position - size >= settled or packets[position & (size - 1), SENT] > since:
            return False
    return True


@kernel(
    "void(int64[:,::1], int64[:,::1], int64[::1], uint8[:,::1], int64[::1], int64,"
    "int64, uint8[:,::1], int64[::1])"
)
def enter(
    packets: Integers,
    peers: Integers,
    peer_of: Integers,
    names: Bytes,
    rows: Integers,
    head: int,
    sequences: int,
    outbox: Bytes,
    form: Integers,
) -> None:
    """Make a packet for each of these targets, and write it behind its peer's name.

    Parameters
    ----------
    peers : array of int64, peers x 3
        See :mod:`probes.kernels.layout`.
    peer_of : array of int64
        Of each target its peer.
    sequences : int
        How many numbers there are before they wrap; a power of two.
    outbox : array of uint8, places x bytes
        Where to write; what is the same in all is there already.
    form : array of int64
        Where checksum, sequence number and token stand, and the sum of what else is
        summed up (RFC 1071).
    """
    size = names.shape[1]
    for place in range(len(rows)):
        position = head + place
        peer = peer_of[rows[place]]
        sequence = peers[peer, NEXT]
        token = peers[peer, COOKIE] ^ position
        packet = packets[position & (len(packets) - 1)]
        packet[POSITION], packet[ROW], packet[PEER] = position, rows[place], peer
        packet[SEQUENCE], packet[PREVIOUS] = sequence, peers[peer, LAST]
        packet[SENT], packet[DOUBT], packet[STATE] = NEVER, 0, VOID
        peers[peer, NEXT] = (sequence + 1) & (sequences - 1)
        peers[peer, LAST] = position
        total = form[3] + sequence
        for shift in range(0, 64, 16):
            total += token >> shift & _WORD
        row = outbox[place]
        for byte in range(size):
            row[byte] = names[peer, byte]
        to_network(row, size + form[0], 2, _WORD - total % _WORD)
        to_network(row, size + form[1], 2, sequence)
        to_network(row, size + form[2], 8, token)


@kernel("void(int64[:,::1], int64, int64, int64, int64)")
def left(packets: Integers, first: int, count: int, started: int, took: int) -> None:
    """Wait for the answers of packets that left in one call, and say when they did.

    Parameters
    ----------
    first, count : int
        Position of the first, and how many.
    started, took : int
        Nanoseconds: when the call began, and how long it was. Their turns are as long
        as each other, as far as we know.
    """
    for place in range(count):
        packet = packets[first + place & (len(packets) - 1)]
        packet[SENT] = started + took // (2 * count) + took // count * place
        packet[DOUBT] = took
        packet[STATE] = WAITING


@kernel(
    "int64(int64[:,::1], uint8[:,::1], int64, int64, int64[::1], int64, int64, int64,"
    "int64, int64, int64)"
)
def stamped(
    packets: Integers,
    entries: Bytes,
    start: int,
    count: int,
    form: Integers,
    zero: int,
    head: int,
    epoch: int,
    latest: int,
    margin: int,
    exact: int,
) -> int:
    """Say when packets really left, as far as that can be believed.

    They may have waited in a queue, but they did not leave before we sent them, nor
    after `latest`: the wall clock was stepped since we looked at it.

    Parameters
    ----------
    entries : array of uint8, places x bytes
        Of the error queue.
    start, count : int
        Which of them to begin with, and how many there are.
    form : array of int64
        Where the control messages stand, what marks a stamp, two that mark what is
        told of it, and its origin.
    zero : int
        Position of the packet that the kernel numbered 0; negative: believe nothing.
    head : int
        Position of the packet to be sent next.
    epoch : int
        Wall clock minus monotonic clock.
    margin : int
        Nanoseconds by which clocks may contradict each other.
    exact : int
        How far off such a time may be.

    Returns
    -------
    int
        The first that is no such entry, or `count`.
    """
    at = form[0]
    for place in range(start, count):
        entry = entries[place]
        also = from_kernel(entry, at + 72, 8)
        if (
            from_kernel(entry, at + 8, 8) != form[1]
            or (also != form[2] and also != form[3])
            or entry[at + 84] != form[4]
        ):
            return place
        if zero < 0:
            continue
        number = from_kernel(entry, at + 92, 4)
        position = head - 1 - ((head - 1 - zero - number) & 0xFFFF_FFFF)
        packet = packets[position & (len(packets) - 1)]
        if packet[POSITION] != position or packet[STATE] == VOID:
            continue
        seconds, rest = from_kernel(entry, at + 16, 8), from_kernel(entry, at + 24, 8)
        time = seconds * 1_000_000_000 + rest - epoch
        if packet[SENT] - packet[DOUBT] - margin <= time <= latest + margin:
            packet[SENT], packet[DOUBT] = time, exact
    return count


@kernel("int64(int64[:,::1], int64, int64, int64[::1])")
def overdue(packets: Integers, first: int, count: int, found: Integers) -> int:
    """Give up what is still waited for; return how many, their positions in `found`."""
    number = 0
    for position in range(first, first + count):
        packet = packets[position & (len(packets) - 1)]
        if packet[STATE] == WAITING:
            packet[STATE] = GIVEN_UP
            found[number] = position
            number += 1
    return number


@kernel("void(uint8[:,::1], int64[::1])")
def tabulate(names: Bytes, table: Integers) -> None:
    """Fill a table of zeros for :func:`probes.kernels.layout.place_of`."""
    for peer in range(1, len(names)):
        at = slot(names[peer], names.shape[1]) & (len(table) - 1)
        while table[at]:
            at = (at + 1) & (len(table) - 1)
        table[at] = peer
