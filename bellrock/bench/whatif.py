"""How long one what-if takes in a network of national size."""

import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from bellrock.bench import naive
from bellrock.bench.measurement import Measurement
from bellrock.bench.national import national
from bellrock.bench.process import fresh
from bellrock.inventory.load import load
from bellrock.model.inventory import End, Inventory, Link
from bellrock.model.scenario import Scenario
from topology.graph import Layout
from topology.planning.applied import apply
from topology.planning.comparison import Comparison
from topology.planning.outlook import Outlook
from topology.planning.report import report
from topology.routing import ecmp_loads

SITES = 5_000

_RUNS = 9
_SAMPLE = 20
_TOLERANCE = 1e-9


def whatif(sites: int = SITES) -> Measurement:
    """Measure one what-if, all that ``bellrock whatif`` reports: median of several.

    A duct and a tail fail, a core circuit is added and a metric changes; what comes of
    it for cut-offs, single points of failure, redundancy, services and loads is set
    beside the network as it is, which has been analysed before.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "national.yaml")
        path.write_text(national(sites))
        return fresh(_whatif, path)


def _whatif(path: Path) -> Measurement:
    inventory = load(path, cache=None).inventory
    exchanges = sum(site.kind == "exchange" for site in inventory.sites.values())
    now = Outlook(inventory)
    report(Comparison(now, now.after(_scenario(0, exchanges))))  # compiles, and keeps
    spent, anew = [], []
    for run in range(_RUNS):
        scenario = _scenario(run + 1, exchanges)
        begun = time.process_time()
        report(Comparison(now, now.after(scenario)))
        spent.append(time.process_time() - begun)
        begun = time.process_time()
        report(Comparison(Outlook(inventory), Outlook(inventory).after(scenario)))
        anew.append(time.process_time() - begun)
    theirs, looked, elements = _by_networkx(now, _scenario(1, exchanges))
    name = (
        f"networkx, removing and looking at {looked} of {elements} elements "
        "(extrapolated), and routing"
    )
    peers = {name: theirs, "ours, nothing kept from before": statistics.median(anew)}
    return Measurement(statistics.median(spent), peers)


def _scenario(number: int, exchanges: int) -> Scenario:
    """Return one of many scenarios alike, so that none is asked twice."""
    here, there = number % exchanges, (number + exchanges // 2) % exchanges
    ends = End(f"ex-{here}-pe1"), End(f"ex-{there}-pe1")
    return Scenario(
        down=(f"duct-{here}", f"tail-{2 * number + 1}-1"),
        links=(Link(f"new-{number}", *ends, 100e9, 100e9, 5, 5),),
        metric={f"core-{there}-1": (50, 50)},
    )


def _by_networkx(now: Outlook, scenario: Scenario) -> tuple[float, int, int]:
    """Do the same with networkx, and check that the answers agree.

    Returns
    -------
    seconds : float
        CPU time.
    looked, elements : int
        How many elements were removed, of how many.
    """
    after = now.after(scenario)
    changed = apply(now.inventory, scenario)
    failed = Layout.of(changed).expand(scenario.down)
    begun = time.process_time()
    loads = ecmp_loads(changed, failed)
    spent = time.process_time() - begun
    for number, carried in enumerate(after.loading.load.tolist()):
        arc = after.loading.arc(number)
        theirs = loads.by_arc.get(arc, 0.0)
        if abs(theirs - carried) > _TOLERANCE * max(theirs, carried):
            raise AssertionError(f"{arc}: our load is not the definition's")

    layout = Layout.of(_without(changed, failed))
    seconds, cut = naive.sample(layout, _SAMPLE)
    for element, sites in cut.items():
        if bool(sites) != (element in after.spofs):
            raise AssertionError(f"{element}: what it cuts off is not the definition's")
    return spent + seconds, len(cut), len(layout.kinds)


def _without(inventory: Inventory, failed: frozenset[str]) -> Inventory:
    """Return the inventory of what is up; no device fails in our scenarios."""
    links = {name: k for name, k in inventory.links.items() if name not in failed}
    return replace(inventory, links=links)
