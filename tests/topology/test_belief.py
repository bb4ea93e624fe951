"""What is concluded from answers, silence and link reports."""

import random

import pytest

from bellrock.model.inventory import Inventory
from bellrock.model.status import Status
from tests.topology import definition
from tests.topology.networks import TAPE, from_tape, network
from topology.analysis import Design, analyse
from topology.belief import Belief, Heard, believe
from topology.network import Network

TREE = network(
    devices={
        **{"gw": "dc", "p1": "ex-core", "pe1": "ex-west", "pe2": "ex-east"},
        **{"cpe1": "school", "cpe2": "surgery", "cpe3": "library"},
    },
    links={
        "core": ("gw", "p1"),
        "west": ("p1", "pe1"),
        "east": ("p1", "pe2"),
        "tail1": ("pe1", "cpe1"),
        "tail2": ("pe1", "cpe2"),
        "tail3": ("pe2", "cpe3"),
    },
    gateways=["gw"],
)
"""A gateway, a core router, and two edge routers with two tails and one."""


def heard(answered: str = "", silent: str = "", up: str = "", down: str = "") -> Heard:
    """Say what was heard in words: ids parted by spaces."""
    return Heard(*(frozenset(ids.split()) for ids in (answered, silent, up, down)))


def statuses(net: Inventory, belief: Belief) -> dict[str, Status]:
    """What is published of each user site."""
    sites = analyse(Design(net), belief.state).sites
    return {site: state.reachable for site, state in sites.items()}


def test_router_that_falls_silent_is_down_and_what_is_behind_it_unknown() -> None:
    belief = believe(
        Network.of(TREE), heard("gw p1 pe2 cpe3", "pe1 cpe1 cpe2", up="core west east")
    )
    assert belief.state.down == {"pe1"}
    assert belief.state.unknown == {"cpe1", "cpe2", "tail1", "tail2"}
    assert not belief.isolated


def test_sites_behind_a_dead_router_are_cut_off_whatever_is_unknown() -> None:
    belief = believe(Network.of(TREE), heard("gw p1 pe2 cpe3", "pe1 cpe1 cpe2"))
    assert statuses(TREE, belief) == {
        "school": Status.DOWN,
        "surgery": Status.DOWN,
        "library": Status.UP,
    }


def test_lost_carrier_is_the_link_and_not_the_device_behind_it() -> None:
    belief = believe(
        Network.of(TREE), heard("gw p1 pe1 pe2 cpe2 cpe3", "cpe1", down="tail1")
    )
    assert belief.state.down == {"tail1"}
    assert belief.state.unknown == {"cpe1"}
    assert statuses(TREE, belief)["school"] is Status.DOWN


def test_one_end_that_says_down_outweighs_another_that_says_up() -> None:
    everything = "gw p1 pe1 pe2 cpe1 cpe2 cpe3"
    belief = believe(Network.of(TREE), heard(everything, up="tail1", down="tail1"))
    assert belief.state.down == {"tail1"}


def test_unmeasured_device_with_nothing_behind_it_leaves_its_site_unknown() -> None:
    belief = believe(Network.of(TREE), heard("gw p1 pe1 pe2 cpe1 cpe2"))
    assert belief.state.unknown == {"cpe3", "tail3"}
    assert statuses(TREE, belief)["library"] is Status.UNKNOWN
    assert statuses(TREE, belief)["school"] is Status.UP


def test_what_an_answer_must_have_come_through_is_up() -> None:
    belief = believe(Network.of(TREE), heard("cpe1"))
    assert belief.state.unknown == {
        *("pe2", "cpe2", "cpe3", "east", "tail2", "tail3"),
    }
    assert belief.state.down == set()


def test_answer_with_two_ways_here_proves_neither() -> None:
    ring = network(
        devices={"gw": "dc", "a": "ex-a", "b": "ex-b", "cpe": "school"},
        links={
            "ga": ("gw", "a"),
            "gb": ("gw", "b"),
            "at": ("a", "cpe"),
            "bt": ("b", "cpe"),
        },
        gateways=["gw"],
    )
    state = believe(Network.of(ring), heard("gw cpe")).state
    assert state.unknown == {"a", "b", "ga", "gb", "at", "bt"}

    state = believe(Network.of(ring), heard("gw cpe", silent="a")).state
    assert state.down == {"a"}
    assert state.unknown == {"ga", "at"}, "the other way is proven once one is down"

    state = believe(Network.of(ring), heard("gw cpe", down="ga")).state
    assert state.down == {"ga"}
    assert state.unknown == {"a", "at"}


def test_nothing_answers_at_all_means_the_monitor_is_cut_off() -> None:
    belief = believe(Network.of(TREE), heard(silent="pe1 cpe1", down="tail1"))
    assert belief.isolated
    assert belief.state.down == set()
    assert belief.state.unknown == {*TREE.devices, *TREE.links}
    assert set(statuses(TREE, belief).values()) == {Status.UNKNOWN}


