"""DNS check: whether a name server answers a question, and answers it rightly.

Whoever cannot see the question can only guess at its id and port; what does not fit it
in id, question and source is not an answer (RFC 5452, section 4) and is passed over.
"""

import asyncio
import struct
from typing import TYPE_CHECKING, Literal, Self, cast

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bellrock.model.check import Phase
from bellrock.model.observation import Outcome
from probes.checks.attempt import Place, Seen, printable
from probes.checks.datagrams import datagrams
from probes.checks.stream import connected, cut_short
from probes.failure import FailedError

if TYPE_CHECKING:
    # Imported where it is used: every command reads this module, and few ask DNS.
    import dns.message

_PAYLOAD = 1232
_MOST_OVER_UDP = 4_096
"""Octets; nobody may send more than was asked for (RFC 6891, section 6.2.5)."""
_AGAIN = 2.0
_MOST_STRAYS = 1_000
_MOST_SHOWN = 20


class DnsCheck(BaseModel):
    """The ``dns:`` section of a check, and the measurement it describes.

    The target is the name server to ask.

    Attributes
    ----------
    query : str
        Name to ask for.
    type, class : str
        Of the records: ``A``, ``AAAA``, ``MX``; ``IN``.
    rcode : str
        How the server has to answer: ``NOERROR``, ``NXDOMAIN``, ``REFUSED``.
    answers : tuple of str
        Records that have to be among those that come, as a zone file writes them. If
        none are given, some record of the type has to be.
    authenticated : bool
        Whether the server has to vouch for the answer (the AD flag, RFC 4035).
    recursion : bool
        Whether it is asked to ask others.
    transport : {"udp", "tcp"}
        What to ask over; an answer too long for UDP is asked for again over TCP.
    port : int
        Of the server.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    query: str = Field(min_length=1, max_length=255)
    type: str = "A"
    class_: str = Field(default="IN", alias="class")
    rcode: str = "NOERROR"
    answers: tuple[str, ...] = Field(default=(), max_length=100)
    authenticated: bool = False
    recursion: bool = True
    transport: Literal["udp", "tcp"] = "udp"
    port: int = Field(default=53, ge=1, le=65535)

    @model_validator(mode="after")
    def _known(self) -> Self:
        # All that asking needs, while nothing waits for an event loop yet.
        import dns.exception
        import dns.message
        import dns.name
        import dns.rcode
        import dns.rdataclass
        import dns.rdatatype

        for key, text, read in (
            ("query", self.query, dns.name.from_text),
            ("type", self.type, dns.rdatatype.from_text),
            ("class", self.class_, dns.rdataclass.from_text),
            ("rcode", self.rcode, dns.rcode.from_text),
        ):
            try:
                read(text)
            except (dns.exception.DNSException, ValueError):
                raise ValueError(f"{key}: DNS has no {text!r}") from None
        return self

    async def __call__(self, place: Place, seen: Seen) -> Outcome:
        """Ask the server at `place`, and compare what it says."""
        import dns.flags

        question = self._question()
        if self.transport == "udp":
            answer = await self._over_udp(place, question, seen)
            if answer.flags & dns.flags.TC:
                seen.note("**", "too long for UDP: asked again over TCP")
                answer = await self._over_tcp(place, question, seen)
        else:
            answer = await self._over_tcp(place, question, seen)
        return self._judged(answer, seen)

    def _question(self) -> "dns.message.QueryMessage":
        import dns.flags
        import dns.message

        question = dns.message.make_query(
            self.query,
            self.type,
            self.class_,
            use_edns=0,
            payload=_PAYLOAD,
            want_dnssec=self.authenticated,
        )
        if not self.recursion:
            question.flags &= ~dns.flags.RD
        if self.authenticated:
            question.flags |= dns.flags.AD
        return question

    async def _over_udp(
        self, place: Place, question: "dns.message.QueryMessage", seen: Seen
    ) -> "dns.message.Message":
        wire = question.to_wire()
        async with datagrams(place, self.port) as sock:
            self._asked(seen, "UDP", place)
            with seen.phase(Phase.FIRST_BYTE) as timed:
                sock.send(wire)
                timed.sent()
                for _ in range(_MOST_STRAYS):
                    data, _, at = await sock.receive()
                    answer = None
                    if len(data) <= _MOST_OVER_UDP:
                        answer = _read(data, question)
                    if answer is not None:
                        timed.ended(at)
                        return answer
                    seen.note("<-", f"{len(data)} octets that answer nothing")
                    # However fast they come, others have their turn, and so has the
                    # deadline.
                    await asyncio.sleep(0)
        raise FailedError(
            Outcome.MALFORMED, f"{_MOST_STRAYS} datagrams, none of them an answer"
        )

    async def _over_tcp(
        self, place: Place, question: "dns.message.QueryMessage", seen: Seen
    ) -> "dns.message.Message":
        wire = question.to_wire()
        async with connected(place, self.port, seen) as stream:
            self._asked(seen, "TCP", place)
            stream.writer.write(struct.pack("!H", len(wire)) + wire)
            try:
                with seen.phase(Phase.FIRST_BYTE):
                    (length,) = struct.unpack("!H", await stream.reader.readexactly(2))
                received = await stream.reader.readexactly(length)
            except asyncio.IncompleteReadError as error:
                raise cut_short(error.partial) from None
        # Some of this size take a second to read, in which nobody else is to wait.
        answer = await asyncio.to_thread(_read, received, question)
        if answer is None:
            raise FailedError(Outcome.MALFORMED, "it does not answer the question")
        return answer

    def _asked(self, seen: Seen, over: str, place: Place) -> None:
        asked = f"{self.query} {self.class_} {self.type}"
        seen.note("->", f"{asked} to {place.address} port {self.port} over {over}")

    def _judged(self, answer: "dns.message.Message", seen: Seen) -> Outcome:
        import dns.flags
        import dns.rcode
        import dns.rdatatype

        rcode = dns.rcode.to_text(answer.rcode())
        flags = dns.flags.to_text(answer.flags)
        wanted = dns.rdatatype.from_text(self.type)
        records = [
            record.to_text()
            for records in answer.answer
            if wanted in (records.rdtype, dns.rdatatype.ANY)
            for record in records
        ]
        seen.note("<-", f"{rcode}, flags {flags}", *records[:_MOST_SHOWN])
        if answer.rcode() != dns.rcode.from_text(self.rcode):
            seen.detail = f"answers {rcode}, not {self.rcode}"
            return Outcome.MISMATCH
        given = {_plain(record) for record in records}
        missing = [one for one in self.answers if _plain(one) not in given]
        if missing:
            told = printable(", ".join(records)) or "none"
            seen.detail = f"{missing[0]} is not among its answers: {told}"
        elif not records and not self.answers and self.rcode == "NOERROR":
            seen.detail = f"there is no record of type {self.type}"
        elif self.authenticated and not answer.flags & dns.flags.AD:
            seen.detail = "the server does not vouch for it (no AD flag)"
        else:
            return Outcome.SUCCESS
        return Outcome.MISMATCH


def _read(
    data: bytes, question: "dns.message.QueryMessage"
) -> "dns.message.Message | None":
    """Return the answer to the question; None if it is to another, or garbled."""
    import dns.exception
    import dns.message

    if data[:2] != question.id.to_bytes(2):
        # As nearly all are that somebody forges; nothing more of them is read.
        return None
    try:
        # One that was cut off need not be whole: it is asked for again.
        answer = dns.message.from_wire(data, ignore_trailing=True)
    except dns.message.Truncated as error:
        answer = cast("dns.message.Message", error.message())  # type: ignore[no-untyped-call]
    except (dns.exception.DNSException, ValueError, IndexError, struct.error):
        return None
    return answer if question.is_response(answer) else None


def _plain(record: str) -> str:
    return record.strip().rstrip(".").lower()
