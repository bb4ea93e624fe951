"""The rules and routes that are shipped, at a pace that fits into a minute."""

from pathlib import PurePath

from alerts import render
from alerts.pace import Pace
from alerts.settings import AlertSettings, Notify, Receiver, Receivers

PACE = Pace(interval=2, speed=60)
"""A minute's patience becomes a second; the order of things stays as it is.

Read every second, six megabytes of metrics keep a busy machine from anything else.
"""

_NOTIFY = Notify(group_wait=4, group_interval=4)


def rules() -> dict[str, str]:
    """Return Prometheus' rule files, by name."""
    files = render.rules(pace=PACE)
    return {PurePath(path).name: content for path, content in files.items()}


def configuration(webhook: str) -> str:
    """Return Alertmanager's configuration that notifies `webhook` alone."""
    receivers = Receivers(page=Receiver(url=webhook))
    settings = AlertSettings(receivers=receivers, notify=_NOTIFY)
    (content,) = render.alertmanager(settings).values()
    return content