def test_nothing_measured_yet_is_unknown_without_being_isolated() -> None:
    belief = believe(Network.of(TREE), Heard())
    assert not belief.isolated
    assert belief.state.unknown == {*TREE.devices, *TREE.links}


def test_silent_gateway_is_down_if_another_explains_the_answers() -> None:
    two = network(
        devices={"gw1": "dc1", "gw2": "dc2", "cpe": "school"},
        links={"one": ("gw1", "cpe"), "two": ("gw2", "cpe")},
        gateways=["gw1", "gw2"],
    )
    state = believe(Network.of(two), heard("gw2 cpe", "gw1")).state
    assert state.down == {"gw1"}
    assert state.unknown == {"one"}


def test_silent_gateway_shadows_what_only_it_leads_to() -> None:
    two = network(
        devices={"gw1": "dc1", "gw2": "dc2", "a": "school", "b": "surgery"},
        links={"one": ("gw1", "a"), "two": ("gw2", "b")},
        gateways=["gw1", "gw2"],
    )
    state = believe(Network.of(two), heard("gw2 b", "gw1 a")).state
    assert state.down == {"gw1"}
    assert state.unknown == {"a", "one"}


@pytest.mark.parametrize("silent", ["gw", "p1", "pe1"])
def test_silent_device_is_unknown_while_something_only_behind_it_answers(
    silent: str,
) -> None:
    belief = believe(Network.of(TREE), heard("cpe1", silent))
    assert belief.state.down == set()
    assert silent in belief.state.unknown
    assert statuses(TREE, belief)["school"] is Status.UNKNOWN


def test_silent_device_that_never_had_a_path_is_down() -> None:
    island = network(
        devices={"gw": "dc", "cpe": "school", "far": "surgery"},
        links={"tail": ("gw", "cpe")},
        gateways=["gw"],
    )
    assert believe(Network.of(island), heard("gw cpe", "far")).state.down == {"far"}


def test_an_answer_outweighs_silence_and_undeclared_ids_are_ignored() -> None:
    belief = believe(
        Network.of(TREE), heard("gw cpe1 stranger", "cpe1 ghost", "lnk", "wire")
    )
    assert belief.state.down == set()
    assert not {"stranger", "ghost", "lnk", "wire"} & belief.state.unknown


def listen(
    net: Inventory, down: frozenset[str], measured: set[str], *, carrier: bool
) -> Heard:
    """Say what a monitor at the gateways would hear of the network as it is.

    A link to a dead device reads as down where `carrier` is lost with it.
    """
    alive = definition.spread(net, set(down), net.gateways)
    answered = alive & measured
    dead = down if carrier else down & net.links.keys()
    told = {
        link.id: not {link.id, link.a.device, link.b.device} & dead
        for link in net.links.values()
        if {link.a.device, link.b.device} & answered
    }
    return Heard(
        answered=frozenset(answered),
        silent=frozenset(measured - alive),
        links_up=frozenset(link for link, up in told.items() if up),
        links_down=frozenset(link for link, up in told.items() if not up),
    )


@pytest.mark.parametrize("carrier", [True, False])
def test_with_everything_measured_every_site_is_known_and_right(
    carrier: bool,
) -> None:
    rng = random.Random(2)
    compared = 0
    for _ in range(1500):
        net, state = from_tape(rng.randbytes(TAPE))
        sounds = listen(net, state.down, set(net.devices), carrier=carrier)
        belief = believe(Network.of(net), sounds)
        if belief.isolated:
            assert not sounds.answered
            continue
        truth = definition.reached(net, set(state.down))
        for site, status in statuses(net, belief).items():
            assert status is (Status.UP if site in truth else Status.DOWN)
            compared += 1
    assert compared > 500


@pytest.mark.parametrize("carrier", [True, False])
def test_with_some_things_measured_nothing_published_is_wrong(carrier: bool) -> None:
    rng = random.Random(3)
    published = unknown = 0
    for _ in range(1500):
        net, state = from_tape(rng.randbytes(TAPE))
        measured = {device for device in net.devices if rng.random() < 0.6}
        sounds = listen(net, state.down, measured, carrier=carrier)
        belief = believe(Network.of(net), sounds)
        alive = definition.spread(net, set(state.down), net.gateways)
        up = net.devices.keys() - belief.state.down - belief.state.unknown
        assert up <= alive
        assert not belief.state.down & alive
        truth = definition.reached(net, set(state.down))
        for site, status in statuses(net, belief).items():
            published += status is not Status.UNKNOWN
            unknown += status is Status.UNKNOWN
            if status is not Status.UNKNOWN:
                assert (status is Status.UP) == (site in truth)
    assert published > 300
    assert unknown > 150
