"""One performance of the demo, watched by a Prometheus and an Alertmanager of ours.

Theirs are the demo's own; ours scrape the same monitor with the rules that the demo
uses, and notify a webhook of the tests. Alertmanager is killed in the middle of it.

The story is taken further only when all have seen what it has come to: how fast that
is says more of the machine than of what is tested.
"""

import asyncio
import os
import random
import signal
import socket
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from bellrock.demo.alerting import configuration, rules
from bellrock.demo.alertmanager import Alertmanager
from bellrock.demo.child import mortal
from bellrock.demo.http import answers
from bellrock.demo.pager import PATH, Notification, pager
from bellrock.demo.present import WATCHED
from bellrock.demo.prometheus import Prometheus
from bellrock.export.server import listening_socket, serve
from bellrock.model import catalogue
from tests.programs import need

HOST = "127.0.0.1"
PATIENCE = 300.0
"""Seconds without what must come, after which something hangs."""

LEVEL = f'{catalogue.SITE_REDUNDANCY.name}{{site="{WATCHED}"}}'

_URGENT = -15
"""Niceness; 28 times the share of a program that has none."""

# Below those that the kernel gives to whoever names none.
_FIRST_PORT, _LAST_PORT = 20_000, 32_000


_ports = list(range(_FIRST_PORT, _LAST_PORT))
random.shuffle(_ports)


def free_port() -> int:
    """Return a port that nobody has, nobody is given by chance, and no other call."""
    while True:
        port = _ports.pop()
        try:
            with socket.create_server((HOST, port)):
                return port
        except OSError:
            continue


def command(*options: str) -> list[str]:
    return [sys.executable, "-m", "bellrock", "demo", *options]


