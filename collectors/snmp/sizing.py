"""How much one agent is asked at once, so that its answers are large and whole."""

from dataclasses import dataclass

WHOLE = 1472
"""Octets of a datagram that crosses an Ethernet in one piece (IPv4)."""
MOST_REPETITIONS = 60
"""Rows to ask for at once, however short they are."""
_GUESS = 32
"""Octets for each variable, before anything is known."""
_GROWTH = 1.02
"""Counters outgrow their octets now and then."""


_PATIENCE = 60
"""Readings of a table before an agent is asked for more than it once called too big."""
_MOST_PATIENCE = 60 * 24
"""The same, of one that has called it too big each time; a day of polls a minute."""


@dataclass(slots=True)
class Sizing:
    """What we learned of how much one agent can answer at once.

    What it calls too big is halved and remembered. It may have been short of memory, or
    be another agent by now: so after a while it is asked for twice as much once more.

    Attributes
    ----------
    octets : float
        For each variable in a datagram; 0 while not known.
    most : int
        Repetitions it has not yet called too many.
    readings : int
        Of tables, since it last called something too big or was asked for more.
    patience : int
        After how many of them it is asked for more; twice as many each time that was
        in vain.
    grown : bool
        Whether it has been asked for more since.
    """

    octets: float = 0.0
    most: int = MOST_REPETITIONS
    readings: int = 0
    patience: int = _PATIENCE
    grown: bool = False

    def too_big(self, repetitions: int) -> None:
        """Take in that so many were called too many; there were two at least."""
        if self.grown:
            self.patience = min(2 * self.patience, _MOST_PATIENCE)
        self.most, self.readings, self.grown = repetitions // 2, 0, False

    def may_grow(self) -> bool:
        """Count a reading of a table; return whether it is time to ask for more."""
        if self.most >= MOST_REPETITIONS:
            return False
        self.readings += 1
        if self.readings <= self.patience:
            return False
        self.most, self.readings = min(2 * self.most, MOST_REPETITIONS), 0
        self.grown = True
        return True

    def learn(self, octets: int, variables: int) -> None:
        """Take in the size of an answer, without what is around the variables.

        The largest stays, so that every poll asks alike.
        """
        self.octets = max(self.octets, octets / variables)

    def repetitions(self, octets: int, columns: int) -> int:
        """How many rows of `columns` to ask for, so that they fit so many octets."""
        row = (self.octets * _GROWTH or _GUESS) * columns
        return max(1, min(int(octets / row), self.most))
