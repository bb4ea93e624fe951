"""The inventory as it is written; :mod:`bellrock.inventory.build` makes it ours."""

import ipaddress
import re
from typing import Annotated, Self, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, StrictInt, model_validator

from bellrock.document.schema import Line, Section
from bellrock.document.suggest import choices
from bellrock.inventory.rates import capacity, rate
from bellrock.inventory.spans import Share, Span
from bellrock.model.inventory import End
from bellrock.model.reliability import DEFAULTS

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
PROTOCOL = re.compile(r"[a-z][a-z0-9_]{0,63}")


def _identifier(text: str) -> str:
    if _ID.fullmatch(text) is None:
        raise ValueError(
            "not an id; use a-z, 0-9, dot, _ and -, beginning with a letter or digit"
        )
    return text


def _protocol(text: str) -> str:
    if PROTOCOL.fullmatch(text) is None:
        raise ValueError("not a name; use a-z, 0-9 and _, beginning with a letter")
    return text


def _address(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise ValueError(
            "not an IP address; write the IPv4 or IPv6 address, not a host name"
        ) from None
    if address.is_unspecified or address.is_multicast:
        raise ValueError("no single device has this address; write the device's own")
    return str(address)


def _end(value: object) -> End:
    if not isinstance(value, str):
        raise ValueError('expected where the link is plugged in; write "device:port"')
    device, colon, interface = value.partition(":")
    if not device or bool(colon) != bool(interface) or not interface.isprintable():
        raise ValueError('not an end of a link; write "device:interface" or "device"')
    return End(device, interface)


def _priority(key: object) -> object:
    # A key of a mapping is text, whatever it looks like.
    if not isinstance(key, str) or key not in ("1", "2", "3", "4", "5"):
        raise ValueError("not a priority; expected 1 to 5")
    return int(key)


def _link_kind(key: str) -> str:
    if key not in DEFAULTS["links"]:
        raise ValueError(f"no kind of link; {choices(key, DEFAULTS['links'], 'kinds')}")
    return key


def _for_all(value: object) -> object:
    return value if isinstance(value, dict) else {"default": value}


def both_ways(value: object) -> object:
    """Return a value of both directions as a mapping, which it may be already."""
    return value if isinstance(value, dict) else {"ab": value, "ba": value}


T = TypeVar("T")
Many = Annotated[tuple[T, ...], Field(strict=False)]
Id = Annotated[str, AfterValidator(_identifier)]
Name = Annotated[str, AfterValidator(_protocol)]
Rate = Annotated[float, BeforeValidator(rate)]
Capacity = Annotated[float, BeforeValidator(capacity)]
LARGEST_METRIC = 2**32 - 1
Priority = Annotated[int, Field(ge=1, le=5)]
WrittenPriority = Annotated[Priority, BeforeValidator(_priority)]
PlugEnd = Annotated[End, BeforeValidator(_end)]
LinkKind = Annotated[str, AfterValidator(_link_kind)]


class NetworkEntry(Section):
    """The ``network`` key: what the whole is called."""

    id: Id
    name: Line = ""


class OrganisationEntry(Section):
    """One of ``organisations``."""

    id: Id
    name: Line = ""


class SupplierEntry(Section):
    """One of ``suppliers``."""

    id: Id
    name: Line = ""
    phone: Line = ""


class SiteEntry(Section):
    """One of ``sites``."""

    id: Id
    name: Line = ""
    kind: Line = Field(description="hospital, school, exchange, datacentre ...")
    organisation: str | None = None
    lat: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    lon: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    priority: Priority = 3
    people: int = Field(default=0, ge=0, le=1_000_000_000)
    mtbf: Span | None = None
    mttr: Span | None = None

    @model_validator(mode="after")
    def _whole_place(self) -> Self:
        if (self.lat is None) != (self.lon is None):
            given, other = ("lat", "lon") if self.lon is None else ("lon", "lat")
            raise ValueError(f"{given}: {given} without {other}; give both or neither")
        return self


class DeviceEntry(Section):
    """One of ``devices``."""

    id: Id
    site: str = Field(description="the id of the site where it stands")
    role: Line = ""
    address: Annotated[str, AfterValidator(_address)] | None = None
    snmp: Line | None = None
    probes: Many[Name] = ()
    ports: dict[Name, Annotated[int, Field(ge=1, le=65535)]] = Field(
        default_factory=dict
    )
    risk_groups: Many[str] = ()
    ssh: Line | None = None
    platform: Line | None = None
    mtbf: Span | None = None
    mttr: Span | None = None

    @model_validator(mode="after")
    def _known_command_line(self) -> Self:
        if self.ssh is not None and self.platform is None:
            raise ValueError(
                "ssh: ssh without platform; say whose command line it is, such as frr"
            )
        return self


class CapacityEntry(Section):
    """A capacity in each direction."""

    ab: Capacity
    ba: Capacity


class MetricEntry(Section):
    """An IGP metric in each direction."""

    ab: StrictInt = Field(ge=1, le=LARGEST_METRIC)
    ba: StrictInt = Field(ge=1, le=LARGEST_METRIC)


class CircuitEntry(Section):
    """A link, but for its id."""

    a: PlugEnd = Field(description='one end, "device:interface"')
    b: PlugEnd = Field(description='the other end, "device:interface"')
    capacity: Annotated[CapacityEntry | None, BeforeValidator(both_ways)] = None
    metric: Annotated[MetricEntry, BeforeValidator(both_ways)] = MetricEntry(
        ab=10, ba=10
    )
    supplier: str | None = None
    circuit: Line = ""
    risk_groups: Many[str] = ()
    backup: bool = False
    mtbf: Span | None = None
    mttr: Span | None = None


class LinkEntry(CircuitEntry):
    """One of ``links``."""

    id: Id


class RiskGroupEntry(Section):
    """One of ``risk_groups``."""

    id: Id
    kind: Line = Field(description="duct, exchange, power, subsea-cable ...")
    name: Line = ""
    mtbf: Span | None = None
    mttr: Span | None = None


class HostsEntry(Section):
    """Where a service is hosted: any one site will do, or all must be there."""

    any: Annotated[Many[str], Field(min_length=1)] | None = None
    all: Annotated[Many[str], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.any is None) == (self.all is None):
            raise ValueError("not exactly one of any and all; write {any: [site]}")
        return self


class UsersEntry(Section):
    """From where a service is used: sites to which every given list applies."""

    kind: Many[str] | None = None
    organisation: Many[str] | None = None
    site: Many[str] | None = None
    priority: Many[Priority] | None = None


class ServiceEntry(Section):
    """One of ``services``."""

    id: Id
    name: Line = ""
    priority: Priority = 3
    hosted_at: HostsEntry = Field(description="{any: [site]} or {all: [site]}")
    used_from: UsersEntry = UsersEntry()


class DemandEntry(Section):
    """One of ``demands``."""

    source: str = Field(alias="from", description="the id of a site")
    target: str = Field(alias="to", description="the id of a site")
    rate: Rate = Field(description="bit/s, such as 180M")


class RepairEntry(Section):
    """How often things of a kind fail, and how long their repair takes."""

    mtbf: Span | None = None
    mttr: Span | None = None


class ReliabilityEntry(Section):
    """The ``reliability`` key: by kind, in place of the defaults."""

    devices: dict[Line, RepairEntry] = Field(default_factory=dict)
    links: dict[LinkKind, RepairEntry] = Field(default_factory=dict)
    risk_groups: dict[Line, RepairEntry] = Field(default_factory=dict)
    sites: dict[Line, RepairEntry] = Field(default_factory=dict)


class TargetEntry(Section):
    """The ``availability_target`` key: what is asked for, by kind and priority."""

    default: Share | None = None
    kind: dict[Line, Share] = Field(default_factory=dict)
    priority: dict[WrittenPriority, Share] = Field(default_factory=dict)


class FileEntry(Section):
    """One inventory file."""

    network: NetworkEntry | None = None
    organisations: Many[OrganisationEntry] = ()
    suppliers: Many[SupplierEntry] = ()
    sites: Many[SiteEntry] = ()
    devices: Many[DeviceEntry] = ()
    links: Many[LinkEntry] = ()
    risk_groups: Many[RiskGroupEntry] = ()
    gateways: Many[str] = ()
    services: Many[ServiceEntry] = ()
    demands: Many[DemandEntry] = ()
    reliability: ReliabilityEntry | None = None
    availability_target: Annotated[TargetEntry | None, BeforeValidator(_for_all)] = None
