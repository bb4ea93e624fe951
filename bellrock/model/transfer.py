"""What a transfer of bytes showed of a path, in one direction."""

from dataclasses import dataclass

from bellrock.model.observation import Direction


@dataclass(frozen=True, slots=True)
class Transfer:
    """One direction of one test; rates are bit/s, times seconds.

    Attributes
    ----------
    direction : Direction
        Forward is from whoever began it to the far side.
    protocol : str
        ``tcp`` or ``udp``.
    rate : float
        Of payload that arrived, over the whole transfer.
    payload : int
        Bytes of it.
    seconds : float
        From the first byte sent to the last one received.
    wire : int
        Bytes of IP packets that were sent for it, repeats among them; what it cost.
    capacity : float
        Of IP packets, once the transfer had got up to speed.
    error : float
        Bound on the error of `capacity`.
    capped : bool
        Whether the cap on the rate was what held it: the path carries `capacity` at
        least.
    mtu : int
        Bytes of its largest IP packets.
    sent_again : int or None
        Bytes of payload that TCP had to repeat; None where nobody tells.
    round_trip, least_round_trip : float or None
        As TCP had them, mean and least; None where the sender does not tell.
    loss : float or None
        Ratio of UDP datagrams lost.
    variation : float or None
        Interarrival jitter of UDP (RFC 3550, section 6.4.1).
    complaint : str
        What the program said was wrong, though there are figures: that it was ended
        early, as a rule.
    """

    direction: Direction
    protocol: str
    rate: float
    payload: int
    seconds: float
    wire: int
    capacity: float
    error: float
    capped: bool
    mtu: int
    sent_again: int | None = None
    round_trip: float | None = None
    least_round_trip: float | None = None
    loss: float | None = None
    variation: float | None = None
    complaint: str = ""
