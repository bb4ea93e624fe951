"""What is told goes by what is down, and not by what else is asked."""

import random
from dataclasses import replace

import pytest
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


@settings(max_examples=25, deadline=None)
@given(st.binary(min_size=TAPE, max_size=TAPE), st.integers(0, 2**32))
def test_what_is_down_might_as_well_not_be_there(tape: bytes, seed: int) -> None:
    rng = random.Random(seed)
    net, _ = from_tape(tape)
    anything = [*net.devices, *net.links]
    gone = frozenset(rng.sample(anything, min(2, len(anything))))
    devices = {name: each for name, each in net.devices.items() if name not in gone}
    without = replace(
        net,
        devices=devices,
        links={
            name: link
            for name, link in net.links.items()
            if name not in gone and {link.a.device, link.b.device} <= devices.keys()
        },
        gateways=net.gateways - gone,
    )
    # A site that has no device left, or no gateway, is another site.
    if without.user_sites() != net.user_sites():
        return
    wanted = Wanted(exact=True)
    told = availability_report(Faults(net, gone), wanted)
    anew = availability_report(Faults(without), wanted)
    assert told["down"] == sorted(gone)
    assert told["cut_off"] == anew["cut_off"]
    others = {row["id"]: row for row in anew["sites"]}
    assert {row["id"] for row in told["sites"]} == others.keys()
    for one in told["sites"]:
        other = others[one["id"]]
        assert one["minutes"] == pytest.approx(other["minutes"])
        assert one["single"] == other["single"]
        assert one["pairs"] == other["pairs"]


@given(st.binary(min_size=TAPE, max_size=TAPE), st.data())
def test_whoever_is_down_is_not_asked(tape: bytes, data: st.DataObject) -> None:
    net, _ = from_tape(tape)
    gone = frozenset(data.draw(st.sets(st.sampled_from([*net.sites]))))
    faults = Faults(net, gone)
    names = faults.arrays.sites
    asked = [faults.of_gateways(), *map(faults.of_service, net.services.values())]
    of_all, *of_services = [{names[site] for site in each.sites} for each in asked]
    assert of_all == net.user_sites() - gone
    assert of_services == [each.used_by - gone for each in net.services.values()]
