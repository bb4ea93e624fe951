"""What is told of one service does not depend on what else is asked."""

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bellrock.model.inventory import Service
from tests.topology.networks import TAPE, from_tape
from topology.availability.faults import Faults
from topology.availability.report import Wanted, availability_report


@settings(max_examples=25, deadline=None)
@given(st.binary(min_size=TAPE, max_size=TAPE), st.integers(0, 2**32))
def test_a_service_is_as_available_as_if_it_were_the_only_one(
    tape: bytes, seed: int
) -> None:
    rng = random.Random(seed)
    net, _ = from_tape(tape)
    users = sorted(net.user_sites())
    services = {
        name: Service(
            *(name, name, tuple(rng.sample([*net.sites], 1)), rng.random() < 0.5),
            frozenset(user for user in users if rng.random() < 0.5),
        )
        for name in "abcdef"
    }
    wanted = Wanted(exact=True)
    together = availability_report(Faults(replace(net, services=services)), wanted)
    for told in together["services"]:
        alone = replace(net, services={told["id"]: services[told["id"]]})
        (only,) = availability_report(Faults(alone), wanted)["services"]
        assert told == only
