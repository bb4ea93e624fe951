"""Links as devices see them, and everything seen that is none."""

from collections.abc import Mapping
from dataclasses import dataclass

from bellrock.model.inventory import End
from bellrock.model.neighbourhood import Protocol, Provenance
from topology.discovery.sighting import Plug, Sighting


@dataclass(frozen=True, slots=True)
class SeenLink:
    """A link that devices see.

    Attributes
    ----------
    a, b : End
        In the order of their names; an interface is empty if it cannot be told.
    by_a, by_b : frozenset of Protocol
        What each end sees the other by.
    by_elimination : bool
        Whether the ports belong together only because no others are left.
    bundled : bool
        Whether it is most likely a member of an aggregate that is another of these:
        its ports have no addresses, and the same devices meet on two that have.
    speeds : pair of float or None
        bit/s, of each end while it is up.
    metrics : pair of int or None
        OSPF's, of each end.
    """

    a: End
    b: End
    by_a: frozenset[Protocol]
    by_b: frozenset[Protocol]
    by_elimination: bool = False
    bundled: bool = False
    speeds: tuple[float | None, float | None] = (None, None)
    metrics: tuple[int | None, int | None] = (None, None)

    @property
    def provenance(self) -> Provenance:
        """From how many ends it is seen."""
        both = self.by_a and self.by_b
        return Provenance.BOTH_ENDS if both else Provenance.ONE_END

    @property
    def devices(self) -> tuple[str, str]:
        """The devices at its ends."""
        return self.a.device, self.b.device

    def __str__(self) -> str:
        """Write it as a label does."""
        return f"{self.a} - {self.b}"


@dataclass(frozen=True, slots=True)
class Wiring:
    """Everything that all devices see together.

    Attributes
    ----------
    links : tuple of SeenLink
        In the order of their ends.
    loose : tuple of Sighting
        What is no link, each with its reason.
    said : mapping of Plug to list of Sighting
        By port: what is seen there, and what others say is plugged in there.
    stubs : frozenset of str
        Devices that ask OSPF not to pass through them (RFC 6987).
    """

    links: tuple[SeenLink, ...]
    loose: tuple[Sighting, ...]
    said: Mapping[Plug, list[Sighting]]
    stubs: frozenset[str] = frozenset()
