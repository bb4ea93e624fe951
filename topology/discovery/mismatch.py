"""A disagreement between devices and inventory, in one word and in a sentence."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bellrock.model.inventory import End, Link
from topology.discovery.links import SeenLink
from topology.discovery.sighting import Sighting
from topology.discovery.told import LINK_LAYER


class Why(StrEnum):
    """In what a link differs, as the ``why`` label."""

    NOT_SEEN = "not_seen"
    OTHER_FAR_END = "other_far_end"
    OTHER_PORT = "other_port"
    NO_INTERFACE = "no_interface"
    UNDECLARED = "undeclared"
    CAPACITY = "capacity"
    METRIC = "metric"
    MAX_METRIC = "max_metric"
    PATH = "path"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One way in which a link is not as declared.

    Attributes
    ----------
    link : str
        Its id; of an undeclared one its ends, ``pe1:ge-0/0/1 - pe2:ge-0/0/3``.
    detail : str
        What is seen and what is declared, in words.
    by_absence : bool
        Whether it only follows from nothing being seen where something should.
    """

    link: str
    why: Why
    detail: str
    by_absence: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """What is said to be plugged in at a declared end.

    Attributes
    ----------
    agrees : bool
        It is what is declared.
    certain : bool
        It is known who and where it is.
    elsewhere : bool
        It is at another device than the one declared.
    """

    words: str
    agrees: bool = False
    certain: bool = True
    elsewhere: bool = False

    @classmethod
    def of(
        cls,
        said: Sighting,
        *,
        agrees: bool = False,
        certain: bool = True,
        elsewhere: bool = False,
    ) -> "Claim":
        """Put into words what is said."""
        here, there = End(*said.here), said.neighbour.name
        if said.far is not None:
            there = str(End(said.far, said.far_port or ""))
        words = f"{said.protocol} at {here} sees {there}"
        return cls(words, agrees, certain, elsewhere)


def capacity(
    link: Link, speeds: tuple[float | None, float | None], seen: SeenLink
) -> Iterator[Mismatch]:
    """Compare the declared capacity with the speeds of the ports."""
    a, b = speeds
    if a is None or b is None:
        return
    declared = max(link.capacity_ab or 0, link.capacity_ba or 0)
    cabled = (seen.by_a | seen.by_b) & LINK_LAYER
    if max(a, b) < declared:
        detail = (
            f"ports run at {_rate(a)} and {_rate(b)}, declared are {_rate(declared)}"
        )
        yield Mismatch(link.id, Why.CAPACITY, detail)
    elif a != b and cabled:
        detail = f"{link.a} runs at {_rate(a)}, {link.b} at {_rate(b)}"
        yield Mismatch(link.id, Why.CAPACITY, detail)


def _rate(bits: float) -> str:
    for letter, factor in {"G": 1e9, "M": 1e6, "k": 1e3}.items():
        if bits >= factor:
            return f"{bits / factor:g}{letter}"
    return f"{bits:g}"
