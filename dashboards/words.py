"""What numbers are called and how they are coloured, the same on every page.

Unknown is a state with a colour of its own, next to good and bad. A gap is neither:
it says that the monitor itself told nothing.
"""

from dataclasses import dataclass
from typing import Literal

Unit = Literal[
    "none",
    "short",
    "percentunit",
    "s",
    "dtdurations",
    "bps",
    "pps",
    "celsius",
    "dBm",
    "bytes",
    "decbytes",
]
"""A unit id of Grafana's. Ratios are ``percentunit``, sysUpTime ``dtdurations``."""

BAD, WARNING, GOOD, UNKNOWN, PLAIN = "red", "orange", "green", "purple", "text"


@dataclass(frozen=True, slots=True)
class State:
    """A number that is a word, and its colour."""

    number: int
    text: str
    colour: str


NOT_KNOWN = State(-1, "unknown", UNKNOWN)
"""What :mod:`dashboards.queries` writes where the monitor has no sample."""

REACHABLE = (State(0, "cut off", BAD), State(1, "reached", GOOD), NOT_KNOWN)

REDUNDANCY = (
    State(0, "cut off", BAD),
    State(1, "one failure away", WARNING),
    State(2, "survives any one", GOOD),
    NOT_KNOWN,
)

UP = (State(0, "down", BAD), State(1, "up", GOOD), NOT_KNOWN)

CHECKED = (State(0, "failing", BAD), State(1, "well", GOOD), NOT_KNOWN)

DUPLEX = (State(0, "half", WARNING), State(1, "full", GOOD))

DIVERSE = (State(0, "share something", BAD), State(1, "apart", GOOD), NOT_KNOWN)

ANSWERED = (State(0, "no answer", WARNING), State(1, "reached", GOOD))

AS_ROUTED = (State(0, "another way", WARNING), State(1, "as declared", GOOD))

YES_IS_WORTH_A_LOOK = (State(0, "no", GOOD), State(1, "ON BACKUP", WARNING))

BLACK_HOLE = (State(0, "no", GOOD), State(1, "BLACK HOLE", BAD))

ISOLATED = (State(0, "no", GOOD), State(1, "ISOLATED", BAD))

LOADED = (State(0, "REFUSED", BAD), State(1, "yes", GOOD))


@dataclass(frozen=True, slots=True)
class Step:
    """From `start` on (None: from the beginning), values have this colour."""

    start: float | None
    colour: str


ANY_IS_BAD = (Step(None, GOOD), Step(1, BAD))

ANY_SHARE_IS_BAD = (Step(None, GOOD), Step(0.001, WARNING), Step(0.05, BAD))

ANY_IS_WORTH_A_LOOK = (Step(None, GOOD), Step(1, WARNING))

ANY_IS_UNKNOWN = (Step(None, GOOD), Step(1, UNKNOWN))

_DAY = 86_400
TIME_LEFT = (Step(None, BAD), Step(3 * _DAY, WARNING), Step(21 * _DAY, GOOD))
"""Until a certificate ends: what alerts take for near, and for too near."""

FULLNESS = (Step(None, GOOD), Step(0.7, WARNING), Step(0.9, BAD))
"""Share of a capacity: from 70 % on bursts queue, from 90 % on they are dropped."""

CONTRACT = (Step(None, BAD), Step(0.9, WARNING), Step(0.97, GOOD))
"""Measured capacity as a share of the declared one."""

LOSS = (Step(None, GOOD), Step(0.001, WARNING), Step(0.02, BAD))
"""Share of packets: voice suffers from 2 % on, one in a thousand is worth a look."""

PROMISED = (Step(None, GOOD), Step(0.8, WARNING), Step(1, BAD))
"""Share of what is promised: from 1 on the promise is broken."""

LATE = (Step(None, GOOD), Step(1, WARNING), Step(5, BAD))
"""Seconds that the monitor's own jobs start late."""

PACKET = (Step(None, WARNING), Step(1400, PLAIN))
"""Bytes of the largest packet: less than that is a tunnel in a tunnel, or wrong."""

UNCOLOURED = (Step(None, PLAIN),)
