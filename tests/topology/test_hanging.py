"""The compiled "remove it and look" against the plain one."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.topology import definition
from tests.topology.networks import TAPE, from_tape
from topology.kernels.hanging import UNREACHED, Web, empty_tree, hang, lost_with
from topology.network import Network
from topology.web import neighbours, turned


@given(st.binary(max_size=TAPE))
def test_what_takes_a_node_down_is_what_has_it_as_a_member(tape: bytes) -> None:
    inventory, _ = from_tape(tape)
    network = Network.of(inventory)
    nodes = network.ids[: network.nodes]
    by_node = turned(network.members, network.nodes)
    for node, name in enumerate(nodes):
        by = {network.ids[element] for element in by_node[node]}
        elements = definition.elements(inventory)
        assert by == {other for other, _, inside in elements if name in inside}


@settings(deadline=None)  # the first call compiles
@given(st.binary(max_size=TAPE))
def test_what_is_lost_is_what_is_not_found_when_looking_again(tape: bytes) -> None:
    inventory, state = from_tape(tape)
    network = Network.of(inventory)
    nodes = network.ids[: network.nodes]
    dead = np.array([node in state.down for node in nodes], np.bool_)
    roots = np.flatnonzero(network.arrays.gateway).astype(np.int32)
    mark, out = np.zeros((2, len(nodes)), np.int32)
    near = neighbours(network.arrays)
    web = Web(near.start, near.item)
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
    for element in range(len(network.ids)):
        members = network.members[element]
        lost = lost_with(members, web, tree, mark, out)
        down = {*state.down} | {nodes[node] for node in members}
        assert {nodes[node] for node in out[:lost]} == before - reached(down)
        assert not mark.any()
