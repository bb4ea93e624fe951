"""How long a national inventory takes to load: from its YAML, and from the cache."""

import statistics
import tempfile
import time
from pathlib import Path

from bellrock.bench.measurement import Measurement
from bellrock.bench.national import national
from bellrock.bench.process import fresh
from bellrock.inventory.load import load

SITES = 10_000

_RUNS = 3


def cold(sites: int = SITES) -> Measurement:
    """Measure reading, checking and resolving the YAML, without the cache."""
    with tempfile.TemporaryDirectory() as folder:
        return Measurement(_median_load(_write(folder, sites), None))


def cached(sites: int = SITES) -> Measurement:
    """Measure the same, of an inventory that was loaded before."""
    with tempfile.TemporaryDirectory() as folder:
        path, cache = _write(folder, sites), Path(folder, "cache")
        fresh(_cpu_to_load, path, cache)
        return Measurement(_median_load(path, cache))


def _write(folder: str, sites: int) -> Path:
    path = Path(folder, "national.yaml")
    path.write_text(national(sites))
    return path


def _median_load(path: Path, cache: Path | None) -> float:
    return statistics.median(fresh(_cpu_to_load, path, cache) for _ in range(_RUNS))


def _cpu_to_load(path: Path, cache: Path | None) -> float:
    begun = time.process_time()
    load(path, cache=cache)
    return time.process_time() - begun
