"""What the search for branches asks, and what an answer says."""

from enum import Enum, auto
from typing import NamedTuple


class Kind(Enum):
    """What an answer means for its flow."""

    EXPIRED = auto()
    ARRIVED = auto()
    REFUSED = auto()


# To look a member up by name costs as much as all else that is done with it.
EXPIRED, ARRIVED, REFUSED = Kind.EXPIRED, Kind.ARRIVED, Kind.REFUSED


class Ask(NamedTuple):
    """A packet to send: which flow, counted from 0, and how far."""

    flow: int
    ttl: int


class Seen(NamedTuple):
    """An answer: who, after how many seconds, and what it said."""

    kind: Kind
    address: str
    rtt: float | None = None
    code: int | None = None
    labels: tuple[int, ...] = ()
