"""What each circuit would be worth, added to a network as it is.

A site gains a step of redundancy when it rises from 0 to 1 or from 1 to 2. At 1 it
rises when every failure off its premises that cuts it off now is survived, which one
circuit achieves if, whichever of them happens, it leads from the island that is cut
off to what is not and does not fail as well. So all circuits are judged in one pass
over the failures, and exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from bellrock.model.candidate import Candidate
from topology.arrays import Bools, Ints, Rows
from topology.kernels.bridging import (
    NOTHING_FAILED,
    Islands,
    Places,
    Proposed,
    islands,
)
from topology.kernels.hanging import UNREACHED, Tree, Web, empty_tree, hang
from topology.network import Network
from topology.reading import Reading
from topology.web import neighbours

Weights = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Worth:
    """What a circuit more would do, for each of c candidates.

    Attributes
    ----------
    gain : array of int64, shape (c,)
        People at sites that would gain a step of redundancy, less those at sites that
        would lose one, as by a circuit in the power feed of all their equipment.
    eased : array of int64, shape (c,)
        People times failures that they would survive and do not now, over all sites.
    raised : csr_array of int64, shape (s, c)
        1 where a site would gain a step.
    """

    gain: Weights
    eased: Weights
    raised: csr_array


class State:
    """A network to which some of the candidates have been added.

    Parameters
    ----------
    network : Network
        With them in it.
    candidates : sequence of Candidate
        All of them.
    weight : array of int64, shape (s,)
        What a step of redundancy counts at each site: its people.
    """

    def __init__(
        self, network: Network, candidates: Sequence[Candidate], weight: Weights
    ) -> None:
        self.network = network
        self.candidates = candidates
        self.weight = np.where(network.user, weight, 0)

    def with_added(self, chosen: Sequence[int]) -> "State":
        """Return the state with more candidates added."""
        links = [self.candidates[number].link for number in chosen]
        network = self.network.with_links(links)
        return State(network, self.candidates, self.weight)

    @cached_property
    def reading(self) -> Reading:
        """Who is reached and what cuts whom off."""
        return Reading(self.network)

    @property
    def level(self) -> npt.NDArray[np.int8]:
        """Redundancy of each site; -1 for others than user sites."""
        return self.reading.redundancy.level

    @cached_property
    def _hung(self) -> tuple[Web, Tree]:
        network = self.network
        near = neighbours(network.arrays)
        web, tree = Web(near.start, near.item), empty_tree(network.nodes)
        roots = np.flatnonzero(network.arrays.gateway).astype(np.int32)
        hang(web, np.zeros(network.nodes, np.bool_), roots, tree)
        return web, tree

    @property
    def _cut_off(self) -> Bools:
        """Devices that reach no gateway; shape (n,)."""
        devices = len(self.network.arrays.devices)
        found: Bools = self._hung[1].parent[:devices] == UNREACHED
        return found

    @cached_property
    def islands(self) -> Islands:
        """What failures cut off, and which candidates lead there."""
        network, members = self.network, self.network.members
        web, tree = self._hung
        up = ~self._cut_off
        site_of, sites = network.arrays.site_of, len(network.arrays.sites)
        reached = np.bincount(site_of[up], minlength=sites).astype(np.int32)
        places = Places(site_of, network.user, reached, network.premises)
        cutting = np.flatnonzero(self.reading.cut_off.count).astype(np.int32)
        elements = np.concatenate((np.array([NOTHING_FAILED], np.int32), cutting))
        return islands(
            *(elements, members.start, members.item, web, tree, places),
            self.proposed,
        )

    @cached_property
    def proposed(self) -> Proposed:
        """The candidates, for the kernels."""
        arrays, number = self.network.arrays, self.network.number
        device = arrays.device_number
        a = np.array([device[c.link.a.device] for c in self.candidates], np.int32)
        b = np.array([device[c.link.b.device] for c in self.candidates], np.int32)
        # A group that nothing else is in takes nothing down but the circuit itself.
        groups = Rows.of(
            [number[g] for g in c.link.risk_groups if g in number]
            for c in self.candidates
        )
        ends = Rows.grouped(np.concatenate((a, b)), len(arrays.devices))
        circuit = (ends.item % max(len(a), 1)).astype(np.int32)
        return Proposed(a, b, groups.start, groups.item, ends.start, circuit)

    @cached_property
    def _victims(self) -> csr_array:
        """1 where a site is cut off on an island; shape (s, islands)."""
        found = self.islands
        shape = (len(self.weight), found.islands)
        return _ones(found.site[:, 2], found.site[:, 0], shape)

    @cached_property
    def _needs(self) -> Ints:
        """How many failures cut each site off; 1 if it is cut off now; shape (s,)."""
        pairs = np.unique(self.islands.site[:, 1:], axis=0)
        return np.bincount(pairs[:, 1], minlength=len(self.weight)).astype(np.int32)

    @cached_property
    def worth(self) -> Worth:
        """What each candidate would be worth, alone, from here."""
        found = self.islands
        joins = found.circuit[found.circuit[:, 2] == 1]
        shape = (found.islands, len(self.candidates))
        saved = (self._victims @ _ones(joins[:, 0], joins[:, 1], shape)).tocoo()
        site, circuit = saved.coords
        exposed = self._exposed
        all_of_them = saved.data == self._needs[site]
        at_two = [(s, c) for s, c in exposed if self.level[s] == 2]
        for s, c in exposed:
            if self.level[s] == 1:
                all_of_them &= (site != s) | (circuit != c)
        raised = _ones(
            site[all_of_them], circuit[all_of_them], (len(self.weight), shape[1])
        )
        eased = np.zeros(shape[1], np.int64)
        np.add.at(eased, circuit, self.weight[site] * saved.data)
        gain: Weights = self.weight @ raised
        for s, c in at_two:
            gain[c] -= self.weight[s]
        return Worth(gain=gain, eased=eased, raised=raised)

    @cached_property
    def _exposed(self) -> set[tuple[int, int]]:
        """Sites whose own equipment a candidate would share a risk group with.

        A risk group that lies wholly on a site's premises is left out of its
        redundancy. With a circuit in it that leads elsewhere it does so no more, and
        if it cuts the site off the site is at 1. Pairs of site and candidate.
        """
        network, found = self.network, self.proposed
        site_of, premises = network.arrays.site_of, network.premises
        exposed = set()
        for circuit in np.flatnonzero(np.diff(found.group_start)).tolist():
            ends = {int(site_of[found.a[circuit]]), int(site_of[found.b[circuit]])}
            begin, end = found.group_start[circuit : circuit + 2]
            for group in found.group_item[begin:end].tolist():
                site = int(premises[group])
                if site >= 0 and ends != {site} and self._cuts(group, site):
                    exposed.add((site, circuit))
        return exposed

    def _cuts(self, element: int, site: int) -> bool:
        return bool((self.reading.cut_off[element] == site).any())

    @cached_property
    def useful(self) -> Bools:
        """Candidates that can help, if only with others; shape (c,).

        They lead off some island. Those within what is cut off now count too: once it
        is reached it has failures of its own.
        """
        proposed, off = self.proposed, self._cut_off
        found: Bools = off[proposed.a] & off[proposed.b]
        found[self.islands.circuit[:, 1]] = True
        return found

    @cached_property
    def needed_by(self) -> csr_array:
        """Candidates of which each site needs one at least; shape (s, c).

        Whatever is built, a site that gains a step gets off the island that each
        failure leaves it on. Of its failures that with the fewest candidates is taken.
        """
        found = self.islands
        leave = _ones(
            *(found.circuit[:, 0], found.circuit[:, 1]),
            (found.islands, len(self.candidates)),
        )
        ways = np.diff(leave.indptr)[found.site[:, 0]]
        cases, case = np.unique(found.site[:, 1:], axis=0, return_inverse=True)
        case = case.reshape(-1)
        total = np.bincount(case, weights=ways, minlength=len(cases))
        order = np.lexsort((np.arange(len(cases)), total, cases[:, 1]))
        _, first = np.unique(cases[order, 1], return_index=True)
        best = np.zeros(len(cases), np.bool_)
        best[order[first]] = True
        rows = found.site[best[case]]
        shape = (len(self.weight), found.islands)
        needed: csr_array = _ones(rows[:, 2], rows[:, 0], shape) @ leave
        needed.data[:] = 1
        return needed

    @cached_property
    def at_stake(self) -> Weights:
        """What each site can still gain: its people, twice if cut off; shape (s,)."""
        return (
            np.where(self.level == 0, 2, np.where(self.level == 1, 1, 0)) * self.weight
        )


def _ones(row: Ints, column: Ints, shape: tuple[int, int]) -> csr_array:
    values = np.ones(len(row), np.int64)
    found = csr_array((values, (row, column)), shape=shape, dtype=np.int64)
    found.sum_duplicates()
    found.data[:] = 1
    return found
