"""What ``iperf3 -J`` writes, believed only as far as it makes sense.

The far side decides much of what is in it, so every number has bounds, and what is not
needed is not looked at. Tried with iperf 3.12's.
"""

import statistics
from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bellrock.model.observation import Direction, Outcome
from bellrock.model.transfer import Transfer
from probes.throughput.failure import NotMeasuredError, plain

_GROWING = 1 / 3
"""Share of a transfer in which TCP may still be finding its speed."""

_AT_THE_CAP = 0.98
"""Share of the cap from which on the cap is what held the transfer."""

_SHORTEST = 0.05
"""Seconds that a transfer must last to say anything about a rate."""

_TCP_OPTIONS = 12
"""Bytes of the time stamps (RFC 7323) that come with every segment."""
_IPV4, _IPV6, _TCP, _UDP = 20, 40, 20, 8

_Count = Annotated[int, Field(ge=0, le=10**15)]
_Number = Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Sum(_Part):
    start: _Number = 0.0
    end: _Number = 0.0
    seconds: _Number = 0.0
    bytes: _Count = 0
    bits_per_second: _Number = 0.0
    retransmits: _Count | None = None
    jitter_ms: _Number | None = None
    lost_packets: int | None = Field(default=None, ge=-(10**12), le=10**12)
    packets: _Count | None = None
    omitted: bool = False


class _Sender(_Part):
    mean_rtt: _Count | None = None
    min_rtt: _Count | None = None


class _Stream(_Part):
    sender: _Sender = _Sender()


class _Interval(_Part):
    sum: _Sum


class _End(_Part):
    streams: tuple[_Stream, ...] = Field(default=(), max_length=128)
    sum: _Sum | None = None
    sum_sent: _Sum | None = None
    sum_received: _Sum | None = None


class _TestStart(_Part):
    blksize: _Count = 0


class _Connected(_Part):
    remote_host: str = Field(default="", max_length=300)


class _Start(_Part):
    connected: tuple[_Connected, ...] = Field(default=(), max_length=128)
    tcp_mss_default: _Count | None = None
    tcp_mss: _Count | None = None
    test_start: _TestStart = _TestStart()


class Report(_Part):
    """The whole document."""

    start: _Start = _Start()
    intervals: tuple[_Interval, ...] = Field(default=(), max_length=100_000)
    end: _End = _End()
    error: str | None = Field(default=None, max_length=10_000)


_SAID: Sequence[tuple[str, Outcome]] = (
    ("server is busy", Outcome.REFUSED),
    ("connection refused", Outcome.REFUSED),
    ("authorization failed", Outcome.AUTH),
    ("no route to host", Outcome.UNREACHABLE),
    ("is unreachable", Outcome.UNREACHABLE),
    ("name or service not known", Outcome.UNRESOLVED),
    ("name resolution", Outcome.UNRESOLVED),
    ("no address associated", Outcome.UNRESOLVED),
    # What it says where no name server answers; connecting has no such error.
    ("connect to server: resource temporarily unavailable", Outcome.UNRESOLVED),
    ("timed out", Outcome.TIMEOUT),
    ("operation now in progress", Outcome.TIMEOUT),
    ("client has terminated", Outcome.TIMEOUT),
    ("closed unexpectedly", Outcome.RESET),
    ("server has terminated", Outcome.RESET),
    ("reset by peer", Outcome.RESET),
    ("broken pipe", Outcome.RESET),
    ("unable to receive control message", Outcome.RESET),
    ("unrecognized option", Outcome.UNSUPPORTED),
    ("not supported", Outcome.UNSUPPORTED),
    ("parameter", Outcome.UNSUPPORTED),
)
"""Words of iperf3's, or the system's, in its errors, and what they mean."""


def read(output: bytes) -> Report:
    """Return the report in a program's output.

    Raises
    ------
    NotMeasuredError
        If it is not one.
    """
    try:
        return Report.model_validate_json(output)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"][:6]))
        said = plain(f"{where}: {first['msg']}" if where else first["msg"])
        raise NotMeasuredError(
            Outcome.MALFORMED, f"not a report of iperf3's: {said}"
        ) from None


def complaint(said: str) -> NotMeasuredError:
    """Return what an error of iperf3's means."""
    words = said.lower()
    for known, outcome in _SAID:
        if known in words:
            return NotMeasuredError(outcome, f"iperf3: {plain(said)}")
    return NotMeasuredError(Outcome.MISMATCH, f"iperf3: {plain(said)}")


