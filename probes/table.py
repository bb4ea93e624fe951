"""Every engine probe by the name settings and inventories use."""

from collections.abc import Mapping
from types import MappingProxyType

from probes.icmp import IcmpProbe
from probes.paced import PacedProbe
from probes.stamp.sender import StampProbe

PROBES: Mapping[str, type[PacedProbe]] = MappingProxyType(
    {probe.name: probe for probe in (IcmpProbe, StampProbe)}
)
