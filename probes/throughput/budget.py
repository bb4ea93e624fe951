"""Whether a test may run now: bytes, one at a time, and never on a busy link.

Pure: no clock, no file. What was spent is kept by whoever holds a :class:`Budget`; it
can be taken out and put back over a restart.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Refusal(StrEnum):
    """Why a test did not run, as the ``reason`` label."""

    BUSY = "busy"
    BUDGET = "budget"
    UTILISATION = "utilisation"
    UTILISATION_UNKNOWN = "utilisation_unknown"
    UNRECORDED = "unrecorded"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a test has to keep to.

    Attributes
    ----------
    bytes_a_day : int
        Over each link, both directions together.
    utilisation : float
        Share of a link's capacity in use from which on it is left alone.
    allow_unknown : bool
        Whether to cross a link of which nobody tells how busy it is.
    """

    bytes_a_day: int
    utilisation: float
    allow_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """Leave to send over these links; it is to be settled when the test is over."""

    links: tuple[str, ...]
    size: int
    day: int


@dataclass(slots=True)
class Budget:
    """What was spent on each link today, and which of them a test runs over.

    The whole of what a test may send is taken when it is granted, and what it did not
    send is given back when it is settled: tests that die, or a restart, leave too much
    taken and never too little.

    Attributes
    ----------
    day : int
        Days since an epoch, of the clock that callers have.
    spent : dict of str to int
        Bytes by link; of `day` alone.
    """

    day: int = 0
    spent: dict[str, int] = field(default_factory=dict)
    _running: set[str] = field(default_factory=set)

    def ask(
        self,
        links: tuple[str, ...],
        size: int,
        *,
        day: int,
        limits: Limits,
        utilisations: Iterable[float | None],
    ) -> Grant | Refusal:
        """Take `size` bytes of each link's budget, or say why not.

        Parameters
        ----------
        links : tuple of str
            Every link that is crossed.
        size : int
            Bytes at most, both directions together.
        day : int
            Of today. One that is over does not come back: a clock that is set to
            yesterday gives no budget anew.
        utilisations : iterable of float or None
            Of the links, in the busier direction; None where it is not known.
        """
        self.turn_to(day)
        shares = tuple(utilisations)
        if not self._running.isdisjoint(links):
            return Refusal.BUSY
        if any(share is not None and share >= limits.utilisation for share in shares):
            return Refusal.UTILISATION
        if None in shares and not limits.allow_unknown:
            return Refusal.UTILISATION_UNKNOWN
        if any(self.spent.get(one, 0) + size > limits.bytes_a_day for one in links):
            return Refusal.BUDGET
        for link in links:
            self.spent[link] = self.spent.get(link, 0) + size
        self._running.update(links)
        return Grant(links, size, self.day)

    def settle(self, grant: Grant, sent: int | None) -> None:
        """End a test that sent so many bytes; None where nobody knows, so all of it.

        One that began before midnight has been paid by that day.
        """
        self._running.difference_update(grant.links)
        if sent is None or grant.day != self.day:
            return
        for link in grant.links:
            self.spent[link] = max(0, self.spent[link] - grant.size + sent)

    def turn_to(self, day: int) -> None:
        """Begin a new day, if it is one."""
        if day > self.day:
            self.day = day
            self.spent.clear()

    def restore(self, day: int, spent: Mapping[str, int]) -> None:
        """Go on where a run before this one ended."""
        self.day = day
        self.spent = dict(spent)