@dataclass
class Running:
    """A demo that runs, and what it has said so far."""

    process: Process
    output: str = ""
    reading: asyncio.Task[None] = field(init=False)

    def __post_init__(self) -> None:
        self.reading = asyncio.create_task(self._read())

    async def until(self, what: str, *true: Callable[[], object]) -> None:
        """Wait until all is so; some may have to be awaited.

        A demo that ends before, for a port that is taken or whatever else, says why.
        """
        left, waited = [*true], time.monotonic() + PATIENCE
        while left:
            ended = self.reading.done()
            left = [each for each in left if not await _is_so(each)]
            if left and (ended or time.monotonic() > waited):
                why = f"it ended ({await self.process.wait()})" if ended else "it hangs"
                pytest.fail(f"{why} before {what}; it said\n{self.output}")
            await asyncio.sleep(0.1)

    async def told(self, *texts: str) -> None:
        """Wait until the demo has said all this."""
        for text in texts:
            await self.until(f"“{text}”", lambda text=text: text in self.output)  # type: ignore[misc]

    async def enter(self) -> None:
        """Press Enter."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")
        await self.process.stdin.drain()

    async def _read(self) -> None:
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            self.output += line.decode()


async def _is_so(true: Callable[[], object]) -> bool:
    said = true()
    return bool(await said if asyncio.iscoroutine(said) else said)


@contextmanager
def first_served() -> Iterator[None]:
    """Come before whatever else runs here, with all that is started meanwhile.

    Four programs and 200 devices take half of a small machine. Where others want all of
    it, what the demo shows is true of a network without processors, and another story.
    Only root may; others have to have a machine of their own.
    """
    before = os.getpriority(os.PRIO_PROCESS, 0)
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, min(before, _URGENT))
    try:
        yield
    finally:
        with suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, 0, before)


@asynccontextmanager
async def running(*options: str) -> AsyncIterator[Running]:
    """Run the demo; whatever happens, neither it nor its children are left behind."""
    # Its children die with it, as it does with us.
    process = await asyncio.create_subprocess_exec(
        *("env", "--default-signal=HUP", *mortal(*command(*options))),
        stdin=PIPE,
        stdout=PIPE,
        stderr=STDOUT,
        env={**os.environ, "COLUMNS": "200"},
        # Linux may share processors out by session: not one for the tests and it.
        start_new_session=True,
    )
    demo = Running(process)
    try:
        yield demo
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await demo.reading


@dataclass
class Asked:
    """A Prometheus after the performance, still there to be asked."""

    url: str
    started: float
    ended: float = 0.0

    def instant(self, query: str) -> list[dict[str, object]]:
        """Return what the query gives as all had ended well."""
        return self._result("query", {"query": query, "time": self.ended})

    def history(self, query: str) -> list[float]:
        """Return the values of the first series over time, repeats left out."""
        values: list[float] = []
        span = {"start": self.started, "end": self.ended, "step": 1}
        for series in self._result("query_range", {"query": query, **span})[:1]:
            samples = series["values"]
            assert isinstance(samples, list)
            for _, text in samples:
                if values[-1:] != [float(text)]:
                    values.append(float(text))
        return values

    def any_time(self, query: str) -> bool:
        """Return whether the query gave anything at any time."""
        span = {"start": self.started, "end": self.ended, "step": 2}
        return bool(self._result("query_range", {"query": query, **span}))

    def _result(
        self, what: str, parameters: dict[str, object]
    ) -> list[dict[str, object]]:
        with httpx.Client(trust_env=False, timeout=PATIENCE) as client:
            answer = client.post(
                f"{self.url}/api/v1/{what}",
                data={key: str(value) for key, value in parameters.items()},
            ).json()
        assert answer["status"] == "success", (parameters, answer)
        found: list[dict[str, object]] = answer["data"]["result"]
        return found


@dataclass
class Shown:
    """A performance that ran to its end, and what there is to know of it."""

    status: int
    output: str
    notified: list[Notification]
    killed_after: int
    prometheus: Asked = field(repr=False)


@dataclass
class Audience:
    """Who watches: a Prometheus of ours and the demo's own, and our pager."""

    ours: str
    theirs: str
    notified: list[Notification]

    def told_of(self, alert: str, status: str = "firing") -> Callable[[], bool]:
        """Return what says whether it was notified that an alert fires, or did."""
        return lambda: any(
            (each.name, each.status) == (alert, status)
            for notification in self.notified
            for each in notification.alerts
        )

    def sees(self, level: int) -> Callable[[], object]:
        """Return what says whether both see this redundancy of the watched site."""

        async def seen() -> bool:
            found = [await _now(url, LEVEL) for url in (self.ours, self.theirs)]
            return found == [[float(level)]] * 2

        return seen

    async def all_known(self) -> bool:
        """Return whether no site's state is unknown."""
        return await _now(self.ours, catalogue.SITES_UNKNOWN.name) == [0]

    async def all_well(self) -> bool:
        """Return whether nothing that it checks fails."""
        bad = f"{catalogue.CHECK_UP.name} == 0"
        return await _now(self.ours, bad) == []


async def _now(url: str, query: str) -> list[float]:
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE) as client:
        answer = await client.get(f"{url}/api/v1/query", params={"query": query})
    return [float(each["value"][1]) for each in answer.json()["data"]["result"]]


