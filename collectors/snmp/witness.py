"""Whoever wants to see all that passes between us and the devices, to tell of it.

Nobody does while the monitor runs; ``bellrock collect --explain`` does.
"""

from enum import StrEnum
from typing import Protocol

from collectors.snmp.address import Peer


class Drop(StrEnum):
    """Why a datagram that arrived was not taken for an answer."""

    RUBBISH = "it is no SNMP message"
    UNASKED = "no request with its number waits for an answer"
    ELSEWHERE = "the request with its number went to another address"
    ANSWERED = "the request with its number has been settled"


class Witness(Protocol):
    """Told of everything in the order in which it happens; must not wait or raise."""

    def sent(self, datagram: bytes, to: Peer) -> None:
        """Hear of a request that went out."""

    def received(self, datagram: bytes, source: Peer) -> None:
        """Hear of a datagram that came in, before anything is done about it."""

    def dropped(self, why: Drop) -> None:
        """Hear that the last one received is not believed."""

    def silent(self, number: int, to: Peer) -> None:
        """Hear that the request of this number had no answer in its time."""

    def remarked(self, text: str, to: Peer) -> None:
        """Hear what was found out of a device, that is asked in another way for it."""

    def failed(self, number: int, to: Peer) -> None:
        """Hear of the errno that the network has for what we sent."""
