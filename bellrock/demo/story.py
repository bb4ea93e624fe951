"""What happens in the demo: the Shetland outage of October 2022, and what is busy.

On 20 October 2022 the southern subsea cable to Shetland was cut while the northern
one was already broken, and most of the islands lost telephone and internet service.
A link in the west fills up, and a service has more to answer than it can.
"""

from collections.abc import Iterator
from dataclasses import dataclass

NORTH, SOUTH = "cable-north", "cable-south"

BUSY = "a82-fortwilliam"
GROWING = (
    "eigg-school",
    "fort-augustus-gp",
    "fortwilliam-council",
    "fortwilliam-high",
    "fortwilliam-hosp",
    "kinlochleven-school",
    "mallaig-gp",
)
"""The busy link, and the sites whose traffic fills it."""

_SLUGGISH, _STUCK = 0.6, 10.0
"""Seconds that patient records takes: within its check's deadline, and beyond it."""

SHORTEST = 60.0
"""Seconds below which the story is too quick to follow."""

DAY = 210.0
"""Seconds of the network's day where nothing else says how long it is."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens.

    Attributes
    ----------
    at : float
        When, as a part of the story's length.
    says : str
        What an onlooker is told.
    down : frozenset of str
        Elements that are down from then on; all others are up.
    growth : float
        Factor on the traffic of the growing sites from then on.
    slow : float
        Seconds that the busy service takes for an answer from then on.
    """

    at: float
    says: str
    down: frozenset[str] = frozenset()
    growth: float = 1.0
    slow: float = 0.0


STORY = (
    Step(0.05, "Traffic in the west begins to grow.", growth=1.18),
    Step(
        *(0.08, "Patient records answers more and more slowly."),
        growth=1.18,
        slow=_SLUGGISH,
    ),
    Step(
        *(0.11, "Patient records answers nobody in time."),
        growth=1.18,
        slow=_STUCK,
    ),
    Step(
        0.20,
        "A trawler parts the northern cable to Shetland.",
        frozenset({NORTH}),
        1.18,
        _STUCK,
    ),
    Step(
        0.40,
        "Patient records is given more servers.",
        frozenset({NORTH}),
        1.18,
    ),
    Step(
        0.43,
        "The southern cable to Shetland parts too.",
        frozenset({NORTH, SOUTH}),
        # The rush hour is over by now, and still the link is full.
        1.3,
    ),
    Step(0.66, "The southern cable is repaired.", frozenset({NORTH})),
    Step(0.82, "The northern cable is repaired."),
)


def elapsed(length: float) -> Iterator[tuple[float, Step]]:
    """Yield each step with its time, seconds from the start of the story."""
    for step in STORY:
        yield step.at * length, step
