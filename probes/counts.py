"""What an engine saw that belongs to no target."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Counts:
    """What an engine saw that belongs to no target; all only grow.

    Attributes
    ----------
    strays : int
        Datagrams that answer nothing we sent: forged, garbled, or far too late.
    skipped : int
        Turns left out because this process was stalled.
    untimed : int
        Answers that came while the wall clock was stepped: counted, not timed.
    dropped : int
        Datagrams that found a socket full: this process was too slow for what came.
    unsent : Counter of str
        Packets this machine would not send, by the name of the error; as RXQ_OVFL
        those that were not answered in time, but perhaps only since it dropped answers.
        They are nobody's loss.
    """

    strays: int = 0
    skipped: int = 0
    untimed: int = 0
    dropped: int = 0
    unsent: Counter[str] = field(default_factory=Counter)
