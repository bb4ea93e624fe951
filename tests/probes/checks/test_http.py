"""HTTP checks: the right page is told from another, and every hop is named."""

import asyncio
import os
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import ValidationError

from bellrock.model.check import Family, Phase
from bellrock.model.observation import Outcome
from probes.checks.http import HttpCheck
from tests.probes.checks.servers import (
    LOOPBACK,
    Authority,
    Handler,
    Turns,
    attempt,
    check,
    hangs,
    here,
    outcome,
    reading,
    resets,
    resolver,
    says,
    serving,
)

Answer = Callable[[str, dict[str, str]], bytes]


def page(body: bytes = b"hello", status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


@asynccontextmanager
async def web(
    answer: Answer,
    context: ssl.SSLContext | None = None,
    address: str = LOOPBACK[Family.IPV4],
) -> AsyncIterator[int]:
    """Answer each request, given its first line and its headers."""

    async def handler(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.rstrip().split("\r\n")
        headers = dict(each.split(": ", 1) for each in lines)
        writer.write(answer(first, headers))
        await writer.drain()
        await hangs(reader, writer)

    async with serving(handler, context, address=address) as port:
        yield port


@asynccontextmanager
async def one(body: bytes) -> AsyncIterator[str]:
    async with web(lambda *_: body) as port:
        yield f"http://127.0.0.1:{port}/"


async def test_a_page_is_well_and_its_phases_are_told() -> None:
    async with one(page()) as url:
        found = await attempt(check(url, http={}))
    assert (found.outcome, found.detail) == (Outcome.SUCCESS, "")
    assert [phase for phase, _ in found.phases] == [Phase.CONNECT, Phase.FIRST_BYTE]


async def test_over_tls_the_certificate_is_looked_at(tmp_path: Path) -> None:
    authority = Authority.of(tmp_path)
    section = {"ca_file": authority.file, "server_name": "portal.example"}
    async with web(lambda *_: page(), authority.context()) as port:
        url = f"https://127.0.0.1:{port}/"
        found = await attempt(check(url, http=section))
        other = await attempt(check(url, http={}))
    assert found.outcome is Outcome.SUCCESS
    assert Phase.TLS in dict(found.phases)
    assert found.expires is not None
    assert other.outcome is Outcome.MISMATCH
    assert other.detail.startswith("certificate not trusted: ")
    assert other.expires == found.expires


@pytest.mark.parametrize(
    ("body", "section", "detail"),
    [
        (page(status="503 Busy"), {}, "status 503 Busy"),
        (page(status="404 No"), {"status": [404]}, ""),
        (page(), {"status": [204]}, "status 200 OK"),
        (page(), {"contains": "hello"}, ""),
        (page(), {"contains": "Patients"}, "'Patients' is not in it"),
        (page(), {"matches": "h.l+o$"}, ""),
        (page(), {"matches": r"\d"}, "nothing in it matches '\\\\d'"),
        (page(), {"lacks": "hell"}, "'hell' is in it"),
        (page(), {"lacks": "error"}, ""),
        (
            page(b"x" * 99),
            {"contains": "y", "body_limit": 9},
            "'y' is not in the first 9 octets",
        ),
    ],
)
async def test_the_page_is_compared(
    body: bytes, section: dict[str, object], detail: str
) -> None:
    async with one(body) as url:
        found = await attempt(check(url, http=section))
    expected = Outcome.MISMATCH if detail else Outcome.SUCCESS
    assert (found.outcome, found.detail) == (expected, detail)


async def test_an_endless_body_is_read_no_further_than_allowed() -> None:
    async def endless(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 4096)
            await writer.drain()

    async with serving(endless) as port:
        url = f"http://127.0.0.1:{port}/"
        assert await outcome(check(url, http={})) is Outcome.SUCCESS
        found = await attempt(check(url, http={"contains": "y"}))
    assert found.detail == "'y' is not in the first 65536 octets"


async def test_a_page_of_very_many_chunks_holds_up_nobody() -> None:
    chunks = 20_000
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    seen = Turns()
    async with serving(says(head, b"1\r\nx\r\n" * chunks, b"0\r\n\r\n")) as port:
        assert await seen.of(HttpCheck()(here(port), seen)) is Outcome.SUCCESS
    turns = dict(seen.noted)
    # A turn of others for a thousand or two of them.
    assert turns[f"{chunks} octets"] - turns["200 OK"] >= chunks / 2_000


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        (hangs, Outcome.TIMEOUT),
        (resets, Outcome.RESET),
        (says(), Outcome.RESET),
        (says(b"SSH-2.0-OpenSSH\r\n\r\n"), Outcome.MALFORMED),
        (says(b"\x00" * 1000, hold=True), Outcome.MALFORMED),
        (says(b"HTTP/1.1 200 OK\r\nContent-Le"), Outcome.MISMATCH),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), Outcome.MISMATCH),
        (
            says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", hold=True),
            Outcome.TIMEOUT,
        ),
        (
            says(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000, hold=True),
            Outcome.MALFORMED,
        ),
        (says(b"HTTP/1.1 100 Continue\r\n\r\n" * 3, hold=True), Outcome.TIMEOUT),
    ],
)
async def test_what_is_no_answer_is_told(handler: Handler, expected: Outcome) -> None:
    async with serving(handler) as port:
        url = f"http://127.0.0.1:{port}/"
        assert await outcome(check(url, deadline=0.5, http={})) is expected


