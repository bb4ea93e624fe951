"""A plan that is read less often than a device is polled, and what it last told."""

import math
from dataclasses import dataclass

from bellrock.model.neighbourhood import Facts
from bellrock.model.observation import NO_FACTS, Outcome


@dataclass(slots=True)
class Rarely:
    """What came of such a plan.

    Attributes
    ----------
    until : float
        When it is read again; seconds, monotonic.
    """

    until: float = -math.inf
    outcome: Outcome = Outcome.SUCCESS
    facts: Facts = NO_FACTS

    def told(self, facts: Facts, until: float) -> None:
        """Take in what it told; what is the same stays the same object."""
        if facts != self.facts:
            self.facts = facts
        self.outcome, self.until = Outcome.SUCCESS, until

    def failed(self, outcome: Outcome, until: float) -> None:
        """Take in that it told nothing: what it told before may no longer be so."""
        self.facts = NO_FACTS
        self.outcome, self.until = outcome, until
