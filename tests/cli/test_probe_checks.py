"""``bellrock probe tcp|tls|http|dns|ntp``: asked once, told in three ways."""

import asyncio
import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.test_probe import says
from tests.probes.checks.servers import (
    Authority,
    answering,
    closed_port,
    hangs,
    serving,
)
from tests.probes.checks.servers import (
    says as answers,
)
from tests.probes.checks.test_dns import answered as record
from tests.probes.checks.test_http import page
from tests.probes.checks.test_ntp import answered as time


async def run(*words: object, folder: Path):  # type: ignore[no-untyped-def]
    return await asyncio.to_thread(says, *words, folder=folder)


async def test_a_page_is_explained_phase_by_phase(tmp_path: Path) -> None:
    async with serving(answers(page())) as port:
        url = f"http://127.0.0.1:{port}/"
        done = await run(
            "http", url, "--contains", "hello", "--explain", folder=tmp_path
        )
    assert done.returncode == 0, done.stderr
    for words in ("-> GET /", "<- 200 OK", "connect", "success", "Host: 127.0.0.1"):
        assert words in done.stdout
    assert "our own timing error was at most" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 88


async def test_a_redirect_to_another_host_is_followed_where_it_is_named(
    tmp_path: Path,
) -> None:
    async with serving(answers(page()), address="127.0.0.2") as other:
        moved = page(b"", "302 Found", f"Location: http://127.0.0.2:{other}/")
        async with serving(answers(moved)) as port:
            url = f"http://127.0.0.1:{port}/"
            barred = await run("http", url, folder=tmp_path)
            named = await run("http", url, "--follow", "127.0.0.2", folder=tmp_path)
    assert (barred.returncode, named.returncode) == (1, 0)
    assert "add 127.0.0.2 to follow" in " ".join(barred.stdout.split())


async def test_a_bad_certificate_is_a_finding_with_its_end(tmp_path: Path) -> None:
    authority = Authority.of(tmp_path)
    async with serving(hangs, authority.context("other.example")) as port:
        place = f"127.0.0.1:{port}"
        done = await run("tls", place, "--format", "json", folder=tmp_path)
        fine = await run("tls", place, "--insecure", folder=tmp_path)
    (row,) = json.loads(done.stdout)["targets"]
    assert done.returncode == 1
    assert row["outcome"] == "mismatch"
    assert row["expires"] is not None
    assert fine.returncode == 0
    assert "certificate until" in fine.stdout


async def test_servers_of_time_and_names_are_rows(tmp_path: Path) -> None:
    async with answering(lambda data: [time(data)]) as clock:
        done = await run(
            "ntp", f"127.0.0.1:{clock}", "--format", "csv", folder=tmp_path
        )
    (row,) = csv.DictReader(io.StringIO(done.stdout))
    assert (row["outcome"], row["stratum"]) == ("success", "2")
    assert abs(float(row["offset"])) < 1
    async with answering(lambda data: [record(data, "192.0.2.7")]) as names:
        place = f"127.0.0.1:{names}"
        asked = ("dns", place, "--query", "portal.example", "--answer")
        right = await run(*asked, "192.0.2.7", folder=tmp_path)
        wrong = await run(*asked, "192.0.2.8", folder=tmp_path)
    assert (right.returncode, wrong.returncode) == (0, 1)
    assert "192.0.2.8 is not among its answers" in wrong.stdout


async def test_each_target_is_asked(tmp_path: Path) -> None:
    async with serving(hangs) as port:
        done = await run(
            *("tcp", f"127.0.0.1:{port}", f"127.0.0.1:{closed_port()}"),
            folder=tmp_path,
        )
    assert done.returncode == 1
    assert "success" in done.stdout
    assert "refused" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("tcp", "localhost"), "give it as --port"),
        (("tcp", "localhost:1", "-4", "-6"), "-4 and -6 leave nothing"),
        (("http", "ftp://x/"), "not a web address"),
        (("http", "http://x:secret@x/"), "http http://x/: target: holds a user"),
        (("http", "http://x/", "--header-file", "A"), "no name and file"),
        (("dns", "127.0.0.1", "--query", "x", "--type", "AAAAA"), "type: "),
        (("ntp", "127.0.0.1", "--deadline", "1h"), "out of range"),
    ],
)
def test_what_cannot_be_asked_is_told(
    words: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    done = says(*words, folder=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret@" not in done.stderr
    assert all(line.strip() for line in done.stderr.splitlines())


def test_a_want_of_descriptors_is_no_services_outcome_and_says_what_to_do(
    tmp_path: Path,
) -> None:
    hosts = [f"127.0.0.{n}" for n in range(1, 101)]
    few = ("sh", "-c", 'ulimit -n 40; exec "$@"', "sh")
    port = closed_port()
    done = says("tcp", *hosts, "--port", port, folder=tmp_path, before=few)
    assert (done.returncode, done.stdout) == (70, "")
    assert "Too many open files" in done.stderr
    assert "ulimit -n" in done.stderr
    assert "Traceback" not in done.stderr


async def test_two_ports_of_a_host_are_told_apart(tmp_path: Path) -> None:
    two = [f"127.0.0.1:{closed_port()}", f"127.0.0.1:{closed_port()}"]
    done = await run("tcp", *two, "--format", "csv", folder=tmp_path)
    rows = csv.DictReader(io.StringIO(done.stdout))
    assert [row["target"] for row in rows] == two


async def test_a_password_in_a_web_address_is_not_repeated(tmp_path: Path) -> None:
    url = f"http://me:hunter2@127.0.0.1:{closed_port()}/"
    done = await run("http", url, folder=tmp_path)
    assert "hunter2" not in done.stdout + done.stderr
