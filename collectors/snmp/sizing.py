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


@dataclass(slots=True)
class Sizing:
    """What we learned of how much one agent can answer at once.

    Attributes
    ----------
    octets : float
        For each variable in a datagram; 0 while not known.
    most : int
        Repetitions it has not yet called too many.
    """

    octets: float = 0.0
    most: int = MOST_REPETITIONS

    def learn(self, octets: int, variables: int) -> None:
        """Take in the size of an answer, without what is around the variables.

        The largest stays, so that every poll asks alike.
        """
        self.octets = max(self.octets, octets / variables)

    def repetitions(self, octets: int, columns: int) -> int:
        """How many rows of `columns` to ask for, so that they fit so many octets."""
        row = (self.octets * _GROWTH or _GUESS) * columns
        return max(1, min(int(octets / row), self.most))
