"""What follows from settings and inventory: whom to probe, whom to poll.

Plain data, so that after a reload the difference to what runs already can be told.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bellrock.config.settings import Settings
from bellrock.model.inventory import Device, Inventory, Link
from bellrock.model.observation import DEFAULT_CLASS, source_name
from bellrock.runtime.paths import PATH, Tracing
from bellrock.runtime.trials import Trial, throughput, trials
from collectors.snmp.settings import SnmpCredentials, SnmpSettings
from collectors.ssh.settings import SshCredentials, SshSettings
from collectors.traps.senders import Sender
from collectors.traps.settings import TrapSettings
from probes.checks.settings import Check
from probes.classes import ServiceClass
from probes.paced import PacedProbe
from probes.path.settings import PathProbe
from probes.target import Target
from probes.throughput.settings import ThroughputSettings

SNMP, SSH, TRAPS = "snmp", "ssh", "traps"


@dataclass(frozen=True, slots=True)
class Probing:
    """A probe in one class of service, and whom it measures.

    Attributes
    ----------
    probe : PacedProbe
        Without the names of its classes: which others there are is nothing to this
        one.
    dscp : int
        What it marks its packets with.
    """

    probe: PacedProbe
    dscp: int
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """One probe or collector of one device.

    Attributes
    ----------
    place : object
        Where it asks; equal while it is the same place.
    every : float
        Seconds within which it says something at least once, whatever comes of it.
    """

    place: object
    every: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything the monitor does that the two files decide.

    Attributes
    ----------
    probing : mapping of (str, str) to Probing
        By the names of the probe and of the class of service; none without targets.
    tracing : Tracing or None
        Whose ways are traced; None where nobody's are.
    snmp : SnmpSettings
        Of the collector.
    polls : mapping of str to (Device, SnmpCredentials)
        By device id.
    traps : TrapSettings
        Of the receiver of notices.
    senders : tuple of Sender
        Whose notices are taken: the devices that are polled.
    ssh : SshSettings
        Of that collector.
    ssh_polls : mapping of str to (Device, SshCredentials)
        By device id.
    ends : mapping of str to mapping of str to (Link, str)
        By device and interface: the link plugged in, and which end, ``a`` or ``b``.
    throughput : ThroughputSettings
        Of the tests.
    trials : tuple of Trial
        The tests.
    checks : mapping of str to Check
        Of services, by name.
    """

    probing: Mapping[tuple[str, str], Probing]
    tracing: Tracing | None
    snmp: SnmpSettings
    polls: Mapping[str, tuple[Device, SnmpCredentials]]
    traps: TrapSettings
    senders: tuple[Sender, ...]
    ssh: SshSettings
    ssh_polls: Mapping[str, tuple[Device, SshCredentials]]
    ends: Mapping[str, Mapping[str, tuple[Link, str]]]
    throughput: ThroughputSettings
    trials: tuple[Trial, ...]
    checks: Mapping[str, Check]

    @classmethod
    def of(cls, settings: Settings, inventory: Inventory) -> "Plan":
        """Work out what settings and inventory ask for."""
        section, ssh = settings.collectors[SNMP], settings.collectors[SSH]
        assert isinstance(section, SnmpSettings)
        traps = settings.collectors[TRAPS]
        assert isinstance(traps, TrapSettings)
        polls = dict(_polls(settings, inventory))
        assert isinstance(ssh, SshSettings)
        return cls(
            probing=dict(_probing(settings, inventory)),
            tracing=_tracing(settings, inventory),
            snmp=section,
            polls=polls,
            traps=traps,
            senders=tuple(_senders(settings, traps, polls)),
            ssh=ssh,
            ssh_polls=dict(_ssh_polls(settings, inventory)),
            ends=_ends(inventory),
            throughput=throughput(settings),
            trials=trials(settings, inventory),
            checks=dict(_checks(settings)),
        )

    def sources(self) -> dict[tuple[str, str], Source]:
        """Return what tells us of each device, by device id and source's name."""
        found = {
            (target.id, source_name(*key)): Source(target, _every(probing.probe))
            for key, probing in self.probing.items()
            for target in probing.targets
        }
        for device, _ in self.polls.values():
            place = device.address, device.ports.get(SNMP)
            found[device.id, SNMP] = Source(place, self.snmp.interval)
        for device, _ in self.ssh_polls.values():
            place = device.address, device.ports.get(SSH)
            found[device.id, SSH] = Source(place, self.ssh.interval)
        return found

    def classes(self) -> dict[str, frozenset[str]]:
        """Return the classes of service that each probe sends in, by its name."""
        found: dict[str, frozenset[str]] = {}
        for probe, service_class in self.probing:
            found[probe] = found.get(probe, frozenset()) | {service_class}
        return found

    def every(self) -> dict[tuple[str, str], float]:
        """Return the seconds within which each of them says something."""
        return {at: source.every for at, source in self.sources().items()}


