"""``bellrock probe``: one measurement now, as the monitor would make it."""

from collections.abc import Callable

import typer

from bellrock.cli.help import help_of
from bellrock.cli.probing.dns import dns
from bellrock.cli.probing.http import http
from bellrock.cli.probing.icmp import icmp
from bellrock.cli.probing.iperf3 import iperf3
from bellrock.cli.probing.ntp import ntp
from bellrock.cli.probing.path import path
from bellrock.cli.probing.stamp import stamp
from bellrock.cli.probing.tcp import tcp
from bellrock.cli.probing.tls import tls
from bellrock.cli.probing.train import train

KINDS: tuple[Callable[..., None], ...] = (
    icmp,
    path,
    iperf3,
    stamp,
    # Checks of services, as people would ask them.
    tcp,
    tls,
    http,
    dns,
    ntp,
    train,
)
"""Each is a command of its own, by its name; see :mod:`bellrock.cli.probing`."""

probe = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Measure now, once, as the monitor would; see bellrock probe KIND --help.",
)
for _kind in KINDS:
    probe.command(help=help_of(_kind))(_kind)
