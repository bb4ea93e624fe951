"""What the demo prints before and after the story."""

import resource
import time

from rich.console import Console
from rich.table import Table

from bellrock.demo.narrator import Narrator
from bellrock.demo.prometheus import HOW_TO_GET, Prometheus
from bellrock.demo.story import SHORTEST
from bellrock.model import catalogue
from bellrock.model.inventory import Inventory
from bellrock.runtime.monitor import Monitor
from topology.analysis import Design
from topology.report import sentence

WATCHED = "lerwick-hosp"
"""The site whose history the summary shows."""

_QUERY = f'bellrock_site_redundancy{{site="{WATCHED}"}}'


def introduce(
    console: Console,
    inventory: Inventory,
    base: str,
    prometheus: Prometheus | None,
    seconds: float | None,
) -> None:
    """Say what is watched, in a sentence, and where to look."""
    console.print(f"[bold]Bellrock[/] watches {inventory.name}, simulated on loopback.")
    console.print(sentence(Design(inventory).reading), highlight=False)
    console.print(f"  metrics     {base}/metrics", soft_wrap=True)
    if prometheus is not None:
        asked = f"{prometheus.url}/api/v1/query --data-urlencode 'query={_QUERY}'"
        console.print(f"  Prometheus  curl {asked}", soft_wrap=True)
    if prometheus is None:
        console.print(f"[yellow]{HOW_TO_GET}[/]")
    if seconds is None:
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
    prometheus: Prometheus | None,
    started: float,
) -> None:
    """Print what came of it; `started` in Unix seconds."""
    now = time.time()
    series = monitor.series
    sent = series[catalogue.PROBE_SENT].total()
    lost = series[catalogue.PROBE_LOST].total()
    faults = series[catalogue.FAULTS].total()
    ours = resource.getrusage(resource.RUSAGE_SELF)
    cpu = (ours.ru_utime + ours.ru_stime) / (now - started)
    table = Table(title="Summary", show_header=False, title_justify="left")
    table.add_row("ran for", f"{now - started:.0f} s")
    table.add_row("findings told", f"{len(narrator.findings)}")
    table.add_row("probe packets", f"{sent:,.0f}, {lost:,.0f} of them lost")
    table.add_row("faults of our own", f"{faults:.0f}")
    table.add_row("CPU of the monitor", f"{cpu:.0%} of one core")
    if prometheus is not None:
        levels = await prometheus.history(_QUERY, started, now)
        name = monitor.inventory.sites[WATCHED].name
        history = " → ".join(f"{level:.0f}" for level in levels)
        table.add_row(f"redundancy of {name}, from Prometheus", history or "no data")
    console.print(table)
