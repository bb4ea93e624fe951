"""How long all single failures take, with everybody's traffic (N-1)."""

import random
import statistics
import time
from collections.abc import Mapping
from importlib.util import find_spec

import numpy as np

from bellrock.bench import pyntm_peer
from bellrock.bench.measurement import Measurement
from bellrock.bench.networks import mesh, wan
from bellrock.bench.process import fresh
from bellrock.model.inventory import Inventory
from topology.arrays import Arrays
from topology.routing import ecmp_loads
from topology.traffic.demands import Demands
from topology.traffic.n1 import n1
from topology.traffic.study import Study

_RUNS = 3
_SEED = 1811
_TOLERANCE = 1e-6
"""Of the largest load; pyNTM rounds what it sends."""


def mesh_n1(routers: int, *, sample: int = 5, pyntm: int = 0) -> Measurement:
    """Measure a backbone in which everybody sends to everybody.

    Parameters
    ----------
    sample : int
        Failures that networkx works out, from which its figure is extrapolated.
    pyntm : int
        The same of pyNTM, circuits alone, where it is installed.
    """
    return fresh(_measure, mesh(routers), sample, pyntm)


def wan_n1(sites: int = 5_000, *, both: bool = False, sample: int = 3) -> Measurement:
    """Measure sites that send to four hubs, and get from them if `both`."""
    return fresh(_measure, wan(sites, both=both), sample, 0)


def _measure(inventory: Inventory, sample: int, pyntm: int) -> Measurement:
    tiny = mesh(10)
    n1(Arrays.of(tiny), Demands.of(tiny))  # compiles, or reads what was compiled
    arrays, demands = Arrays.of(inventory), Demands.of(inventory)
    spent = []
    for _ in range(_RUNS):
        begun = time.process_time()
        n1(arrays, demands)
        spent.append(time.process_time() - begun)
    study = Study.of(arrays, demands)
    failures = [study.elements.ids[element] for element in study.distinct]
    peers = {}
    if sample:
        name, theirs = _networkx(inventory, study, failures, sample)
        peers[name] = theirs
    if pyntm and find_spec(pyntm_peer.PACKAGE) is not None:
        name, theirs = _pyntm(inventory, study, len(failures), pyntm)
        peers[name] = theirs
    return Measurement(statistics.median(spent), peers)


def _networkx(
    inventory: Inventory, study: Study, failures: list[str], sample: int
) -> tuple[str, float]:
    chosen = random.Random(_SEED).sample(failures, min(sample, len(failures)))
    begun = time.process_time()
    found = [ecmp_loads(inventory, frozenset([failed])) for failed in chosen]
    pace = (time.process_time() - begun) / len(chosen)
    for failed, loads in zip(chosen, found, strict=True):
        _same(study, failed, loads.by_arc)
    name = f"networkx, routed again for {len(chosen)} of {len(failures)} failures"
    return f"{name}, extrapolated", pace * len(failures)


def _pyntm(
    inventory: Inventory, study: Study, failures: int, sample: int
) -> tuple[str, float]:
    links = random.Random(_SEED).sample(sorted(inventory.links), sample)
    pace, found = pyntm_peer.after_each(inventory, links)
    for failed, loads in zip(links, found, strict=True):
        _same(study, failed, loads)
    name = f"pyNTM, at the pace of {sample} circuits of {failures} failures"
    return f"{name}, extrapolated", pace * failures


def _same(study: Study, failed: str, theirs: Mapping[tuple[str, str], float]) -> None:
    """Check that those we compare the speed of agree on the answer."""
    ours = study.after([failed]).load
    links = study.arrays.links
    expected = np.array(
        [theirs.get((link, way), 0.0) for link in links for way in ("ab", "ba")]
    )
    if np.abs(ours - expected).max(initial=0.0) > _TOLERANCE * expected.max(
        initial=1.0
    ):
        raise AssertionError(f"{failed}: our loads are not the peer's")
