"""``bellrock demo``: the whole of it on loopback."""

from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.console import Console

from bellrock.cli.picture import keep, may_be_kept
from bellrock.cli.run import log_to_stderr
from bellrock.demo.run import ALERTMANAGER_PORT, PORT, PROMETHEUS_PORT, Options
from bellrock.demo.run import demo as play
from bellrock.model.errors import UserError
from bellrock.runtime.checking import CHECK
from bellrock.runtime.process import expect_signals, until_signalled

Port = Annotated[int, typer.Option(min=1, max=65535, help="port of our /metrics")]
PrometheusPort = Annotated[int, typer.Option(min=1, max=65535, help="its port")]
AlertmanagerPort = Annotated[int, typer.Option(min=1, max=65535, help="its port")]
Seconds = Annotated[
    float | None,
    typer.Option(min=5, max=86_400, help="tell it all in so long, and end"),
]
ByHand = Annotated[
    bool, typer.Option("--by-hand", help="each step of the story waits for Enter")
]

Picture = Annotated[
    Path | None, typer.Option(metavar="FILE", help="keep what was shown as an SVG")
]


def demo(
    seconds: Seconds = None,
    by_hand: ByHand = False,
    port: Port = PORT,
    prometheus_port: PrometheusPort = PROMETHEUS_PORT,
    alertmanager_port: AlertmanagerPort = ALERTMANAGER_PORT,
    picture: Picture = None,
) -> None:
    """Show Bellrock on a simulated Scottish network, on loopback.

    About 200 sites, the real monitor over them, Prometheus and Alertmanager where they
    are installed; the Shetland outage of October 2022 is replayed and told.

    Exit status: 0 shown, 2 a port is taken or the options do not go together.

    Example, a minute of it on other ports:
      bellrock demo --seconds 60 --port 9577 --prometheus-port 9590
    """
    if by_hand and seconds is not None:
        raise UserError(
            "--by-hand and --seconds: the story goes by one of them", "leave one out"
        )
    expect_signals(reloads=False)
    log_to_stderr(without={CHECK})
    may_be_kept(picture)
    options = Options(seconds, port, prometheus_port, alertmanager_port, by_hand)
    console = Console(highlight=False, record=picture is not None)
    uvloop.run(until_signalled(play(options, console)))
    if picture is not None:
        keep(picture, console, "bellrock demo")
