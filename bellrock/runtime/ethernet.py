"""What devices say of their Ethernet cables, as columns beside their interfaces."""

from collections.abc import Mapping

from bellrock.export.exposition import RowLabels, Rows
from bellrock.model import catalogue
from bellrock.model.catalogue import Metric
from bellrock.model.neighbourhood import EthernetPort
from bellrock.runtime.current import Current

_NUMBERS: Mapping[Metric, str] = {
    catalogue.INTERFACE_FULL_DUPLEX: "full_duplex",
    catalogue.INTERFACE_FCS_ERRORS: "fcs_errors",
    catalogue.INTERFACE_ALIGNMENT_ERRORS: "alignment_errors",
    catalogue.INTERFACE_SYMBOL_ERRORS: "symbol_errors",
    catalogue.INTERFACE_LATE_COLLISIONS: "late_collisions",
}

_Ports = tuple[EthernetPort, ...]


class EthernetSeries:
    """The families of what EtherLike-MIB says, under the labels of the interfaces.

    Attributes
    ----------
    families : mapping of Metric to Rows
        Each device's samples are a table of its own.
    """

    def __init__(self) -> None:
        self.families: Mapping[Metric, Rows] = {m: Rows(m) for m in _NUMBERS}
        self._told: dict[str, tuple[_Ports, RowLabels]] = {}

    def set(
        self, device: str, labels: RowLabels, names: tuple[str, ...], ports: _Ports
    ) -> None:
        """Take over what a device said last; of other interfaces nothing is told.

        Parameters
        ----------
        labels : RowLabels
            Of its interfaces as they are now.
        names : tuple of str
            Of the same, in the same order.
        """
        if not ports:
            self.drop(device)
            return
        told = self._told.get(device)
        if told is not None and told[0] is ports and told[1] is labels:
            return
        self._told[device] = ports, labels
        known = {port.interface: port for port in ports}
        found = [known.get(name) for name in names]
        for metric, number in _NUMBERS.items():
            values = (None if p is None else getattr(p, number) for p in found)
            self.families[metric].set(
                *(device, labels),
                tuple(None if v is None else int(v) for v in values),
            )

    def drop(self, device: str) -> None:
        """Have no samples of a device."""
        self._told.pop(device, None)
        for family in self.families.values():
            family.drop(device)

    def keep(self, _current: Current) -> None:
        """Take what is told next for new, whatever was told before."""
        self._told = {}
