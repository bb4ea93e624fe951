"""The report's shape and its sentence."""

import json
from dataclasses import replace

import pytest

from bellrock.model.inventory import Inventory, RiskGroup, Service, Site
from tests.topology.networks import network
from topology.analysis import Design
from topology.report import sentence, spof_report
from topology.state import NetworkState


def two_tails(*duct: str, kind: str = "duct") -> Inventory:
    """Put a hospital on two exchanges, perhaps by one `duct`, and a surgery on one."""
    sites = [
        Site("hospital", "Hospital", "hospital", people=900, priority=1),
        Site("surgery", "Surgery", "gp", people=50),
        Site("ex-west", "West exchange", "exchange"),
    ]
    groups = {"a-duct": (kind, duct)} if duct else {}
    records = Service(
        "records", "Records", ("dc-north",), False, frozenset({"hospital", "surgery"})
    )
    return network(
        devices={
            **{"gw": "dc-north", "gw2": "dc-south", "pe1": "ex-west", "pe2": "ex-east"},
            **{"hosp-cpe": "hospital", "gp-cpe": "surgery"},
        },
        links={
            **{"n": ("gw", "pe1"), "s": ("gw2", "pe2"), "across": ("pe1", "pe2")},
            **{"hosp-1": ("hosp-cpe", "pe1"), "hosp-2": ("hosp-cpe", "pe2")},
            "gp-1": ("gp-cpe", "pe1"),
        },
        gateways=["gw", "gw2"],
        sites=sites,
        groups=groups,
        services=[records],
    )


def test_report_has_the_documented_shape() -> None:
    report = spof_report(Design(two_tails("hosp-1", "hosp-2")))
    assert json.loads(json.dumps(report)) == {
        "network": "test",
        "sites": 2,
        "redundancy": {"0": 0, "1": 2, "2": 0},
        "false_diversity": ["hospital"],
        "two_paths": 1,
        "own_equipment": {"single": 2, "dual": 0},
        "elements": [
            item("a-duct", "risk_group", ["hospital"], 900),
            item("hosp-cpe", "device", ["hospital"], 900, on_site=True),
            item("ex-west", "site", ["surgery"], 50),
            item("gp-1", "link", ["surgery"], 50),
            item("gp-cpe", "device", ["surgery"], 50, on_site=True),
            item("pe1", "device", ["surgery"], 50),
        ],
        "service_elements": [
            item("dc-north", "site", [], 0),
            item("gw", "device", [], 0),
            item("n", "link", [], 0),
        ],
        "cut_off": [],
        "sentence": "2 sites. 1 has two paths, which share a duct. "
        "Worst single item: A-Duct (risk group), 1 site.",
    }


def item(
    element: str, kind: str, sites: list[str], people: int, *, on_site: bool = False
) -> dict[str, object]:
    return {
        "id": element,
        "kind": kind,
        "on_site": on_site,
        "sites_cut": sites,
        "services_cut": ["records"],
        "people_cut": people,
    }


def test_report_on_a_state_speaks_of_what_is_left() -> None:
    design = Design(two_tails())
    report = spof_report(design, NetworkState(down=frozenset({"gp-1", "hosp-1"})))
    assert report["cut_off"] == ["surgery"]
    assert report["redundancy"] == {"0": 1, "1": 1, "2": 0}
    assert report["sentence"] == (
        "2 sites. None has two paths. 1 is cut off now. "
        "Worst single item: Ex-East (site), 1 site."
    )
    assert spof_report(design)["cut_off"] == [], "the design is left as it was"


