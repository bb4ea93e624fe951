"""TLS checks: what is wrong with a certificate is said, and when it ends as well."""

import asyncio
import ssl
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bellrock.model.check import Attempt, Phase
from bellrock.model.observation import Outcome
from tests.probes.checks.servers import (
    Authority,
    Handler,
    attempt,
    check,
    hangs,
    outcome,
    resets,
    says,
    serving,
)

DAY = 86_400


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.of(tmp_path_factory.mktemp("ca"))


async def asked(port: int, authority: Authority | None, **section: object) -> Attempt:
    trusted = {} if authority is None else {"ca_file": authority.file}
    given = {"port": port, "server_name": "portal.example", **trusted, **section}
    return await attempt(check(tls=given))


async def test_a_good_certificate_tells_when_it_ends(authority: Authority) -> None:
    async with serving(hangs, authority.context(days=30)) as port:
        found = await asked(port, authority)
    assert (found.outcome, found.detail) == (Outcome.SUCCESS, "")
    assert [phase for phase, _ in found.phases] == [Phase.CONNECT, Phase.TLS]
    assert found.expires is not None
    assert 29 * DAY < found.expires - time.time() <= 30 * DAY


async def test_a_second_look_without_an_answer_hides_nothing(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("probes.checks.tls._ASIDE", 0.1)
    context = authority.context(name="other.example")
    served = 0

    async def once(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal served
        served += 1
        if served == 1:
            await writer.start_tls(context)
        await asyncio.Event().wait()

    async with serving(once) as port:
        found = await asked(port, authority)
    assert served == 2
    assert found.outcome is Outcome.MISMATCH
    assert found.detail.startswith("certificate of another name: ")
    assert found.expires is None


@pytest.mark.parametrize(
    ("plain", "odd"),
    [
        (b"\x0c\x0eportal.example", b"\x03\x0e\x00ortal.example"),
        (b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x03"),
    ],
    ids=["a name of bits", "of a version to come"],
)
async def test_a_certificate_that_cannot_be_read_is_malformed(
    plain: bytes, odd: bytes, authority: Authority
) -> None:
    def changed(encoded: bytes) -> bytes:
        assert plain in encoded
        return encoded.replace(plain, odd)

    async with serving(hangs, with_other(authority, changed)) as port:
        found = await asked(port, None, verify=False)
    assert found.outcome is Outcome.MALFORMED
    assert found.detail == "its certificate cannot be read"


def with_other(
    authority: Authority, changed: Callable[[bytes], bytes]
) -> ssl.SSLContext:
    """Return a server's context, whose certificate is changed."""
    authority.context()
    file = authority.folder / "server.pem"
    key, begin, rest = file.read_text().partition("-----BEGIN CERT")
    encoded = ssl.PEM_cert_to_DER_cert(begin + rest)
    file.write_text(key + ssl.DER_cert_to_PEM_cert(changed(encoded)))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


async def test_a_certificate_with_a_negative_number_is_read_without_a_warning(
    authority: Authority,
) -> None:
    def negative(encoded: bytes) -> bytes:
        # Its sign is the first bit of the number, which follows the version.
        sign = encoded.index(b"\xa0\x03\x02\x01\x02\x02") + 7
        return encoded[:sign] + b"\x81" + encoded[sign + 1 :]

    async with serving(hangs, with_other(authority, negative)) as port:
        found = await asked(port, None, verify=False)
    assert found.outcome is Outcome.SUCCESS


@pytest.mark.parametrize(
    ("made", "detail"),
    [
        ({"days": -2}, "certificate not valid now: certificate has expired"),
        ({"name": "other.example"}, "certificate of another name: "),
    ],
)
async def test_a_bad_certificate_is_a_mismatch_that_tells_its_end(
    authority: Authority, made: dict[str, float], detail: str
) -> None:
    async with serving(hangs, authority.context(**made)) as port:  # type: ignore[arg-type]
        found = await asked(port, authority)
    assert found.outcome is Outcome.MISMATCH
    assert found.detail.startswith(detail)
    assert found.expires is not None
    assert found.expires - time.time() == pytest.approx(
        made.get("days", 30) * DAY, abs=99
    )


async def test_who_is_not_known_is_not_trusted(authority: Authority) -> None:
    async with serving(hangs, authority.context()) as port:
        found = await asked(port, None)
        lenient = await asked(port, None, verify=False)
    assert found.outcome is Outcome.MISMATCH
    assert found.detail.startswith("certificate not trusted: ")
    assert found.expires is not None
    assert (lenient.outcome, lenient.expires) == (Outcome.SUCCESS, found.expires)


async def test_an_address_is_held_against_the_certificate(authority: Authority) -> None:
    async with serving(hangs, authority.context()) as port:
        found = await attempt(check(tls={"port": port, "ca_file": authority.file}))
    assert found.detail.startswith("certificate of another name: ")


async def test_an_old_version_is_not_spoken(authority: Authority) -> None:
    context = authority.context()
    context.maximum_version = context.maximum_version.TLSv1_2
    async with serving(hangs, context) as port:
        assert (await asked(port, authority)).outcome is Outcome.SUCCESS
        found = await asked(port, authority, least_version="1.3")
    # asyncio's server hangs up without saying why.
    assert found.outcome in (Outcome.MISMATCH, Outcome.RESET)


async def test_what_is_agreed_on_is_looked_at(authority: Authority) -> None:
    context = authority.context()
    context.set_alpn_protocols(["http/1.1"])
    async with serving(hangs, context) as port:
        assert (
            await asked(port, authority, alpn="http/1.1")
        ).outcome is Outcome.SUCCESS
        found = await asked(port, authority, alpn="h2")
    assert found.outcome is Outcome.MISMATCH
    assert "h2" in found.detail


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        (says(b"220 not TLS at all\r\n", hold=True), Outcome.MISMATCH),
        (says(b"\x16\x03"), Outcome.RESET),
        (says(), Outcome.RESET),
        (resets, Outcome.RESET),
    ],
)
async def test_what_is_no_handshake_is_told(
    handler: Handler, expected: Outcome
) -> None:
    async with serving(handler) as port:
        found = await asked(port, None)
    assert found.outcome is expected
    assert found.detail


async def test_a_handshake_that_never_ends_is_a_timeout() -> None:
    async with serving(hangs) as port:
        found = await attempt(check(deadline=0.5, tls={"port": port}))
    assert found.outcome is Outcome.TIMEOUT
    assert [phase for phase, _ in found.phases] == [Phase.CONNECT]


TALKS = {
    "smtp": (
        b"220-mail\r\n220 mail\r\n",
        (b"250-mail\r\n250 STARTTLS\r\n", b"220 ok\r\n"),
    ),
    "imap": (b"* OK ready\r\n", (b"* CAPABILITY IMAP4rev1\r\na OK go\r\n",)),
    "pop3": (b"+OK ready\r\n", (b"+OK go\r\n",)),
}


@pytest.mark.parametrize("protocol", TALKS)
async def test_mail_is_asked_to_go_on_in_secret(
    authority: Authority, protocol: str
) -> None:
    greeting, answers = TALKS[protocol]
    context = authority.context()

    async def mail(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        for answer in answers:
            await reader.readline()
            writer.write(answer)
        await writer.drain()
        await writer.start_tls(context)
        await hangs(reader, writer)

    async with serving(mail) as port:
        found = await asked(port, authority, starttls=protocol)
    assert (found.outcome, found.detail) == (Outcome.SUCCESS, "")
    assert found.expires is not None


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (b"220 mail\r\n502 no\r\n", Outcome.MISMATCH),
        (b"554 go away\r\n", Outcome.MISMATCH),
        (b"220-on and on\r\n" * 200, Outcome.MALFORMED),
        (b"220" + b"x" * 200_000, Outcome.MALFORMED),
        (b"220 ma", Outcome.MISMATCH),
    ],
)
async def test_a_mail_server_without_it_is_told(
    words: bytes, expected: Outcome
) -> None:
    hold = words.endswith(b"\n") or len(words) > 1000
    async with serving(says(words, hold=hold)) as port:
        assert await outcome(check(tls={"port": port, "starttls": "smtp"})) is expected


def test_a_ca_file_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    for name, words in (("ca.pem", "no certificate"), ("none.pem", "cannot read")):
        with pytest.raises(ValueError, match=words):
            check(tls={"ca_file": tmp_path / name})
