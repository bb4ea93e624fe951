"""The arrays say what the networkx model says."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bellrock.model.inventory import Inventory
from tests.topology.networks import TAPE, from_tape
from topology.arrays import Arrays
from topology.graph import Layout


def said(arrays: Arrays) -> list[tuple[str, str, str, int]]:
    circuits = arrays.circuits
    return sorted(
        (arrays.devices[tail], arrays.devices[head], arrays.links[arc // 2], metric)
        for arc, (tail, head, metric) in enumerate(
            zip(
                circuits.tail.tolist(),
                circuits.head.tolist(),
                circuits.metric.tolist(),
                strict=True,
            )
        )
    )


def members(arrays: Arrays) -> dict[str, set[str]]:
    nodes = (*arrays.devices, *arrays.links)
    return {
        group: {nodes[node] for node in arrays.members[row]}
        for row, group in enumerate(arrays.groups)
    }


def check(inventory: Inventory, arrays: Arrays) -> None:
    layout = Layout.of(inventory)
    assert said(arrays) == sorted(layout.network.edges(keys=True, data="metric"))
    groups = inventory.risk_groups.keys() & layout.members
    assert members(arrays) == {group: layout.members[group] for group in groups}
    for number, device in enumerate(arrays.devices):
        assert arrays.sites[arrays.site_of[number]] == inventory.devices[device].site
        assert arrays.gateway[number] == (device in inventory.gateways)
        for row, end in ((arrays.leaving, 0), (arrays.entering, 1)):
            ends = (arrays.circuits.tail, arrays.circuits.head)[end]
            assert [int(a) for a in row[number]] == [
                arc for arc, at in enumerate(ends) if at == number
            ]


@given(st.binary(max_size=TAPE))
def test_arrays_hold_what_the_model_holds(tape: bytes) -> None:
    inventory, _ = from_tape(tape)
    check(inventory, Arrays.of(inventory))


@given(st.binary(max_size=TAPE))
def test_links_added_later_are_as_good_as_declared(tape: bytes) -> None:
    inventory, _ = from_tape(tape)
    links = list(inventory.links.values())
    half = {link.id: link for link in links[: len(links) // 2]}
    early = Arrays.of(replace(inventory, links=half))
    check(inventory, early.with_links(links[len(half) :]))
