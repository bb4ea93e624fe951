"""Which series still speak of something that is watched, after a reload."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from bellrock.export.exposition import LabelValues
from bellrock.model import catalogue
from bellrock.model.catalogue import Metric
from bellrock.model.inventory import Inventory
from probes.checks.settings import KINDS, Check

_BELIEVED = frozenset(
    {catalogue.DEVICE_UP, catalogue.LINK_UP, catalogue.TOPOLOGY_MISMATCH}
)
"""Replaced as a whole by the next analysis, which is seconds away."""


_COUNTED = frozenset({catalogue.DEVICE_UPTIME})
"""Read together with the interfaces, by no other collector."""


@dataclass(frozen=True, slots=True)
class Current:
    """An inventory, and what runs over it.

    Attributes
    ----------
    probes : mapping of str to collection of str
        By the name of each probe that runs, the classes of service it sends in.
    checks : mapping of str to Check
        Those of services, by name.
    """

    inventory: Inventory
    probes: Mapping[str, Collection[str]]
    checks: Mapping[str, Check] = field(default_factory=dict)
    _link_at: dict[tuple[str, str], str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Index which link is plugged into which interface."""
        for link in self.inventory.links.values():
            for end in (link.a, link.b):
                self._link_at[end.device, end.interface] = link.id

    def has(self, metric: Metric, values: LabelValues) -> bool:
        """Return whether a series' labels still name what is watched as it is."""
        if metric in _BELIEVED:
            return True
        labels = dict(zip(metric.labels, values, strict=True))
        if "test" in labels:
            # Of the settings rather than the inventory; told when those are adopted.
            return True
        if "check" in labels:
            return self._checked(labels["check"], labels)
        if "target" in labels:
            return self._probed(labels)
        if "device" in labels:
            return self._polled(metric, labels)
        if "link" in labels:
            return labels["link"] in self.inventory.links
        return labels.get("probe", "") in ("", *self.probes)

    def device(self, device: str) -> bool:
        """Return whether the device is still asked by some collector."""
        found = self.inventory.devices.get(device)
        return found is not None and (found.snmp or found.ssh) is not None

    def counted(self, device: str) -> bool:
        """Return whether the device's interfaces are still read."""
        found = self.inventory.devices.get(device)
        return found is not None and found.snmp is not None

    def arc(self, link: str, _direction: str) -> bool:
        """Return whether the link is still there."""
        return link in self.inventory.links

    def _checked(self, name: str, labels: dict[str, str]) -> bool:
        check = self.checks.get(name)
        if check is None:
            return False
        same = labels.get("service", check.service) == check.service
        return same and labels.get("probe", check.kind) == check.kind

    def _probed(self, labels: dict[str, str]) -> bool:
        # Series of paths have no label for the probe: it is always the same one.
        probe = labels.get("probe", "path")
        if probe in KINDS:
            return self._checked(labels["target"], labels)
        device = self.inventory.devices.get(labels["target"])
        if device is None or probe not in device.probes:
            return False
        classes = self.probes.get(probe, ())
        if "class" in labels and labels["class"] not in classes:
            return False
        return labels.get("site", device.site) == device.site

    def _polled(self, metric: Metric, labels: dict[str, str]) -> bool:
        device = self.inventory.devices.get(labels["device"])
        if device is None or not self.device(device.id):
            return False
        collector = labels.get("collector", "").partition("/")[0]
        if collector and getattr(device, collector, None) is None:
            return False
        of_snmp = metric in _COUNTED or "interface" in labels
        if of_snmp and not self.counted(device.id):
            return False
        if labels.get("site", device.site) != device.site:
            return False
        at = labels["device"], labels.get("interface", "")
        return labels.get("link", "") == self._link_at.get(at, "")
