"""All that passed in a poll, kept to be told afterwards."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from collectors.snmp.address import Peer
from collectors.snmp.witness import Drop

_MOST_EVENTS = 50_000
_MOST_OCTETS = 64 << 20


class Kind(StrEnum):
    """What happened."""

    SENT = "sent"
    RECEIVED = "received"
    SILENCE = "silence"
    NETWORK = "network"
    REMARK = "remark"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    Attributes
    ----------
    at : float
        Seconds since the transcript began.
    peer : Peer
        Whom we sent to, or who sent.
    datagram : bytes
        As it was on the wire; it may hold a community, so it is not in the repr.
    number : int
        Of the request that met silence; the errno that the network has for us.
    dropped : Drop or None
        Why what was received was not taken for an answer.
    text : str
        Of a remark.
    """

    at: float
    kind: Kind
    peer: Peer
    datagram: bytes = field(default=b"", repr=False)
    number: int = 0
    dropped: Drop | None = None
    text: str = ""


class Transcript:
    """A witness that remembers, as far as memory should go.

    Attributes
    ----------
    events : list of Event
        In order.
    untold : int
        Events beyond what is remembered: somebody floods us.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.events: list[Event] = []
        self.untold = 0
        self._clock = clock
        self._began = clock()
        self._octets = 0

    def sent(self, datagram: bytes, to: Peer) -> None:
        """Remember a request."""
        self._add(Kind.SENT, to, datagram)

    def received(self, datagram: bytes, source: Peer) -> None:
        """Remember a datagram that came."""
        self._add(Kind.RECEIVED, source, datagram)

    def dropped(self, why: Drop) -> None:
        """Remember that the last one was not believed."""
        if not self.untold:
            self.events[-1] = replace(self.events[-1], dropped=why)

    def silent(self, number: int, to: Peer) -> None:
        """Remember a request that had no answer."""
        self._add(Kind.SILENCE, to, number=number)

    def remarked(self, text: str, to: Peer) -> None:
        """Remember what was found out."""
        self._add(Kind.REMARK, to, text=text)

    def failed(self, number: int, to: Peer) -> None:
        """Remember what the network said."""
        self._add(Kind.NETWORK, to, number=number)

    def _add(
        self,
        kind: Kind,
        peer: Peer,
        datagram: bytes = b"",
        number: int = 0,
        text: str = "",
    ) -> None:
        self._octets += len(datagram)
        if len(self.events) >= _MOST_EVENTS or self._octets > _MOST_OCTETS:
            self.untold += 1
            return
        at = self._clock() - self._began
        self.events.append(Event(at, kind, peer, datagram, number, text=text))
