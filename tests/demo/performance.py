"""One performance of the demo, watched by a Prometheus and an Alertmanager of ours.

Theirs are the demo's own; ours scrape the same monitor with the rules that the demo
uses, and notify a webhook of the tests. Alertmanager is killed in the middle of it.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bellrock.demo.alerting import configuration, rules
from bellrock.demo.alertmanager import Alertmanager
from bellrock.demo.http import answers
from bellrock.demo.pager import PATH, Notification, pager
from bellrock.demo.prometheus import Prometheus
from bellrock.export.server import listening_socket, serve
from tests.programs import need

SECONDS = 80
HOST = "127.0.0.1"

_PATIENCE = 60.0
_ON_DISK = 2.5
"""Seconds after which Alertmanager has surely noted what it told of."""


def free_port() -> int:
    with socket.create_server((HOST, 0)) as held:
        port: int = held.getsockname()[1]
    return port


def command(*options: str) -> list[str]:
    return [sys.executable, "-m", "bellrock", "demo", *options]


@dataclass
class Asked:
    """A Prometheus after the performance, still there to be asked."""

    url: str
    started: float
    ended: float

    def instant(self, query: str, at: float | None = None) -> list[dict[str, object]]:
        """Return what the query gives at a time, Unix s; as it ended by default."""
        parameters = {"query": query, "time": at or self.ended}
        return self._result("query", parameters)

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
        with httpx.Client(trust_env=False, timeout=30) as client:
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


async def perform(stack: AsyncExitStack) -> Shown:
    """Run the demo once; our Prometheus goes on until the stack is closed."""
    need("prometheus")
    need("prometheus-alertmanager")
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    notified: list[Notification] = []
    paged = asyncio.Event()

    def hear(notification: Notification) -> None:
        notified.append(notification)
        if notification.about == "cut-off":
            paged.set()

    sock = listening_socket(HOST, 0)
    webhook = f"http://{HOST}:{sock.getsockname()[1]}{PATH}"
    listening = asyncio.create_task(serve(pager(hear), sock))
    ours, theirs = free_port(), (free_port(), free_port())
    place, config = (folder, free_port()), configuration(webhook)
    alertmanager = await Alertmanager.start(place[0], port=place[1], config=config)
    assert alertmanager is not None
    ports = ("--prometheus-port", str(theirs[0]), "--alertmanager-port", str(theirs[1]))
    demo = await asyncio.create_subprocess_exec(
        *command("--seconds", str(SECONDS), "--port", str(ours), *ports),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "COLUMNS": "200"},
    )
    started = time.time()
    # Not before there is something to scrape: Bellrock's silence would be an alert.
    await _serving(f"http://{HOST}:{ours}/healthz")
    prometheus = await Prometheus.start(
        folder,
        port=free_port(),
        scrapes=f"{HOST}:{ours}",
        rules=rules(),
        alertmanager=alertmanager.address,
    )
    assert prometheus is not None
    stack.push_async_callback(prometheus.stop)
    try:
        async with asyncio.timeout(SECONDS + _PATIENCE):
            telling = asyncio.create_task(demo.communicate())
            await paged.wait()
            await asyncio.sleep(_ON_DISK)
            killed_after = len(notified)
            os.kill(alertmanager.pid, signal.SIGKILL)
            await alertmanager.stop()
            alertmanager = await Alertmanager.start(
                place[0], port=place[1], config=config
            )
            output, _ = await telling
        ended = time.time()
        # What ended last is told a few seconds later.
        await asyncio.sleep(_ON_DISK)
    finally:
        if demo.returncode is None:
            demo.kill()
            await demo.wait()
        if alertmanager is not None:
            await alertmanager.stop()
        listening.cancel()
        await asyncio.wait((listening,))
    asked = Asked(prometheus.url, started, ended - 3)
    assert demo.returncode is not None
    return Shown(demo.returncode, output.decode(), notified, killed_after, asked)


async def _serving(url: str) -> None:
    async with asyncio.timeout(_PATIENCE):
        while not await answers(url):  # noqa: ASYNC110 - another process's doing
            await asyncio.sleep(0.1)
