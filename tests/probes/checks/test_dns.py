"""DNS checks: what answers another question is no answer."""

import asyncio
import struct
from collections.abc import Callable

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from pydantic import ValidationError

from bellrock.model.check import Phase
from bellrock.model.observation import Outcome
from probes.checks.dns import DnsCheck
from probes.failure import FailedError
from tests.probes.checks.servers import (
    Turns,
    answering,
    attempt,
    check,
    closed_port,
    here,
    outcome,
    serving,
)

NAME = "portal.example."


def answered(
    data: bytes, *records: str, flags: int = 0, rcode: str = "NOERROR", kind: str = "A"
) -> bytes:
    answer = dns.message.make_response(dns.message.from_wire(data))
    answer.flags |= flags
    answer.set_rcode(dns.rcode.from_text(rcode))
    if records:
        answer.answer.append(dns.rrset.from_text(NAME, 60, "IN", kind, *records))
    return answer.to_wire()


async def asked(
    answer: Callable[[bytes], list[bytes]], **section: object
) -> tuple[Outcome, str]:
    async with answering(answer) as port:
        given = {"query": "portal.example", "port": port, **section}
        found = await attempt(check(deadline=0.5, dns=given))
    return found.outcome, found.detail


async def test_an_answer_is_well_and_timed() -> None:
    async with answering(lambda data: [answered(data, "192.0.2.7")]) as port:
        given = {"query": "portal.example", "port": port}
        found = await attempt(check(dns=given))
    assert found.outcome is Outcome.SUCCESS
    assert [phase for phase, _ in found.phases] == [Phase.FIRST_BYTE]


@pytest.mark.parametrize(
    ("answer", "section", "detail"),
    [
        ({"records": ["192.0.2.7", "192.0.2.8"]}, {"answers": ["192.0.2.8"]}, ""),
        (
            {"records": ["192.0.2.7"]},
            {"answers": ["192.0.2.8"]},
            "192.0.2.8 is not among its answers: 192.0.2.7",
        ),
        (
            {"records": ["Mail.Example."], "kind": "CNAME"},
            {"type": "CNAME", "answers": ["mail.example"]},
            "",
        ),
        ({}, {}, "there is no record of type A"),
        ({"rcode": "NXDOMAIN"}, {}, "answers NXDOMAIN, not NOERROR"),
        ({"rcode": "NXDOMAIN"}, {"rcode": "NXDOMAIN"}, ""),
        ({"rcode": "SERVFAIL"}, {}, "answers SERVFAIL, not NOERROR"),
        (
            {"records": ["192.0.2.7"]},
            {"authenticated": True},
            "the server does not vouch for it (no AD flag)",
        ),
        (
            {"records": ["192.0.2.7"], "flags": dns.flags.AD},
            {"authenticated": True},
            "",
        ),
    ],
)
async def test_answers_are_compared(
    answer: dict[str, object], section: dict[str, object], detail: str
) -> None:
    records = answer.pop("records", [])
    assert isinstance(records, list)
    given = dict(answer)
    expected = Outcome.MISMATCH if detail else Outcome.SUCCESS
    found = await asked(
        lambda data: [answered(data, *records, **given)],  # type: ignore[arg-type]
        **section,
    )
    assert found == (expected, detail)
    if records:
        answer["records"] = records


def forged(data: bytes) -> list[bytes]:
    """Return answers that are not to this question."""
    other = dns.message.make_query("other.example", "A", id=int.from_bytes(data[:2]))
    return [
        bytes([data[0] ^ 1]) + answered(data, "198.51.100.66")[1:],
        answered(other.to_wire(), "198.51.100.66"),
        data,
        b"",
        b"\x00\x01",
        data[:2] + b"\xff" * 500,
    ]


async def test_forged_answers_are_passed_over() -> None:
    found = await asked(
        lambda data: [*forged(data), answered(data, "192.0.2.7")],
        answers=["192.0.2.7"],
    )
    assert found == (Outcome.SUCCESS, "")


async def test_forged_answers_alone_are_silence() -> None:
    assert (await asked(forged))[0] is Outcome.TIMEOUT


async def test_a_flood_of_them_ends() -> None:
    found, _ = await asked(lambda _: [b"?"] * 300)
    assert found in (Outcome.TIMEOUT, Outcome.MALFORMED)


