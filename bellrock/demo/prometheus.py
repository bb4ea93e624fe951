"""Debian's Prometheus as the demo's child: configured, watched, ended with it."""

import json
import shutil
import urllib.parse
from collections.abc import Mapping
from pathlib import Path

import yaml

from bellrock.demo.child import Child
from bellrock.demo.http import answers, get

HOW_TO_GET = (
    "Prometheus is not installed, so nothing keeps a history here.\n"
    "  make demo fetches it where it can; or: sudo apt install prometheus"
)

_PATIENCE = 15.0
_EVERY = "1s"
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
            If it ends or does not answer within 15 s; the message has its last words.
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
        asked = {"query": query, "start": start, "end": end, "step": step}
        url = f"{self.url}/api/v1/query_range?{urllib.parse.urlencode(asked)}"
        try:
            body = await get(url)
        except OSError:
            return []
        values: list[float] = []
        for series in json.loads(body)["data"]["result"][:1]:
            for _, text in series["values"]:
                if not values or values[-1] != float(text):
                    values.append(float(text))
        return values

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
