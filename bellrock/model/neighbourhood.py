"""What a device says of itself and of who is next to it, whichever way it was asked.

SNMP plans and SSH platforms both fill in :class:`Facts`; discovery joins those of all
devices into links. Text is as the device sent it, made printable; nothing is guessed:
what a device did not say is empty or None.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum

from bellrock.model.status import Status


class Protocol(StrEnum):
    """What a device knows a neighbour by, as the ``protocol`` label."""

    LLDP = "lldp"
    CDP = "cdp"
    OSPF = "ospf"
    BGP = "bgp"


class PortKind(StrEnum):
    """What the name of a neighbour's port is (IEEE 802.1AB, LldpPortIdSubtype)."""

    ALIAS = "interface_alias"
    COMPONENT = "port_component"
    MAC = "mac_address"
    ADDRESS = "network_address"
    NAME = "interface_name"
    CIRCUIT = "agent_circuit_id"
    LOCAL = "local"
    UNKNOWN = ""


class Provenance(StrEnum):
    """How a link is known, the least first, as the ``provenance`` label."""

    DECLARED = "declared"
    ONE_END = "seen_from_one_end"
    BOTH_ENDS = "seen_from_both_ends"


class OspfLinkKind(StrEnum):
    """What a router says it is attached to (RFC 2328, section A.4.2)."""

    POINT_TO_POINT = "point_to_point"
    TRANSIT = "transit"
    STUB = "stub"
    VIRTUAL = "virtual"


class SensorKind(StrEnum):
    """What a sensor measures, and in which unit, as the ``kind`` label."""

    TEMPERATURE = "temperature_celsius"
    VOLTAGE = "voltage_volts"
    CURRENT = "current_amperes"
    POWER = "power_watts"
    FREQUENCY = "frequency_hertz"
    HUMIDITY = "humidity_ratio"
    FAN = "fan_rpm"
    AIRFLOW = "airflow_cubic_metres_per_minute"
    OPTICAL_POWER = "optical_power_dbm"
    STATE = "state"
    BATTERY_CHARGE = "battery_charge_ratio"
    BATTERY_TIME = "battery_seconds"
    ON_BATTERY = "on_battery"
    OUTPUT_LOAD = "output_load_ratio"


@dataclass(frozen=True, slots=True)
class Sensor:
    """One sensor that works, and what it reads.

    Attributes
    ----------
    name : str
        What the device calls it, no two of a device the same.
    value : float
        In the unit of `kind`; for ``state`` and ``on_battery`` 1 is yes, 0 no.
    """

    name: str
    kind: SensorKind
    value: float


@dataclass(frozen=True, slots=True)
class EthernetPort:
    """What an Ethernet interface says of its cable; None where it does not say.

    Errors are counted since the interface began to count.

    Attributes
    ----------
    interface : str
        ifName.
    full_duplex : bool or None
        Known of an interface that is up only.
    fcs_errors, alignment_errors : int or None
        Frames received that failed the check of their content: whole ones, and ones
        that were no whole number of octets.
    symbol_errors : int or None
        Times that the medium carried what is no symbol.
    late_collisions : int or None
        Collisions after the time in which there may be any: the other end is in full
        duplex, or the cable too long.
    """

    interface: str
    full_duplex: bool | None = None
    fcs_errors: int | None = None
    alignment_errors: int | None = None
    symbol_errors: int | None = None
    late_collisions: int | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """An IP address of the device's own, as ``10.0.0.1`` or ``2001:db8::1``.

    Attributes
    ----------
    prefix : int or None
        Length of the network part in bits.
    interface : str
        ifName; empty if not known.
    """

    address: str
    prefix: int | None = None
    interface: str = ""


@dataclass(frozen=True, slots=True)
class Port:
    """What the device calls one of its own ports when it tells its neighbours (LLDP).

    Attributes
    ----------
    interface : str
        ifName.
    port, kind, description : str, PortKind, str
        As a neighbour hears them: see :class:`Neighbour`.
    """

    interface: str
    port: str
    kind: PortKind = PortKind.UNKNOWN
    description: str = ""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Somebody at the other end, as one protocol on one device sees them.

    Attributes
    ----------
    name : str
        What they are told apart by there: system name (LLDP, CDP), else chassis id;
        router id (OSPF); address of the peer (BGP).
    interface : str
        Ours, by ifName; empty if not known (BGP over loopbacks).
    status : Status
        Up once the protocol has all it needs: LLDP and CDP while the neighbour is
        listed, OSPF ``full`` (on a broadcast network ``two_way`` with a router that
        is no designated one counts too), BGP ``established``.
    state : str
        The protocol's own word: ``full``, ``exstart``, ``established``, ``idle``.
    port, port_kind : str, PortKind
        Their port, and what kind of name that is; LLDP and CDP only.
    port_description : str
        What they say of that port, often an ifDescr or ifAlias.
    chassis : str
        Their chassis id; a MAC address as ``02:00:5e:00:00:01``.
    addresses : tuple of str
        Theirs: for management (LLDP, CDP), or the one the protocol runs with.
    remote_as : int or None
        BGP.
    metric : int or None
        What our own interface costs, in OSPF's terms.
    """

    protocol: Protocol
    name: str
    interface: str = ""
    status: Status = Status.UP
    state: str = ""
    port: str = ""
    port_kind: PortKind = PortKind.UNKNOWN
    port_description: str = ""
    chassis: str = ""
    addresses: tuple[str, ...] = ()
    remote_as: int | None = None
    metric: int | None = None


@dataclass(frozen=True, slots=True, order=True)
class OspfLink:
    """One link of one router, as every router of its OSPF area has it.

    Attributes
    ----------
    router : str
        Id of the router whose link it is.
    far : str
        Router id of the other end; of a transit network its designated router's
        address, of a stub network its own.
    own : str
        Address of the router's interface, ``0.0.0.7`` for the seventh without any; of
        a stub network the mask.
    metric : int
        In the direction away from `router`.
    """

    router: str
    kind: OspfLinkKind
    far: str
    own: str
    metric: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What a device says beside its interfaces' counters.

    Attributes
    ----------
    cpu, memory : float or None
        Share in use, 0 to 1; `cpu` is the mean over all processors of the last minute
        (or of what comes nearest to it).
    chassis : str
        Its own LLDP chassis id, written as in :class:`Neighbour`.
    router_id : str
        Its own in OSPF, else in BGP.
    ports : tuple of Port
        Those it runs LLDP on, under the names that neighbours hear.
    ethernet : tuple of EthernetPort
        By interface, each once.
    ospf_links : tuple of OspfLink
        Those of all routers of its areas, in their own order; read from few devices,
        since they all have the same.
    """

    cpu: float | None = None
    memory: float | None = None
    sensors: tuple[Sensor, ...] = ()
    chassis: str = ""
    router_id: str = ""
    addresses: tuple[Address, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    ports: tuple[Port, ...] = ()
    ethernet: tuple[EthernetPort, ...] = ()
    ospf_links: tuple[OspfLink, ...] = ()

    @classmethod
    def merged(cls, parts: Iterable["Facts"]) -> "Facts":
        """Return all parts as one: lists are joined, of single values the first stays.

        Examples
        --------
        >>> Facts.merged([Facts(cpu=0.5), Facts(cpu=0.1, memory=0.25)]).cpu
        0.5
        """
        values: dict[str, object] = {}
        for part in parts:
            for each in fields(cls):
                value, before = getattr(part, each.name), values.get(each.name)
                if isinstance(before, tuple):
                    values[each.name] = before + value
                elif before in (None, ""):
                    values[each.name] = value
        return cls(**values)  # type: ignore[arg-type]
