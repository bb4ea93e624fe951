"""What an engine asks of a protocol: a socket, datagrams to send, answers to read."""

import socket
from typing import NamedTuple, Protocol


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
    """

    sequence: int | None
    token: int | None
    held: int = 0


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
