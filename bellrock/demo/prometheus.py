"""Debian's Prometheus as the demo's child: configured, watched, ended with it."""

import asyncio
import json
import shutil
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from bellrock.demo.child import Child

HOW_TO_GET = (
    "Prometheus is not installed, so nothing keeps a history here.\n"
    "  make demo fetches it where it can; or: sudo apt install prometheus"
)

_PATIENCE = 15.0
_CONFIG = """\
global: {{scrape_interval: 2s, evaluation_interval: 2s}}
scrape_configs:
  - job_name: bellrock
    static_configs: [{{targets: ["{target}"]}}]
"""


class Prometheus:
    """A running Prometheus, or None from :meth:`start` where there is none."""

    def __init__(self, child: Child, port: int) -> None:
        self._child = child
        self.url = f"http://127.0.0.1:{port}"

    @classmethod
    async def start(
        cls, folder: Path, *, port: int, scrapes: str
    ) -> "Prometheus | None":
        """Start it with its data in `folder`, scraping ``host:port`` `scrapes`.

        Raises
        ------
        UserError
            If it ends or does not answer within 15 s; the message has its last words.
        """
        program = shutil.which("prometheus")
        if program is None:
            return None
        config = folder / "prometheus.yml"
        config.write_text(_CONFIG.format(target=scrapes))
        child = await Child.start(
            program,
            f"--config.file={config}",
            f"--storage.tsdb.path={folder / 'tsdb'}",
            "--storage.tsdb.retention.time=1d",
            f"--web.listen-address=127.0.0.1:{port}",
            "--log.level=warn",
        )
        self = cls(child, port)
        await child.wait_until("prometheus", self._ready, _PATIENCE)
        return self

    async def stop(self) -> None:
        """End it and wait for it."""
        await self._child.stop()

    async def history(self, query: str, start: float, end: float) -> list[float]:
        """Return the values of one series over a time (Unix s), repeats left out.

        An empty list when there is no such series or no answer.
        """
        step = max(1, round((end - start) / 1000))
        asked = {"query": query, "start": start, "end": end, "step": step}
        url = f"{self.url}/api/v1/query_range?{urllib.parse.urlencode(asked)}"
        try:
            body = await asyncio.to_thread(_get, url)
        except OSError:
            return []
        values: list[float] = []
        for series in json.loads(body)["data"]["result"][:1]:
            for _, text in series["values"]:
                if not values or values[-1] != float(text):
                    values.append(float(text))
        return values

    async def _ready(self) -> bool:
        try:
            await asyncio.to_thread(_get, f"{self.url}/-/ready")
        except OSError:
            return False
        return True


def _get(url: str) -> bytes:
    # No proxy of the environment has any business between two ports of loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=5) as answer:
        body: bytes = answer.read()
    return body
