"""Reading back from a Prometheus, a real one and some that are not."""

import asyncio
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bellrock.model import catalogue
from bellrock.model.errors import UserError
from bellrock.promql.select import series
from bellrock.runtime.history import ask
from bellrock.runtime.measured import carried
from bellrock.runtime.seen import seen_lately
from tests.probes.harness import PATIENCE
from tests.programs import need
from tests.topology.networks import network

NAME = catalogue.LINK_PROVENANCE.name
UP = series(catalogue.LINK_UP)


def history(now: float) -> str:
    """Return two days of a link that was seen once, one that was not, one of old."""
    lines = [f"# TYPE {NAME} gauge"]
    for link, provenance, hours in (
        ("once", "seen_from_one_end", (30,)),
        ("once", "declared", (20, 2, 1)),
        ("never", "declared", (30, 20, 2, 1)),
        ("of-old", "declared", (1,)),
        ("of-old", "seen_from_both_ends", (40,)),
    ):
        labels = f'{{link="{link}",provenance="{provenance}"}}'
        lines += [f"{NAME}{labels} 1 {now - hour * 3600}" for hour in hours]
    lines += [f"# TYPE {catalogue.LINK_UTILISATION.name} gauge"]
    for link, direction, shares in (
        ("tail", "ab", (0.1, 0.3)),
        ("tail", "ba", (0.5, 0.5)),
        ("stranger", "ab", (0.5, 0.5)),
    ):
        labels = f'{{link="{link}",direction="{direction}"}}'
        name = catalogue.LINK_UTILISATION.name
        moments = zip((50, 20), shares, strict=True)
        lines += [f"{name}{labels} {s} {now - minutes * 60}" for minutes, s in moments]
    lines += [f"# TYPE {catalogue.LINK_UP.name} gauge"]
    for link, states in (("tail", (1, 1)), ("gone", (0, 0)), ("flapping", (0, 1))):
        moments = zip((50, 20), states, strict=True)
        name = catalogue.LINK_UP.name
        lines += [f'{name}{{link="{link}"}} {s} {now - m * 60}' for m, s in moments]
    return "\n".join([*lines, "# EOF", ""])


NET = network(
    {"gw": "dc", "cpe": "school"},
    dict.fromkeys(("tail", "gone", "flapping"), ("cpe", "gw")),
    ["gw"],
)
LINKS = {
    name: replace(link, capacity_ab=100e6, capacity_ba=20e6)
    for name, link in NET.links.items()
}


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    need("prometheus")
    folder = tmp_path_factory.mktemp("history")
    told, blocks = folder / "told.om", folder / "tsdb"
    told.write_text(history(time.time()))
    subprocess.run(
        ["promtool", "tsdb", "create-blocks-from", "openmetrics", told, blocks],
        check=True,
        capture_output=True,
    )
    (folder / "prometheus.yml").write_text("global: {}\n")
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={blocks}",
                "--storage.tsdb.retention.time=100d",
                "--web.listen-address=127.0.0.1:0",
            ],
            stderr=log,
            stdout=log,
        )
    try:
        yield f"http://{listening(folder / 'log')}"
    finally:
        process.terminate()
        process.wait()


def listening(log: Path) -> str:
    """Return the address that its log says it listens on, once it answers."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        text = log.read_text()
        if "Server is ready" in text:
            line = next(x for x in text.splitlines() if "Listening on" in x)
            return line.rpartition("address=")[2].strip().strip('"')
        time.sleep(0.05)
    raise AssertionError(log.read_text())


def test_a_link_seen_once_in_the_time_is_seen(prometheus: str) -> None:
    lately = seen_lately(prometheus, 36 * 3600)
    assert lately.looked_for == {"once", "never", "of-old"}
    assert lately.seen == {"once"}


def test_what_was_seen_longer_ago_than_asked_was_not(prometheus: str) -> None:
    lately = seen_lately(prometheus, 24 * 3600)
    assert lately.looked_for == {"once", "never", "of-old"}
    assert not lately.seen


def test_what_links_carried_is_the_average_of_their_capacity(prometheus: str) -> None:
    found = carried(prometheus, replace(NET, links=LINKS), 3600)
    assert found.load == pytest.approx({("tail", "ab"): 20e6, ("tail", "ba"): 10e6})
    assert found.down == {"gone"}
    assert found.changing == ("flapping",)


def test_of_an_hour_long_ago_nothing_is_known(prometheus: str) -> None:
    found = carried(prometheus, replace(NET, links=LINKS), 3600, time.time() - 36_000)
    assert (found.load, found.down) == ({}, frozenset())


def test_a_path_before_the_api_is_kept_and_no_such_path_is_told(
    prometheus: str,
) -> None:
    with pytest.raises(UserError, match="not how Prometheus answers"):
        ask(f"{prometheus}/behind", UP)


@asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[str]:
    """Listen for one request, and answer it with `answer`."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()
        yield f"http://{host}:{port}"


def page(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"status": "error", "error": "no"}',
        b'{"status": "success", "data": {"resultType": "matrix", "result": []}}',
        b'{"status": "success", "data": {"resultType": "vector", "result": [1]}}',
        b'{"status": "success", "data": {"resultType": "vector", "result": [{}]}}',
        b'{"status": "success", "data": []}',
        b'{"status": "success", "data": {"resultType": "vector", "result": '
        b'[{"metric": [], "value": [1, "1"]}]}}',
        b'{"status": "success", "data": {"resultType": "vector", "result": '
        b'[{"metric": {}, "value": [1, "one"]}]}}',
        b'{"status": "success", "data": {"resultType": "vector", "result": '
        b'[{"metric": {}, "value": [1]}]}}',
        b'{"status": "success", "data": {"resultType": "vector", "result": '
        b'[{"metric": {}, "value": [1, %s]}]}}' % (b"9" * 400),
        b"[" * 5_000,
    ],
)
async def test_an_answer_that_is_none_is_told_as_such(body: bytes) -> None:
    async with answering(page(body)) as url:
        with pytest.raises(UserError, match="not how Prometheus answers"):
            await asyncio.to_thread(ask, url, UP)


async def test_an_answer_cut_short_is_no_answer() -> None:
    async with answering(page(b"{}")[:-1]) as url:
        with pytest.raises(UserError, match="no answer"):
            await asyncio.to_thread(ask, url, UP)


def test_nobody_there_is_told_without_the_password() -> None:
    with pytest.raises(UserError) as caught:
        ask("http://watch:secret@127.0.0.1:1/prometheus", UP)
    assert "127.0.0.1:1/prometheus: no answer" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["", "prometheus", "ftp://x/", "http://[", "http://x:y"]
)
def test_what_is_no_web_address_is_told(url: str) -> None:
    with pytest.raises(UserError, match=r"web address|no answer"):
        ask(url, UP)