async def perform(stack: AsyncExitStack) -> Shown:
    """Run the demo once; our Prometheus goes on until the stack is closed."""
    need("prometheus")
    need("prometheus-alertmanager")
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    port, theirs = free_port(), (free_port(), free_port())
    options = ("--port", port, "--prometheus-port", theirs[0])
    words = (*options, "--alertmanager-port", theirs[1], "--by-hand")
    async with AsyncExitStack() as beside:
        beside.enter_context(first_served())
        webhook, notified = await _pager(beside)
        place, config = (folder, free_port()), configuration(webhook)
        alertmanager = await Alertmanager.start(place[0], port=place[1], config=config)
        assert alertmanager is not None
        beside.push_async_callback(alertmanager.stop)
        demo = await beside.enter_async_context(running(*map(str, words)))
        started = time.time()
        # Not before there is something to scrape: Bellrock's silence would be an alert.
        url = f"http://{HOST}:{port}"
        await demo.until("it answers", lambda: answers(f"{url}/healthz"))
        prometheus = await Prometheus.start(
            folder,
            port=free_port(),
            scrapes=f"{HOST}:{port}",
            rules=rules(),
            alertmanager=alertmanager.address,
        )
        assert prometheus is not None
        stack.push_async_callback(prometheus.stop)
        see = Audience(prometheus.url, f"http://{HOST}:{theirs[0]}", notified)
        await _before_the_page(demo, see)
        await _noted(demo, folder)
        killed_after = len(notified)
        os.kill(alertmanager.pid, signal.SIGKILL)
        await alertmanager.stop()
        alertmanager = await Alertmanager.start(place[0], port=place[1], config=config)
        assert alertmanager is not None
        beside.push_async_callback(alertmanager.stop)
        await _after_it(demo, see)
        asked = Asked(prometheus.url, started, await _ended(demo, see))
        # Before the demo ends: that nobody watches any more would be a page.
        await alertmanager.stop()
        await demo.enter()
        async with asyncio.timeout(PATIENCE):
            status = await demo.process.wait()
            await demo.reading
    return Shown(status, demo.output, notified, killed_after, asked)


async def _pager(stack: AsyncExitStack) -> tuple[str, list[Notification]]:
    """Take notifications until the stack is closed; return where, and into what."""
    notified: list[Notification] = []
    sock = listening_socket(HOST, 0)
    listening = asyncio.create_task(serve(pager(notified.append), sock))

    async def stop() -> None:
        listening.cancel()
        await asyncio.wait((listening,))

    stack.push_async_callback(stop)
    return f"http://{HOST}:{sock.getsockname()[1]}{PATH}", notified


async def _before_the_page(demo: Running, see: Audience) -> None:
    """Take the story on until somebody is paged for what is cut off."""
    await demo.told("Enter takes the story")
    ticket = see.told_of("CertificateExpiring")
    await demo.until("all is seen", see.sees(2), see.all_known, see.all_well, ticket)
    for happens in ("begins to grow", "more and more slowly", "nobody in time"):
        await demo.enter()
        await demo.told(happens)
    await demo.told("patient-records fails: timeout.", "% full.")
    pages = see.told_of("ServiceCheckFailing"), see.told_of("LinkSaturated")
    await demo.until("the slow service and the full link", *pages)
    await demo.enter()
    await demo.told("lost the second path", "redundancy firing")
    await demo.until("the lost path", see.sees(1), see.told_of("RedundancyLost"))
    await demo.enter()
    await demo.told("patient-records succeeds again.")
    over = see.told_of("ServiceCheckFailing", "resolved")
    await demo.until("the end of the slow service", over)
    # Last, so that whoever has noted the page has noted all that came before.
    await demo.enter()
    await demo.told("CUT OFF", "cut-off firing")
    await demo.until("the page", see.sees(0), see.told_of("SiteCutOff"))


async def _noted(demo: Running, folder: Path) -> None:
    """Wait until Alertmanager has on disk whom it told of what is cut off."""
    log = folder / "alertmanager" / "nflog"
    await demo.until(
        "Alertmanager's log", lambda: log.exists() and b'"cut-off"' in log.read_bytes()
    )


async def _after_it(demo: Running, see: Audience) -> None:
    """Take the story to its end."""
    await demo.enter()
    await demo.told(" back:", "cut-off resolved")
    over = see.told_of("SiteCutOff", "resolved")
    await demo.until("the end of the page", see.sees(1), over)
    await demo.enter()
    await demo.told("have two paths again")
    over = see.told_of("RedundancyLost", "resolved")
    await demo.until("the second path", see.sees(2), over)


async def _ended(demo: Running, see: Audience) -> float:
    """Wait until all is well; return when that was scraped, Unix s."""
    await demo.until("all is well", see.sees(2), see.all_known, see.all_well)
    found: list[float] = []

    async def scraped() -> bool:
        found[:] = await _now(see.ours, f"timestamp({LEVEL})")
        return found != []

    await demo.until("a scrape", scraped)
    return found[0]
