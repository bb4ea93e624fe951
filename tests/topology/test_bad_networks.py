"""Networks that are empty, broken or very large have a defined answer."""

from dataclasses import replace

import numpy as np
import pytest

from bellrock.bench.hubs import hubs
from bellrock.model.inventory import Device, Inventory, Service, Site
from bellrock.model.status import Status
from tests.topology import definition
from tests.topology.networks import network
from topology.analysis import Design, analyse
from topology.belief import Heard, believe
from topology.disjoint import disjoint
from topology.network import Network
from topology.pairs import cutting_pairs_of
from topology.reading import Reading
from topology.report import spof_report
from topology.site_report import pairs_report
from topology.state import NetworkState

EMPTY = Inventory(
    *("empty", "Empty"),
    sites={},
    devices={},
    links={},
    risk_groups={},
    gateways=frozenset(),
)
LONELY = network({"gw": "dc"}, {}, ["gw"])
NO_GATEWAY = network({"a": "s", "b": "t"}, {"l": ("a", "b")}, [])
BARE = replace(EMPTY, sites={"s": Site("s", "S", "school")})
LOOPED = network(
    {"gw": "dc", "pe": "ex", "cpe": "s"},
    {"up": ("gw", "pe"), "loop": ("pe", "pe"), "tail": ("pe", "cpe")},
    ["gw"],
    groups={"duct": ("duct", ["loop", "tail"])},
)
ISLANDS = network(
    {"gw": "dc", "cpe": "s", "far": "t", "farther": "t"},
    {"tail": ("gw", "cpe"), "island": ("far", "farther")},
    ["gw"],
    groups={"both": ("duct", ["tail", "island", "far"])},
    services=[Service("v", "V", ("t",), False, frozenset({"s", "t"}))],
)


@pytest.mark.parametrize("net", [EMPTY, LONELY, NO_GATEWAY, BARE, LOOPED, ISLANDS])
@pytest.mark.parametrize("whole", [True, False])
def test_every_question_has_the_answer_of_the_definition(
    net: Inventory, whole: bool
) -> None:
    down = set() if whole else {*net.devices}
    reading = Reading(Network.of(net), down)
    assert {e.id: {*e.sites_cut} for e in reading.elements} == definition.cut_off(
        net, down
    )
    assert reading.redundancy.levels == definition.redundancy(net, down)
    assert disjoint(reading.standing).by_site.keys() == definition.user_sites(net)
    pairs = cutting_pairs_of(reading.standing, reading.network.user)
    assert pairs.by_site.keys() == definition.user_sites(net)
    design = Design(net)
    assert spof_report(design)["sites"] == len(definition.user_sites(net))
    assert pairs_report(design)["pairs"] == []
    belief = believe(design.network, Heard(silent=frozenset(down)))
    assert belief.state.down | belief.state.unknown <= {*net.devices, *net.links}
    found = analyse(design, NetworkState(unknown=frozenset(down)))
    assert found.sites.keys() == definition.user_sites(net)


def test_without_a_gateway_every_site_is_cut_off() -> None:
    found = analyse(Design(NO_GATEWAY), NetworkState())
    assert {s.reachable for s in found.sites.values()} == {Status.DOWN}
    assert found.elements == ()


def test_a_site_without_devices_is_nobody() -> None:
    assert spof_report(Design(BARE))["sites"] == 0


def test_a_service_that_needs_hundreds_of_hosts_is_answered() -> None:
    hosts = tuple(f"s{n}" for n in range(300))
    star = {f"d{n}": f"s{n}" for n in range(300)}
    net = network(
        {"gw": "dc", **star},
        {f"l{n}": ("gw", f"d{n}") for n in range(300)},
        ["gw"],
        services=[
            Service(f"v{n}", "V", hosts, True, frozenset({f"s{n}"})) for n in range(40)
        ],
    )
    found = Design(net).reading
    assert set(found.without_service.values()) == {0}
    services = {e.id: e.services_cut for e in found.elements}
    # Any host's loss takes each service from its user, but for the user's own site.
    assert len(services["d7"]) == 40
    assert len(services["gw"]) == 40
    site = {e.id: e.services_cut for e in (*found.elements, *found.service_elements)}
    assert len(site["s7"]) == 39


@pytest.fixture(scope="module")
def large() -> Network:
    net = hubs(100_000, 50)
    far = {f"far-{n}": Device(f"far-{n}", "site-0") for n in range(2)}
    return Network.of(replace(net, devices={**net.devices, **far}))


def test_a_hundred_thousand_nodes_with_a_component_missing(large: Network) -> None:
    found = Reading(large)
    assert found.redundancy.count[0] == 0, "its other devices reach a gateway"
    cut = Reading(large, large.expand(["dc-0", "dc-1"])).redundancy
    assert cut.count[0] == np.count_nonzero(large.user)
    one = Reading(large, large.expand(["ex-3"])).redundancy
    behind = found.cut_off[large.number["ex-3"]]
    assert np.flatnonzero(one.level == 0).tolist() == sorted(behind.tolist())


def test_a_chain_of_fifty_thousand_devices_is_no_deeper_than_it_can_be() -> None:
    length = 50_000
    net = network(
        {f"d{n}": "dc" if n == 0 else f"s{n}" for n in range(length)}
        | {"twin": f"s{length - 1}"},
        {f"l{n}": (f"d{n}", f"d{n + 1}") for n in range(length - 1)}
        | {"lan": (f"d{length - 1}", "twin")},
        ["d0"],
    )
    found = Reading(Network.of(net))
    assert found.redundancy.count == {0: 0, 1: length - 1, 2: 0}
    counts = found.cut_off.count
    assert counts[:length].tolist() == [length - 1, *range(length - 1, 0, -1)]
