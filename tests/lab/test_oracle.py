"""The oracle: what `bellrock spof` says is cut off is what really is.

Every link, device, site and risk group is taken down for real, and every user site
tries to reach every gateway. Nothing of Bellrock's takes part but the prediction.
"""

from tests.lab.impair import cut
from tests.lab.network import Lab
from topology.analysis import Design
from topology.report import spof_report

TRIES = 5
"""A router that a busy machine starved of time loses its neighbours for a moment."""


def _sites_cut(lab: Lab) -> set[str]:
    """Return the user sites from no device of which any gateway answers."""
    inventory = lab.described.inventory
    sites = inventory.user_sites()
    devices = [d for d in inventory.devices.values() if d.site in sites]
    pairs = {(d.id, gateway) for d in devices for gateway in inventory.gateways}
    reached = {a for a, _ in pairs - lab.unreachable(pairs)}
    return set(sites) - {inventory.devices[device].site for device in reached}


def test_every_single_failure_cuts_off_what_was_predicted(lab: Lab) -> None:
    inventory = lab.described.inventory
    report = spof_report(Design(inventory))
    predicted = {e["id"]: set(e["sites_cut"]) for e in report["elements"]}
    # A site that is lost itself is not cut off by that, but it answers no ping either.
    for site in inventory.user_sites():
        predicted[site] = predicted.get(site, set()) | {site}
    elements = [
        *inventory.links,
        *inventory.devices,
        *inventory.sites,
        *inventory.risk_groups,
    ]
    assert _sites_cut(lab) == set(report["cut_off"]) == set()
    measured: dict[frozenset[str], set[str]] = {}
    wrong = []
    for element in elements:
        wires = lab.described.parts(element)
        broken = frozenset(wire.id for wire in wires)
        # A site with one device fails as that device does, and need not twice.
        if broken not in measured:
            with cut(lab, wires):
                for _ in range(TRIES):
                    lab.converge(without=wires)
                    measured[broken] = _sites_cut(lab)
                    if measured[broken] == predicted.get(element, set()):
                        break
            lab.converge()
        if measured[broken] != predicted.get(element, set()):
            wrong.append((element, measured[broken], predicted.get(element, set())))
    assert wrong == []
    # The lab has something to find: a false diversity, a site behind another.
    assert predicted["duct"] == {"hospital"}
    assert predicted["feeder"] == predicted["reg4"] == {"school", "library"}
