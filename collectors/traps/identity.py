"""Who we are as the receiver of SNMPv3 informs, and what time it is here.

For an inform the receiver is authoritative (RFC 3414, section 1.5.1): the sender
encrypts and signs for our engine, and no message from before our last start may count.
"""

import hashlib
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_MACHINE = Path("/etc/machine-id")
# The number that IANA gave to pysnmp, which is the engine; then "octets follow".
_PREFIX = bytes.fromhex("80004fb805")
_SINCE = 1_735_689_600
"""Seconds from 1970 to 2025."""
_LAST = 2**31 - 2


@dataclass(frozen=True, slots=True)
class Identity:
    """An authoritative engine.

    Attributes
    ----------
    boots : int
        The seconds since 2025 at which it started. A number that only goes up is all
        that is asked of it (RFC 3414, section 2.2.2), and this one does without a
        file to be lost: it lasts until 2093.
    started : float
        Seconds, monotonic.
    """

    engine_id: bytes
    boots: int
    started: float
    clock: Callable[[], float] = time.monotonic

    @classmethod
    def of(cls, engine_id: str | None, places: str, after: int = 0) -> "Identity":
        """Return an engine that starts now.

        Parameters
        ----------
        engine_id : str or None
            In hexadecimal digits; None for one that stays while this machine and
            `places`, where it listens, do.
        after : int
            The boots of the engine before it.
        """
        made = bytes.fromhex(engine_id) if engine_id else _PREFIX + _of_machine(places)
        boots = max(int(time.time()) - _SINCE, after + 1, 1)
        return cls(made, min(boots, _LAST), time.monotonic())

    def now(self) -> int:
        """Return the seconds since it started."""
        return int(self.clock() - self.started)


def _of_machine(places: str) -> bytes:
    try:
        machine = _MACHINE.read_text().strip()
    except OSError:
        machine = ""
    known = f"{machine or socket.gethostname()} {places}"
    return hashlib.sha256(known.encode()).digest()[:12]
