"""What was measured, by whom, when, and one word for how it ended.

Probes and collectors hand these to the runtime and know nothing of what becomes of
them. Delays are seconds, rates bit/s; times are seconds of a clock that is never set
(``time.monotonic``), because they are only ever subtracted.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import lru_cache
from typing import Self

from bellrock.model.catalogue import Metric
from bellrock.model.neighbourhood import Facts
from bellrock.model.status import Status


class Outcome(StrEnum):
    """How an attempt ended, as the ``outcome`` or ``reason`` label.

    A fault of our own (a bug, no descriptors left) is never one of these: it
    propagates to the runtime's supervision, so that it cannot read as an outage.
    """

    SUCCESS = "success"
    TIMEOUT = "timeout"
    REFUSED = "refused"
    RESET = "reset"
    UNRESOLVED = "unresolved"
    UNREACHABLE = "unreachable"
    MISMATCH = "mismatch"
    UNCERTAIN = "uncertain"
    AUTH = "auth"
    HOST_KEY = "host_key"
    TIME_WINDOW = "time_window"
    TOO_BIG = "too_big"
    MALFORMED = "malformed"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Sample:
    """One number, in the unit its metric declares."""

    metric: Metric
    value: float


Observe = Callable[[Metric, float], None]
Probe = Callable[[str, Observe], Awaitable[Outcome]]


class Direction(StrEnum):
    """Which way a number is about, as the ``direction`` label."""

    ROUND_TRIP = "round_trip"
    FORWARD = "forward"
    REVERSE = "reverse"


@dataclass(frozen=True, slots=True)
class Way:
    """What one direction did to the packets of a report, where the far end tells.

    Attributes
    ----------
    sent, lost : int
        Packets whose fate in this direction is known by now, and those of them that it
        lost (one-way loss, RFC 7680). A later report may bring the rest.
    delays : tuple of float
        One-way delay (RFC 7679) of each packet, in order of sending; empty unless both
        clocks are synchronised well enough for `error` to be stated.
    error : float or None
        Bound in seconds on the error of those delays; None where there are none.
    dscp : int or None
        Code point that the last packet arrived with; None where nobody tells.
    """

    sent: int
    lost: int
    delays: tuple[float, ...] = ()
    error: float | None = None
    dscp: int | None = None


DEFAULT_CLASS = "default"
"""The class of service of what is marked with nothing."""


def source_name(probe: str, service_class: str) -> str:
    """Return what a probe in one class of service is called among a device's sources.

    Each class is a source of its own: a network may drop one and carry the others.

    Examples
    --------
    >>> source_name("icmp", "default"), source_name("icmp", "voice")
    ('icmp', 'icmp/voice')
    """
    return probe if service_class == DEFAULT_CLASS else f"{probe}/{service_class}"


@dataclass(slots=True)
class RoundTrips:
    """What one probe learned of one target since its last report.

    There may be one for every packet, and a frozen one takes four times as
    long to make.

    Attributes
    ----------
    probe, target : str
        Name of the probe (``icmp``, ``stamp``) and id of the device.
    at : float
        When it was reported; seconds, monotonic.
    delays : tuple of float
        Round-trip delay (RFC 2681) of each answered packet, in order of sending.
    outcomes : mapping of Outcome to int
        How every packet that was settled ended; the sum is what was sent and is no
        longer waited for. There may be fewer delays than successes: an answer that
        came while the wall clock was stepped is counted, not timed.
    late, duplicates, reordered : int
        Answers after the deadline (their packets already counted as lost), answers to
        a packet that had one, and answers that came after one to a packet sent later
        (RFC 4737).
    service_class : str
        The class of service it was sent in.
    forward, reverse : Way or None
        Each direction alone; None where the far end keeps no count.
    """

    probe: str
    target: str
    at: float
    delays: tuple[float, ...]
    outcomes: Mapping[Outcome, int]
    late: int = 0
    duplicates: int = 0
    reordered: int = 0
    service_class: str = DEFAULT_CLASS
    forward: Way | None = None
    reverse: Way | None = None

    @property
    def source(self) -> str:
        """What it is called among what tells of the target."""
        return source_name(self.probe, self.service_class)

    @property
    def sent(self) -> int:
        """Packets settled in this report."""
        return sum(self.outcomes.values())

    @property
    def lost(self) -> int:
        """Settled packets that were not answered in time (RFC 6673)."""
        return self.sent - self.outcomes.get(Outcome.SUCCESS, 0)


@dataclass(frozen=True, slots=True)
class InterfaceReading:
    """One row of IF-MIB (RFC 2863); None where the device did not say.

    Attributes
    ----------
    status : Status
        ``ifOperStatus``: up, down (also lowerLayerDown, notPresent), else unknown.
    enabled : bool or None
        ``ifAdminStatus`` is up.
    speed : float or None
        bit/s, from ``ifHighSpeed`` where that is not zero.
    """

    name: str
    index: int
    status: Status
    enabled: bool | None = None
    speed: float | None = None
    receive_bytes: int | None = None
    transmit_bytes: int | None = None
    receive_errors: int | None = None
    transmit_errors: int | None = None
    receive_discards: int | None = None
    transmit_discards: int | None = None


@dataclass(frozen=True, slots=True)
class Interfaces:
    """All interfaces of a device, by index: an attribute's values beside each other.

    The attributes are those of :class:`InterfaceReading`, which the rows are. Names
    and whatever else did not change are the last poll's own tuples.
    """

    name: tuple[str, ...] = ()
    index: tuple[int, ...] = ()
    status: tuple[Status, ...] = ()
    enabled: tuple[bool | None, ...] = ()
    speed: tuple[float | None, ...] = ()
    receive_bytes: tuple[int | None, ...] = ()
    transmit_bytes: tuple[int | None, ...] = ()
    receive_errors: tuple[int | None, ...] = ()
    transmit_errors: tuple[int | None, ...] = ()
    receive_discards: tuple[int | None, ...] = ()
    transmit_discards: tuple[int | None, ...] = ()

    @classmethod
    def of(cls, *rows: InterfaceReading) -> Self:
        """Return these rows as columns."""
        names = [field.name for field in fields(InterfaceReading)]
        return cls(*(tuple(getattr(row, name) for row in rows) for name in names))

    def __len__(self) -> int:
        """Return the number of interfaces."""
        return len(self.name)

    def __iter__(self) -> Iterator[InterfaceReading]:
        """Yield them one by one."""
        return map(self.__getitem__, range(len(self)))

    def __getitem__(self, at: int) -> InterfaceReading:
        """Return the one at a position."""
        return InterfaceReading(
            *(getattr(self, each.name)[at] for each in fields(InterfaceReading))
        )

    def named(self, name: str) -> InterfaceReading | None:
        """Return the one of this name; None if there is none."""
        at = _positions(self.name).get(name)
        return None if at is None else self[at]


@lru_cache(maxsize=16_384)
def _positions(names: tuple[str, ...]) -> Mapping[str, int]:
    return {name: at for at, name in enumerate(names)}


NO_FACTS = Facts()
"""Of a device of which nothing beside its interfaces is known."""


@dataclass(frozen=True, slots=True)
class DeviceReading:
    """One poll of one device by one collector.

    Attributes
    ----------
    at : float
        When the interfaces had been read; seconds, monotonic.
    duration : float
        Seconds the poll took.
    detail : str
        Words for a person when the outcome is not success; never a secret.
    uptime : float or None
        Seconds since the management agent started (``sysUpTime``).
    discontinuities : mapping of str to float
        By name of an interface, of those asked about: when its counters began to count
        anew, as `uptime` counts (``ifCounterDiscontinuityTime``).
    narrow : frozenset of str
        Interfaces whose octet counters have 32 bits, and soon begin at 0 again.
    facts : Facts
        What plans beside the interfaces read, in this poll or a little earlier: a plan
        is read less often than counters are.
    plans : mapping of str to Outcome
        How the last reading of each of those plans ended; of one that did not end in
        success nothing is in `facts`. A plan that was not read yet is not here.
    failed : tuple of str
        Plans among them that were read in this very poll and failed.
    begun : float or None
        The start of the poll, where the collector says; what changed later may not be
        in it.
    """

    device: str
    collector: str
    at: float
    duration: float
    outcome: Outcome
    detail: str = ""
    uptime: float | None = None
    name: str = ""
    description: str = ""
    interfaces: Interfaces = Interfaces()
    discontinuities: Mapping[str, float] = field(default_factory=dict, hash=False)
    narrow: frozenset[str] = frozenset()
    facts: Facts = NO_FACTS
    plans: Mapping[str, Outcome] = field(default_factory=dict, hash=False)
    failed: tuple[str, ...] = ()
    begun: float | None = None


class NoticeKind(StrEnum):
    """What a device tells unasked, as the ``notice`` label."""

    LINK_DOWN = "link_down"
    LINK_UP = "link_up"
    COLD_START = "cold_start"
    WARM_START = "warm_start"
    OSPF_NEIGHBOUR = "ospf_neighbour"
    BGP_ESTABLISHED = "bgp_established"
    BGP_BACKWARD = "bgp_backward"
    AUTHENTICATION_FAILURE = "authentication_failure"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Notice:
    """A trap or an inform from a device that we know.

    Attributes
    ----------
    at : float
        When it came; seconds, monotonic.
    index : int or None
        ifIndex of the interface it is about.
    interface : str
        ifName, where the notice carries one.
    neighbour : str
        Router id (OSPF) or address (BGP) of the neighbour it is about.
    status : Status
        Of what it is about, as far as it says.
    detail : str
        Words for a person: a state's name, or the OID of a notice not known.
    """

    device: str
    at: float
    kind: NoticeKind
    index: int | None = None
    interface: str = ""
    neighbour: str = ""
    status: Status = Status.UNKNOWN
    detail: str = ""