async def test_redirects_are_followed_and_named() -> None:
    def answer(first: str, _: object) -> bytes:
        if first.split()[1] == "/":
            return page(b"", "302 Found", "Location: /there?x=1")
        return page(b"arrived")

    async with web(answer) as port:
        found = await reading(
            check(f"http://127.0.0.1:{port}", http={"contains": "arrived"}),
            explain=True,
        )
    (only,) = found.attempts
    assert only.outcome is Outcome.SUCCESS
    assert [phase for phase, _ in only.phases] == 2 * [Phase.CONNECT, Phase.FIRST_BYTE]
    hops = [each.lines for each in only.events if each.arrow == "**"]
    base = f"http://127.0.0.1:{port}"
    assert hops == [[f"redirected from {base}/", f"to {base}/there?x=1"]] or hops


@pytest.mark.parametrize(
    ("location", "expected", "detail"),
    [
        ("/again", Outcome.MISMATCH, "over 3 redirects, the last to http://"),
        ("ftp://x/", Outcome.MALFORMED, "redirected to 'ftp://x/': not a web address"),
        (
            "mailto:22",
            Outcome.MALFORMED,
            "redirected to 'mailto:22': not a web address",
        ),
        ("//u:p@x/", Outcome.MALFORMED, "redirected to "),
        ("http://nowhere.test/", Outcome.UNRESOLVED, ""),
    ],
)
async def test_a_redirect_that_leads_nowhere_is_told(
    location: str, expected: Outcome, detail: str, tmp_path: Path
) -> None:
    def moved(*_: object) -> bytes:
        return page(b"", "301 Moved", f"Location: {location}")

    async with web(moved) as port:
        section = {"redirects": 3, "follow": ["nowhere.test"]}
        checked = check(f"http://127.0.0.1:{port}/", http=section)
        found = await attempt(checked, resolver(tmp_path, ""))
    assert found.outcome is expected
    assert found.detail.startswith(detail)


@pytest.mark.parametrize(
    ("follow", "expected"),
    [
        ([], Outcome.MISMATCH),
        (["www.portal.example"], Outcome.MISMATCH),
        (["127.0.0.2"], Outcome.SUCCESS),
        (["*"], Outcome.SUCCESS),
    ],
)
async def test_whoever_answers_does_not_choose_what_else_this_machine_asks(
    follow: list[str], expected: Outcome
) -> None:
    asked = []

    def moves(_: str, headers: dict[str, str]) -> bytes:
        asked.append(headers["Host"].partition(":")[0])
        to = f"Location: http://127.0.0.2:{port}/"
        return page() if asked[-1] == "127.0.0.2" else page(b"", "302 Found", to)

    async with web(moves, address="0.0.0.0") as port:
        url = f"http://127.0.0.1:{port}/"
        found = await attempt(check(url, http={"follow": follow}))
    assert found.outcome is expected
    if expected is Outcome.MISMATCH:
        assert asked == ["127.0.0.1"]
        assert found.detail == (
            f"redirected to http://127.0.0.2:{port}/: another host; if that is right, "
            "add 127.0.0.2 to follow"
        )


