"""The network as people declare it: sites, devices, links and what they depend on.

Values only. Reading and checking files is :mod:`bellrock.inventory`'s work, and
whoever holds an :class:`Inventory` may rely on every id in it resolving.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bellrock.model.reliability import Reliability, Targets

INFRASTRUCTURE_KINDS = frozenset({"datacentre", "exchange", "pop"})
"""Kinds of site that carry the network rather than depend on it."""

KNOWN_KINDS = INFRASTRUCTURE_KINDS | {
    "council",
    "emergency",
    "gp",
    "hospital",
    "library",
    "other",
    "school",
}
"""Kinds of site the dashboards know by name; others are allowed."""


class ElementKind(StrEnum):
    """What can fail, as the ``kind`` of an element in every answer and metric."""

    DEVICE = "device"
    LINK = "link"
    RISK_GROUP = "risk_group"
    SITE = "site"


@dataclass(frozen=True, slots=True)
class Organisation:
    """A public body that runs sites."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Supplier:
    """Who to ring about a circuit."""

    id: str
    name: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """A building or point of presence that people depend on.

    Attributes
    ----------
    priority : int
        1 (most urgent) to 5.
    lat, lon : float or None
        Degrees, WGS 84.
    people : int
        How many people the site serves.
    mtbf, mttr : float or None
        Seconds between failures of the site as a whole and to repair them; None takes
        what holds for its kind (see `bellrock.model.reliability`). Devices, links and
        risk groups have them too.
    """

    id: str
    name: str
    kind: str
    organisation: str | None = None
    lat: float | None = None
    lon: float | None = None
    priority: int = 3
    people: int = 0
    mtbf: float | None = None
    mttr: float | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """A router, switch or CPE at a site.

    Attributes
    ----------
    address : str or None
        IPv4 or IPv6 address it is managed by; None if it cannot be reached.
    snmp : str or None
        Name of the credentials in the settings' ``snmp`` section.
    probes : tuple of str
        Names of the probes that measure the path to it.
    ports : mapping of str to int
        UDP or TCP port by protocol name, where it is not the standard one.
    risk_groups : tuple of str
        What it fails together with.
    ssh : str or None
        Name of the credentials in the settings' ``ssh`` section.
    platform : str or None
        Whose command line it has, which says what to ask over SSH and how to read it.
    """

    id: str
    site: str
    role: str = ""
    address: str | None = None
    snmp: str | None = None
    probes: tuple[str, ...] = ()
    ports: Mapping[str, int] = field(default_factory=dict, hash=False)
    risk_groups: tuple[str, ...] = ()
    ssh: str | None = None
    platform: str | None = None
    mtbf: float | None = None
    mttr: float | None = None


@dataclass(frozen=True, slots=True)
class End:
    """Where a link is plugged in: a device and, if known, its interface (ifName)."""

    device: str
    interface: str = ""

    def __str__(self) -> str:
        """Write the end as the inventory does."""
        return f"{self.device}:{self.interface}" if self.interface else self.device


@dataclass(frozen=True, slots=True)
class Link:
    """A circuit between two devices.

    Attributes
    ----------
    capacity_ab, capacity_ba : float or None
        bit/s in each direction; None where it was not declared (never guessed).
    metric_ab, metric_ba : int
        IGP metric of the interface at `a` and at `b`; positive.
    metric_declared : bool
        Whether somebody wrote them, or they are what we take where nobody did.
    backup : bool
        A 4G or satellite tail: counts for reach, never for capacity.
    """

    id: str
    a: End
    b: End
    capacity_ab: float | None = None
    capacity_ba: float | None = None
    metric_ab: int = 10
    metric_ba: int = 10
    supplier: str | None = None
    circuit: str = ""
    risk_groups: tuple[str, ...] = ()
    backup: bool = False
    metric_declared: bool = True
    mtbf: float | None = None
    mttr: float | None = None


@dataclass(frozen=True, slots=True)
class RiskGroup:
    """Things that fail together: a duct, exchange, cable, power feed (RFC 4202)."""

    id: str
    kind: str
    name: str
    mtbf: float | None = None
    mttr: float | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """Something the public or staff use.

    Attributes
    ----------
    hosts : tuple of str
        Sites that host it.
    needs_all : bool
        Whether it needs every host (all-of) or any one of them (any-of).
    used_by : frozenset of str
        User sites it is used from, resolved from the inventory's ``used_from``.
    used_if_moved : frozenset of str
        Sites that it names as well and that have a gateway: were that elsewhere they
        would be user sites, and use it.
    """

    id: str
    name: str
    hosts: tuple[str, ...]
    needs_all: bool
    used_by: frozenset[str]
    priority: int = 3
    used_if_moved: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Demand:
    """Traffic from one site to another, bit/s."""

    source: str
    target: str
    rate: float


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything declared, by id, in the order of the files.

    Attributes
    ----------
    gateways : frozenset of str
        Ids of the gateway devices (a gateway site is resolved to its devices).
    """

    id: str
    name: str
    sites: Mapping[str, Site]
    devices: Mapping[str, Device]
    links: Mapping[str, Link]
    risk_groups: Mapping[str, RiskGroup]
    gateways: frozenset[str]
    organisations: Mapping[str, Organisation] = field(default_factory=dict)
    suppliers: Mapping[str, Supplier] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    demands: tuple[Demand, ...] = ()
    reliability: Reliability = field(default_factory=Reliability)
    targets: Targets = field(default_factory=Targets)

    def user_sites(self) -> frozenset[str]:
        """Sites that depend on the network: with devices, no gateway, no exchange."""
        return self._dependent() - self._gateway_sites()

    def moved_sites(self) -> frozenset[str]:
        """Sites that would be user sites if the gateway they have were elsewhere."""
        return self._dependent() & self._gateway_sites()

    def _dependent(self) -> frozenset[str]:
        with_devices = {device.site for device in self.devices.values()}
        return frozenset(
            site.id
            for site in self.sites.values()
            if site.id in with_devices and site.kind not in INFRASTRUCTURE_KINDS
        )

    def _gateway_sites(self) -> frozenset[str]:
        return frozenset(self.devices[gateway].site for gateway in self.gateways)
