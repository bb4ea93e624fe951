"""What a state means for the sites, followed through an outage."""

import dataclasses
import pickle
from dataclasses import FrozenInstanceError

import pytest

from bellrock.model.inventory import Service
from bellrock.model.status import Status
from tests.topology.networks import network
from topology.analysis import Design, SiteState, analyse
from topology.graph import Layout
from topology.state import NetworkState

SHETLAND = network(
    devices={
        **{"gw1": "dc1", "gw2": "dc2", "kirkwall": "ex-kirkwall"},
        **{"lerwick1": "ex-lerwick", "lerwick2": "ex-lerwick2"},
        "hospital-cpe": "hospital",
    },
    links={
        "mainland": ("gw1", "gw2"),
        "faroe": ("gw2", "lerwick2"),
        "orkney": ("gw1", "kirkwall"),
        "north": ("kirkwall", "lerwick1"),
        "town": ("lerwick1", "lerwick2"),
        "tail1": ("lerwick1", "hospital-cpe"),
        "tail2": ("lerwick2", "hospital-cpe"),
    },
    gateways=["gw1", "gw2"],
)


def state(down: str = "", unknown: str = "") -> NetworkState:
    return NetworkState(frozenset(down.split()), frozenset(unknown.split()))


def test_redundancy_follows_an_outage_and_its_repair() -> None:
    design = Design(SHETLAND)
    outage = ["", "north", "north faroe", "north", ""]
    analyses = [analyse(design, state(down)) for down in outage]
    assert [a.sites["hospital"].redundancy for a in analyses] == [2, 1, 0, 1, 2]
    assert [a.redundancy_lost for a in analyses[:3]] == [
        (),
        ("hospital",),
        ("hospital",),
    ]
    assert {a.sites["hospital"].designed for a in analyses} == {2}


def test_with_one_cable_gone_the_other_is_named() -> None:
    worst = analyse(Design(SHETLAND), state("north")).elements
    off_site = {e.id for e in worst if not e.on_site}
    assert off_site == {"faroe", "lerwick2", "ex-lerwick2", "gw2", "dc2"}


def test_unknown_cable_leaves_redundancy_unknown_and_the_site_reached() -> None:
    analysis = analyse(Design(SHETLAND), state(unknown="faroe"))
    assert analysis.sites["hospital"] == SiteState(Status.UP, None, 2)
    assert analysis.redundancy_lost == (), "what is not known is not called lost"
    assert analysis.redundancy == {0: 0, 1: 0, 2: 0, None: 1}
    assert analysis.reachable == {Status.UP: 1, Status.DOWN: 0, Status.UNKNOWN: 0}


def test_last_cable_unknown_leaves_the_site_unknown() -> None:
    analysis = analyse(Design(SHETLAND), state("north", "faroe"))
    assert analysis.sites["hospital"] == SiteState(Status.UNKNOWN, None, 2)
    assert analysis.sites_unknown == 1
    assert "faroe" in {e.id for e in analysis.elements}, "taken as up, it is critical"


def test_losing_the_last_gateway_cuts_every_site_off() -> None:
    analysis = analyse(Design(SHETLAND), state("gw2"))
    (last,) = (e for e in analysis.elements if e.id == "gw1")
    assert last.sites_cut == ("hospital",)
    assert analyse(Design(SHETLAND), state("gw1 gw2")).redundancy[0] == 1


def test_ids_that_are_not_declared_change_nothing() -> None:
    design = Design(SHETLAND)
    assert analyse(design, state("ghost", "spectre")) == analyse(design, state())


def test_state_travels_to_another_process_as_little_more_than_its_ids() -> None:
    sent = state("north faroe", "kirkwall")
    wire = pickle.dumps(sent)
    assert pickle.loads(wire) == sent
    assert len(wire) < 200


def test_analysis_survives_the_way_back_from_another_process() -> None:
    analysis = analyse(Design(SHETLAND), state("north"))
    assert pickle.loads(pickle.dumps(analysis)) == analysis


def test_state_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        state().down = frozenset({"north"})  # type: ignore[misc]


def test_expanding_replaces_sites_and_groups_by_their_members() -> None:
    net = network(
        devices={"a": "ex", "b": "ex", "c": "school"},
        links={"ab": ("a", "b"), "ac": ("a", "c")},
        gateways=["a"],
        groups={"duct": ("duct", ["ac", "b"])},
    )
    layout = Layout.of(net)
    assert layout.expand(["ex", "ab"]) == {"a", "b", "ab"}
    assert layout.expand(["duct"]) == {"ac", "b"}
    with pytest.raises(KeyError, match="nowhere"):
        layout.expand(["nowhere"])


def test_a_service_is_lost_by_the_sites_that_cannot_reach_its_hosts() -> None:
    users = frozenset({"hospital"})
    everyone = dataclasses.replace(
        SHETLAND,
        services={
            "any": Service(
                "any", "Any", ("dc1", "dc2"), needs_all=False, used_by=users
            ),
            "all": Service("all", "All", ("dc1", "dc2"), needs_all=True, used_by=users),
            "isle": Service(
                "isle", "Isle", ("ex-lerwick",), needs_all=False, used_by=users
            ),
        },
    )
    design = Design(everyone)
    both = analyse(design, state("north faroe")).without_service
    assert both == {"any": 1, "all": 1, "isle": 0}
    assert analyse(design, state("gw2")).without_service == {
        "any": 0,
        "all": 1,
        "isle": 0,
    }
    unsure = analyse(design, state("north", unknown="faroe")).without_service
    assert unsure == {"any": None, "all": None, "isle": 0}
