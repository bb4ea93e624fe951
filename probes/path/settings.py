"""Settings of the path probe."""

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from bellrock.config.duration import Seconds

_EACH, _MOST_AT_ONCE = 20.0, 64
"""Packets a second that each target under way should have at least: with less, a trace
would run out of time before it is complete.
"""

_PORTS = {"udp": 33_434, "tcp": 443}


class PathProbe(BaseModel):
    """The ``path:`` section of ``probes``.

    Attributes
    ----------
    interval : float
        Seconds between two routes to one target.
    flows : int
        The most flows to follow; each has a socket of its own, shared by all targets.
        How many are needed is found out: 8 for a path without branches, some 50 for
        four branches side by side.
    max_ttl : int
        The farthest hop to ask.
    rate : float
        Packets a second at most, to all targets together.
    deadline : float
        Seconds to wait for each answer.
    duration : float
        Seconds after which a route is told as far as it is known.
    packets : int
        The most packets to send for one route.
    confidence : float
        Probability, at least, that all next hops of a router which balances evenly are
        seen.
    mtu : bool
        Whether to find what fits through each flow; by UDP only.
    least_mtu : int
        Bytes of IP packet that every path is meant to take; one that takes less is
        told of.
    method : str
        What to send: ``udp``, which needs no privilege, or ``tcp``, SYN segments, for
        targets behind firewalls that let no other through; they need CAP_NET_RAW.
    port : int or None
        Port to send to. By UDP nothing should listen there; by TCP it is one that
        firewalls let through, whether or not something listens. None for the method's
        own: 33434 and 443.
    dscp : int
        Differentiated services code point to send with (RFC 2474).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: ClassVar[str] = "path"

    interval: Annotated[Seconds, Field(ge=1, le=86_400)] = 300.0
    flows: int = Field(default=64, ge=1, le=256)
    max_ttl: int = Field(default=30, ge=1, le=64)
    rate: float = Field(default=200.0, ge=1, le=10_000)
    deadline: Annotated[Seconds, Field(ge=0.05, le=10)] = 1.0
    duration: Annotated[Seconds, Field(ge=0.1, le=600)] = 30.0
    packets: int = Field(default=4_000, ge=10, le=20_000)
    confidence: float = Field(default=0.99, ge=0.5, le=0.9999)
    mtu: bool = True
    least_mtu: int = Field(default=1_400, ge=576, le=65_535)
    method: Literal["udp", "tcp"] = "udp"
    port: int | None = Field(default=None, ge=1, le=65_535)
    dscp: int = Field(default=0, ge=0, le=63)

    @property
    def at_once(self) -> int:
        """How many targets the packet rate is enough for at a time."""
        return min(_MOST_AT_ONCE, max(2, int(self.rate / _EACH)))

    @property
    def destination(self) -> int:
        """The port that packets go to."""
        return _PORTS[self.method] if self.port is None else self.port

    @property
    def measures_mtu(self) -> bool:
        """Whether what fits is looked for: a SYN is small, whatever fits."""
        return self.mtu and self.method == "udp"
