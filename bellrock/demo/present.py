"""What the demo prints before and after the story."""

import resource
import time
from dataclasses import dataclass

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bellrock.demo.alertmanager import HOW_TO_GET as ALERTMANAGER
from bellrock.demo.alertmanager import Alertmanager
from bellrock.demo.narrator import BUSY, Narrator
from bellrock.demo.prometheus import HOW_TO_GET as PROMETHEUS
from bellrock.demo.prometheus import Prometheus
from bellrock.demo.story import SHORTEST
from bellrock.model import catalogue
from bellrock.model.inventory import Inventory
from bellrock.runtime.monitor import Monitor
from topology.analysis import Design
from topology.report import sentence

WATCHED = "lerwick-hosp"
"""The site whose history the summary shows."""

_DAY = 86_400.0
_FEW = 0.1
"""Share of scrapes that may be missed before what depends on them is late."""

_QUERY = f'bellrock_site_redundancy{{site="{WATCHED}"}}'


@dataclass(frozen=True, slots=True)
class Places:
    """Where to look.

    Attributes
    ----------
    monitor : str
        Base URL of ours.
    """

    monitor: str
    prometheus: Prometheus | None
    alertmanager: Alertmanager | None


def introduce(
    console: Console,
    inventory: Inventory,
    places: Places,
    seconds: float | None,
    *,
    by_hand: bool,
) -> None:
    """Say what is watched, in a sentence, and where to look."""
    name = escape(inventory.name)
    console.print(f"[bold]Bellrock[/] watches {name}, simulated on loopback.")
    console.print(
        sentence(inventory, Design(inventory).reading), highlight=False, markup=False
    )
    console.print(f"  metrics       {places.monitor}/metrics", soft_wrap=True)
    if places.prometheus is not None:
        url = f"{places.prometheus.url}/api/v1"
        asked = f"{url}/query --data-urlencode 'query={_QUERY}'"
        console.print(f"  Prometheus    curl {asked}", soft_wrap=True)
        console.print(f"  alerts        curl {url}/alerts", soft_wrap=True)
    else:
        console.print(f"[yellow]{PROMETHEUS}[/]")
    if places.alertmanager is not None:
        url = places.alertmanager.url
        console.print(f"  Alertmanager  amtool --alertmanager.url={url} alert")
    else:
        console.print(f"[yellow]{ALERTMANAGER}[/]")
    if by_hand:
        console.print("Enter takes the story a step further; Ctrl-C ends it.")
    elif seconds is None:
        console.print("The story takes three minutes and repeats; Ctrl-C ends it.")
    elif seconds < SHORTEST:
        console.print(
            f"[yellow]The story needs {SHORTEST:.0f} s; "
            "in less, its steps may be over before they are noticed.[/]"
        )
    console.print()


async def sum_up(
    console: Console,
    monitor: Monitor,
    narrator: Narrator,
    places: Places,
    started: float,
) -> None:
    """Print what came of it; `started` in Unix seconds."""
    now, asked, missed = time.time(), 0, 0
    series = monitor.series
    sent, lost = series.probes.packets()
    faults = series[catalogue.FAULTS].total()
    ours = resource.getrusage(resource.RUSAGE_SELF)
    cpu = (ours.ru_utime + ours.ru_stime) / (now - started)
    table = Table(title="Summary", show_header=False, title_justify="left")
    table.add_row("ran for", f"{now - started:.0f} s")
    table.add_row("findings told", f"{len(narrator.findings)}")
    table.add_row("probe packets", f"{sent:,.0f}, {lost:,.0f} of them lost")
    table.add_row("services checked", _checked(narrator))
    table.add_row("faults of our own", f"{faults:.0f}")
    table.add_row("CPU of the monitor", f"{cpu:.0%} of one core")
    if places.alertmanager is not None:
        table.add_row("notifications", _notifications(narrator) or "none")
        active = ", ".join(await places.alertmanager.active())
        table.add_row("alerts now, from Alertmanager's API", active or "none")
    if places.prometheus is not None:
        table.add_row("rules, from Prometheus's API", await places.prometheus.rules())
        levels = await places.prometheus.history(_QUERY, started, now)
        name = monitor.inventory.sites[WATCHED].name
        history = " → ".join(f"{level:.0f}" for level in levels)
        table.add_row(f"redundancy of {name}, from Prometheus", history or "no data")
        asked, missed = await places.prometheus.scrapes(started, now)
        table.add_row("scrapes by Prometheus", f"{asked}, {missed} without an answer")
    console.print(table)
    if missed > asked * _FEW:
        console.print(f"[yellow]{BUSY}[/]")


def _checked(narrator: Narrator) -> str:
    """Say how many services are well, and whose certificate ends first."""
    readings = narrator.checks.values()
    well = sum(reading.succeeded for reading in readings)
    told = f"{len(readings)}, {well} of them well"
    ends = [
        (attempt.expires, reading.check)
        for reading in readings
        for attempt in reading.attempts
        if attempt.expires is not None
    ]
    if ends:
        soonest, name = min(ends)
        days = (soonest - time.time()) / _DAY
        told += f"; the certificate of {name} ends in {days:.0f} days"
    return told


def _notifications(narrator: Narrator) -> str:
    return "\n".join(
        f"{n.receiver}: {n.about} {n.status}" for n in narrator.notifications
    )
