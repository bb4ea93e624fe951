"""What an engine asks of a protocol: a socket, datagrams to send, answers to read."""

import re
import socket
import struct
from typing import NamedTuple, Protocol, runtime_checkable

from bellrock.model.observation import Way


class Far(NamedTuple):
    """What the far end says of a packet, by its own clock.

    Attributes
    ----------
    received, sent : int
        Nanoseconds since 1970 at which it received the packet and sent the answer.
    error : int or None
        Nanoseconds by which its clock may be off UTC; None where it claims nothing.
    number : int or None
        How many packets of the session it had answered before; None where it keeps no
        count.
    dscp : int or None
        Code point that the packet arrived there with; None where it does not tell.
    """

    received: int
    sent: int
    error: int | None = None
    number: int | None = None
    dscp: int | None = None


class Answer(NamedTuple):
    """Which packet a datagram answers.

    Attributes
    ----------
    sequence : int or None
        Its sequence number; None where a quoted packet was cut before it.
    token : int or None
        What the packet must have been sent with; None where cut.
    held : int
        Nanoseconds the peer says it kept the packet; to be trusted only so far.
    far : Far or None
        What else it says, where the protocol lets it.
    """

    sequence: int | None
    token: int | None
    held: int = 0
    far: Far | None = None


class Ways(Protocol):
    """Tells the two directions of one target's packets apart; one for each track."""

    def answered(
        self, sequence: int, far: Far, sent: int, received: int, dscp: int | None
    ) -> None:
        """Note the answer to a packet of ours that came in time, and when it came.

        Parameters
        ----------
        sequence : int
            Number of the packet; targets at one address share their numbers.
        sent, received : int
            Nanoseconds since 1970 by our clock, as the kernel stamped them.
        dscp : int or None
            Code point that the answer arrived with; None where the channel did not
            ask for it (see :func:`probes.kernel.prepare`).
        """

    def noticed(self, sequence: int, far: Far) -> None:
        """Note an answer that tells no times, though the far end counted its packet.

        It was late (and its packet said to be lost before), or a repetition, or the
        only answer, but came while our clock was being stepped.
        """

    def lost(self, sequence: int) -> None:
        """Note that a packet was given up: nothing came in time, or a refusal."""

    def report(self) -> tuple[Way | None, Way | None]:
        """Return forward and reverse since the last report, and begin anew."""


class Usual(NamedTuple):
    """Where nearly all answers of a protocol have what is needed of them.

    Attributes
    ----------
    size : int
        Bytes of such an answer; all others are read one by one.
    layout : str
        How it begins, for :mod:`struct` in network order: a mark (H), the sequence
        number (H) and the token (Q).
    mark : int
        What the mark is.
    """

    size: int
    layout: str
    mark: int

    @property
    def places(self) -> list[int]:
        """Bytes before each of the three.

        Examples
        --------
        >>> Usual(84, "20xH4xHQ", 0).places
        [20, 26, 28]
        """
        return [
            struct.calcsize(f"!{self.layout[: found.start()]}")
            for found in re.finditer("[HQ]", self.layout)
        ]


class Form(NamedTuple):
    """Where the head of a request has what is its own.

    Attributes
    ----------
    checksum, sequence, token : int
        Bytes before each of them: two, two and eight, in network order.
    total : int
        What else is summed up for the checksum (RFC 1071), as a sum of words.
    """

    checksum: int
    sequence: int
    token: int
    total: int


class Channel(Protocol):
    """One protocol over one address family."""

    @property
    def sock(self) -> socket.socket:
        """The socket, prepared by :func:`probes.kernel.prepare`; the engine's now."""

    @property
    def sequences(self) -> int:
        """How many sequence numbers there are before they wrap."""

    def request(self, sequence: int, cookie: int, now: int) -> tuple[bytes, int]:
        """Build the datagram, and the token its answer must return.

        Parameters
        ----------
        cookie : int
            64 bits that belong to the peer.
        now : int
            Nanoseconds since 1970.
        """

    def answer(self, data: bytes) -> Answer | None:
        """Read a received datagram; None if it cannot be an answer to us."""

    def quoted(self, data: bytes) -> Answer | None:
        """Read our own datagram as an ICMP error quotes it, perhaps cut short."""


@runtime_checkable
class Uniform(Channel, Protocol):
    """A channel all of whose datagrams look alike: they are not built one by one.

    Its answers carry nothing of the far end's own (see :class:`Far`).

    Attributes
    ----------
    size : int
        Bytes of a request; what is behind its head is zeros.
    form : Form
        Where in its head stands what is not the same in all.
    """

    size: int
    usual: Usual
    form: Form

    def write(
        self, memory: bytearray, at: int, name: bytes, sequence: int, cookie: int
    ) -> None:
        """Write the peer's name and, behind it, a request's head.

        Its token is the cookie.
        """
