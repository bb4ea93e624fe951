"""How much a path carries: what was measured, and how far it may be wrong.

Rates are bit/s, and each says of which layer: a rate of IP packets (RFC 5136, RFC 9097)
is a few percent less than the same on Ethernet, and more than what TCP delivers of it.
"""

from dataclasses import dataclass
from enum import StrEnum

from bellrock.model.observation import Direction, Outcome


class Layer(StrEnum):
    """What of a packet is counted, as the ``layer`` label."""

    IP = "ip"
    """IP headers and all behind them (IP-layer capacity, RFC 9097)."""

    PAYLOAD = "payload"
    """What the transport delivers: the goodput of iperf3."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """What one measurement learned of one direction of a path.

    Attributes
    ----------
    target : str
        Id of the device, or whatever else the measurement was pointed at.
    direction : Direction
        ``forward`` from here to the target, ``reverse`` back.
    method : str
        Name of the probe: ``train``, ``iperf3``.
    at : float
        When it ended; seconds, monotonic.
    outcome : Outcome
        ``success`` if `rate` may be believed; ``uncertain`` if there were answers that
        allow no figure, else what kept the measurement from having any.
    rate : float or None
        bit/s; None unless the outcome is a success.
    low, high : float or None
        Bounds of the stated uncertainty, bit/s; `high` is None where only a lower
        bound is known.
    at_least : bool
        The path was not filled, so it carries `rate` or more: never to be taken for
        its capacity.
    bytes_sent : int
        Bytes of IP packets that the measurement put on the path in this direction.
    layer : Layer
        What `rate` counts.
    detail : str
        Words for a person: why there is no figure, or no more than a bound.
    """

    target: str
    direction: Direction
    method: str
    at: float
    outcome: Outcome
    rate: float | None = None
    low: float | None = None
    high: float | None = None
    at_least: bool = False
    bytes_sent: int = 0
    layer: Layer = Layer.IP
    detail: str = ""
