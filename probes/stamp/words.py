"""STAMP packets in words, for a person who wants to see what was sent and received."""

from collections.abc import Iterator

from probes.stamp import tlv
from probes.stamp.estimate import PTP_FORMAT, decode
from probes.stamp.packet import SIGNED_BASE, UNSIGNED, Mode, Reply, Signed, times

_NOBODYS = Signed(bytes(1))
"""Lays packets out as in authenticated mode; what it reads is not verified."""


def explain(data: bytes, sent: bool) -> tuple[str, list[str]]:
    """Say what a test packet is.

    Parameters
    ----------
    data : bytes
        A whole datagram.
    sent : bool
        Whether a session-sender sent it, or a reflector answered with it.

    Returns
    -------
    headline : str
    details : list of str
        Never anything of a key; whether an HMAC is true is not told either.
    """
    mode = _mode(data)
    details = ["signed with an HMAC"] if mode is _NOBODYS else []
    if sent:
        request = mode.quoted(data)
        if request is None:
            return f"{len(data)} octets of a test packet", []
        headline = f"test packet {request.sequence}, {len(data)} octets"
        details.append(f"time {request.timestamp:#018x}, {_clock(request[2])}")
        details += _session(request.session)
    else:
        read = mode.read_reply(data) if mode is UNSIGNED else _NOBODYS.peek(data)
        if read is None:
            return f"{len(data)} octets: too short for an answer", []
        reply = Reply._make(read)
        came, left = times(reply)
        headline = f"answer to {reply.sequence}, {len(data)} octets"
        details += [
            f"reflector's own number {reply.number}, it kept the packet for "
            f"{(left - came) / 1e6:.3f} ms; {_clock(reply.error_estimate)}",
            f"returns time {reply.timestamp:#018x}",
            *_session(reply.session),
        ]
    return headline, details + list(_extensions(data, mode, sent))


def _mode(data: bytes) -> Mode:
    """Tell the modes apart: the time of the one stands where the other has zeros."""
    signed = len(data) >= SIGNED_BASE and not any(data[4:16])
    return _NOBODYS if signed else UNSIGNED


def _clock(estimate: int) -> str:
    bound = decode(estimate)
    if bound is not None:
        return f"clock synchronised to {bound / 1e6:.3f} ms"
    return "PTP's time" if estimate & PTP_FORMAT else "clock not synchronised"


def _session(identifier: int) -> list[str]:
    return [f"session {identifier}"] if identifier else []


def _extensions(data: bytes, mode: Mode, sent: bool) -> Iterator[str]:
    for found in tlv.walk(data, mode.base):
        if found.kind == 0:
            return
        try:
            name = tlv.Kind(found.kind).name.lower().replace("_", " ")
        except ValueError:
            name = f"type {found.kind}"
        flags = [
            word
            for flag, word in (
                (0 if sent else tlv.UNRECOGNISED, "not understood"),
                (tlv.MALFORMED, "malformed"),
                (tlv.INTEGRITY, "integrity check failed"),
            )
            if found.flags & flag
        ]
        if found.end > len(data):
            flags.append("cut short")
        yield f"extension {name}, {found.size} octets" + "".join(
            f"; {flag}" for flag in flags
        )
    if sent:
        return
    told = tlv.read(data, mode.base, None, 0)
    if told.dscp is not None:
        refused = "; the mark wanted on the answer is not allowed there"
        yield f"arrived there with code point {told.dscp}" + refused * told.refused
    if told.received is not None:
        yield f"packets received there {told.received}, answers sent {told.sent}"
    if told.source is not None and told.destination is not None:
        yield (f"arrived there from {_end(told.source)} for {_end(told.destination)}")


def _end(end: tuple[str, int]) -> str:
    address, port = end
    return f"{address or '?'} port {port}"
