"""TCP checks: a live service is told from a socket that only listens."""

import pytest

from bellrock.model.check import Family, Phase
from bellrock.model.observation import Outcome
from tests.probes.checks.servers import (
    Handler,
    attempt,
    check,
    closed_port,
    hangs,
    outcome,
    resets,
    says,
    serving,
)

BANNER = {"banner": "SSH-2.0"}


async def test_a_port_that_takes_connections_is_well() -> None:
    async with serving(hangs) as port:
        found = await attempt(check(tcp={"port": port}))
    assert found.outcome is Outcome.SUCCESS
    assert [phase for phase, _ in found.phases] == [Phase.CONNECT]


async def test_a_closed_port_is_refused() -> None:
    assert await outcome(check(tcp={"port": closed_port()})) is Outcome.REFUSED


async def test_a_hung_process_is_a_timeout_that_keeps_its_connect_time() -> None:
    async with serving(hangs) as port:
        found = await attempt(check(deadline=0.1, tcp={"port": port, **BANNER}))
    assert found.outcome is Outcome.TIMEOUT
    assert found.detail == "no answer within 0.1 s"
    assert [phase for phase, _ in found.phases] == [Phase.CONNECT]


async def test_the_banner_may_come_in_pieces() -> None:
    async with serving(says(b"SS", b"H-2.0", b"-OpenSSH", hold=True)) as port:
        found = await attempt(check(tcp={"port": port, **BANNER}))
    assert found.outcome is Outcome.SUCCESS
    assert [phase for phase, _ in found.phases] == [Phase.CONNECT, Phase.FIRST_BYTE]


@pytest.mark.parametrize(
    ("handler", "detail"),
    [
        (says(b"220 mail", hold=True), "the banner begins with '220 mai'"),
        (says(b"2", hold=True), "the banner begins with '2'"),
        (says(b"SSH-\x1b]0", hold=True), "the banner begins with 'SSH-\ufffd]0'"),
        (says(b"SSH"), "the far end hung up after 'SSH'"),
        (says(), "the far end hung up without a word"),
    ],
)
async def test_another_banner_is_a_mismatch(handler: Handler, detail: str) -> None:
    async with serving(handler) as port:
        found = await attempt(check(tcp={"port": port, **BANNER}))
    assert (found.outcome, found.detail) == (Outcome.MISMATCH, detail)


async def test_a_reset_has_its_own_word() -> None:
    async with serving(resets) as port:
        assert await outcome(check(tcp={"port": port, **BANNER})) is Outcome.RESET


async def test_what_waits_to_be_asked_is_asked() -> None:
    async def polite(reader, writer) -> None:  # type: ignore[no-untyped-def]
        assert await reader.readline() == b"PING\r\n"
        writer.write(b"+PONG\r\n")
        await hangs(reader, writer)

    section = {"send": "PING\r\n", "banner": "+PONG"}
    async with serving(polite) as port:
        found = await outcome(check(tcp={"port": port, **section}))
    assert found is Outcome.SUCCESS


async def test_ipv6_is_asked_over_ipv6() -> None:
    async with serving(hangs, family=Family.IPV6) as port:
        found = await attempt(check("::1", tcp={"port": port}))
    assert (found.family, found.outcome) == (Family.IPV6, Outcome.SUCCESS)
