"""Networks changed as arrays are what a changed inventory would make."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bellrock.model.inventory import ElementKind
from tests.topology import definition
from tests.topology.networks import TAPE, from_tape, network
from topology.graph import Layout
from topology.network import Network
from topology.reading import Reading

tapes = st.binary(max_size=TAPE)
unhurried = settings(deadline=None)  # the first example compiles the kernels


def said(reading: Reading) -> object:
    found = reading.redundancy
    cut = {e.id: (e.sites_cut, e.services_cut, e.on_site) for e in reading.elements}
    return found.levels, found.shared, found.single_equipment, cut


@unhurried
@given(tapes)
def test_elements_are_those_of_the_model(tape: bytes) -> None:
    net, _ = from_tape(tape)
    layout, found = Layout.of(net), Network.of(net)
    user = {found.arrays.sites[site] for site in np.flatnonzero(found.user)}
    assert user == layout.user_sites
    for number, element in enumerate(found.ids):
        assert found.kind(number) is layout.kinds[element]
        members = {found.ids[node] for node in found.members[number].tolist()}
        assert members == layout.expand([element])
        where = int(found.premises[number])
        if found.kind(number) is ElementKind.SITE:
            assert found.arrays.sites[where] == element
        else:
            own = found.arrays.sites[where] if where >= 0 else None
            assert own == layout.premises.get(element)
    together = [found.ids[each] for each in found.several.tolist()]
    assert together == [e for e in found.ids if len(layout.expand([e])) > 1]


@unhurried
@given(tapes)
def test_links_added_later_cut_off_as_declared_ones_do(tape: bytes) -> None:
    net, state = from_tape(tape)
    links = list(net.links.values())
    half = links[: len(links) // 2]
    early = Network.of(replace(net, links={link.id: link for link in half}))
    later = early.with_links(links[len(half) :])
    declared = Network.of(net)
    assert said(Reading(later, state.down)) == said(Reading(declared, state.down))
    # A state is worked out of the network as it was; what is added is up.
    before = early.down(state.down)
    known = state.down & {*net.devices, *(link.id for link in half)}
    assert said(Reading(later, before)) == said(Reading(declared, known))


@unhurried
@given(tapes, st.sets(st.integers(0, 6)))
def test_other_gateways_are_as_good_as_declared_ones(
    tape: bytes, chosen: set[int]
) -> None:
    net, state = from_tape(tape)
    devices = [*net.devices]
    gateways = frozenset(devices[each % len(devices)] for each in chosen)
    moved = replace(net, gateways=gateways)
    changed = Network.of(net).with_gateways(gateways)
    assert said(Reading(changed, state.down)) == said(
        Reading(Network.of(moved), state.down)
    )
    found = Reading(changed, state.down).redundancy
    assert found.levels == definition.redundancy(moved, set(state.down))


def test_what_is_not_there_cannot_be_taken_down_or_made_a_gateway() -> None:
    found = Network.of(network({"gw": "dc", "cpe": "s"}, {"l": ("gw", "cpe")}, ["gw"]))
    assert found.down({"ghost", "dc", "cpe"}).tolist() == [False, True, False]
    assert found.expand(["dc", "l"]).tolist() == [True, False, True]
    with pytest.raises(KeyError, match="ghost"):
        found.expand(["ghost"])
    with pytest.raises(KeyError, match="dc"):
        found.with_gateways(["dc"])
