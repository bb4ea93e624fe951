"""A transfer in the terms of RFC 6349 and of a capacity."""

from dataclasses import dataclass

from bellrock.model.observation import Outcome
from bellrock.model.throughput import Capacity
from bellrock.model.transfer import Transfer
from probes.throughput import rfc6349


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """Round trip of a path in seconds: idle, and while a transfer ran; or not known."""

    idle: float | None = None
    loaded: float | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What RFC 6349 asks for; None where it cannot be told.

    Attributes
    ----------
    efficiency : float or None
        Ratio of TCP's bytes that were no repeats.
    buffer_delay : float or None
        Ratio by which the round trip grew.
    transfer_time_ratio : float or None
        Time taken over the least time possible.
    bandwidth_delay_product : float or None
        Bytes.
    """

    efficiency: float | None
    buffer_delay: float | None
    transfer_time_ratio: float | None
    bandwidth_delay_product: float | None


def figures(
    transfer: Transfer,
    *,
    cap: float,
    declared: float | None = None,
    seen: RoundTrip = RoundTrip(),
) -> Figures:
    """Return the figures of one transfer.

    Parameters
    ----------
    cap : float
        bit/s that the test was held to.
    declared : float or None
        bit/s of IP packets that the path should carry.
    seen : RoundTrip
        As other probes saw it. TCP's own is taken before it under load, and after it
        on the idle path: its least is that of a path that is being filled.
    """
    idle = _least(seen.idle, transfer.least_round_trip)
    loaded = transfer.round_trip or seen.loaded
    ideal = cap
    if declared is not None:
        ideal = min(ideal, rfc6349.achievable(declared, transfer.mtu))
    again, tcp = transfer.sent_again, transfer.protocol == "tcp"
    payload = transfer.payload
    return Figures(
        efficiency=None
        if again is None
        else rfc6349.efficiency(payload + again, again),
        buffer_delay=None
        if idle is None or loaded is None
        else rfc6349.buffer_delay(loaded, idle),
        transfer_time_ratio=rfc6349.transfer_time_ratio(
            transfer.seconds, payload, ideal
        )
        if tcp
        else None,
        bandwidth_delay_product=None
        if idle is None or transfer.capped
        else rfc6349.bandwidth_delay_product(transfer.capacity, idle),
    )


def _least(*values: float | None) -> float | None:
    return min((each for each in values if each), default=None)


def capacity(transfer: Transfer, target: str, method: str, at: float) -> Capacity:
    """Return what a transfer says of a path's capacity."""
    least, most = (
        max(0.0, transfer.capacity - transfer.error),
        transfer.capacity + transfer.error,
    )
    held = "held by the cap on the rate" if transfer.capped else ""
    return Capacity(
        target=target,
        direction=transfer.direction,
        method=method,
        at=at,
        outcome=Outcome.SUCCESS,
        rate=transfer.capacity,
        low=least,
        high=None if transfer.capped else most,
        at_least=transfer.capped,
        bytes_sent=transfer.wire,
        detail="; ".join(filter(None, (held, transfer.complaint))),
    )
