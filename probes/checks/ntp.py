"""NTP check: whether a time server is synchronised, and how far from us it is.

The client of RFC 5905 in one question. What we send as our time is chance, by which an
answer is known to be one (section 8 compares it, whatever it is); our real time of
sending stays here. Receipt is stamped by the kernel.
"""

import asyncio
import secrets
import struct
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bellrock.config.duration import Seconds
from bellrock.model.check import ClockReading, Phase
from bellrock.model.observation import Outcome
from probes.checks.attempt import Place, Seen, printable
from probes.checks.datagrams import datagrams
from probes.clock import SECOND, Clock
from probes.failure import FailedError

_PACKET = struct.Struct("!BBbbiI4sQQQQ")
_CLIENT, _SERVER = 3, 4
_VERSION = 4
_ALARM = 3
_WORST_STRATUM = 16
_MOST_STRAYS = 1_000
_ERA = 2**32
_EPOCH = 2_208_988_800
"""Seconds from 1900, where NTP's first era begins, to 1970."""

_RATE_HOLD, _DENY_HOLD = 900.0, 3600.0
"""Seconds in which one that asked for less, or for nothing more, is not asked."""


class NtpCheck(BaseModel):
    """The ``ntp:`` section of a check, and the measurement it describes.

    Attributes
    ----------
    port : int
        Of the server.
    offset : float or None
        Seconds that its clock may be off ours, beyond what the bound of the
        measurement leaves open; None judges no offset.
    stratum : int
        The highest that will do.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    port: int = Field(default=123, ge=1, le=65535)
    offset: Annotated[Seconds, Field(le=86_400)] | None = None
    stratum: int = Field(default=15, ge=1, le=15)

    async def __call__(self, place: Place, seen: Seen) -> Outcome:
        """Ask the server at `place` for its time."""
        clock = Clock()
        cookie = secrets.randbits(64)
        request = _PACKET.pack(
            _VERSION << 3 | _CLIENT, 0, 0, 0, 0, 0, bytes(4), 0, 0, 0, cookie
        )
        async with datagrams(place, self.port) as sock:
            seen.note("->", f"client packet to {place.address} port {self.port}")
            with seen.phase(Phase.FIRST_BYTE) as timed:
                before = clock.realtime()
                sock.send(request)
                timed.sent()
                for _ in range(_MOST_STRAYS):
                    received = await sock.receive()
                    answer = Answer.of(received.data, cookie)
                    if answer is not None:
                        timed.ended(received.at)
                        break
                    seen.note("<-", f"{len(received.data)} octets that answer nothing")
                    # However fast they come, others have their turn.
                    await asyncio.sleep(0)
                else:
                    raise FailedError(
                        Outcome.MALFORMED, f"{_MOST_STRAYS} datagrams, none an answer"
                    )
        after = received.stamp if received.stamp is not None else clock.realtime()
        return self._judged(answer, before, after, seen)

    def _judged(self, answer: "Answer", before: int, after: int, seen: Seen) -> Outcome:
        if answer.stratum == 0:
            return _kissed(answer, seen)
        seen.note(
            "<-",
            f"stratum {answer.stratum}, leap {answer.leap}",
            f"reference {answer.reference.hex()}",
            f"root delay {answer.root_delay:.6f} s, root dispersion "
            f"{answer.root_dispersion:.6f} s",
        )
        if answer.leap == _ALARM or answer.stratum >= _WORST_STRATUM:
            seen.detail = "the server is not synchronised"
            return Outcome.MISMATCH
        if not (answer.received and answer.transmitted):
            raise FailedError(Outcome.MALFORMED, "an answer without a time")
        seen.clock = found = answer.clock(before, after)
        away = f"{found.offset:+.6f} s, give or take {found.error:.6f} s"
        seen.note("**", f"offset {away}")
        if answer.stratum > self.stratum:
            seen.detail = f"stratum {answer.stratum}, over {self.stratum}"
            return Outcome.MISMATCH
        if self.offset is not None and abs(found.offset) - found.error > self.offset:
            seen.detail = f"off our clock by {away}"
            return Outcome.MISMATCH
        return Outcome.SUCCESS


@dataclass(frozen=True, slots=True)
class Answer:
    """A server's packet; times as NTP has them, intervals in seconds."""

    leap: int
    stratum: int
    precision: int
    root_delay: float
    root_dispersion: float
    reference: bytes
    received: int
    transmitted: int

    @classmethod
    def of(cls, data: bytes, cookie: int) -> "Answer | None":
        """Read an answer to the packet with this cookie; None if it is not one."""
        if len(data) < _PACKET.size:
            return None
        first, stratum, _, precision, *distances, _, origin, received, transmitted = (
            _PACKET.unpack_from(data)
        )
        if first & 7 != _SERVER or origin != cookie:
            return None
        root_delay, root_dispersion, reference = distances
        return cls(
            leap=first >> 6,
            stratum=stratum,
            precision=precision,
            root_delay=root_delay / 65_536,
            root_dispersion=root_dispersion / 65_536,
            reference=reference,
            received=received,
            transmitted=transmitted,
        )

    def clock(self, before: int, after: int) -> ClockReading:
        """Compare its clock with ours.

        Parameters
        ----------
        before, after : int
            When the question left and the answer came; nanoseconds since 1970.
        """
        received = nanoseconds(self.received, before)
        transmitted = nanoseconds(self.transmitted, after)
        offset = ((received - before) + (transmitted - after)) / 2 / SECOND
        # A server that held the question longer than we waited, or less than no time,
        # is wrong by as much: it is not to look the more exact for it.
        delay = abs(after - before - (transmitted - received)) / SECOND
        error = delay / 2 + abs(self.root_delay) / 2 + self.root_dispersion
        return ClockReading(
            offset, error + 2.0 ** max(self.precision, -32), self.stratum
        )


def nanoseconds(stamp: int, near: int) -> int:
    """Return an NTP time as nanoseconds since 1970, in the era nearest to `near`.

    Examples
    --------
    >>> nanoseconds(2_208_988_800 << 32, 5)
    0
    """
    seconds, fraction = stamp >> 32, stamp & 0xFFFF_FFFF
    since = seconds - _EPOCH
    era = round((near / SECOND - since) / _ERA)
    return (since + era * _ERA) * SECOND + (fraction * SECOND >> 32)


def _kissed(answer: Answer, seen: Seen) -> Outcome:
    """Heed a kiss-o'-death packet (RFC 5905, section 7.4)."""
    code = answer.reference.rstrip(b"\0").decode("ascii", "replace")
    seen.hold = _RATE_HOLD if code == "RATE" else _DENY_HOLD
    seen.detail = f"kiss-o'-death {printable(code)}: not asked for {seen.hold:.0f} s"
    seen.note("<-", f"kiss-o'-death {code}")
    return Outcome.REFUSED
