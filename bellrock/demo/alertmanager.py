"""Debian's Alertmanager as the demo's child, with the configuration we ship."""

import json
import shutil
from collections import Counter
from pathlib import Path

from bellrock.demo.child import Child
from bellrock.demo.http import answers, get

HOW_TO_GET = (
    "Alertmanager is not installed, so nobody is told of the alerts here.\n"
    "  make demo fetches it where it can; or: sudo apt install prometheus-alertmanager"
)

_PATIENCE = 60.0


class Alertmanager:
    """A running Alertmanager, or None from :meth:`start` where there is none."""

    def __init__(self, child: Child, port: int) -> None:
        self._child = child
        self.address = f"127.0.0.1:{port}"
        self.url = f"http://{self.address}"

    @classmethod
    async def start(
        cls, folder: Path, *, port: int, config: str
    ) -> "Alertmanager | None":
        """Start it with its data in `folder`.

        Raises
        ------
        UserError
            If it ends or does not answer within a minute, with its last words.
        """
        program = shutil.which("prometheus-alertmanager") or shutil.which(
            "alertmanager"
        )
        if program is None:
            return None
        file = folder / "alertmanager.yml"
        file.write_text(config)
        child = await Child.start(
            program,
            f"--config.file={file}",
            f"--storage.path={folder / 'alertmanager'}",
            # Killed at any moment, it must not tell anything twice (or never) when
            # it is back: its log of what it told is on disk within a second.
            "--data.maintenance-interval=1s",
            "--cluster.listen-address=",
            f"--web.listen-address=127.0.0.1:{port}",
            "--log.level=warn",
        )
        self = cls(child, port)
        await child.wait_until("alertmanager", self._ready, _PATIENCE)
        return self

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._child.pid

    async def stop(self) -> None:
        """End it and wait for it."""
        await self._child.stop()

    async def active(self) -> list[str]:
        """Return how many alerts of which name it holds now; nothing if it is gone."""
        try:
            body = await get(f"{self.url}/api/v2/alerts")
        except OSError:
            return []
        names = Counter(alert["labels"]["alertname"] for alert in json.loads(body))
        return [f"{count} {name}" for name, count in names.most_common()]

    async def _ready(self) -> bool:
        return await answers(f"{self.url}/-/ready")
