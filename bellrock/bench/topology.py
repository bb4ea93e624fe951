"""How long single points of failure take to find in a network of national size."""

import importlib
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import networkx as nx

from bellrock.bench import naive
from bellrock.bench.hubs import hubs
from bellrock.bench.measurement import Measurement, NotMeasuredError
from bellrock.bench.national import national
from bellrock.bench.process import fresh, run_program
from bellrock.model.inventory import Inventory
from topology.graph import Layout
from topology.network import Network
from topology.reading import Reading

SITES = 10_000

_SAMPLE = 20
_RUNS = 5


def spof(devices: int, groups: int = 200) -> Measurement:
    """Measure the cut-off sets of all elements, arrays made from the inventory."""
    return fresh(_spof, devices, groups, True)


def spof_again(devices: int, groups: int = 200) -> Measurement:
    """Measure the same where the arrays are there, as for a monitor and a what-if."""
    return fresh(_spof, devices, groups, False)


def srlg(devices: int, groups: int = 2_000) -> Measurement:
    """Measure the same with many risk groups; the peer looks at groups alone."""
    return fresh(_srlg, devices, groups)


def _spof(devices: int, groups: int, whole: bool) -> Measurement:
    inventory = hubs(devices, groups)
    spent = _cpu(inventory, whole)
    layout = Layout.of(inventory)
    peers = _by_looking(inventory, layout, sorted(layout.kinds))
    peers |= _without_sets(layout)
    return Measurement(spent, peers)


def _srlg(devices: int, groups: int) -> Measurement:
    inventory = hubs(devices, groups)
    spent = _cpu(inventory, True)
    layout = Layout.of(inventory)
    return Measurement(
        spent, _by_looking(inventory, layout, sorted(inventory.risk_groups))
    )


def _cpu(inventory: Inventory, whole: bool) -> float:
    """Return the least of several runs, after one that compiles."""
    network = Network.of(inventory)
    _ = Reading(network).cut_off
    least = float("inf")
    for _run in range(_RUNS):
        begun = time.process_time()
        _ = Reading(Network.of(inventory) if whole else network).cut_off
        least = min(least, time.process_time() - begun)
    return least


def _by_looking(
    inventory: Inventory, layout: Layout, elements: Sequence[str]
) -> dict[str, float]:
    """Remove some of the elements with networkx, and check that ours is the answer."""
    theirs, cut = naive.sample(layout, _SAMPLE, elements)
    network = Network.of(inventory)
    ours, ids = Reading(network).cut_off, network.arrays.sites
    for element, sites in cut.items():
        found = ours[network.number[element]].tolist()
        if {ids[site] for site in found} != sites:
            raise AssertionError(f"{element}: our cut-off set is not the definition's")
    name = (
        f"networkx remove-and-look, {len(cut)} of {len(elements)} elements, "
        "extrapolated"
    )
    return {name: theirs}


def _without_sets(layout: Layout) -> dict[str, float]:
    """Measure those who only say which devices and links cut, and not what."""
    graph = nx.Graph(layout.network)
    begun = time.process_time()
    points = set(nx.articulation_points(graph))
    bridges = sum(1 for _ in nx.bridges(graph))
    peers = {
        "networkx articulation points and bridges, no sets": time.process_time() - begun
    }
    if find_spec("rustworkx") is None:
        return peers
    rustworkx: Any = importlib.import_module("rustworkx")
    other = rustworkx.networkx_converter(graph)
    begun = time.process_time()
    theirs = rustworkx.articulation_points(other), rustworkx.bridges(other)
    peers["rustworkx articulation points and bridges, no sets"] = (
        time.process_time() - begun
    )
    if (len(theirs[0]), len(theirs[1])) != (len(points), bridges):
        raise AssertionError("rustworkx and networkx do not agree")
    return peers


def cold(sites: int = SITES) -> Measurement:
    """Measure ``bellrock spof`` from its start to its end, the inventory unread."""
    return _command(sites, read_before=False)


def warm(sites: int = SITES) -> Measurement:
    """Measure the same of an inventory that was read before."""
    return _command(sites, read_before=True)


def _command(sites: int, *, read_before: bool) -> Measurement:
    with tempfile.TemporaryDirectory() as folder:
        path, small = Path(folder, "national.yaml"), Path(folder, "small.yaml")
        path.write_text(national(sites))
        small.write_text(national(60))
        _run(small, folder)  # what has to be compiled is, and kept
        if read_before:
            _run(path, folder)
        return Measurement(_run(path, folder))


def _run(path: Path, folder: str) -> float:
    done, spent = run_program(
        *(sys.executable, "-m", "bellrock", "spof", str(path), "--format", "json"),
        env={"XDG_CACHE_HOME": str(Path(folder, "cache"))},
    )
    if done.returncode != 0:
        raise NotMeasuredError(f"bellrock spof ended with: {done.stderr.strip()}")
    return spent
