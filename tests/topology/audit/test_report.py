"""A complete inventory has full marks; each thing left out is found, and it alone."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellrock.model.inventory import (
    Demand,
    Device,
    End,
    Inventory,
    Link,
    Organisation,
    RiskGroup,
    Site,
    Supplier,
)
from tests.topology.networks import TAPE, from_tape, network
from topology.analysis import Design
from topology.audit.checks import CHECKS
from topology.audit.report import Seen, audit_report


def site(name: str, kind: str) -> Site:
    return Site(name, name, kind, organisation="nhs", lat=60.0, lon=-1.0, people=10)


def link(name: str, a: str, b: str, group: str) -> Link:
    return Link(
        *(name, End(a, name), End(b, name), 1e9, 1e9),
        supplier="northlink",
        circuit=f"NL-{name}",
        risk_groups=(group,),
    )


def complete() -> Inventory:
    """Return a hospital with two circuits, of which everything is declared."""
    places = [("dc1", "datacentre"), ("dc2", "datacentre"), ("hosp", "hospital")]
    return Inventory(
        id="whole",
        name="Whole",
        sites={name: site(name, kind) for name, kind in places},
        devices={
            name: Device(name, where, address="10.0.0.1", snmp="default")
            for name, where in (("gw1", "dc1"), ("gw2", "dc2"), ("cpe", "hosp"))
        },
        links={
            "t1": link("t1", "cpe", "gw1", "duct1"),
            "t2": link("t2", "cpe", "gw2", "duct2"),
            "core": replace(link("core", "gw1", "gw2", "duct1"), risk_groups=("sea",)),
            "sea2": replace(link("sea2", "gw1", "gw2", "sea"), risk_groups=("sea",)),
            "sea3": replace(link("sea3", "gw1", "gw2", "sea"), risk_groups=("sea",)),
            "old1": replace(link("old1", "cpe", "gw1", "duct1"), backup=True),
            "old3": replace(link("old3", "cpe", "gw1", "duct1"), backup=True),
            "old2": replace(link("old2", "cpe", "gw2", "duct2"), backup=True),
        },
        risk_groups={
            name: RiskGroup(name, "duct", name) for name in ("duct1", "duct2", "sea")
        },
        gateways=frozenset({"gw1", "gw2"}),
        organisations={"nhs": Organisation("nhs", "NHS")},
        suppliers={"northlink": Supplier("northlink", "Northlink", "+44 1595 000000")},
        demands=(Demand("hosp", "dc1", 1e6),),
    )


def with_link(name: str, **changed: Any) -> Inventory:
    whole = complete()
    return replace(
        whole, links=dict(whole.links) | {name: replace(whole.links[name], **changed)}
    )


def with_site(**changed: Any) -> Inventory:
    whole = complete()
    hospital = replace(whole.sites["hosp"], **changed)
    return replace(whole, sites=dict(whole.sites) | {"hosp": hospital})


def with_device(**changed: Any) -> Inventory:
    whole = complete()
    cpe = replace(whole.devices["cpe"], **changed)
    return replace(whole, devices=dict(whole.devices) | {"cpe": cpe})


LEFT_OUT: dict[str, tuple[Callable[[], Inventory], str]] = {
    "risk_groups": (lambda: with_link("core", risk_groups=()), "core"),
    "capacity": (lambda: with_link("t1", capacity_ba=None), "t1"),
    "interfaces": (lambda: with_link("t1", b=End("gw1")), "t1"),
    "measured": (lambda: with_device(address=None), "cpe"),
    "demands": (lambda: replace(complete(), demands=()), "whole"),
    "people": (lambda: with_site(people=0), "hosp"),
    "suppliers": (lambda: with_link("t1", supplier=None), "t1"),
    "members": (
        lambda: replace(
            complete(),
            risk_groups={
                **complete().risk_groups,
                "nothing": RiskGroup("nothing", "duct", "Nothing"),
            },
        ),
        "nothing",
    ),
    "metrics": (lambda: with_link("t1", metric_declared=False), "t1"),
    "circuits": (lambda: with_link("t1", circuit=""), "t1"),
    "phones": (
        lambda: replace(
            complete(), suppliers={"northlink": Supplier("northlink", "Northlink")}
        ),
        "northlink",
    ),
    "places": (lambda: with_site(lat=None, lon=None), "hosp"),
    "organisations": (lambda: with_site(organisation=None), "hosp"),
    "gateways": (
        lambda: replace(complete(), gateways=frozenset({"gw1"})),
        "whole",
    ),
}


def test_a_complete_inventory_has_full_marks_and_no_work() -> None:
    report = audit_report(
        Design(complete()), Seen(frozenset({"t1"}), frozenset({"t1"}))
    )
    assert (report["score"], report["worklist"]) == (100.0, [])
    assert all(check["checked"] for check in report["checks"])
    (circuits,) = report["diversity"]
    assert circuits["verdict"] == "diverse"


@pytest.mark.parametrize("check", LEFT_OUT)
def test_what_is_left_out_is_found_and_nothing_else(check: str) -> None:
    make, element = LEFT_OUT[check]
    report = audit_report(Design(make()))
    assert [(w["check"], w["id"]) for w in report["worklist"]] == [(check, element)]
    assert report["score"] is not None
    assert report["score"] < 100


def test_two_paths_that_rest_on_a_circuit_in_no_group_are_work() -> None:
    report = audit_report(Design(with_link("t1", risk_groups=())))
    assert {w["check"] for w in report["worklist"]} == {"risk_groups", "diversity"}


def test_a_link_that_discovery_looked_for_and_never_saw_is_work() -> None:
    seen = Seen(looked_for=frozenset({"t1", "t2", "gone"}), seen=frozenset({"t2"}))
    report = audit_report(Design(complete()), seen)
    assert [(w["check"], w["id"]) for w in report["worklist"]] == [("seen", "t1")]
    (check,) = [c for c in report["checks"] if c["check"] == "seen"]
    assert (check["checked"], check["gaps"]) == (2, 1)


def test_what_was_not_asked_counts_for_nothing() -> None:
    report = audit_report(Design(complete()))
    assert (report["discovery"], report["score"]) == (False, 100.0)


def test_work_on_which_most_people_hang_comes_first() -> None:
    whole = complete()
    school = replace(whole.sites["hosp"], id="school", people=500, lat=None, lon=None)
    more = replace(
        whole,
        sites={**with_site(lat=None).sites, "school": school},
        devices=dict(whole.devices)
        | {"s": Device("s", "school", address="10.0.0.2", snmp="default")},
        links=dict(whole.links) | {"t3": link("t3", "s", "gw1", "duct1")},
        demands=(*whole.demands, Demand("school", "dc1", 1e6)),
    )
    places = [w["id"] for w in audit_report(Design(more))["worklist"]]
    assert places == ["school", "hosp"]


def test_a_network_of_nothing_has_no_score() -> None:
    nothing = network({}, {}, [])
    report = audit_report(Design(nothing))
    assert report["score"] is None
    assert report["sentence"] == "There is nothing in this network to ask about."


def test_every_check_has_its_own_name_and_a_weight() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    assert {check.weight for check in CHECKS} <= {1, 2, 3, 4, 5}


@given(st.binary(max_size=TAPE))
def test_no_network_is_too_odd_to_be_looked_at(tape: bytes) -> None:
    inventory, _ = from_tape(tape)
    everything = frozenset(inventory.links)
    report = audit_report(Design(inventory), Seen(everything, frozenset()))
    assert all(0 <= c["gaps"] <= c["checked"] for c in report["checks"])
    score = report["score"]
    assert score is None or 0 <= score <= 100
    assert len(report["worklist"]) == sum(c["gaps"] for c in report["checks"])


def test_the_documentation_has_every_check_and_its_weight() -> None:
    text = Path(__file__).parents[3].joinpath("docs/audit.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (\d) \|", text, re.MULTILINE)
    assert rows == [(check.name, str(check.weight)) for check in CHECKS]