def _every(probe: PacedProbe) -> float:
    """Return the longest time between two reports of a target."""
    return max(probe.interval, probe.report) + probe.deadline


def _probing(
    settings: Settings, inventory: Inventory
) -> Iterator[tuple[tuple[str, str], Probing]]:
    for name, probe in settings.probes.items():
        targets = _targets(name, inventory)
        if not targets or not isinstance(probe, PacedProbe):
            continue
        alone = probe.model_copy(update={"classes": ()})
        for service_class, dscp in _classes(settings, probe):
            yield (name, service_class), Probing(alone, dscp, targets)


def _classes(settings: Settings, probe: PacedProbe) -> Iterator[tuple[str, int]]:
    """Yield the name and the code point of each class that a probe sends in."""
    if not probe.classes:
        yield DEFAULT_CLASS, probe.dscp
    for name in probe.classes:
        found = settings.classes[name]
        assert isinstance(found, ServiceClass)
        yield name, found.dscp


def _tracing(settings: Settings, inventory: Inventory) -> Tracing | None:
    probe, targets = settings.probes[PATH], _targets(PATH, inventory)
    assert isinstance(probe, PathProbe)
    return Tracing(probe, targets) if targets else None


def _targets(probe: str, inventory: Inventory) -> tuple[Target, ...]:
    return tuple(
        Target(device.id, device.address, device.ports.get(probe))
        for device in inventory.devices.values()
        if probe in device.probes and device.address is not None
    )


def _checks(settings: Settings) -> Iterator[tuple[str, Check]]:
    for name, check in settings.checks.items():
        assert isinstance(check, Check)
        yield name, check


def _polls(
    settings: Settings, inventory: Inventory
) -> Iterator[tuple[str, tuple[Device, SnmpCredentials]]]:
    for device in inventory.devices.values():
        if device.snmp is None or device.address is None:
            continue
        credentials = settings.snmp[device.snmp]
        assert isinstance(credentials, SnmpCredentials)
        yield device.id, (device, credentials)


def _senders(
    settings: Settings,
    traps: TrapSettings,
    polls: Mapping[str, tuple[Device, SnmpCredentials]],
) -> Iterator[Sender]:
    others = []
    for name in traps.credentials:
        credentials = settings.snmp[name]
        assert isinstance(credentials, SnmpCredentials)
        others.append(credentials)
    for device, own in polls.values():
        assert device.address is not None
        yield Sender(device.id, device.address, (own, *others))


def _ssh_polls(
    settings: Settings, inventory: Inventory
) -> Iterator[tuple[str, tuple[Device, SshCredentials]]]:
    for device in inventory.devices.values():
        if device.ssh is None or device.address is None:
            continue
        credentials = settings.ssh[device.ssh]
        assert isinstance(credentials, SshCredentials)
        yield device.id, (device, credentials)


def _ends(inventory: Inventory) -> dict[str, dict[str, tuple[Link, str]]]:
    ends: dict[str, dict[str, tuple[Link, str]]] = {}
    for link in inventory.links.values():
        for name, end in (("a", link.a), ("b", link.b)):
            if end.interface:
                ends.setdefault(end.device, {})[end.interface] = (link, name)
    return ends
