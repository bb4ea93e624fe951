"""What runs where the monitor stands: Bellrock, Prometheus, Alertmanager, a pager.

All of it real, in processes of its own, so that each can be killed. To be used from
inside the monitor's network; see the fixture ``in_noc``.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import yaml

from alerts import render
from alerts.pace import Pace
from bellrock.demo.alerting import configuration
from bellrock.demo.alertmanager import Alertmanager
from bellrock.demo.child import Child
from bellrock.demo.http import answers
from bellrock.demo.pager import PATH, Notification, pager
from bellrock.export.server import listening_socket, serve
from tests.exported import PATIENCE, Exported
from tests.lab import configs
from tests.lab.network import Lab

HOST = "127.0.0.1"
MONITOR, PROMETHEUS, ALERTMANAGER = 9477, 9090, 9093
PACE = Pace(interval=1, speed=20)
"""Slow enough for a process to be restarted while an alert waits for it."""

_SETTINGS = """\
inventory: {inventory}
listen: 127.0.0.1:9477
snmp:
  lab:
    version: 3
    user: {user}
    auth: {{protocol: sha, password_file: {folder}/auth}}
    privacy: {{protocol: aes128, password_file: {folder}/privacy}}
probes:
  icmp: {{interval: {probe}ms, deadline: {deadline}ms, report: {probe}ms}}
  stamp: {{interval: {probe}ms, deadline: {deadline}ms, report: {probe}ms}}
collectors: {{snmp: {{interval: {poll}s, timeout: {timeout}, retries: 1}}}}
analysis: {{debounce: 50ms}}
"""


@dataclass(frozen=True, slots=True)
class Pages:
    """Every notification that came, and when (seconds, monotonic)."""

    heard: list[tuple[float, Notification]] = field(default_factory=list)

    def hear(self, notification: Notification) -> None:
        """Take one."""
        self.heard.append((time.monotonic(), notification))

    def told(self, status: str) -> list[tuple[str, str]]:
        """Return each alert that was told of with a status: its name, what about."""
        return [
            (alert.name, notification.about)
            for _, notification in self.heard
            for alert in notification.alerts
            if alert.status == status == notification.status
        ]

    async def first(self, matches: Callable[[Notification], bool]) -> float:
        """Return when the first such notification came; wait for it."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for at, notification in self.heard:
                    if matches(notification):
                        return at
                await asyncio.sleep(0.02)


@dataclass
class Desk:
    """The running programs; each can be killed and started again."""

    folder: Path
    pages: Pages
    webhook: str
    pace: Pace
    extra: list[dict[str, object]]
    exported: Exported
    jobs: list[dict[str, object]]
    environment: Mapping[str, str] | None = None
    at_once: bool = False
    phase: int = 0
    monitor: Child | None = None
    prometheus: Child | None = None
    alertmanager: Alertmanager | None = None

    async def start_monitor(self) -> None:
        """Run ``bellrock run``, and wait until it has concluded something."""
        words = (sys.executable, "-P", "-m", "bellrock", "run", "-c")
        self.monitor = await Child.start(
            *words, str(self.folder / "bellrock.yaml"), env=self.environment
        )
        ready = f"http://{HOST}:{MONITOR}/readyz"
        await self.monitor.wait_until("monitor", lambda: answers(ready), PATIENCE)

    async def start_prometheus(self) -> None:
        """Run Prometheus with the rules that are shipped, once a second."""
        config = {
            "global": {
                "scrape_interval": "1s",
                "evaluation_interval": "1s",
                # When in the second it scrapes whom, it works out from these.
                "external_labels": {"phase": str(self.phase)},
            },
            "rule_files": ["rules/*.yml"],
            "alerting": {"alertmanagers": [_targets(f"{HOST}:{ALERTMANAGER}")]},
            "scrape_configs": [
                {"job_name": "bellrock", **_targets(f"{HOST}:{MONITOR}")},
                *self.jobs,
            ],
        }
        file = self.folder / "prometheus.yml"
        file.write_text(yaml.safe_dump(config))
        rules = self.folder / "rules"
        rules.mkdir(exist_ok=True)
        for path, text in render.rules(pace=self.pace).items():
            (rules / Path(path).name).write_text(self._at_hand(text))
        self.prometheus = await Child.start(
            "prometheus",
            f"--config.file={file}",
            f"--storage.tsdb.path={self.folder / 'tsdb'}",
            # In step with the rules: what is not told again for four times as long is
            # over for Alertmanager, and a restart must fit into that.
            "--rules.alert.resend-delay=10s",
            f"--web.listen-address={HOST}:{PROMETHEUS}",
            "--log.level=warn",
        )
        ready = f"http://{HOST}:{PROMETHEUS}/-/ready"
        await self.prometheus.wait_until("prometheus", lambda: answers(ready), PATIENCE)

    def _at_hand(self, text: str) -> str:
        """Add the others' rules beside ours, to be evaluated at the same moments."""
        document = yaml.safe_load(text)
        for group in document["groups"]:
            if any(rule.get("alert") == "SiteCutOff" for rule in group["rules"]):
                group["rules"] += self.extra
            if self.at_once:
                # Without patience the others cry at whatever passes.
                group["rules"] = [r for r in group["rules"] if _compared(r, self.extra)]
            for rule in group["rules"]:
                if rule.get("alert") == "MonitorDown":
                    # A start takes as long here as in earnest.
                    rule["for"] = "2m"
                for patience in ("for", "keep_firing_for") if self.at_once else ():
                    rule.pop(patience, None)
        return yaml.safe_dump(document)

    async def start_alertmanager(self) -> None:
        """Run Alertmanager as it is configured when shipped, but without patience."""
        config = yaml.safe_load(configuration(self.webhook))
        config["route"].update(group_wait="0s", group_interval="1s")
        self.alertmanager = await Alertmanager.start(
            self.folder, port=ALERTMANAGER, config=yaml.safe_dump(config)
        )

    async def kill(self, name: str) -> None:
        """Kill one of them with signal 9."""
        child: Child | Alertmanager | None = getattr(self, name)
        assert child is not None
        os.kill(child.pid, signal.SIGKILL)
        await child.stop()

    async def stop_prometheus(self) -> None:
        """End Prometheus in order."""
        assert self.prometheus is not None
        await self.prometheus.stop()

    async def start(self, name: str) -> None:
        """Start one of them again."""
        await getattr(self, f"start_{name}")()

    async def noises(self) -> list[str]:
        """Return each alert that Prometheus holds, and each target it has no news of.

        After a start it takes five seconds until it scrapes at all; until then it goes
        by what it knew before.
        """
        url = f"http://{HOST}:{PROMETHEUS}/api/v1/"
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
            alerts = (await client.get("alerts")).json()["data"]["alerts"]
            targets = (await client.get("targets")).json()["data"]["activeTargets"]
        missed = [target for target in targets if target["health"] != "up"]
        return [
            *(f"{_about(each['labels'])} {each['state']}" for each in alerts),
            *(f"{each['scrapeUrl']}: {each['lastError'] or 'new'}" for each in missed),
            *(() if targets else ("no target yet",)),
        ]

    async def quiet(self) -> None:
        """Wait until all is well for three seconds, then forget what was told."""
        if left := await self.settle(PATIENCE):
            raise TimeoutError(f"not quiet: {'; '.join(left)}")

    async def settle(self, patience: float = 60) -> list[str]:
        """Do that for at most so many seconds; return what then is still not well."""
        calm, found = 0, [""]
        until = time.monotonic() + patience
        while time.monotonic() < until:
            found = await self.noises()
            calm = 0 if found else calm + 1
            if calm == 3:
                break
            await asyncio.sleep(1)
        self.pages.heard.clear()
        return found

    async def stop(self) -> None:
        """End all of them."""
        for child in (self.prometheus, self.alertmanager, self.monitor):
            if child is not None:
                await child.stop()


