"""SYN segments: scapy writes one for each target, three fields change from then on.

They look as Linux's own do, options and all: a firewall that lets connections through
has no reason to hold these back.
"""

import secrets
import struct

_SEQUENCE, _CHECKSUM = 4, 16
_PORTS_AND_SEQUENCE = 8
SEGMENT = 40
"""Bytes of a SYN with its options."""

_WINDOW, _SCALE = 64_240, 7
_HEADERS = 40
_ETHERNET = 1_500
_STEP = 1 << 16
_ALL = 0xFFFFFFFF
_GUESSES = 16
"""Wrong answers to one flow in one trace from which on somebody is guessing: right with
a chance of one in 4,000 by then.
"""


def crafted(source: str, target: str, source_port: int, port: int) -> bytes:
    """Have scapy write a SYN with sequence number 0, checksum and all.

    Parameters
    ----------
    source, target : str
        Addresses in text, without a zone; of both the checksum is made.
    source_port, port : int
        From where to where.

    Returns
    -------
    bytes
        The TCP segment alone: IP's header is the kernel's to write.
    """
    # Not at the top: it takes 0.2 s, and only who traces by TCP is to wait for it.
    from scapy.layers.inet import IP, TCP
    from scapy.layers.inet6 import IPv6

    network, longer = (IPv6, 20) if ":" in target else (IP, 0)
    options = [
        ("MSS", _ETHERNET - _HEADERS - longer),
        ("SAckOK", b""),
        ("Timestamp", (secrets.randbits(32), 0)),
        ("NOP", None),
        ("WScale", _SCALE),
    ]
    segment = TCP(
        sport=source_port, dport=port, flags="S", window=_WINDOW, options=options
    )
    return bytes(network(src=source, dst=target) / segment)[-SEGMENT:]


def from_port(segment: bytes, source_port: int) -> bytes:
    """Return the same segment from another port of ours.

    Parameters
    ----------
    segment : bytes
        As :func:`crafted` returns it.
    """
    before, checksum = _word(segment, 0), _word(segment, _CHECKSUM)
    total = _folded((~checksum & 0xFFFF) + (~before & 0xFFFF) + source_port)
    middle, rest = segment[2:_CHECKSUM], segment[_CHECKSUM + 2 :]
    return (
        b"".join(
            (
                source_port.to_bytes(2, "big"),
                middle,
                (~total & 0xFFFF).to_bytes(2, "big"),
            )
        )
        + rest
    )


class Template:
    """The SYNs of one flow to one target.

    Parameters
    ----------
    segment : bytes
        One with sequence number 0, as :func:`crafted` returns it.

    Notes
    -----
    Sequence numbers begin anywhere and rise by 1 to 65,536, at random: a firewall on
    the way that keeps track of connections has every reason to take each SYN for one
    more attempt at the same one. Linux's does so for any number, OpenBSD's pf within
    67,035 of the last. So whoever saw one SYN need guess but 16 bits of the next, and
    is let guess a few times only: then numbers are anywhere, each of them.
    """

    def __init__(self, segment: bytes) -> None:
        self._ports = segment[:_SEQUENCE]
        self._middle = segment[_PORTS_AND_SEQUENCE:_CHECKSUM]
        self._rest = segment[_CHECKSUM + 2 :]
        self._sum = ~_word(segment, _CHECKSUM) & 0xFFFF
        self._sequence = secrets.randbits(32)
        self._guesses = 0

    def cookie(self) -> bytes:
        """Return the first 8 bytes of the next SYN: ports and sequence number."""
        if self._guesses < _GUESSES:
            self._sequence = (self._sequence + 1 + secrets.randbelow(_STEP)) & _ALL
        else:
            self._sequence = secrets.randbits(32)
        return self._ports + self._sequence.to_bytes(4, "big")

    def guessed(self) -> None:
        """Take note of an answer to a SYN that was none of ours."""
        self._guesses += 1

    def begin(self) -> None:
        """Forget who guessed before this trace."""
        self._guesses = 0

    def syn(self, cookie: bytes) -> bytes:
        """Return the whole segment that begins so.

        The checksum is brought up to date as RFC 1624 has it (equation 3), for a field
        that was 0.
        """
        high, low = struct.unpack_from("!HH", cookie, _SEQUENCE)
        checksum = (~_folded(self._sum + high + low) & 0xFFFF).to_bytes(2, "big")
        return b"".join((cookie, self._middle, checksum, self._rest))


def _word(segment: bytes, at: int) -> int:
    return int.from_bytes(segment[at : at + 2], "big")


def _folded(total: int) -> int:
    """Add up 16 bits as checksums do: with what is carried."""
    total = (total & 0xFFFF) + (total >> 16)
    return (total & 0xFFFF) + (total >> 16)