def test_worst_comes_first_by_sites_then_people_then_priority_then_id() -> None:
    tails = {f"t{n}": ("gw", f"cpe{n}") for n in range(5)} | {"far": ("cpe0", "cpe5")}
    sites = [
        *(Site("s0", "0", "gp"), Site("s1", "1", "gp", people=1)),
        *(Site("s2", "2", "gp", people=9), Site("s3", "3", "gp", people=1, priority=1)),
        *(Site("s4", "4", "gp", people=1), Site("s5", "5", "gp")),
    ]
    devices = {f"cpe{n}": f"s{n}" for n in range(6)} | {"gw": "dc"}
    design = Design(network(devices, tails, ["gw"], sites=sites))
    links = [e["id"] for e in spof_report(design)["elements"] if e["kind"] == "link"]
    assert links == ["t0", "t2", "t3", "t1", "t4", "far"]


def says(net: Inventory) -> str:
    return sentence(net, Design(net).reading)


def test_sentence_names_an_exchange_rather_than_its_only_router() -> None:
    net = two_tails()
    assert says(net) == (
        "2 sites. 1 has two paths. Worst single item: West exchange (site), 1 site."
    )


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("subsea-cable", "a subsea cable"),
        ("exchange", "an exchange"),
        ("power", "a power feed"),
    ],
)
def test_sentence_names_what_is_shared_by_its_kind(kind: str, words: str) -> None:
    assert f"which share {words}." in says(two_tails("hosp-1", "hosp-2", kind=kind))


def fleet(schools: int, sharing: int) -> Inventory:
    """Give `schools` two tails each, `sharing` of them in one duct, to one exchange."""
    devices = {"gw": "dc", "gw2": "dc2", "pe1": "ex", "pe2": "ex"}
    links = {"n": ("gw", "pe1"), "s": ("gw2", "pe2"), "x": ("pe1", "pe2")}
    for n in range(schools):
        devices[f"cpe{n}"] = f"school{n}"
        links |= {f"a{n}": (f"cpe{n}", "pe1"), f"b{n}": (f"cpe{n}", "pe2")}
    duct = [f"{leg}{n}" for n in range(sharing) for leg in "ab"]
    return network(
        devices, links, ["gw", "gw2"], groups={"duct": ("duct", duct)} if duct else {}
    )


def test_sentence_lists_several_kinds_with_the_commonest_first() -> None:
    assert says(fleet(3, sharing=2)) == (
        "3 sites. 3 have two paths; 3 of those share an exchange or duct. "
        "Worst single item: Ex (site), 3 sites."
    )


def test_sentence_about_one_of_several_that_share() -> None:
    net = fleet(3, sharing=1)
    apart = {**net.devices, "pe2": replace(net.devices["pe2"], site="ex2")}
    sites = {**net.sites, "ex2": Site("ex2", "Ex 2", "exchange")}
    assert says(replace(net, devices=apart, sites=sites)) == (
        "3 sites. 3 have two paths; 1 of those shares a duct. "
        "Worst single item: Duct (risk group), 1 site."
    )


def test_sentence_without_single_points_of_failure() -> None:
    net = network(
        devices={"gw": "dc", "gw2": "dc2", "a": "school", "b": "school"},
        links={"a1": ("gw", "a"), "b1": ("gw2", "b")},
        gateways=["gw", "gw2"],
    )
    assert says(net) == ("1 site. 1 has two paths. No single failure cuts a site off.")


def test_sentence_names_own_equipment_only_where_nothing_else_cuts_anybody() -> None:
    net = network(
        devices={"gw": "dc", "gw2": "dc2", "cpe": "school"},
        links={"a1": ("gw", "cpe"), "b1": ("gw2", "cpe")},
        gateways=["gw", "gw2"],
    )
    assert says(net).endswith("Worst single item: cpe (device), 1 site.")


def test_sentence_about_a_network_without_user_sites() -> None:
    assert says(network({"gw": "dc"}, {}, ["gw"])) == "No sites."


def test_declared_group_without_members_cuts_nothing() -> None:
    net = two_tails()
    empty = {"nothing": RiskGroup("nothing", "duct", "Nothing")}
    report = spof_report(Design(replace(net, risk_groups=empty)))
    assert "nothing" not in {element["id"] for element in report["elements"]}
