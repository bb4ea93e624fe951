"""TLS check: whether the handshake succeeds, with a certificate that will last.

Of a certificate that is not trusted the end is told as well, which takes a second
connection: a page about an outage and one about a forgotten renewal are not the same.
"""

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import suppress
from typing import Literal

from pydantic import Field

from bellrock.model.check import Phase
from bellrock.model.observation import Outcome
from probes.checks.attempt import Place, Seen
from probes.checks.stream import Stream, UntrustedError, connected, line
from probes.checks.trust import Trust, lenient
from probes.failure import FailedError

_MOST_LINES = 100
_ASIDE = 3.0
"""Seconds that a second look may take: the outcome waits for it."""

Protocol = Literal["smtp", "imap", "pop3"]
_ASKS: Mapping[str, tuple[bytes, ...]] = {
    "smtp": (b"EHLO bellrock.invalid", b"STARTTLS"),
    "imap": (b"a STARTTLS",),
    "pop3": (b"STLS",),
}
_AGREES: Mapping[str, tuple[bytes, ...]] = {
    "smtp": (b"220", b"250"),
    "imap": (b"* OK", b"a OK"),
    "pop3": (b"+OK",),
}


class TlsCheck(Trust):
    """The ``tls:`` section of a check, and the measurement it describes.

    Attributes
    ----------
    port : int
        To connect to.
    starttls : {"smtp", "imap", "pop3"} or None
        The protocol that begins in the clear (RFC 3207, RFC 9051, RFC 2595).
    alpn : str
        Protocol that must be agreed on (RFC 7301), such as ``h2``; none if empty.
    """

    port: int = Field(default=443, ge=1, le=65535)
    starttls: Protocol | None = None
    alpn: str = Field(default="", max_length=255, pattern=r"^[\x21-\x7e]*$")

    async def __call__(self, place: Place, seen: Seen) -> Outcome:
        """Shake hands with `place`, look at the certificate, hang up."""
        try:
            agreed = await self._shake(place, seen, self.context(self.alpn))
        except UntrustedError:
            await self.shown(place, seen)
            raise
        if self.alpn and agreed != self.alpn:
            seen.detail = f"agrees on ALPN {agreed or 'none'}, not {self.alpn}"
            return Outcome.MISMATCH
        return Outcome.SUCCESS

    async def _shake(
        self, place: Place, seen: Seen, context: ssl.SSLContext
    ) -> str | None:
        async with connected(place, self.port, seen) as stream:
            if self.starttls is not None:
                await _start(stream, self.starttls, seen)
            name = self.server_name or place.host
            secured = await stream.secure(context, name)
            return secured.selected_alpn_protocol()

    async def shown(self, place: Place, seen: Seen) -> None:
        """Learn when a certificate ends that is not trusted; no more is timed."""
        aside = Seen(events=seen.events, began=seen.began, rounds=seen.rounds)
        seen.note("**", "not trusted: looked at once more, to tell when it expires")
        # That it is not trusted is the news, whatever comes of the second look.
        with suppress(FailedError, ConnectionError, TimeoutError):
            async with asyncio.timeout(_ASIDE):
                await self._shake(place, aside, lenient())
        seen.expires = aside.expires


async def _start(stream: Stream, protocol: Protocol, seen: Seen) -> None:
    with seen.phase(Phase.FIRST_BYTE):
        await _agreed(stream, protocol, seen)
    for ask in _ASKS[protocol]:
        stream.writer.write(ask + b"\r\n")
        seen.note("->", ask.decode())
        await _agreed(stream, protocol, seen)


async def _agreed(stream: Stream, protocol: Protocol, seen: Seen) -> None:
    """Read an answer to its last line."""
    for _ in range(_MOST_LINES):
        said = await line(stream.reader, seen)
        if protocol == "imap" and said.startswith(b"* ") and b"OK" not in said[:5]:
            continue
        if not said.startswith(_AGREES[protocol]):
            raise FailedError(
                Outcome.MISMATCH,
                f"no STARTTLS: it says {said[:100].decode(errors='replace')!r}",
            )
        if protocol == "smtp" and said[3:4] == b"-":
            continue
        return
    raise FailedError(Outcome.MALFORMED, "an answer without an end")