async def test_the_host_that_matters_is_the_targets_not_the_last_ones() -> None:
    def moves(_: str, headers: dict[str, str]) -> bytes:
        host = headers["Host"].partition(":")[0]
        after = {"127.0.0.1": "127.0.0.2", "127.0.0.2": "127.0.0.3"}[host]
        return page(b"", "302 Found", f"Location: http://{after}:{port}/")

    async with web(moves, address="0.0.0.0") as port:
        section = {"follow": ["127.0.0.2"]}
        found = await attempt(check(f"http://127.0.0.1:{port}/", http=section))
    assert found.outcome is Outcome.MISMATCH
    assert found.detail.endswith("add 127.0.0.3 to follow")


@pytest.mark.parametrize("text", ["", "https://x", "x/y", "a b", "x:80", "u@x"])
def test_what_is_followed_has_to_be_a_host(text: str) -> None:
    with pytest.raises(ValidationError, match=r"follow: .* is no host"):
        check("portal.example", http={"follow": [text]})


@pytest.mark.parametrize("text", ["*", "WWW.Portal.example", "127.0.0.2", "::1"])
def test_hosts_to_follow_may_be_names_or_addresses(text: str) -> None:
    assert check("portal.example", http={"follow": [text]}).http is not None


async def test_a_redirect_out_of_encryption_is_a_mismatch(tmp_path: Path) -> None:
    authority = Authority.of(tmp_path)
    section = {"ca_file": authority.file, "server_name": "portal.example"}
    moved = page(b"", "301 Moved", "Location: http://127.0.0.1/")
    async with web(lambda *_: moved, authority.context()) as port:
        found = await attempt(check(f"https://127.0.0.1:{port}/", http=section))
    assert found.outcome is Outcome.MISMATCH
    assert found.detail == "redirected from https to http://127.0.0.1/"


async def test_secrets_are_sent_to_the_target_alone_and_never_shown(
    tmp_path: Path,
) -> None:
    (tmp_path / "token").write_text("Bearer 12345\n")
    heard: list[str | None] = []

    def elsewhere(_: str, headers: dict[str, str]) -> bytes:
        heard.append(headers.get("Authorization"))
        return page()

    async with web(elsewhere) as other:
        moved = page(b"", "307 Moved", f"Location: http://127.0.0.1:{other}/")

        def home(_: str, headers: dict[str, str]) -> bytes:
            heard.append(headers.get("Authorization"))
            return moved

        async with web(home) as port:
            section = {
                "secret_headers": {"Authorization": {"value_file": tmp_path / "token"}}
            }
            checked = check(f"http://127.0.0.1:{port}/", http=section)
            found = await reading(checked, explain=True)
    assert heard == ["Bearer 12345", None]
    assert found.succeeded
    assert "Authorization: (secret)" in str(found)
    assert "12345" not in str(found) + repr(checked)


