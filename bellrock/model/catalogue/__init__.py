"""Every metric Bellrock exports, declared once.

The exporter, the alert rules, the dashboards and ``docs/metrics.md`` all read
these constants, so a renamed metric is a type error and never a silent graph.
Names follow https://prometheus.io/docs/practices/naming/: base units, unit last.

One module an area; all of them are read as ``catalogue.NAME``.
"""

# A list of the names here would be a second place to declare each metric.
# ruff: noqa: F403
from bellrock.model.catalogue import (
    checks,
    devices,
    monitor,
    network,
    paths,
    probes,
    throughput,
)
from bellrock.model.catalogue.checks import *
from bellrock.model.catalogue.devices import *
from bellrock.model.catalogue.metric import Metric as Metric
from bellrock.model.catalogue.monitor import *
from bellrock.model.catalogue.network import *
from bellrock.model.catalogue.paths import *
from bellrock.model.catalogue.probes import *
from bellrock.model.catalogue.throughput import *

_AREAS = (probes, checks, paths, throughput, devices, network, monitor)

ALL: tuple[Metric, ...] = tuple(
    value
    for area in _AREAS
    for value in vars(area).values()
    if isinstance(value, Metric)
)
"""Every metric, in the order that the page of them tells it."""
