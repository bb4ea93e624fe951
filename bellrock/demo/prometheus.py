"""Debian's Prometheus as the demo's child: configured, watched, ended with it."""

import json
import shutil
import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from bellrock.demo.alerting import PACE
from bellrock.demo.child import Child
from bellrock.demo.http import answers, get
from bellrock.promql.query import duration

HOW_TO_GET = (
    "Prometheus is not installed, so nothing keeps a history here.\n"
    "  make demo fetches it where it can; or: sudo apt install prometheus"
)

_PATIENCE = 60.0
_EVERY = duration(PACE.interval)
"""Rules are evaluated as often: they must not wait for less than a scrape takes."""


class Prometheus:
    """A running Prometheus, or None from :meth:`start` where there is none."""

    def __init__(self, child: Child, port: int) -> None:
        self._child = child
        self.url = f"http://127.0.0.1:{port}"

    @classmethod
    async def start(
        cls,
        folder: Path,
        *,
        port: int,
        scrapes: str,
        rules: Mapping[str, str],
        alertmanager: str | None,
    ) -> "Prometheus | None":
        """Start it.

        Parameters
        ----------
        folder : Path
            For its data.
        port : int
            To listen on.
        scrapes : str
            ``host:port`` of the monitor.
        rules : mapping of str to str
            File names and contents.
        alertmanager : str or None
            ``host:port`` of whom to send alerts to.

        Raises
        ------
        UserError
            If it ends or does not answer within a minute, with its last words.
        """
        program = shutil.which("prometheus")
        if program is None:
            return None
        config = folder / "prometheus.yml"
        config.write_text(yaml.safe_dump(_config(scrapes, alertmanager)))
        (folder / "rules").mkdir()
        for name, content in rules.items():
            (folder / "rules" / name).write_text(content)
        child = await Child.start(
            program,
            f"--config.file={config}",
            f"--storage.tsdb.path={folder / 'tsdb'}",
            "--storage.tsdb.retention.time=1d",
            # As hurried as the rules: an Alertmanager that was restarted hears of
            # everything that fires within this time, not within a minute.
            "--rules.alert.resend-delay=1s",
            f"--web.listen-address=127.0.0.1:{port}",
            "--log.level=warn",
        )
        self = cls(child, port)
        await child.wait_until("prometheus", self._ready, _PATIENCE)
        return self

    async def stop(self) -> None:
        """End it and wait for it."""
        await self._child.stop()

    async def rules(self) -> str:
        """Return how many rules it evaluates, and which of them fail."""
        try:
            body = await get(f"{self.url}/api/v1/rules")
        except OSError as error:
            return f"no answer: {error}"
        groups = json.loads(body)["data"]["groups"]
        rules = [rule for group in groups for rule in group["rules"]]
        failing = [rule["name"] for rule in rules if rule["health"] != "ok"]
        said = "all well" if not failing else f"failing: {', '.join(failing)}"
        return f"{len(rules)}, {said}"

    async def history(self, query: str, start: float, end: float) -> list[float]:
        """Return the values of one series over a time (Unix s), repeats left out.

        An empty list when there is no such series or no answer.
        """
        step = max(1, round((end - start) / 1000))
        span = {"start": start, "end": end, "step": step}
        values: list[float] = []
        for series in (await self._ask("query_range", query=query, **span))[:1]:
            for _, text in series["values"]:
                if not values or values[-1] != float(text):
                    values.append(float(text))
        return values

    async def scrapes(self, start: float, end: float) -> tuple[int, int]:
        """Return how often it asked the monitor in a time (Unix s), how often in vain.

        Zeroes when there is no answer.
        """
        over = f"up[{duration(end - start)}]"
        numbers = []
        for query in (f"count_over_time({over})", f"sum_over_time({over})"):
            found = await self._ask("query", query=query, time=end)
            numbers.append(int(found[0]["value"][1]) if found else 0)
        asked, answered = numbers
        return asked, asked - answered

    async def _ask(self, what: str, **parameters: str | float) -> list[Any]:
        """Return a query's result; an empty list when there is no answer."""
        url = f"{self.url}/api/v1/{what}?{urllib.parse.urlencode(parameters)}"
        try:
            body = await get(url)
        except OSError:
            return []
        found: list[Any] = json.loads(body)["data"]["result"]
        return found

    async def _ready(self) -> bool:
        return await answers(f"{self.url}/-/ready")


def _config(scrapes: str, alertmanager: str | None) -> dict[str, object]:
    told = [] if alertmanager is None else [_targets(alertmanager)]
    return {
        "global": {"scrape_interval": _EVERY, "evaluation_interval": _EVERY},
        "rule_files": ["rules/*.yml"],
        "alerting": {"alertmanagers": [{"static_configs": told}]},
        "scrape_configs": [
            {"job_name": "bellrock", "static_configs": [_targets(scrapes)]}
        ],
    }


def _targets(place: str) -> dict[str, list[str]]:
    return {"targets": [place]}
