"""What a source says, record by record, before it is joined up.

Keys are the source's own names for things and only have to be unique there; `wanted`
is the text from which an id is made. None means that the source does not say.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bellrock.inventory.exchange.findings import Place

Pair = tuple[float | None, float | None]
"""A figure from `a` to `b`, and from `b` to `a`."""

UNSAID: Pair = (None, None)


@dataclass(frozen=True, slots=True)
class SiteRecord:
    """A place; `kind` and below as in :class:`bellrock.model.inventory.Site`."""

    key: str
    place: Place
    wanted: str
    name: str = ""
    kind: str | None = None
    organisation: str | None = None
    lat: float | None = None
    lon: float | None = None
    priority: int | None = None
    people: int | None = None
    mtbf: float | None = None
    mttr: float | None = None


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """A device at the site of that key; empty `wanted`: named after its site."""

    key: str
    place: Place
    site: str
    wanted: str = ""
    role: str = ""
    address: str | None = None
    risk_groups: tuple[str, ...] = ()
    gateway: bool = False
    snmp: str | None = None
    ssh: str | None = None
    platform: str | None = None
    probes: tuple[str, ...] = ()
    ports: tuple[tuple[str, int], ...] = ()
    mtbf: float | None = None
    mttr: float | None = None


@dataclass(frozen=True, slots=True)
class EndRecord:
    """One end of a link: the key of a device and, if known, the interface there."""

    device: str
    interface: str = ""


@dataclass(frozen=True, slots=True)
class LinkRecord:
    """A circuit; empty `wanted`: named after its ends.

    Attributes
    ----------
    capacity : pair of float or None
        bit/s; both or neither can be declared.
    metric : pair of float or None
        Whole numbers from 1; both or neither can be declared.
    """

    place: Place
    a: EndRecord
    b: EndRecord
    wanted: str = ""
    capacity: Pair = UNSAID
    metric: Pair = UNSAID
    supplier: str | None = None
    circuit: str = ""
    risk_groups: tuple[str, ...] = ()
    backup: bool = False
    mtbf: float | None = None
    mttr: float | None = None


@dataclass(frozen=True, slots=True)
class NamedRecord:
    """A risk group (with its kind), an organisation or a supplier (with its phone)."""

    key: str
    place: Place
    wanted: str
    name: str = ""
    kind: str | None = None
    phone: str = ""
    mtbf: float | None = None
    mttr: float | None = None


@dataclass(frozen=True, slots=True)
class DemandRecord:
    """Traffic between the sites of two keys, bit/s."""

    place: Place
    source: str
    target: str
    rate: float


@dataclass(slots=True)
class Records:
    """All that a source says.

    Attributes
    ----------
    network : str
        What the source calls the whole.
    network_id : str
        Text for its id, if that is not its name.
    """

    place: Place
    network: str = ""
    network_id: str = ""
    sites: list[SiteRecord] = field(default_factory=list)
    devices: list[DeviceRecord] = field(default_factory=list)
    links: list[LinkRecord] = field(default_factory=list)
    risk_groups: list[NamedRecord] = field(default_factory=list)
    organisations: list[NamedRecord] = field(default_factory=list)
    suppliers: list[NamedRecord] = field(default_factory=list)
    demands: list[DemandRecord] = field(default_factory=list)

    def node(self, site: SiteRecord) -> None:
        """Add a site with the one device that a graph's node stands for."""
        self.sites.append(site)
        self.devices.append(DeviceRecord(site.key, site.place, site.key))


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user says in place of a source that does not.

    Attributes
    ----------
    unit : float or None
        bit/s that one of the source's figures stands for, where it names no unit.
    kind : str
        Kind of the sites whose kind is not said.
    gateways : sequence of str
        Ids, or the source's names, of sites or devices.
    network : str or None
        Which network of a source that holds several.
    token : str or None
        For a source that is a server; never shown.
    ca_file : Path or None
        Certificates to trust in place of the system's.
    """

    unit: float | None = None
    kind: str = "other"
    gateways: Sequence[str] = ()
    network: str | None = None
    token: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
