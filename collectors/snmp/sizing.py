"""How much one agent is asked at once, so that its answers are large and whole."""

from dataclasses import dataclass

WHOLE = 1472
"""Octets of a datagram that crosses an Ethernet in one piece (IPv4)."""
WHOLE_IPV6 = 1452
"""The same for IPv6, whose header is longer."""
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

_LEAST = 200
"""Octets of an answer that get through anywhere, and what is around them."""


@dataclass(slots=True)
class Bound:
    """A limit that an agent, or the way to it, turned out to have.

    It is remembered. But the agent may have been short of memory, or packets been lost,
    or there is another by now: so after a while it is put to the test once more.

    Attributes
    ----------
    most : int
        Where there is no limit.
    at : int
        What has not yet been too much.
    readings : int
        Of tables, since it was last lowered or raised.
    patience : int
        After how many of them it is raised; twice as many each time that was in vain.
    raised : bool
        Whether it has been since it was lowered.
    """

    most: int
    at: int
    readings: int = 0
    patience: int = _PATIENCE
    raised: bool = False

    def lower(self, at: int) -> None:
        """Take in that more was too much."""
        if self.raised:
            self.patience = min(2 * self.patience, _MOST_PATIENCE)
        self.at, self.readings, self.raised = at, 0, False

    def may_grow(self) -> bool:
        """Count a reading of a table; return whether it is time for more."""
        if self.at >= self.most:
            return False
        self.readings += 1
        if self.readings <= self.patience:
            return False
        self.at, self.readings = min(max(2 * self.at, 1), self.most), 0
        self.raised = True
        return True


@dataclass(slots=True)
class Sizing:
    """What we learned of how much one agent can answer at once.

    Attributes
    ----------
    octets : float
        For each variable in a datagram; 0 while not known.
    rows : Bound or None
        Repetitions it has not yet called too many; None if it never did.
    whole : Bound or None
        Octets of an answer that arrives, if larger ones were lost.
    getbulk : Bound or None
        At 0 if it does not answer that, at 1 if it should be tried again.
    """

    octets: float = 0.0
    rows: Bound | None = None
    whole: Bound | None = None
    getbulk: Bound | None = None

    def too_big(self, repetitions: int) -> None:
        """Take in that so many were called too many; there were two at least."""
        if self.rows is None:
            self.rows = Bound(MOST_REPETITIONS, MOST_REPETITIONS)
        self.rows.lower(repetitions // 2)

    def lost(self, octets: int, whole: int) -> None:
        """Take in that an answer of about so many octets of a `whole` was lost."""
        if self.whole is None:
            self.whole = Bound(whole, whole)
        self.whole.lower(max(_LEAST, min(octets, self.whole.at) // 2))

    def no_getbulk(self) -> None:
        """Take in that GETBULK is not answered."""
        if self.getbulk is None:
            self.getbulk = Bound(1, 1)
        self.getbulk.lower(0)

    def may_grow(self) -> bool:
        """Count a reading of a table; return whether it is time to ask for more."""
        bounds = (self.rows, self.whole, self.getbulk)
        grown = [bound.may_grow() for bound in bounds if bound is not None]
        return any(grown)

    def learn(self, octets: int, variables: int) -> None:
        """Take in the size of an answer, without what is around the variables.

        The largest stays, so that every poll asks alike.
        """
        self.octets = max(self.octets, octets / variables)

    def repetitions(self, octets: int, columns: int) -> int:
        """How many rows of `columns` to ask for, so that they fit so many octets."""
        row = (self.octets * _GROWTH or _GUESS) * columns
        most = MOST_REPETITIONS if self.rows is None else self.rows.at
        return max(1, min(int(octets / row), most))
