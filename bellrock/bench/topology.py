"""How long single points of failure take to find in a network of national size."""

import sys
import tempfile
import time
from pathlib import Path

from bellrock.bench import naive
from bellrock.bench.measurement import Measurement, NotMeasuredError
from bellrock.bench.national import national
from bellrock.bench.process import fresh, run_program
from bellrock.inventory.load import load
from topology.analysis import Design, Element
from topology.graph import NOTHING

SITES = 10_000

_SAMPLE = 20


def spof(sites: int = SITES) -> Measurement:
    """Measure the cut-off sets of every element, from the inventory in memory."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "national.yaml")
        path.write_text(national(sites))
        return fresh(_spof, path)


def _spof(path: Path) -> Measurement:
    inventory = load(path, cache=None).inventory
    begun = time.process_time()
    design = Design(inventory)
    elements = design.reading.elements
    spent = time.process_time() - begun

    theirs, cut = naive.sample(design.layout, _SAMPLE)
    _same(elements, cut)
    name = (
        f"networkx remove-and-look, {len(cut)} of {len(design.layout.kinds)} elements, "
        "extrapolated"
    )
    return Measurement(spent, {name: theirs})


def _same(elements: tuple[Element, ...], cut: dict[str, frozenset[str]]) -> None:
    """Check that the two we compare the speed of agree on the answer."""
    ours = {element.id: frozenset(element.sites_cut) for element in elements}
    for element, sites in cut.items():
        if ours.get(element, NOTHING) != sites:
            raise AssertionError(f"{element}: our cut-off set is not the definition's")


def cold(sites: int = SITES) -> Measurement:
    """Measure ``bellrock spof`` from its start to its end, nothing cached."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "national.yaml")
        path.write_text(national(sites))
        done, spent = run_program(
            *(sys.executable, "-m", "bellrock", "spof", str(path), "--format", "json"),
            env={"XDG_CACHE_HOME": str(Path(folder, "cache"))},
        )
    if done.returncode != 0:
        raise NotMeasuredError(f"bellrock spof ended with: {done.stderr.strip()}")
    return Measurement(spent)
