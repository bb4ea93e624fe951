"""The compiled "remove it and look" against the plain one."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.topology import definition
from tests.topology.networks import TAPE, from_tape
from topology.arrays import Arrays
from topology.elements import Elements
from topology.graph import Layout
from topology.kernels.hanging import UNREACHED, Web, empty_tree, hang, lost_with


@given(st.binary(max_size=TAPE))
def test_elements_are_those_of_the_model(tape: bytes) -> None:
    inventory, _ = from_tape(tape)
    arrays = Arrays.of(inventory)
    elements = Elements.of(arrays)
    layout = Layout.of(inventory)
    nodes = (*arrays.devices, *arrays.links)
    for number, name in enumerate(elements.ids):
        members = {nodes[node] for node in elements.members[number]}
        assert members == layout.expand([name])
        assert elements.kinds[number] == layout.kinds[name]
        own = layout.premises.get(name, name if name in layout.devices else None)
        at = elements.premises[number]
        assert (arrays.sites[at] if at >= 0 else None) == own
    memberless = layout.kinds.keys() - layout.members.keys() - {*nodes}
    assert {*elements.ids} == layout.kinds.keys() - memberless
    for node, name in enumerate(nodes):
        by = {elements.ids[element] for element in elements.of_node[node]}
        assert by == {
            other
            for other, _, inside in definition.elements(inventory)
            if name in inside
        }


@settings(deadline=None)  # the first call compiles
@given(st.binary(max_size=TAPE))
def test_what_is_lost_is_what_is_not_found_when_looking_again(tape: bytes) -> None:
    inventory, state = from_tape(tape)
    arrays = Arrays.of(inventory)
    elements = Elements.of(arrays)
    nodes = (*arrays.devices, *arrays.links)
    dead = np.array([node in state.down for node in nodes], np.bool_)
    roots = np.flatnonzero(arrays.gateway).astype(np.int32)
    mark, out = np.zeros((2, len(nodes)), np.int32)
    web = Web(elements.neighbours.start, elements.neighbours.item)
    tree = empty_tree(len(nodes))
    count = hang(web, dead, roots, tree)
    parent = tree.parent

    def reached(down: set[str]) -> set[str]:
        devices = definition.spread(inventory, down, inventory.gateways)
        links = {
            link.id
            for link in inventory.links.values()
            if link.id not in down and devices & {link.a.device, link.b.device}
        }
        return devices | links

    before = reached({*state.down})
    assert {n for n, p in zip(nodes, parent, strict=True) if p != UNREACHED} == before
    assert sorted(tree.at[:count]) == sorted(np.flatnonzero(parent != UNREACHED))
    for element in range(len(elements.ids)):
        members = elements.members[element]
        lost = lost_with(members, web, tree, mark, out)
        down = {*state.down} | {nodes[node] for node in members}
        assert {nodes[node] for node in out[:lost]} == before - reached(down)
        assert not mark.any()
