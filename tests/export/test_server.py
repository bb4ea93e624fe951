"""The HTTP face, asked by a real client over loopback."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from itertools import islice

import httpx
import pytest
from starlette.applications import Starlette

from bellrock.export import server
from bellrock.export.exposition import Family, Numbers
from bellrock.export.server import application, listening_socket, serve
from bellrock.model import catalogue
from bellrock.model.catalogue import Metric
from bellrock.model.errors import UserError
from tests.probes.harness import PATIENCE


@asynccontextmanager
async def face(
    families: list[Family], *, ready: bool = True
) -> AsyncIterator[httpx.AsyncClient]:
    """Serve `families`, and yield a client of the server."""
    sock = listening_socket("127.0.0.1", 0)
    base = f"http://127.0.0.1:{sock.getsockname()[1]}"
    task = asyncio.create_task(
        serve(application(lambda: families, lambda: ready), sock)
    )
    try:
        async with httpx.AsyncClient(
            base_url=base, trust_env=False, timeout=PATIENCE
        ) as client:
            yield client
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def lag() -> Numbers:
    numbers = Numbers(catalogue.SCHEDULER_LAG)
    numbers.set((), 0.25)
    return numbers


async def test_text_is_the_default_and_has_our_own_process() -> None:
    async with face([lag()]) as client:
        answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "bellrock_scheduler_lag_seconds 0.25\n" in answer.text
    assert "process_cpu_seconds_total" in answer.text


async def test_prometheus_gets_openmetrics_compressed() -> None:
    accept = "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"
    async with face([lag()]) as client:
        answer = await client.get("/metrics", headers={"accept": accept})
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.headers["content-encoding"] == "gzip"
    assert "# UNIT bellrock_scheduler_lag_seconds seconds\n" in answer.text
    assert answer.text.endswith("# EOF\n")
    assert answer.text.count("# EOF") == 1


async def test_a_client_without_gzip_gets_none() -> None:
    async with face([lag()]) as client:
        headers = {"accept-encoding": "identity"}
        answer = await client.get("/metrics", headers=headers)
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize(("ready", "status"), [(True, 200), (False, 503)])
async def test_ready_only_after_the_first_analysis(ready: bool, status: int) -> None:
    async with face([], ready=ready) as client:
        assert (await client.get("/readyz")).status_code == status
        assert (await client.get("/healthz")).status_code == 200


@pytest.mark.parametrize(("method", "path"), [("POST", "/metrics"), ("GET", "/etc")])
async def test_nothing_else_is_served(method: str, path: str) -> None:
    async with face([]) as client:
        assert (await client.request(method, path)).status_code in (404, 405)


async def test_rubbish_does_not_disturb_the_next_reader() -> None:
    async with face([lag()]) as client:
        port = client.base_url.port
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"\x16\x03\x01\x02\x00 not http at all\r\n\r\n")
        assert b"400" in await reader.read(64)
        writer.close()
        await writer.wait_closed()
        assert (await client.get("/metrics")).status_code == 200


def test_a_taken_port_is_said_plainly() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        with pytest.raises(UserError) as refused:
            listening_socket("127.0.0.1", port)
    assert str(refused.value) == (
        f"listen 127.0.0.1:{port}: Address already in use\n"
        "  stop what holds it, or choose another address or port to listen on"
    )


@pytest.mark.parametrize(
    ("accepted", "encoded"),
    [("gzip;q=0", False), ("br, gzip ; q=0.5", True), ("*", False), ("x-gzip", False)],
)
async def test_compressed_only_for_who_wants_it(accepted: str, encoded: bool) -> None:
    async with face([lag()]) as client:
        answer = await client.get("/metrics", headers={"accept-encoding": accepted})
    assert ("content-encoding" in answer.headers) is encoded


@pytest.mark.parametrize("said", [b"", b"GET /metrics HT"])
async def test_connections_that_ask_nothing_do_not_keep_others_out(
    said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "PATIENCE", 2.0)
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(face([lag()]))
        for _ in range(80):
            _, writer = await asyncio.open_connection(
                client.base_url.host, client.base_url.port
            )
            writer.write(said)
            stack.callback(writer.close)
        assert (await client.get("/healthz")).status_code == 503
        async with asyncio.timeout(PATIENCE):
            while (await client.get("/healthz")).status_code != 200:  # noqa: ASYNC110
                await asyncio.sleep(0.1)


def test_a_name_that_does_not_resolve_is_told_as_that() -> None:
    with pytest.raises(UserError, match=r"listen nowhere\.invalid:1: the name"):
        listening_socket("nowhere.invalid", 1)


def many(metric: Metric, count: int) -> Numbers:
    numbers = Numbers(metric)
    for each in range(count):
        numbers.set((f"device-{each}", "site"), each)
    return numbers


async def asked_beside(
    app: Starlette, meanwhile: Callable[[], None]
) -> tuple[str, int]:
    """Return what a scrape says, and how often others had their turn during it."""
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            meanwhile()
            await asyncio.sleep(0)

    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        running = asyncio.create_task(others())
        answer = await client.get("/metrics")
        running.cancel()
    return answer.text, turns


async def test_others_have_their_turn_while_one_large_family_is_rendered() -> None:
    few = application(lambda: [many(catalogue.DEVICE_UP, 1)], lambda: True)
    large = application(lambda: [many(catalogue.DEVICE_UP, 50_000)], lambda: True)
    _, least = await asked_beside(few, lambda: None)
    text, turns = await asked_beside(large, lambda: None)
    assert text.count("bellrock_device_up{") == 50_000
    # The lines are some three million characters.
    assert turns >= least + 5


async def test_what_comes_and_goes_meanwhile_breaks_no_scrape() -> None:
    numbers = many(catalogue.DEVICE_UP, 50_000)
    left = iter(range(50_000))

    def change() -> None:
        for each in islice(left, 100):
            numbers.drop((f"device-{each}", "site"))
            numbers.set((f"new-{each}", "site"), 1)

    text, _ = await asked_beside(application(lambda: [numbers], lambda: True), change)
    assert text.count("bellrock_device_up{") == 50_000


async def test_what_is_worked_out_for_a_scrape_is_done_in_turns() -> None:
    steps = iter(range(20))

    def working() -> Iterator[None]:
        for _ in steps:
            yield

    _, least = await asked_beside(application(list, lambda: True), lambda: None)
    app = application(list, lambda: True, working)
    _, turns = await asked_beside(app, lambda: None)
    assert next(steps, None) is None
    assert turns >= least + 20
