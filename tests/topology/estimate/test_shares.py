"""The routing matrix is what routing one demand at a time says."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bellrock.model.inventory import Demand
from tests.topology.traffic.networks import TAPE, by_definition, from_tape
from topology.arrays import Arrays
from topology.estimate.shares import shares
from topology.traffic.demands import Demands


# The first call compiles, which no deadline is for.
@settings(deadline=None)
@given(st.binary(max_size=TAPE))
def test_a_column_is_what_one_demand_puts_on_each_arc(tape: bytes) -> None:
    inventory, _ = from_tape(tape)
    equipped = {device.site for device in inventory.devices.values()}
    told = {
        (d.source, d.target): d
        for d in inventory.demands
        if {d.source, d.target} <= equipped
    }
    demands = [Demand(source, target, 1.0) for source, target in told]
    arrays = Arrays.of(inventory)
    columns = Demands.of(replace(inventory, demands=tuple(demands)))
    matrix = shares(arrays, columns).toarray()
    for column in range(len(columns)):
        one = Demand(
            arrays.sites[columns.source[column]],
            arrays.sites[columns.target[column]],
            1.0,
        )
        load, unrouted = by_definition(replace(inventory, demands=(one,)), frozenset())
        np.testing.assert_allclose(matrix[:, column], load, rtol=1e-12, atol=1e-12)
        assert bool(unrouted) == (
            not matrix[:, column].any() and one.source != one.target
        )
