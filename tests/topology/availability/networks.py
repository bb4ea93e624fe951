"""Small networks in which some things fail often."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from bellrock.model.inventory import Inventory
from tests.topology.networks import TAPE, from_tape
from tests.topology.woven import woven
from topology.availability.faults import Asked, Faults


@dataclass(frozen=True)
class Failing:
    """A network, and for what share of the time each of its elements is down.

    What is `gone` is down all along.
    """

    inventory: Inventory
    down: dict[str, float]
    gone: frozenset[str] = frozenset()

    def faults(self) -> Faults:
        faults = Faults(self.inventory, self.gone)
        shares = [self.down[element] for element in faults.network.ids]
        faults.down = np.array(shares, np.float64)
        return faults


@st.composite
def failing(draw: st.DrawFn, most: int) -> Failing:
    """Draw a network in which at most about `most` elements fail at all."""
    inventory = draw(woven())
    tape = draw(st.one_of(st.none(), st.binary(max_size=TAPE)))
    if tape is not None:
        inventory, _ = from_tape(tape)
    elements = Faults(inventory).network.ids
    picked = draw(
        st.lists(st.sampled_from(elements), max_size=most, unique=True)
        if elements
        else st.just([])
    )
    down = dict.fromkeys(elements, 0.0)
    for element in picked:
        down[element] = draw(st.sampled_from((0.01, 0.1, 0.4)))
    gone = st.sets(st.sampled_from(elements), max_size=3) if elements else st.just(())
    return Failing(inventory, down, frozenset(draw(st.one_of(st.just(()), gone))))


def asked_about(asked: Asked) -> Iterator[tuple[int, str]]:
    """Number and id of each site that it is about."""
    for site in asked.sites:
        yield site, asked.faults.arrays.sites[site]
