"""Every analysis once, over a network of a handful of sites.

What it is for: the kernels are compiled by it, and what was compiled is kept; so
whoever asks first does not wait. An analysis with kernels of its own is added here.
"""

from bellrock.model.candidate import Candidate
from bellrock.model.inventory import (
    Demand,
    Device,
    End,
    Inventory,
    Link,
    RiskGroup,
    Service,
    Site,
)
from topology.analysis import Design, analyse
from topology.augment.choice import Limits, best_of_all, step_by_step
from topology.augment.report import start
from topology.availability.faults import Faults
from topology.availability.report import Wanted, availability_report
from topology.belief import Heard, believe
from topology.estimate.demands import estimate
from topology.estimate.pairs import Pattern
from topology.planning.outlook import Outlook
from topology.site_report import pairs_report, site_report
from topology.state import NetworkState
from topology.traffic.demands import Demands
from topology.traffic.loads import loads
from topology.traffic.n1 import n1
from topology.traffic.study import Study


def exercise() -> None:
    """Ask everything that kernels answer; the answers are not looked at."""
    inventory = _inventory()
    design = Design(inventory)
    state = NetworkState(frozenset({"t1"}), frozenset({"pe2"}))
    analyse(design, state)
    believe(design.network, Heard(frozenset({"gw"}), frozenset({"cpe"})))
    pairs_report(design)
    site_report(design, "gp")
    arrays, demands = design.network.arrays, Demands.of(inventory)
    carried = loads(arrays, demands).load
    for pattern in Pattern:
        estimate(inventory, arrays, carried, pattern)
    n1(arrays, demands)
    Study.of(arrays, demands).after(["ex"])
    Outlook(inventory, frozenset({"ex"})).levels  # noqa: B018
    wanted = Wanted(exact=True, trials=10)
    availability_report(Faults(inventory), wanted)
    candidates = [Candidate(Link("n", End("cpe"), End("hq1")), 1.0)]
    limits = Limits(1)
    list(step_by_step(start(inventory, candidates), limits))
    best_of_all(start(inventory, candidates), limits)


def _inventory() -> Inventory:
    """Return a network that has one of everything."""
    kinds = {"dc": "datacentre", "ex": "exchange", "gp": "gp", "hq": "council"}
    at = {"gw": "dc", "pe1": "ex", "pe2": "ex", "cpe": "gp", "hq1": "hq", "hq2": "hq"}
    ends = {
        **{"c1": ("gw", "pe1"), "c2": ("gw", "pe2"), "c3": ("pe1", "pe2")},
        **{"t1": ("cpe", "pe1"), "t2": ("cpe", "pe2")},
        **{"h1": ("hq1", "pe1"), "h2": ("hq2", "pe2"), "lan": ("hq1", "hq2")},
    }
    duct = ("duct",)
    return Inventory(
        id="exercise",
        name="Exercise",
        sites={
            site: Site(site, site, kind, priority=1, people=10)
            for site, kind in kinds.items()
        },
        devices={device: Device(device, site) for device, site in at.items()},
        links={
            link: Link(
                *(link, End(a), End(b), 1e9, 1e9),
                risk_groups=duct if link in ("t1", "h2") else (),
                backup=link == "t2",
            )
            for link, (a, b) in ends.items()
        },
        risk_groups={"duct": RiskGroup("duct", "duct", "Duct")},
        gateways=frozenset({"gw"}),
        services={
            "all": Service("all", "All", ("dc", "hq"), True, frozenset({"gp"})),
            "any": Service("any", "Any", ("dc", "hq"), False, frozenset({"gp"})),
        },
        demands=(
            Demand("gp", "dc", 1e8),
            Demand("dc", "hq", 2e8),
            Demand("hq", "gp", 1),
        ),
    )
