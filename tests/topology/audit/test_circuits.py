"""What circuits share, in networks small enough to see it."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bellrock.model.inventory import Inventory, Supplier
from tests.topology.networks import TAPE, from_tape, network
from topology.analysis import Design
from topology.audit.circuits import Circuits, Pair, Verdict, audit_circuits
from topology.graph import Layout
from topology.network import Network
from topology.reading import Reading

TWO_EXCHANGES = network(
    {"gw1": "dc1", "gw2": "dc2", "pe1": "ex1", "pe2": "ex2", "cpe": "school"},
    {
        "core1": ("pe1", "gw1"),
        "core2": ("pe2", "gw2"),
        "t1": ("cpe", "pe1"),
        "t2": ("cpe", "pe2"),
    },
    ["gw1", "gw2"],
    groups={"d1": ("duct", ["t1"]), "d2": ("duct", ["t2"])},
)


def only(inventory: Inventory) -> Circuits:
    (found,) = audit_circuits(Design(inventory))
    return found


def test_two_exchanges_two_ducts_two_gateways_are_diverse() -> None:
    found = only(TWO_EXCHANGES)
    assert found.verdict is Verdict.DIVERSE
    assert (found.circuits, found.shared, found.hops) == (("t1", "t2"), (), ())


def test_a_duct_that_both_are_in_is_shared() -> None:
    links = {
        name: replace(link, risk_groups=("d1",)) if name == "t2" else link
        for name, link in TWO_EXCHANGES.links.items()
    }
    found = only(replace(TWO_EXCHANGES, links=links))
    assert (found.verdict, found.shared) == (Verdict.SHARED, ("d1",))


def test_circuits_in_no_risk_group_prove_nothing() -> None:
    links = {n: replace(k, risk_groups=()) for n, k in TWO_EXCHANGES.links.items()}
    found = only(replace(TWO_EXCHANGES, links=links))
    assert (found.verdict, found.missing) == (Verdict.UNPROVEN, ("t1", "t2"))


def test_a_hop_is_in_common_while_all_is_up_though_another_way_is_there() -> None:
    ring = network(
        {
            "gw": "dc",
            "p": "pop1",
            "q": "pop2",
            "pe1": "ex1",
            "pe2": "ex2",
            "c": "school",
        },
        {
            "near": ("p", "gw"),
            "p1": ("pe1", "p"),
            "p2": ("pe2", "p"),
            "q2": ("pe2", "q"),
            "far1": ("q", "gw"),
            "far2": ("q", "gw"),
            "t1": ("c", "pe1"),
            "t2": ("c", "pe2"),
        },
        ["gw"],
        groups={"d1": ("duct", ["t1"]), "d2": ("duct", ["t2"])},
    )
    links = dict(ring.links)
    links["q2"] = replace(links["q2"], metric_ab=50, metric_ba=50)
    found = only(replace(ring, links=links))
    assert found.hops == ("p", "near", "gw")
    assert found.shared == ("dc", "gw")


def test_a_circuit_whose_way_in_leads_through_the_site_itself_is_no_way_in() -> None:
    net = network(
        {"gw": "dc", "pe1": "ex1", "pe2": "ex2", "c": "school"},
        {"core": ("pe1", "gw"), "t1": ("c", "pe1"), "t2": ("c", "pe2")},
        ["gw"],
    )
    assert only(net).hops == ()


def test_one_supplier_of_all_and_what_its_loss_cuts_off() -> None:
    links = {
        name: replace(link, supplier="one") if name in ("t1", "t2") else link
        for name, link in TWO_EXCHANGES.links.items()
    }
    suppliers = {"one": Supplier("one", "One")}
    found = only(replace(TWO_EXCHANGES, links=links, suppliers=suppliers))
    assert (found.suppliers, found.supplier_cuts) == (("one",), ("one",))
    links["t2"] = replace(links["t2"], supplier=None)
    found = only(replace(TWO_EXCHANGES, links=links, suppliers=suppliers))
    assert (found.suppliers, found.supplier_cuts) == ((), ())


def test_of_three_circuits_those_two_that_share_are_named() -> None:
    net = network(
        {"gw": "dc", "pe1": "ex1", "pe2": "ex2", "c": "school"},
        {
            "core1": ("pe1", "gw"),
            "core2": ("pe2", "gw"),
            "t1": ("c", "pe1"),
            "t2": ("c", "pe2"),
            "t3": ("c", "pe2"),
        },
        ["gw"],
        groups={"duct": ("duct", ["t1", "t3"])},
    )
    pairs = only(net).pairs
    assert pairs == (Pair(("t1", "t3"), ("duct",)), Pair(("t2", "t3"), ("ex2", "pe2")))


@settings(deadline=None)
@given(st.binary(max_size=TAPE), st.lists(st.sampled_from("ab"), max_size=12))
def test_what_is_shared_and_a_supplier_cut_the_site_off_when_removed(
    tape: bytes, suppliers: list[str]
) -> None:
    inventory, _ = from_tape(tape)
    named = dict(zip(inventory.links, suppliers, strict=False))
    inventory = replace(
        inventory,
        links={
            name: replace(link, supplier=named.get(name))
            for name, link in inventory.links.items()
        },
        suppliers={name: Supplier(name, name) for name in "ab"},
    )
    layout, found = Layout.of(inventory), Network.of(inventory)

    def cut(site: str, down: frozenset[str]) -> bool:
        before = Reading(found).reached
        after = Reading(found, down).reached
        return site in before and site not in after

    for each in audit_circuits(Design(inventory)):
        off = [e for e in layout.kinds if layout.premises.get(e) != each.site]
        by_one = {
            e for e in off if cut(each.site, layout.expand([e])) and e != each.site
        }
        assert set(each.shared) == by_one
        by_supplier = {
            supplier
            for supplier in "ab"
            if cut(
                each.site,
                frozenset(
                    n for n, k in inventory.links.items() if k.supplier == supplier
                ),
            )
        }
        assert set(each.supplier_cuts) == by_supplier
