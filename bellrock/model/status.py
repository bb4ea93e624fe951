"""Whether something works, as far as we can tell."""

from enum import StrEnum


class Status(StrEnum):
    """What we believe of an element or a site; unknown is a state of its own."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"