def transfer(
    report: Report, direction: Direction, protocol: str, cap: float
) -> Transfer:
    """Return what a report shows; also one of a test that was ended early.

    Parameters
    ----------
    cap : float
        bit/s of payload that the test was held to.

    Raises
    ------
    NotMeasuredError
        If too little was sent to tell a rate.
    """
    sent, received = _sums(report)
    if report.error is not None and "client has terminated" not in report.error:
        raise complaint(report.error)
    if sent is None or received is None:
        raise complaint(report.error or "no end of the transfer in the report")
    payload, seconds = _arrived(sent, received)
    if payload == 0 or seconds < _SHORTEST:
        short = "the transfer was too short to tell a rate: let it send more (size)"
        raise complaint(report.error or short)
    udp = protocol == "udp"
    mtu, segment = _sizes(report, udp=udp)
    rate = payload * 8 / seconds
    capacity, error = _steady(report.intervals, seconds)
    loss = None
    if udp:
        lost = max(0, received.lost_packets or 0)
        # The far side counts both, and may count anything.
        loss = min(1.0, lost / max(1, received.packets or 0))
        # What the far side got is all there is to believe; ours is what we offered.
        error += abs(capacity * (1 - loss) - rate)
        capacity = rate
    stream = report.end.streams[0].sender if report.end.streams else _Sender()
    again = None if udp else sent.retransmits
    sent_again = None if again is None else again * segment
    factor = mtu / segment
    return Transfer(
        direction=direction,
        protocol=protocol,
        rate=rate,
        payload=payload,
        seconds=seconds,
        wire=round((max(sent.bytes, payload) + (sent_again or 0)) * factor),
        capacity=capacity * factor,
        error=error * factor,
        capped=max(rate, capacity) >= _AT_THE_CAP * cap,
        mtu=mtu,
        sent_again=sent_again,
        round_trip=_microseconds(stream.mean_rtt),
        least_round_trip=_microseconds(stream.min_rtt),
        loss=loss,
        variation=None if received.jitter_ms is None else received.jitter_ms / 1000,
        complaint="" if report.error is None else complaint(report.error).detail,
    )


def _arrived(sent: _Sum, received: _Sum) -> tuple[int, float]:
    """Return the bytes that arrived and the seconds that took.

    Of a test that was ended early the far side's count is missing, and of UDP the count
    of bytes may be of those that were sent.
    """
    payload = min(filter(None, (sent.bytes, received.bytes)), default=0)
    if received.packets and received.lost_packets:
        whole = payload * (received.packets - received.lost_packets)
        payload = min(payload, max(0, whole // received.packets))
    return payload, max(received.seconds, received.end - received.start)


def _sums(report: Report) -> tuple[_Sum | None, _Sum | None]:
    """Return what was sent and what was received; before 3.10 UDP has one for both."""
    end = report.end
    return end.sum_sent or end.sum, end.sum_received or end.sum


def _microseconds(value: int | None) -> float | None:
    """Return seconds; iperf3 writes 0 where it does not know."""
    return value / 1e6 if value else None


def _sizes(report: Report, *, udp: bool) -> tuple[int, int]:
    """Return the bytes of a full IP packet, and of the payload in it."""
    start = report.start
    connected = start.connected[0].remote_host if start.connected else ""
    ip = _IPV6 if ":" in connected and not connected.startswith("::ffff:") else _IPV4
    if udp:
        segment = max(1, start.test_start.blksize)
        return segment + ip + _UDP, segment
    segment = max(1, start.tcp_mss or start.tcp_mss_default or 1448)
    return segment + ip + _TCP + _TCP_OPTIONS, segment


def _steady(intervals: Sequence[_Interval], seconds: float) -> tuple[float, float]:
    """Return the rate of payload once it is steady, and a bound on its error.

    Where we send, an interval's bytes have gone to a socket and not yet through the
    path. What is still on its way at the end arrives in the rest of `seconds`, so the
    truth lies between the rate with that rest and the rate without it.
    """
    whole = [
        one.sum for one in intervals if one.sum.seconds > 0 and not one.sum.omitted
    ]
    begin = (whole[-1].end if whole else 0.0) * _GROWING
    steady = [one for one in whole if one.start >= begin] or whole
    if not steady:
        return 0.0, 0.0
    octets = sum(one.bytes for one in steady)
    lasted = sum(one.seconds for one in steady)
    rest = max(0.0, seconds - steady[-1].end)
    fastest, slowest = octets * 8 / lasted, octets * 8 / (lasted + rest)
    # The last one ends with the transfer: a burst in a moment is no rate.
    rates = [one.bytes * 8 / one.seconds for one in steady[:-1] or steady]
    spread = statistics.stdev(rates) / len(rates) ** 0.5 if len(rates) > 1 else fastest
    return (fastest + slowest) / 2, (fastest - slowest) / 2 + 2 * spread