def _about(labels: dict[str, str]) -> str:
    """Return an alert's name, and what it is about."""
    told = (
        labels[name] for name in ("link", "why", "device", "site") if name in labels
    )
    return " ".join((labels["alertname"], *told))


def configure(
    lab: Lab,
    folder: Path,
    *,
    probe: int = 100,
    poll: float = 1,
    timeout: str = "400ms",
    inventory: str = "",
) -> None:
    """Write the monitor's files.

    Parameters
    ----------
    probe : int
        Milliseconds between two probe packets.
    poll : float
        Seconds between two polls; what takes longer is given up.
    timeout : str
        For an agent's first answer; the second may take twice as long.
    inventory : str
        YAML in place of the lab's own.
    """
    for name, text in (
        ("network.yaml", inventory or lab.described.text),
        ("auth", configs.AUTH),
        ("privacy", configs.PRIVACY),
    ):
        (folder / name).write_text(text)
        (folder / name).chmod(0o600)
    settings = _SETTINGS.format(
        inventory=folder / "network.yaml",
        folder=folder,
        user=configs.USER,
        probe=probe,
        deadline=2 * probe,
        poll=poll,
        timeout=timeout,
    )
    (folder / "bellrock.yaml").write_text(settings)


@asynccontextmanager
async def desk(
    folder: Path,
    *,
    pace: Pace = PACE,
    alerting: bool = True,
    rules: list[dict[str, object]] | None = None,
    jobs: list[dict[str, object]] | None = None,
    at_once: bool = False,
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[Desk]:
    """Run the monitor, and unless told otherwise all that pages a person.

    Parameters
    ----------
    folder : Path
        With the files of :func:`configure`.
    rules, jobs
        More rules and scrape jobs, of other exporters.
    at_once : bool
        Whether no rule has any patience, so that what is measured is ours alone.
    environment : mapping of str to str or None
        The monitor's, beside our own.
    """
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(
            httpx.AsyncClient(
                base_url=f"http://{HOST}:{MONITOR}",
                timeout=PATIENCE,
                trust_env=False,
            )
        )
        pages = Pages()
        sock = listening_socket(HOST, 0)
        webhook = f"http://{HOST}:{sock.getsockname()[1]}{PATH}"
        listening = asyncio.create_task(serve(pager(pages.hear), sock))
        stack.push_async_callback(_cancel, listening)
        here = Desk(
            *(folder, pages, webhook, pace, rules or [], Exported(client), jobs or []),
            at_once=at_once,
            environment=environment,
        )
        stack.push_async_callback(here.stop)
        await here.start_monitor()
        if alerting:
            await here.start_alertmanager()
            await here.start_prometheus()
        yield here


def _compared(rule: dict[str, object], extra: list[dict[str, object]]) -> bool:
    return rule in extra or rule.get("alert", "SiteCutOff") == "SiteCutOff"


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait((task,))


def _targets(place: str) -> dict[str, object]:
    return {"static_configs": [{"targets": [place]}]}