def laborious(data: bytes, octets: int) -> bytes:
    """Return an answer that takes long to read: each name in it is one of 120 labels.

    It is to another question, and so it is none.
    """
    name = b"\x01a" * 120 + b"\x00"
    question = b"\x05other\x00\x00\x01\x00\x01"
    at = struct.pack("!H", 0xC000 | 12 + len(question))
    fixed = struct.pack("!HHIH", 1, 1, 60, 4)
    count = (octets - 12 - len(question) - len(name)) // 16
    records = [name, *[at] * count]
    answers = [
        each + fixed + bytes(2) + n.to_bytes(2) for n, each in enumerate(records)
    ]
    header = data[:2] + struct.pack("!HHHHH", 0x8180, 1, len(answers), 0, 0)
    return header + question + b"".join(answers)


async def test_a_flood_of_forged_answers_holds_up_nobody() -> None:
    forgeries = 60

    def flood(data: bytes) -> list[bytes]:
        return [*[laborious(data, 600)] * forgeries, answered(data, "192.0.2.7")]

    seen = Turns()
    async with answering(flood) as port:
        asked = DnsCheck(query=NAME, port=port)
        assert await seen.of(asked(here(port), seen)) is Outcome.SUCCESS
    turns = [turn for head, turn in seen.noted if "answer nothing" in head]
    assert len(turns) == len(set(turns)) == forgeries


@pytest.mark.parametrize(("records", "expected"), [(70, True), (300, False)])
async def test_far_more_than_was_asked_for_is_no_answer(
    records: int, expected: bool
) -> None:
    def long(data: bytes) -> list[bytes]:
        answer = dns.message.make_response(dns.message.from_wire(data))
        many = [f"192.0.{n // 250}.{n % 250}" for n in range(records)]
        answer.answer.append(dns.rrset.from_text(NAME, 60, "IN", "A", *many))
        return [answer.to_wire(max_size=65_535)]

    found, _ = await asked(long)
    assert found is (Outcome.SUCCESS if expected else Outcome.TIMEOUT)


async def test_a_long_answer_over_tcp_holds_up_nobody_while_it_is_read() -> None:
    seen, ended = Turns(), 0

    async def long(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal ended
        (length,) = struct.unpack("!H", await reader.readexactly(2))
        reply = laborious(await reader.readexactly(length), 60_000)
        writer.write(struct.pack("!H", len(reply)) + reply)
        await writer.drain()
        # It has all of it, and hangs up, before it is read.
        await reader.read()
        ended = seen.turn

    async with serving(long) as port:
        asked = DnsCheck(query=NAME, port=port, transport="tcp")
        with pytest.raises(FailedError, match="does not answer the question"):
            await seen.of(asked(here(port), seen))
    assert ended
    assert seen.turn - ended > 20


async def test_nobody_there_is_refused() -> None:
    port = closed_port()
    given = {"query": "portal.example", "port": port}
    assert await outcome(check(dns=given)) is Outcome.REFUSED
    over_tcp = {**given, "transport": "tcp"}
    assert await outcome(check(dns=over_tcp)) is Outcome.REFUSED


async def test_what_is_too_long_for_udp_is_asked_over_tcp() -> None:
    async def long(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        (length,) = struct.unpack("!H", await reader.readexactly(2))
        reply = answered(await reader.readexactly(length), "192.0.2.7")
        writer.write(struct.pack("!H", len(reply)) + reply)
        await writer.drain()

    def short(data: bytes) -> list[bytes]:
        return [answered(data, flags=dns.flags.TC)]

    async with serving(long) as port, answering(short, port):
        given = {"query": "portal.example", "port": port, "answers": ["192.0.2.7"]}
        found = await attempt(check(dns=given))
    assert (found.outcome, found.detail) == (Outcome.SUCCESS, "")
    assert [phase for phase, _ in found.phases] == [
        *(Phase.FIRST_BYTE, Phase.CONNECT, Phase.FIRST_BYTE)
    ]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (b"", Outcome.MISMATCH),
        (b"\x00\x10half", Outcome.MISMATCH),
        (b"\x00\x04what", Outcome.MALFORMED),
    ],
)
async def test_half_an_answer_over_tcp_is_told(reply: bytes, expected: Outcome) -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(reply)
        await writer.drain()

    async with serving(half) as port:
        given = {"query": "portal.example", "port": port, "transport": "tcp"}
        assert await outcome(check(dns=given)) is expected


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"query": "a..b"}, "query: "),
        ({"type": "AAAAA"}, "type: "),
        ({"class": "OUT"}, "class: "),
        ({"rcode": "FINE"}, "rcode: "),
    ],
)
def test_what_dns_does_not_have_is_told(section: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        check(dns={"query": "portal.example", **section})