@pytest.mark.parametrize("secret", ["Bearer 12345 ", " Bearer 12345", "\tx", "a\nb"])
async def test_a_secret_that_cannot_be_sent_is_refused_unsaid(
    secret: str, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text(secret)
    section = {"secret_headers": {"X": {"value_file": tmp_path / "token"}}}
    with pytest.raises(ValidationError) as caught:
        check("x", http=section)
    (problem,) = caught.value.errors()
    assert problem["msg"].endswith("one line of ASCII, without space at its ends")
    assert secret not in problem["msg"]


async def test_tls_that_breaks_off_is_the_far_ends_doing(tmp_path: Path) -> None:
    async def garbles(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.readuntil(b"\r\n\r\n")
        record = b"\x17\x03\x03\x00\x20" + bytes(32)
        os.write(writer.get_extra_info("socket").fileno(), record)
        await asyncio.Event().wait()

    async with serving(garbles, Authority.of(tmp_path).context()) as port:
        found = await attempt(
            check(f"https://127.0.0.1:{port}/", http={"verify": False})
        )
    assert found.outcome is Outcome.RESET
    assert found.detail.startswith("TLS was broken off: ")


async def test_an_expression_without_end_holds_up_nobody() -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0.01)
            turns += 1

    async with one(page(b"a" * 64 + b"!")) as url:
        meanwhile = asyncio.create_task(others())
        found = await attempt(check(url, deadline=30, http={"matches": "(a+)+$"}))
        meanwhile.cancel()
    assert found.outcome is Outcome.MISMATCH
    assert found.detail.startswith("to search this page for '(a+)+$' takes too")
    assert turns > 10


def children() -> set[str]:
    tasks = Path("/proc/self/task").glob("*/children")
    return {each for task in tasks for each in task.read_text().split()}


async def test_a_search_ends_with_the_deadline() -> None:
    before = children()
    async with one(page(b"a" * 64 + b"!")) as url:
        given = check(url, deadline=0.3, http={"matches": "(a+)+$"})
        assert await outcome(given) is Outcome.TIMEOUT
    assert children() <= before


@pytest.mark.parametrize("pattern", ["\0", "é\n+", "(?i)WÖRTER", "\ufffd", "^", "z$"])
async def test_an_expression_is_searched_for_as_it_is_written(pattern: str) -> None:
    async with one(page("\0 é\n\n wörter ".encode() + b"\xff z")) as url:
        assert await outcome(check(url, http={"matches": pattern})) is Outcome.SUCCESS


async def test_no_proxy_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")
    async with one(page()) as url:
        assert await outcome(check(url, http={})) is Outcome.SUCCESS


async def test_what_is_sent_is_what_was_asked_for() -> None:
    heard: list[tuple[str, dict[str, str]]] = []

    def answer(first: str, headers: dict[str, str]) -> bytes:
        heard.append((first, headers))
        return page()

    section = {"method": "POST", "body": "a=1", "headers": {"user-agent": "me"}}
    async with web(answer) as port:
        url = f"http://127.0.0.1:{port}/café?x"
        assert await outcome(check(url, http=section)) is Outcome.SUCCESS
    ((first, headers),) = heard
    assert first == "POST /caf%C3%A9?x HTTP/1.1"
    assert headers["Host"] == f"127.0.0.1:{port}"
    assert (headers["Content-Length"], headers["user-agent"]) == ("3", "me")
    assert "User-Agent" not in headers


@pytest.mark.parametrize("family", [Family.IPV4, Family.IPV6])
async def test_each_family_is_asked_by_itself(family: Family, tmp_path: Path) -> None:
    async with serving(says(page()), family=family) as port:
        hosts = "127.0.0.1 portal.example\n::1 portal.example # both\n"
        found = await reading(
            check(f"http://portal.example:{port}/", http={}), resolver(tmp_path, hosts)
        )
    outcomes = {each.family: each.outcome for each in found.attempts}
    other = ({*LOOPBACK} - {family}).pop()
    assert outcomes == {family: Outcome.SUCCESS, other: Outcome.REFUSED}


@pytest.mark.parametrize(
    ("target", "section", "words"),
    [
        ("ftp://x/", {}, "not a web address"),
        ("http://u:secret@x/", {}, "holds a user or a password"),
        ("http://x:99999/", {}, "not a web address"),
        ("x", {"matches": "("}, "not a regular expression"),
        ("x", {"status": [42]}, "not the status of an answer"),
        ("x", {"headers": {"Authorization": "Basic 12345"}}, "may be a secret"),
        ("x", {"headers": {"X": "a\r\nb"}}, "not one line"),
        ("x", {"headers": {"X": "a "}}, "without space at its ends"),
        ("x", {"headers": {"a b": "x"}}, "not the name of a header"),
        ("x", {"headers": {"Host": "y"}}, "follows from the request"),
        ("x", {"method": "HEAD", "contains": "y"}, "has no body"),
        ("x", {"secret_headers": {"A": {}}}, "no value given"),
    ],
)
def test_settings_that_make_no_sense_are_told(
    target: str, section: dict[str, object], words: str
) -> None:
    with pytest.raises(ValidationError, match=words) as raised:
        check(target, http=section)
    assert all("12345" not in each["msg"] for each in raised.value.errors())
