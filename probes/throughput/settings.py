"""The ``throughput:`` section of ``probes:``: what is measured, and what it may cost.

A test that fills a circuit disturbs whoever uses it, so everything here bounds
something: bytes a day, the rate, the time of day, how busy the links may be.
"""

import ipaddress
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    model_validator,
)

from bellrock.config.duration import Seconds
from bellrock.config.secrets import found_from
from bellrock.document.schema import Line
from bellrock.inventory.rates import capacity
from bellrock.model.observation import Direction
from probes.throughput.train import LEAST_SIZE
from probes.throughput.written import PartOfDay, Size, within

Rate = Annotated[float, BeforeValidator(capacity)]
"""bit/s, more than 0; written as the inventory's rates are, ``100M``."""

_DAY = 24 * 60
"""Minutes."""

_NAME = r"^[a-z0-9][a-z0-9._-]*$"
_HOST = r"^[A-Za-z0-9][A-Za-z0-9.:_%-]*$"


def _is_address(text: str | None) -> bool:
    try:
        return text is None or bool(ipaddress.ip_address(text))
    except ValueError:
        return False


class Method(StrEnum):
    """How a test measures, as the ``method`` label."""

    TRAIN = "train"
    IPERF3 = "iperf3"


class Protocol(StrEnum):
    """What iperf3 sends."""

    TCP = "tcp"
    UDP = "udp"


class Way(StrEnum):
    """A direction of a test, as the settings and the command line write it."""

    FORWARD = Direction.FORWARD.value
    REVERSE = Direction.REVERSE.value


class Unknown(StrEnum):
    """What to do where nobody tells how busy a link is."""

    REFUSE = "refuse"
    ALLOW = "allow"


class Test(BaseModel):
    """One entry of ``tests:``; its key is the test's name.

    Attributes
    ----------
    link : str
        Id of the link that is measured. It is paid from its budget, and what comes of
        it is compared with its declared capacity.
    target : str or None
        Id of the device at the far side; the link's end that is farther from here.
        Forward is towards it. None for the link's end ``b``.
    via : tuple of str
        Ids of the other links that the test crosses. They pay as well, and none of them
        may be busy.
    address : str or None
        Where the far side's program listens, if not at the device's own address.
    port : int or None
        Where it listens; None for the method's own port.
    method : Method
        ``train`` costs under 1 MB; ``iperf3`` shows what a real transfer gets.
    protocol : Protocol
        Of iperf3.
    directions : tuple of Way
        In this order, one after the other.
    rate : float
        bit/s at most, whatever the path would carry.
    size : int
        Bytes at most in each direction.
    longest : float
        Seconds at most in each direction; what was measured until then counts.
    interval : float
        Seconds from one test to the next.
    windows : tuple of (int, int)
        Parts of the day, in this machine's time zone, in which it may run; none for
        all day.
    source : str or None
        Id of a device, with ``ssh`` in the inventory, that iperf3 runs on instead of
        this machine. Written ``from``.
    dscp : int
        Differentiated services code point to send with (RFC 2474).
    """

    # Not a test of ours, whatever it is called.
    __test__ = False

    model_config = ConfigDict(extra="forbid", frozen=True)

    link: Line
    target: Line | None = None
    via: tuple[Line, ...] = Field(default=(), max_length=64)
    address: str | None = Field(default=None, pattern=_HOST, max_length=253)
    port: int | None = Field(default=None, ge=1, le=65535)
    method: Method = Method.IPERF3
    protocol: Protocol = Protocol.TCP
    directions: tuple[Way, ...] = Field(
        default=(Way.FORWARD, Way.REVERSE), min_length=1, max_length=2
    )
    rate: Rate = 100e6
    size: Annotated[Size, Field(ge=10_000)] = 20_000_000
    longest: Annotated[Seconds, Field(ge=1, le=300)] = 20.0
    interval: Annotated[Seconds, Field(ge=60, le=604_800)] = 6 * 3600.0
    windows: tuple[PartOfDay, ...] = Field(default=(), max_length=24)
    source: Line | None = Field(default=None, alias="from")
    dscp: int = Field(default=0, ge=0, le=63)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(set(self.directions)) < len(self.directions):
            raise ValueError("directions: the same direction twice; leave one out")
        if self.method is Method.TRAIN and self.source is not None:
            raise ValueError(
                "from: trains are sent from this machine; leave it out, or set "
                "method: iperf3"
            )
        if self.method is Method.TRAIN and self.protocol is Protocol.UDP:
            raise ValueError("protocol: is of iperf3; leave it out for trains")
        if self.method is Method.TRAIN and not _is_address(self.address):
            raise ValueError(
                f"address: trains go to an address, and {self.address} is a name; "
                "write it as 10.0.8.20, or set method: iperf3"
            )
        if self.method is Method.TRAIN and self.size < LEAST_SIZE:
            raise ValueError(
                f"size: no train fits into that; write {LEAST_SIZE / 1000:g}kB or more"
            )
        return self

    @property
    def links(self) -> tuple[str, ...]:
        """Every link that the test crosses, the measured one first, each once."""
        return tuple(dict.fromkeys((self.link, *self.via)))

    @property
    def gap(self) -> float:
        """Seconds from one test to the next at most, if none is refused or fails."""
        closed = longest = 0
        for minute in range(2 * _DAY):
            closed = 0 if self.may_run_at(minute % _DAY) else closed + 1
            longest = max(longest, closed)
        return self.interval + 60 * min(longest, _DAY)

    def may_run_at(self, minute: int) -> bool:
        """Return whether a minute of the day is in one of the windows."""
        return within(self.windows, minute)


class ThroughputSettings(BaseModel):
    """The whole section.

    Attributes
    ----------
    budget : int
        Bytes that tests may send over a link in a day (UTC), both directions together.
    rate : float
        bit/s that no test exceeds, whatever its own entry says.
    utilisation : float
        Share of a link's capacity in use, in either direction, from which on no test
        crosses it.
    unknown : Unknown
        What to do where a link's utilisation is not known.
    concurrency : int
        Tests that run at once; never two over one link.
    retry : float
        Seconds until a test that was refused is asked for again.
    record : Path
        File in which the bytes spent today are kept over a restart, found from the
        settings file's folder. Without it nothing is sent.
    tests : mapping of str to Test
        By name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    budget: Size = 500_000_000
    rate: Rate = 1e9
    utilisation: float = Field(default=0.3, gt=0, le=1)
    unknown: Unknown = Unknown.REFUSE
    concurrency: int = Field(default=2, ge=1, le=64)
    retry: Annotated[Seconds, Field(ge=0.1, le=86_400)] = 600.0
    record: Path = Path("throughput.json")
    tests: dict[Annotated[str, Field(pattern=_NAME, max_length=100)], Test] = Field(
        default_factory=dict, max_length=10_000
    )
    _record: Path = PrivateAttr()

    @model_validator(mode="after")
    def _find(self) -> Self:
        self._record = found_from(self.record)
        return self

    @property
    def gap(self) -> float:
        """Seconds from one test to the next at most, whichever it is."""
        default: float = Test.model_fields["interval"].default
        return max((test.gap for test in self.tests.values()), default=default)

    @property
    def own_record(self) -> Path:
        """Where `record` leads."""
        return self._record
