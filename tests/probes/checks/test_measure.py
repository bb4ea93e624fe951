"""A check's name: looked up for each address family, and told where it lacks one."""

import asyncio
import socket
from pathlib import Path

import dns.message
import dns.rcode
import dns.rrset
import pytest
from pydantic import ValidationError

from bellrock.model.check import CheckReading, Family, Phase
from bellrock.model.observation import Outcome
from probes.checks.measure import measure
from probes.checks.resolving import Resolver
from tests.probes.checks.servers import (
    answering,
    check,
    hangs,
    reading,
    resolver,
    serving,
)
from tests.probes.harness import PATIENCE

V4, V6, NONE = Family.IPV4, Family.IPV6, Family.NONE


def outcomes(found: CheckReading) -> dict[Family, Outcome]:
    return {each.family: each.outcome for each in found.attempts}


async def test_a_family_the_name_lacks_is_told_and_not_failed(tmp_path: Path) -> None:
    here = resolver(tmp_path, "127.0.0.1 mail.example mail\n")
    async with serving(hangs) as port:
        found = await reading(check("Mail.Example.", tcp={"port": port}), here)
    assert outcomes(found) == {V4: Outcome.SUCCESS}
    assert found.missing == (V6,)
    (only,) = found.attempts
    assert [phase for phase, _ in only.phases] == [Phase.RESOLVE, Phase.CONNECT]


async def test_a_family_that_was_asked_for_fails_where_it_lacks(tmp_path: Path) -> None:
    here = resolver(tmp_path, "127.0.0.1 mail.example\n")
    async with serving(hangs) as port:
        both = check("mail.example", families=["ipv4", "ipv6"], tcp={"port": port})
        found = await reading(both, here)
    assert outcomes(found) == {V4: Outcome.SUCCESS, V6: Outcome.UNRESOLVED}
    assert found.attempts[1].detail == "mail.example has no ipv6 address"
    assert found.missing == ()


async def test_an_address_has_one_family(tmp_path: Path) -> None:
    found = await reading(check("127.0.0.1", tcp={"port": 1}), resolver(tmp_path, ""))
    assert outcomes(found) == {V4: Outcome.REFUSED}
    assert found.missing == ()


async def test_ipv6_is_no_failure_where_this_machine_has_none(tmp_path: Path) -> None:
    # No machine has a way to an address of the wrong scope.
    here = resolver(tmp_path, "127.0.0.1 mail.example\nfe80::1 mail.example\n")
    async with serving(hangs) as port:
        section = {"tcp": {"port": port}}
        found = await reading(check("mail.example", **section), here)
        asked = check("mail.example", families=["ipv6"], **section)
        failed = await reading(asked, here)
    assert outcomes(found) == {V4: Outcome.SUCCESS}
    assert found.missing == (V6,)
    assert outcomes(failed) == {V6: Outcome.UNREACHABLE}


def zone(data: bytes, records: dict[str, list[str]]) -> list[bytes]:
    question = dns.message.from_wire(data)
    answer = dns.message.make_response(question)
    (asked,) = question.question
    if asked.name.to_text() != "portal.example.":
        answer.set_rcode(dns.rcode.NXDOMAIN)
    elif found := records.get(asked.rdtype.name):
        answer.answer.append(
            dns.rrset.from_text(asked.name, 1, "IN", asked.rdtype.name, *found)
        )
    return [answer.to_wire()]


class _Server(Resolver):
    """One that asks a name server on a port of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        (folder / "hosts").write_text("")
        (folder / "resolv.conf").write_text("nameserver 127.0.0.1\n")
        super().__init__(folder / "hosts", folder / "resolv.conf")
        self._servers().port = port
        self._servers().search = []


async def test_names_are_looked_up_in_dns(tmp_path: Path) -> None:
    records = {"A": ["127.0.0.1"]}
    async with (
        serving(hangs) as port,
        answering(lambda data: zone(data, records)) as dns_,
    ):
        here = _Server(tmp_path, dns_)
        found = await reading(check("portal.example", tcp={"port": port}), here)
        assert outcomes(found) == {V4: Outcome.SUCCESS}
        assert found.missing == (V6,)
        found = await reading(check("other.example", tcp={"port": port}), here)
    assert outcomes(found) == {NONE: Outcome.UNRESOLVED}
    assert found.attempts[0].detail == "no such name"


async def test_no_server_to_ask_is_no_address(tmp_path: Path) -> None:
    here = Resolver(tmp_path / "none", tmp_path / "none")
    found = await reading(check("portal.example", tcp={"port": 1}), here)
    assert outcomes(found) == {NONE: Outcome.UNRESOLVED}
    with pytest.raises(socket.gaierror):
        await here.addresses("portal.example", V4)


async def test_a_slow_resolver_is_a_timeout_of_what_was_known(tmp_path: Path) -> None:
    async with answering(lambda _: []) as port:
        here = _Server(tmp_path, port)
        slow = check("portal.example", deadline=0.1, tcp={"port": 1})
        fresh, known = await asyncio.gather(
            measure(slow, here), measure(slow, here, known=[V4])
        )
    assert outcomes(fresh) == {NONE: Outcome.TIMEOUT}
    assert outcomes(known) == {V4: Outcome.TIMEOUT}


async def test_many_slow_names_wait_beside_each_other(tmp_path: Path) -> None:
    async with answering(lambda _: []) as port:
        here = _Server(tmp_path, port)
        many = [
            check(f"host{at}.example", deadline=1, tcp={"port": 1}) for at in range(300)
        ]
        # One after the other they would take 300 s.
        async with asyncio.timeout(PATIENCE):
            found = await asyncio.gather(*(measure(each, here) for each in many))
    assert {each.attempts[0].outcome for each in found} == {Outcome.TIMEOUT}


async def test_a_changed_hosts_file_counts_at_once(tmp_path: Path) -> None:
    here = resolver(tmp_path, "127.0.0.1 a.example\nnonsense\n\n1.2.3 b.example\n")
    assert await here.addresses("a.example", V4) == ("127.0.0.1",)
    (tmp_path / "hosts").write_text("127.0.0.2 a.example\n::1 a.example\n")
    assert await here.addresses("a.example", V4) == ("127.0.0.2",)
    assert await here.addresses("a.example", V6) == ("::1",)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "nothing to ask"),
        ({"tcp": {"port": 1}, "ntp": {}}, "tcp and ntp in one check"),
        ({"ntp": {}, "families": ["none"]}, "no address family"),
        ({"ntp": {}, "target": "host:123"}, "the port is in ntp"),
        ({"ntp": {}, "target": "http://host/"}, "not a host name"),
        ({"ntp": {}, "name": "Portal"}, "not an id; write up to 100 of a-z"),
        ({"ntp": {}, "service": "a" * 101}, "not an id"),
        ({"ntp": {}, "interval": "100ms"}, "greater than or equal"),
    ],
)
def test_an_entry_that_makes_no_sense_is_told(
    given: dict[str, object], words: str
) -> None:
    target = str(given.pop("target", "host"))
    with pytest.raises(ValidationError, match=words):
        check(target, **given)


def test_a_section_without_settings_has_its_defaults() -> None:
    assert check(ntp=None).kind == "ntp"
