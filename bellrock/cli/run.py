"""``bellrock run``: the monitor."""

import gc
import logging
import sys
from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import Annotated

import structlog
import typer
import uvloop
from structlog.typing import EventDict

from bellrock.runtime.monitor import Monitor
from bellrock.runtime.process import expect_signals, until_signalled
from bellrock.runtime.told import Told
from probes.exchanges import prepare

Settings = Annotated[
    Path,
    typer.Option("-c", "--config", metavar="FILE", help="settings"),
]


def log_to_stderr(*, without: Collection[str] = ()) -> None:
    """Write logs as lines a person can read, without colour where it is no terminal.

    Parameters
    ----------
    without : collection of str
        Events that somebody else tells.
    """

    def drop(_: object, __: str, event: EventDict) -> EventDict:
        if event["event"] in without:
            raise structlog.DropEvent
        return event

    structlog.configure(
        processors=[
            drop,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(),
                # The pretty ones print local variables, and with them secrets.
                exception_formatter=structlog.dev.plain_traceback,
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


AcceptNew = Annotated[
    bool,
    typer.Option(
        "--accept-new",
        help="trust the SSH host keys of devices of which none is known yet",
    ),
]


def run(
    config: Settings = Path("bellrock.yaml"), accept_new: AcceptNew = False
) -> None:
    """Watch the network: probe, poll, analyse, and serve /metrics.

    Ends cleanly on SIGTERM or Ctrl-C. On SIGHUP it reads settings and inventory again:
    what they change is changed, all else goes on; a bad file is told, and the old ones
    stay in use.

    SSH host keys have to be known beforehand. With --accept-new the first key that a
    device shows is written down and trusted from then on; a changed one never is.

    Exit status: 0 stopped, 2 the settings or the inventory are wrong, 70 our fault.

    Example:
      bellrock run -c /etc/bellrock/bellrock.yaml
    """
    expect_signals(reloads=True)
    log_to_stderr()
    told = Told.read(config, None)
    told.warn()
    monitor = Monitor(
        told.settings,
        told.inventory,
        partial(Told.read, config, None),
        accept_new=accept_new,
    )
    # Before anything waits for its turn: the first time, that takes several seconds.
    prepare()
    # What is there by now stays: no collection of garbage need go through it again.
    gc.freeze()
    uvloop.run(until_signalled(monitor.run(), hangup=monitor.reload))
