"""What devices say of themselves, as metric families."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bellrock.export.exposition import LabelValues, RowLabels, Rows
from bellrock.model import catalogue
from bellrock.model.catalogue import Metric
from bellrock.model.neighbourhood import Facts, Protocol
from bellrock.model.observation import DeviceReading, Outcome
from bellrock.runtime.current import Current
from bellrock.runtime.neighbours import Neighbourhood

_METRICS = (
    catalogue.DEVICE_CPU,
    catalogue.DEVICE_MEMORY,
    catalogue.DEVICE_SENSOR,
    catalogue.NEIGHBOUR_UP,
)


@dataclass(slots=True)
class _Device:
    """One device: what each collector read of it last, and whom it has met.

    Attributes
    ----------
    facts : dict of str to Facts
        By collector; of one whose last poll failed nothing.
    protocols : dict of str to set of Protocol
        By collector: those whose neighbours it knows.
    """

    facts: dict[str, Facts] = field(default_factory=dict)
    protocols: dict[str, frozenset[Protocol]] = field(default_factory=dict)
    neighbourhood: Neighbourhood = field(default_factory=Neighbourhood)


class FactSeries:
    """The families of what plans read.

    Attributes
    ----------
    families : mapping of Metric to Rows
        Each device's samples are a table of its own.
    """

    def __init__(self) -> None:
        self.families: Mapping[Metric, Rows] = {m: Rows(m) for m in _METRICS}
        self._devices: dict[str, _Device] = {}

    def add(self, reading: DeviceReading, site: str) -> None:
        """Take over what a poll told; one that failed leaves nothing of the last."""
        known = self._devices.get(reading.device)
        told = reading.outcome is Outcome.SUCCESS and reading.plans
        if known is None:
            if not told:
                return
            known = self._devices[reading.device] = _Device()
        collector = reading.collector
        protocols = _protocols(reading)
        if (
            known.facts.get(collector) is reading.facts
            and known.protocols.get(collector) == protocols
            and known.neighbourhood.complete
        ):
            return
        if told:
            known.facts[collector] = reading.facts
            known.protocols[collector] = protocols
        else:
            known.facts.pop(collector, None)
            known.protocols.pop(collector, None)
        self._tell(reading.device, site, known, reading.at)

    def drop(self, device: str, collector: str, site: str, now: float) -> None:
        """Have no samples from a collector; whom the device had met is still known."""
        known = self._devices.get(device)
        if known is not None:
            known.facts.pop(collector, None)
            known.protocols.pop(collector, None)
            self._tell(device, site, known, now)

    def keep(self, current: Current) -> None:
        """Forget devices that are no longer polled; the others are told anew."""
        self._devices = {
            device: known
            for device, known in self._devices.items()
            if current.device(device)
        }
        for known in self._devices.values():
            known.facts.clear()
            # Whom a collector saw is not lost before it has looked again.
            known.protocols.clear()

    def _tell(self, device: str, site: str, known: _Device, now: float) -> None:
        facts = Facts.merged(known.facts.values())
        where = device, site
        self._set(catalogue.DEVICE_CPU, device, [(where, facts.cpu)])
        self._set(catalogue.DEVICE_MEMORY, device, [(where, facts.memory)])
        sensors = {
            (device, sensor.name, sensor.kind.value): sensor.value
            for sensor in facts.sensors
        }
        self._set(catalogue.DEVICE_SENSOR, device, sensors.items())
        neighbours = known.neighbourhood.update(
            {collector: each.neighbours for collector, each in known.facts.items()},
            known.protocols,
            now,
        )
        self._set(
            catalogue.NEIGHBOUR_UP,
            device,
            [((device, *labels), up) for labels, up in neighbours.items()],
        )

    def _set(
        self,
        metric: Metric,
        device: str,
        samples: Iterable[tuple[LabelValues, float | None]],
    ) -> None:
        told = [(labels, value) for labels, value in samples if value is not None]
        labels = RowLabels(metric.labels, [labels for labels, _ in told])
        self.families[metric].set(device, labels, tuple(value for _, value in told))


def _protocols(reading: DeviceReading) -> frozenset[Protocol]:
    """Return the protocols all of whose neighbours were read.

    Their plans have their names, or begin with it: ``ospf`` and ``ospfv3``.
    """
    known: dict[Protocol, bool] = {}
    for plan, outcome in reading.plans.items():
        for protocol in Protocol:
            if plan.startswith(protocol.value):
                read = outcome is Outcome.SUCCESS
                if read or outcome is not Outcome.UNSUPPORTED:
                    known[protocol] = known.get(protocol, True) and read
    return frozenset(protocol for protocol, read in known.items() if read)
