"""A circuit that could be built, and what it would cost."""

from dataclasses import dataclass

from bellrock.model.inventory import Link


@dataclass(frozen=True, slots=True)
class Candidate:
    """A circuit that could be built.

    Attributes
    ----------
    link : Link
        As it would be declared once it is there.
    cost : float
        In whatever unit all costs are; more than 0.
    km : float or None
        How far apart its ends are, where the cost was worked out from that.
    """

    link: Link
    cost: float
    km: float | None = None
